"""How large a response typically is, whatever its farthest row: what fits and certificates are measured by."""

from dataclasses import dataclass

import numpy as np

from budgetperf.costing.convex.options import ConvexReturns, ErrorForm
from budgetperf.costing.design import Array
from budgetperf.costing.errors import WideColumn

EQUAL = 1e-9  # of the middle value: deviations as small are none
ROUNDING = 1e-12  # of the largest value: responses as near are one
FAR = 10.0  # typical deviations: a standard deviation beyond is that of a few rows
WIDEST_RESPONSE = 1e4  # reach in typical deviations: the solver carries some 2e3 of them
SUSPECT = 1e3  # reach that is the reason where no optimum is certified


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a (log) response.

    Parameters
    ----------
    spread : float
        Standard deviation, or ten typical deviations if these are less: one row far away makes the
        first as large as it likes, and leaves the second as it is.
    far : bool
        They are less.
    reach : float
        Span over the typical deviation.
    steady : bool
        All are one but for rounding.
    """

    spread: float
    far: bool
    reach: float
    steady: bool


def size_of(y: Array, returns: ConvexReturns, form: ErrorForm) -> Size:
    """Return the size of a response; a steady one has that of its values."""
    additive = form is ErrorForm.ADDITIVE
    values = y if additive else np.log(y)
    typical = _typical(values, additive=additive, through=additive and returns is ConvexReturns.CRS)
    steady = bool(np.ptp(y) <= ROUNDING * np.abs(y).max())
    deviation = float(np.abs(y).max()) if steady and additive else float(values.std())
    far = not steady and deviation > FAR * typical
    return Size(FAR * typical if far else deviation, far, float(np.ptp(values)) / typical, steady)


def carried(y: Array, returns: ConvexReturns, form: ErrorForm) -> Size:
    """Return ``size_of``, refusing what reaches beyond all that could be certified (``WideColumn``)."""
    size = size_of(y, returns, form)
    if size.reach > WIDEST_RESPONSE:
        raise too_wide(y, size.reach)
    return size


def too_wide(y: Array, reach: float) -> WideColumn:
    """Return the refusal of a response that reaches too far."""
    return WideColumn("因变量", float(y.min()), float(y.max()), reach)


def _typical(values: Array, *, additive: bool, through: bool) -> float:
    """Return the median deviation from the median, or from zero where the function passes ``through`` it.

    Where most rows are equal it is what they are; infinite if that is zero.
    """
    middle = float(np.median(values))
    scale = abs(middle) if additive else 1.0
    deviation = float(np.median(np.abs(values if through else values - middle)))
    return deviation if deviation > EQUAL * scale else scale or float("inf")
