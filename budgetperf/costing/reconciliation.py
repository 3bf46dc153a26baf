"""One cost and one band of what several methods say of a target."""

from collections.abc import Sequence

import numpy as np

from budgetperf.costing.cost_baseline import MethodEstimate
from budgetperf.costing.design import Array
from budgetperf.costing.words import Reconciliation
from budgetperf.money import Money


def reconcile(points: Array, how: Reconciliation) -> float:
    """Return one cost for several methods' positive points, on the log scale."""
    logs = np.log(points)
    match how:
        case Reconciliation.GEOMETRIC_MEAN:
            return float(np.exp(logs.mean()))
        case Reconciliation.MEDIAN:
            return float(np.exp(np.median(logs)))
        case Reconciliation.HIGHEST:
            return float(points.max())


def hull(estimates: Sequence[MethodEstimate]) -> tuple[Money, Money, bool]:
    """Return the ends of the hull of the intervals, and whether they share an amount."""
    lowers, uppers = (
        [end.fen for end in ends] for ends in zip(*((e.lower, e.upper) for e in estimates), strict=True)
    )
    return Money(min(lowers)), Money(max(uppers)), max(lowers) <= min(uppers)
