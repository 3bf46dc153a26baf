"""From efficient costs to what is paid: a total kept, a share of it by the norm."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from budgetperf.costing.design import Floats
from budgetperf.costing.errors import BadOption, BadTable
from budgetperf.costing.method import Calibration
from budgetperf.costing.words import CalibrationWeight
from budgetperf.errors import Invalid
from budgetperf.money import Money


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
    BadTable
        If labels differ, a figure is missing, or no weight is positive.

    References
    ----------
    Bjorndal, Bjorndal and Fange (2010); NVE-RME, calibration of cost norms.
    """
    if not norm.index.equals(weight.index):
        raise BadTable("校准的标准成本与权重的单位或其次序不一致")
    if not (np.isfinite(norm).all() and np.isfinite(weight).all() and np.isfinite(total)):
        raise BadTable("校准的标准成本、权重或总额含有缺失值")
    if (weight < 0).any() or not weight.sum() > 0:
        raise BadTable("校准的权重须不小于零，且至少一个大于零")
    return norm + (total - norm.sum()) * weight / weight.sum()


def blend(cost: Floats, norm: Floats, *, norm_share: float) -> Floats:
    """Return the payable amount, ``(1 - norm_share) cost + norm_share norm``: NVE's revenue cap at 0.7."""
    if not 0 <= norm_share <= 1:
        raise BadOption(f"标准成本所占比重须在0和1之间，现为{norm_share}")
    return (1 - norm_share) * cost + norm_share * norm


def payable(
    costs: Sequence[Money], norms: Sequence[Money], *, total: Money, rule: Calibration
) -> tuple[Money, ...]:
    """Return what each unit is paid, to the fen: the sum is ``total``.

    Parameters
    ----------
    costs, norms : sequence of Money (n,)
        Own cost and baseline of each unit.
    total : Money
    rule : Calibration

    Raises
    ------
    Invalid
        ``costing.payable`` if the total leaves some unit less than nothing.

    Notes
    -----
    ``b_i = (1 - s) cost_i + s norm_i``, then ``b_i + (total - sum(b)) w_i / sum(w)``: with the total of
    costs this is ``blend`` of ``calibrate``. Fens left by rounding go to the largest remainders.
    """
    share = Fraction(rule.norm_share)
    weights = [one.fen for one in (costs if rule.weight is CalibrationWeight.COST else norms)]
    if not sum(weights):
        raise Invalid("costing.payable", "各单位的基线都为0，差额无从分摊，请改用更小的取整单位或按成本分摊")
    blended = [(1 - share) * c.fen + share * n.fen for c, n in zip(costs, norms, strict=True)]
    lack = total.fen - sum(blended)
    exact = [b + lack * Fraction(w, sum(weights)) for b, w in zip(blended, weights, strict=True)]
    if min(exact) < 0:
        raise Invalid("costing.payable", f"应付总额{total}元过低，校准后有单位的应付额小于0，请核对总额")
    return total.split(exact)
