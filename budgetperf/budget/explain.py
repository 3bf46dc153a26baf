"""A limit told from request to result, and its waterfall chart as numbers.

Derived on demand from the limit alone, in Chinese, for the page of one limit and the notice;
nothing is computed again here but running balances.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pydantic.dataclasses import dataclass

from budgetperf.budget.grounds import Ground, NoCut
from budgetperf.budget.limits import Limit
from budgetperf.budget.objections import Adjustment
from budgetperf.budget.shapes import RECORD, Fen
from budgetperf.budget.waterfall import AppliedCut
from budgetperf.money import ZERO, Money
from budgetperf.permissions import Role


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Decided:
    """Who decided an objection and when.

    Parameters
    ----------
    person : str
        Name.
    roles : tuple of Role
        The roles that hold the permission to decide.
    at : datetime
    """

    person: str
    roles: tuple[Role, ...]
    at: datetime


NOBODY: Mapping[str, Decided] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Step:
    """One step of the trace.

    Parameters
    ----------
    title, sentence : str
    change : Money
        Signed; zero where nothing moved.
    balance : Money
        After the step.
    source, package : str
        Clause and document; digest of the decision package; empty where there is none.
    decided : Decided or None
        Of an adjustment, who decided the objection; None of what a rule decides.
    """

    title: str
    sentence: str
    change: Fen
    balance: Fen
    source: str = ""
    package: str = ""
    decided: Decided | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class ChartPoint:
    """A bar of the waterfall chart, from ``start`` to ``end``."""

    label: str
    start: Fen
    end: Fen


def trace(limit: Limit, *, package: str = "", decided: Mapping[str, Decided] = NOBODY) -> tuple[Step, ...]:
    """Tell the limit step by step: request, each ground in order, adjustments, limit.

    Parameters
    ----------
    limit : Limit
    package : str
        Digest of the line's LIMIT package, which proves adjustments and result; empty before the
        round is final.
    decided : mapping of str to Decided
        By objection; the limit itself does not know.
    """
    balance = limit.request
    steps = [_step("申报数", f"{limit.name}申报{limit.request}元", balance)]
    for ground in Ground:
        for cut in limit.cuts:
            if cut.claim.ground is ground:
                balance -= cut.applied
                steps.append(_cut_step(cut, limit, balance))
        steps += [_note_step(note, balance) for note in limit.notes if note.ground is ground]
    for adjustment in limit.adjustments:
        balance += adjustment.amount
        by = decided.get(adjustment.objection)
        steps.append(_adjustment_step(adjustment, balance, package, decided=by))
    steps.append(_step("预算控制数", f"核定预算控制数{limit.limit}元", limit.limit, package=package))
    return tuple(steps)


def _cut_step(cut: AppliedCut, limit: Limit, balance: Money) -> Step:
    return Step(
        title=cut.claim.ground.label,
        sentence=_cut_sentence(cut, limit),
        change=-cut.applied,
        balance=balance,
        source=cut.claim.source,
        package=cut.claim.package or limit.cut_package,
    )


def _note_step(note: NoCut, balance: Money) -> Step:
    return Step(
        title=note.ground.label,
        sentence=f"{note.reason}。",
        change=ZERO,
        balance=balance,
        source=note.source,
        package=note.package,
    )


def chart(limit: Limit) -> tuple[ChartPoint, ...]:
    """Return the bars from request to limit; steps that moved nothing are left out."""
    balance = limit.request
    points = [ChartPoint(label="申报数", start=ZERO, end=balance)]
    moves = [(cut.claim.ground.label, -cut.applied) for cut in limit.cuts]
    moves += [(f"异议调整（{item.cause.label}）", item.amount) for item in limit.adjustments]
    for label, change in moves:
        if change:
            points.append(ChartPoint(label=label, start=balance, end=balance + change))
            balance += change
    return (*points, ChartPoint(label="预算控制数", start=ZERO, end=limit.limit))


def _step(title: str, sentence: str, balance: Money, *, package: str = "") -> Step:
    return Step(title=title, sentence=f"{sentence}。", change=ZERO, balance=balance, package=package)


def _cut_sentence(cut: AppliedCut, limit: Limit) -> str:
    parts = [cut.claim.explanation]
    if cut.absorbed:
        by = "、".join(ground.label for ground in cut.absorbed_by)
        parts.append(f"其中{cut.absorbed}元已由{by}核减，不重复计算")
    if cut.limited:
        below = f"已到保障底线{limit.floor}元" if limit.floor else "余额不足"
        parts.append(f"{below}，少核减{cut.limited}元")
    parts.append(f"实际核减{cut.applied}元")
    return "；".join(parts) + "。"


def _adjustment_step(item: Adjustment, balance: Money, package: str, *, decided: Decided | None) -> Step:
    return Step(
        title=f"异议调整（{item.cause.label}）",
        sentence=f"对{item.contests.label}提出异议{item.claimed}元，{item.outcome.label}，恢复{item.amount}元：{item.reason}。",
        change=item.amount,
        balance=balance,
        source=f"针对“{item.contests.label}”的异议答复（{item.outcome.label}）",
        package=package,
        decided=decided,
    )
