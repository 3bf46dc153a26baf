"""Entropy weights (熵权法): the more an indicator separates the evaluands, the more it weighs.

Holds the method and nothing of what the indicators mean: an entropy weight speaks of spread, not
of importance.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.errors import BadTable, NothingLeft
from budgetperf.statistics.labelled import Floats, array, constant_columns, demand_table


@dataclass(frozen=True, slots=True, eq=False)
class EntropyResult:
    """Entropies (0-1) and weights (sum 1) by indicator.

    Parameters
    ----------
    entropies, weights : Series (m,)
    n_zeros : int
        Cells of zero, taken with their limit 0 ln 0 = 0.
    findings : tuple of Finding
    """

    entropies: Floats
    weights: Floats
    n_zeros: int
    findings: tuple[Finding, ...]


def fit_entropy(shares: pd.DataFrame) -> EntropyResult:
    """Weigh indicators by one minus their entropy.

    Parameters
    ----------
    shares : DataFrame (n, m)
        Not negative, more is better; ``labelled.min_max`` gives it.

    Raises
    ------
    BadTable
        A negative cell; see also ``labelled.demand_table``.
    NothingLeft
        Every column is constant.

    Notes
    -----
    p_ij = x_ij / sum_i x_ij, e_j = -(1 / ln n) sum_i p_ij ln p_ij, w_j = (1 - e_j) / sum_j (1 - e_j),
    with 0 ln 0 = 0: no cell is shifted, since a shift changes the weights. A constant column has
    entropy 1 and weight 0, which is told.

    References
    ----------
    Shannon (1948) A mathematical theory of communication; Zeleny (1982) Multiple criteria decision
    making, ch. 7. Beside factor weights in GD-INDEX [ours].
    """
    demand_table(shares)
    _demand_not_negative(shares)
    x = array(shares)
    steady = constant_columns(shares)
    if len(steady) == shares.shape[1]:
        raise NothingLeft("所有指标在各评价对象间都没有差异，熵权法无法赋权")
    totals = x.sum(axis=0)
    p = np.divide(x, totals, out=np.full_like(x, 1 / len(x)), where=totals > 0)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    entropies = pd.Series(-(p * logs).sum(axis=0) / np.log(len(x)), index=shares.columns)
    entropies[list(steady)] = 1.0
    spread = 1 - entropies
    return EntropyResult(entropies, spread / spread.sum(), int((x == 0).sum()), _told(steady))


def _demand_not_negative(shares: pd.DataFrame) -> None:
    if below := [f"{shares.index[i]}的{shares.columns[j]}" for i, j in np.argwhere(array(shares) < 0)]:
        raise BadTable("熵权法要求数据不为负", places=below)


def _told(steady: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "statistics.constant",
            Severity.WARNING,
            Where(pointer=f"/values/{name}"),
            f"“{name}”在各评价对象间没有差异，熵权为0",
        )
        for name in steady
    )
