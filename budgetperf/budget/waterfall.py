"""No yuan twice: claims applied one after another, each on what the earlier ones left.

With ratios on the request or on an increase, the total is ``min(request - floor, largest level
claim + sum of the other claims)`` whatever the order; the order only says which ground a yuan
is booked on. A ratio on the remaining amount depends on the order, by the edition's choice.
"""

from pydantic.dataclasses import dataclass

from budgetperf.budget.claims import CLAIMS
from budgetperf.budget.grounds import Claim, Ground, NoCut
from budgetperf.budget.lines import LineFacts
from budgetperf.budget.protections import floor_of
from budgetperf.budget.rules import CutRules
from budgetperf.budget.shapes import RECORD, Amount
from budgetperf.errors import Invalid
from budgetperf.money import Money


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class AppliedCut:
    """A claim and what became of it: ``claim.amount = absorbed + limited + applied``.

    Parameters
    ----------
    claim : Claim
    absorbed : Money
        Already taken by an earlier ground that names the same yuan.
    absorbed_by : tuple of Ground
    limited : Money
        Given up because the line stands at its floor (or at nothing).
    applied : Money
        Taken.
    """

    claim: Claim
    absorbed: Amount
    absorbed_by: tuple[Ground, ...]
    limited: Amount
    applied: Amount


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LineCuts:
    """One line after all grounds but the ceiling: ``remaining = request - sum(applied)``."""

    line: str
    request: Amount
    floor: Amount
    cuts: tuple[AppliedCut, ...]
    notes: tuple[NoCut, ...]
    remaining: Amount


def cut_line(facts: LineFacts, rules: CutRules) -> LineCuts:
    """Apply every ground of the edition, in its order, to one line.

    Raises
    ------
    Invalid
        If a protection is unknown to the edition, or the facts contradict themselves.
    """
    if facts.priority_points < 0:
        raise Invalid("waterfall.points", f"{facts.line}的优先级得分不得为负", line=facts.line)
    rule = rules.protection(facts.protection.kind) if facts.protection else None
    floor = floor_of(facts.request, facts.protection, line=facts.line, rule=rule)
    cuts: list[AppliedCut] = []
    notes: list[NoCut] = []
    remaining = facts.request
    for ground in rules.order:
        if rule and ground in rule.shields:
            reason = f"属“{rule.protection.label}”，不适用{ground.label}"
            notes.append(NoCut(ground=ground, reason=reason, source=str(rule.source)))
            continue
        outcome = CLAIMS[ground](facts, rules, remaining=remaining)
        if isinstance(outcome, NoCut):
            notes.append(outcome)
            continue
        cut = _apply(outcome, cuts, room=remaining - floor)
        cuts.append(cut)
        remaining -= cut.applied
    return LineCuts(
        line=facts.line,
        request=facts.request,
        floor=floor,
        cuts=tuple(cuts),
        notes=tuple(notes),
        remaining=remaining,
    )


def _apply(claim: Claim, earlier: list[AppliedCut], *, room: Money) -> AppliedCut:
    same_yuan = [cut for cut in earlier if claim.levels and cut.claim.levels and cut.applied]
    absorbed = min(claim.amount, Money.total(cut.applied for cut in same_yuan))
    applied = min(claim.amount - absorbed, room)
    return AppliedCut(
        claim=claim,
        absorbed=absorbed,
        absorbed_by=tuple(cut.claim.ground for cut in same_yuan) if absorbed else (),
        limited=claim.amount - absorbed - applied,
        applied=applied,
    )


def taken(cuts: tuple[AppliedCut, ...], *grounds: Ground) -> Money:
    """Sum what was applied, on the given grounds or (none given) on all."""
    return Money.total(cut.applied for cut in cuts if not grounds or cut.claim.ground in grounds)
