"""To which digit costs were rounded, read off the costs: their unit may be yuan, ten thousand or a million."""

import numpy as np

from budgetperf.costing.design import Array

DIGITS = 12  # of the largest cost that floats carry well enough to be read
WHOLE = 1e-3  # of the unit: what a change of the unit of measure leaves of a whole number
COARSE = 1e-3  # of the smallest cost: coarser steps are few figures, not rounding


def rounding_unit(cost: Array) -> float:
    """Return the largest power of ten all costs are whole multiples of; 0 where none can be read.

    Examples
    --------
    >>> rounding_unit(np.array([1234.5, 99.75])), rounding_unit(np.array([0.00012345, 0.00009975]))
    (0.01, 1e-08)
    >>> rounding_unit(np.array([np.pi, np.e]))
    0.0
    """
    lowest, highest = np.log10(cost.min()), np.log10(cost.max())
    first, last = np.floor(lowest + np.log10(COARSE)), np.ceil(highest) - DIGITS
    for exponent in np.arange(first, last - 1, -1):
        whole = cost / 10.0**exponent
        if (np.abs(whole - np.rint(whole)) <= WHOLE).all():
            return float(10.0**exponent)
    return 0.0
