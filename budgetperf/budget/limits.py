"""The limit of every line and the round they stand in, with the two identities.

``limit = request - sum(cuts) + sum(adjustments)`` for every line, and ``sum(limits) +
unallocated = ceiling``, both to the fen. A stored limit is never trusted: ``check_identities``
derives it again and names each deviation.
"""

from dataclasses import replace

from pydantic.dataclasses import dataclass

from budgetperf.budget.allocation import LineLevel
from budgetperf.budget.grounds import Claim, Ground, NoCut
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.objections import Adjustment
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import RECORD, Amount, Fen, percent
from budgetperf.budget.waterfall import AppliedCut, LineCuts, taken
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Limit:
    """A line's limit (控制数) and everything it follows from.

    Parameters
    ----------
    line, name, department, department_name, agency : str
    request, floor : Money
    cuts : tuple of AppliedCut
        In the order they were applied, the ceiling last.
    notes : tuple of NoCut
        The grounds that took nothing.
    adjustments : tuple of Adjustment
    limit : Money
    cut_package, allocation_package : str
        Digests of the decision packages of the line's cuts and of the round's allocation.
    """

    line: str
    name: str
    department: str
    department_name: str
    agency: str
    request: Amount
    floor: Amount
    cuts: tuple[AppliedCut, ...]
    notes: tuple[NoCut, ...]
    adjustments: tuple[Adjustment, ...]
    limit: Fen
    cut_package: str
    allocation_package: str

    def derived(self) -> Money:
        """Return request - cuts + adjustments."""
        return self.request - taken(self.cuts) + Money.total(item.amount for item in self.adjustments)


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LimitRound:
    """All limits under one ceiling."""

    ceiling: Amount
    limits: tuple[Limit, ...]
    unallocated: Fen


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class GroundTotal:
    """What one ground took."""

    ground: Ground
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class DepartmentSummary:
    """A row of the summary: ``request - sum(cuts) + adjustments = limit``.

    ``cuts`` has every ground once, in the order of ``Ground``.
    """

    department: str
    name: str
    lines: int
    request: Fen
    cuts: tuple[GroundTotal, ...]
    adjustments: Fen
    limit: Fen


def draft_limit(
    facts: LineFacts,
    cuts: LineCuts,
    *,
    level: LineLevel,
    rules: CutRules,
    cut_package: str,
    allocation_package: str,
) -> Limit:
    """Put a line's cuts and its level under the ceiling together; the limit is the level's amount.

    Raises
    ------
    Invalid
        ``limits.parts`` if the three speak of different lines or amounts.
    """
    if not facts.line == cuts.line == level.line or level.amount + level.ceiling_cut != cuts.remaining:
        raise Invalid(
            "limits.parts", f"{facts.line}的核减结果与限额分配结果不属于同一项目或金额不符", line=facts.line
        )
    outcome = _ceiling_outcome(level, cuts, source=str(rules.ceiling.source), package=allocation_package)
    return Limit(
        line=facts.line,
        name=facts.name,
        department=facts.department,
        department_name=facts.department_name,
        agency=facts.agency,
        request=facts.request,
        floor=cuts.floor,
        cuts=cuts.cuts + ((outcome,) if isinstance(outcome, AppliedCut) else ()),
        notes=cuts.notes + ((outcome,) if isinstance(outcome, NoCut) else ()),
        adjustments=(),
        limit=level.amount,
        cut_package=cut_package,
        allocation_package=allocation_package,
    )


def _ceiling_outcome(level: LineLevel, cuts: LineCuts, *, source: str, package: str) -> AppliedCut | NoCut:
    if not level.ceiling_cut:
        reason = f"总额之内“{level.level.label}”，不压减"
        return NoCut(ground=Ground.CEILING, reason=reason, source=source, package=package)
    claim = Claim(
        ground=Ground.CEILING,
        amount=level.ceiling_cut,
        base=cuts.remaining,
        ratio=None,
        levels=False,
        explanation=f"总额不足，经择优分配“{level.level.label}”（档次{percent(level.amount_ratio)}），"
        f"由{cuts.remaining}元安排{level.amount}元，压减{level.ceiling_cut}元",
        source=source,
        package=package,
    )
    return AppliedCut(claim=claim, absorbed=ZERO, absorbed_by=(), limited=ZERO, applied=level.ceiling_cut)


def make_round(ceiling: Money, limits: tuple[Limit, ...]) -> LimitRound:
    """Put limits, by line code, under their ceiling; what they leave is unallocated.

    Raises
    ------
    Invalid
        ``limits.ceiling`` if they exceed it.
    """
    total = Money.total(limit.limit for limit in limits)
    if total > ceiling:
        raise Invalid("limits.ceiling", f"控制数合计{total}元超过总额{ceiling}元，超出{total - ceiling}元")
    ordered = tuple(sorted(limits, key=lambda limit: limit.line))
    return LimitRound(ceiling=ceiling, limits=ordered, unallocated=ceiling - total)


def with_adjustment(limit_round: LimitRound, adjustment: Adjustment) -> LimitRound:
    """Return the round with one more adjustment on its line, paid from the unallocated money.

    Raises
    ------
    Invalid
        ``limits.line`` if the line is not in the round, or ``limits.ceiling``.
    """
    if adjustment.line not in {limit.line for limit in limit_round.limits}:
        raise Invalid("limits.line", f"本轮控制数中没有项目{adjustment.line}", line=adjustment.line)
    return make_round(
        limit_round.ceiling,
        tuple(
            replace(
                limit, adjustments=(*limit.adjustments, adjustment), limit=limit.limit + adjustment.amount
            )
            if limit.line == adjustment.line
            else limit
            for limit in limit_round.limits
        ),
    )


def check_identities(limit_round: LimitRound) -> tuple[Finding, ...]:
    """Name every deviation from the two identities, to the fen; empty if all hold."""
    found: list[Finding] = []
    seen: set[str] = set()
    for limit in limit_round.limits:
        found += _check_limit(limit)
        if limit.line in seen:
            found.append(_deviation("duplicate", f"项目{limit.line}在本轮控制数中重复", limit.line))
        seen.add(limit.line)
    total = Money.total(limit.limit for limit in limit_round.limits)
    if off := (total + limit_round.unallocated - limit_round.ceiling).fen:
        found.append(
            _deviation(
                "ceiling",
                f"控制数合计{total}元加未分配{limit_round.unallocated}元，与总额{limit_round.ceiling}元相差{off}分",
            )
        )
    if limit_round.unallocated < ZERO:
        found.append(_deviation("unallocated", f"未分配额为负：{limit_round.unallocated}元"))
    return tuple(found)


def _check_limit(limit: Limit) -> list[Finding]:
    found: list[Finding] = []
    if off := (limit.limit - limit.derived()).fen:
        message = (
            f"项目{limit.line}控制数{limit.limit}元，按申报数、核减、调整应为{limit.derived()}元，相差{off}分"
        )
        found.append(_deviation("limit", message, limit.line))
    for cut in limit.cuts:
        if off := (cut.absorbed + cut.limited + cut.applied - cut.claim.amount).fen:
            message = f"项目{limit.line}“{cut.claim.ground.label}”的主张与其去向相差{off}分"
            found.append(_deviation("claim", message, limit.line))
    if limit.limit < limit.floor:
        message = f"项目{limit.line}控制数{limit.limit}元低于保障底线{limit.floor}元"
        found.append(_deviation("floor", message, limit.line))
    if limit.limit > limit.request:
        message = f"项目{limit.line}控制数{limit.limit}元高于申报数{limit.request}元"
        found.append(_deviation("request", message, limit.line))
    found += [
        _deviation("adjustment", f"项目{limit.line}记有他项目{item.line}的调整", limit.line)
        for item in limit.adjustments
        if item.line != limit.line
    ]
    return found


def _deviation(rule: str, message: str, line: str = "") -> Finding:
    return Finding(f"limits.{rule}", Severity.ERROR, Where(pointer=f"/limits/{line}"), message)


def summarise(limit_round: LimitRound) -> tuple[DepartmentSummary, ...]:
    """Return one row per department, by code."""
    departments = sorted({(limit.department, limit.department_name) for limit in limit_round.limits})
    return tuple(
        _summary(code, name, [item for item in limit_round.limits if item.department == code])
        for code, name in departments
    )


def summarise_all(limit_round: LimitRound) -> DepartmentSummary:
    """Return the row of totals."""
    return _summary("", "合计", list(limit_round.limits))


def _summary(code: str, name: str, limits: list[Limit]) -> DepartmentSummary:
    cuts = tuple(cut for limit in limits for cut in limit.cuts)
    return DepartmentSummary(
        department=code,
        name=name,
        lines=len(limits),
        request=Money.total(limit.request for limit in limits),
        cuts=tuple(GroundTotal(ground=ground, amount=taken(cuts, ground)) for ground in Ground),
        adjustments=Money.total(item.amount for limit in limits for item in limit.adjustments),
        limit=Money.total(limit.limit for limit in limits),
    )
