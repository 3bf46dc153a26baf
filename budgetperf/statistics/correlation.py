"""Correlation (相关性): of two indicators that say the same, one goes; which one, and why.

Holds Pearson's r of every pair and the choice inside a pair. The data alone decide that two
indicators repeat each other, the raters decide which of them stays.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.statistics.labelled import Floats, array, constant_columns, demand_table


@dataclass(frozen=True, slots=True)
class RepeatedPair:
    """Two indicators above the bound, and what became of them.

    Parameters
    ----------
    first, second : str
    r : float
        Pearson's correlation, -1 to 1.
    kept, dropped : str
        Empty when one of the two had gone already: then nothing more was dropped.
    reason : str
        Chinese sentence.
    """

    first: str
    second: str
    r: float
    kept: str
    dropped: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class CorrelationResult:
    """The correlations (m, m; NaN for constant columns), the pairs above the bound, and who stays."""

    matrix: pd.DataFrame
    pairs: tuple[RepeatedPair, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    bound: float


def screen_correlation(values: pd.DataFrame, *, bound: float, importance: Floats) -> CorrelationResult:
    """Drop one of each pair whose absolute correlation is above ``bound``.

    Parameters
    ----------
    values : DataFrame (n, m)
        One row per evaluand, any units; the sign of r does not matter.
    bound : float
        0-1, excluded.
    importance : Series (m,)
        Mean importance; of a pair the higher stays, at equal importance the one that stands
        first in the table.

    Raises
    ------
    BadTable, TooFewRows
        See ``labelled.demand_table``; three evaluands at least.

    Notes
    -----
    Pairs are taken from the strongest down, so that an indicator dropped for a stronger pair
    drags nobody else out.

    References
    ----------
    BJ-3E1C (correlation of candidates); bound and choice inside a pair [ours].
    """
    demand_table(values, rows=3)
    steady = set(constant_columns(values))
    moving = [name for name in values.columns if name not in steady]
    found = np.atleast_2d(np.corrcoef(array(values[moving]), rowvar=False)) if moving else np.empty((0, 0))
    matrix = pd.DataFrame(found, index=moving, columns=moving).reindex(
        index=values.columns, columns=values.columns
    )
    gone: list[str] = []
    pairs = [_settled(pair, importance, gone) for pair in _above(matrix, bound)]
    kept = tuple(str(name) for name in values.columns if name not in gone)
    return CorrelationResult(matrix, tuple(pairs), kept, tuple(gone), bound)


def _above(matrix: pd.DataFrame, bound: float) -> list[tuple[str, str, float]]:
    names, figures = list(matrix.columns), array(matrix)
    found = [
        (names[i], names[j], float(figures[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(figures[i, j]) > bound
    ]
    return sorted(found, key=lambda pair: -abs(pair[2]))


def _settled(pair: tuple[str, str, float], importance: Floats, gone: list[str]) -> RepeatedPair:
    first, second, r = pair
    already = [name for name in (first, second) if name in gone]
    if already:
        return RepeatedPair(first, second, r, "", "", f"“{'”“'.join(already)}”已因更强的相关删去，不再处理")
    weights = float(importance[first]), float(importance[second])
    kept, dropped = (first, second) if not weights[0] < weights[1] else (second, first)
    gone.append(dropped)
    why = "两项重要性相同，保留排在前面的" if weights[0] == weights[1] else "保留重要性均值较高的"
    return RepeatedPair(first, second, r, kept, dropped, f"{why}“{kept}”，删去“{dropped}”")
