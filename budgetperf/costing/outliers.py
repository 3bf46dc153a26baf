"""Rows that do not belong to the bulk, by a rule fixed beforehand; they are named, not removed."""

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.costing.design import Array, array
from budgetperf.costing.errors import BadTable, Collinear, NotConverged, TooFewRows
from budgetperf.terms import Term

STEPS = 500  # rounds after which a bulk that still changes is a failure


class BaconCut(Term):
    """Which cut a BACON run uses; they are far apart, so an edition names one."""

    PAPER = "paper", "按论文"
    REGULATOR = "nve", "按挪威监管机构程序"


def bacon(
    frame: pd.DataFrame, *, alpha: float, cut: BaconCut = BaconCut.PAPER, start: int = 4
) -> "pd.Series[bool]":
    """Tell which rows are multivariate outliers.

    Parameters
    ----------
    frame : DataFrame (n, p)
    alpha : float
        Level of the cut.
    cut : BaconCut
    start : int
        The first bulk has ``start x p`` rows, those nearest the mean.

    Returns
    -------
    Series (n,) of bool

    Raises
    ------
    TooFewRows
        If there are not more rows than the first bulk, or at most 3 p + 1.
    Collinear
        If the columns of the bulk depend on each other.
    NotConverged
        If the bulk never settles.
    BadTable
        If a value is missing.

    Notes
    -----
    The bulk is grown to all rows with Mahalanobis distance d below the cut until its size stays:
    ``d < c sqrt(q)``, ``c = 1 + (p + 1) / (n - p) + 2 / (n - 1 - 3 p) + max(0, (h - r) / (h + r))``,
    h = (n + p + 1) // 2, r the size of the bulk, q the 1 - alpha / n quantile of chi2 with p degrees.
    The Norwegian regulator's code has d < c q with n - 1 for n - p and the 1 - alpha quantile: it
    compares a distance with a squared one and names far fewer rows.

    References
    ----------
    Billor, Hadi and Velleman (2000), algorithms 2 and 3; NVE/IRiR, ``functions_nve.R``.
    """
    values = array(frame)
    n, p = values.shape
    needed = max(start * p, 3 * p + 1) + 1
    if n < needed:
        raise TooFewRows(f"{p}列的BACON异常值检验行数不足", n=n, needed=needed)
    if not np.isfinite(values).all():
        raise BadTable("异常值检验的数据含有缺失值")
    names = [str(name) for name in frame.columns]
    bulk = np.zeros(n, dtype=bool)
    bulk[np.argsort(_distance(values, values, names))[: start * p]] = True
    for _ in range(STEPS):
        r = int(bulk.sum())
        bulk = _distance(values, values[bulk], names) < _limit(n, p, r, alpha, cut)
        if int(bulk.sum()) == r:
            return pd.Series(~bulk, index=frame.index)
    raise NotConverged("BACON异常值检验", f"{STEPS}轮后主体仍在变化")


def _limit(n: int, p: int, r: int, alpha: float, cut: BaconCut) -> float:
    h = (n + p + 1) // 2
    base = max(0.0, (h - r) / (h + r)) + 1 + 2 / (n - 1 - 3 * p)
    if cut is BaconCut.REGULATOR:
        return float((base + (p + 1) / (n - 1)) * stats.chi2.ppf(1 - alpha, p))
    return float((base + (p + 1) / (n - p)) * np.sqrt(stats.chi2.ppf(1 - alpha / n, p)))


def _distance(values: Array, bulk: Array, names: list[str]) -> Array:
    """Return the Mahalanobis distance of each row from the bulk, columns scaled first."""
    spread = bulk.std(axis=0, ddof=1)
    if not (spread > 0).all():
        raise Collinear(float("inf"), [name for name, s in zip(names, spread, strict=True) if not s > 0])
    scaled = (values - bulk.mean(axis=0)) / spread
    correlation = np.corrcoef(bulk, rowvar=False).reshape(len(names), len(names))
    condition = float(np.linalg.cond(correlation))
    if condition > 1e12:
        raise Collinear(condition, names)
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", scaled, np.linalg.solve(correlation, scaled.T).T)))
