"""What a baseline adds up to, and what it changes of the one before: for whoever adopts it."""

from collections import Counter
from dataclasses import dataclass

from budgetperf.costing.grading import EvidenceGrade
from budgetperf.money import ZERO, Money
from budgetperf.reports.baseline_view import BaselineView


@dataclass(frozen=True, slots=True)
class BaselineTotals:
    """A baseline of the budget year in sums.

    Parameters
    ----------
    n : int
        Units with an answer for the budget year.
    point : Money
        Sum of their baselines.
    payable : Money or None
        Sum of the payable amounts of the panel's units; None where the edition does not calibrate.
    grades : mapping of EvidenceGrade to int
        How many of the ``n`` have each grade.
    """

    n: int
    point: Money
    payable: Money | None
    grades: dict[EvidenceGrade, int]


@dataclass(frozen=True, slots=True)
class BaselineChange:
    """What moves of the units both have an answer for, and what the two baselines of those same units add up to."""

    up: int
    down: int
    same: int
    before: Money
    after: Money

    @property
    def n(self) -> int:
        """Units both have an answer for."""
        return self.up + self.down + self.same

    @property
    def total(self) -> Money:
        """Sum of the changes: ``after - before``."""
        return self.after - self.before


def totals(view: BaselineView) -> BaselineTotals:
    """Return what a baseline adds up to."""
    counted = Counter(one.grade for one in view.baselines)
    payable = [one.payable for one in view.standings if one.payable is not None]
    return BaselineTotals(
        len(view.baselines),
        sum((one.point for one in view.baselines), ZERO),
        sum(payable, ZERO) if payable else None,
        {grade: counted[grade] for grade in EvidenceGrade},
    )


def change(before: BaselineView, after: BaselineView) -> BaselineChange:
    """Return what moves from one baseline of a panel and year to another."""
    was = {one.dmu: one.point for one in before.baselines}
    both = [(was[one.dmu], one.point) for one in after.baselines if one.dmu in was]
    up, down = sum(new > old for old, new in both), sum(new < old for old, new in both)
    sums = (Money.total(points) for points in ((old for old, _ in both), (new for _, new in both)))
    return BaselineChange(up, down, len(both) - up - down, *sums)
