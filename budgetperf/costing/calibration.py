"""From efficient costs to what is paid: a total kept, a share of it by the norm."""

import numpy as np

from budgetperf.costing.design import Floats


def calibrate(norm: Floats, *, total: float, weight: Floats) -> Floats:
    """Spread what the norms lack to a payable total over the dmus, by their weight.

    Parameters
    ----------
    norm : Series (n,)
        Efficient cost of each dmu, yuan.
    total : float
        What may be paid altogether, yuan; the sum of costs where the average dmu is to be whole.
    weight : Series (n,)
        The same labels; zero or more, e.g. the capital employed. Equal to the cost it adds the same
        share to all.

    Returns
    -------
    Series (n,)
        ``norm + (total - sum(norm)) weight / sum(weight)``: sums to the total.

    Raises
    ------
    ValueError
        If labels differ, a figure is missing, or no weight is positive.

    References
    ----------
    Bjorndal, Bjorndal and Fange (2010); NVE-RME, calibration of cost norms.
    """
    if not norm.index.equals(weight.index):
        raise ValueError("校准的标准成本与权重的单位或其次序不一致")
    if not (np.isfinite(norm).all() and np.isfinite(weight).all() and np.isfinite(total)):
        raise ValueError("校准的标准成本、权重或总额含有缺失值")
    if (weight < 0).any() or not weight.sum() > 0:
        raise ValueError("校准的权重须不小于零，且至少一个大于零")
    return norm + (total - norm.sum()) * weight / weight.sum()


def blend(cost: Floats, norm: Floats, *, norm_share: float) -> Floats:
    """Return the payable amount, ``(1 - norm_share) cost + norm_share norm``: NVE's revenue cap at 0.7."""
    if not 0 <= norm_share <= 1:
        raise ValueError(f"标准成本所占比重须在0和1之间，现为{norm_share}")
    return (1 - norm_share) * cost + norm_share * norm
