"""Labelled tables: what every core demands of one, and the two ways to make columns comparable.

Holds checks and standardising only. Rows are evaluands (or raters), columns indicators; labels
are kept and the input is never changed.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from budgetperf.indicators import Direction
from budgetperf.statistics.errors import BadTable, TooFewRows

Floats: TypeAlias = "pd.Series[float]"
Array: TypeAlias = NDArray[np.float64]


def array(values: "Floats | pd.DataFrame") -> Array:
    """Return the values as a float64 array, labels dropped."""
    return np.asarray(values, dtype=np.float64)


def demand_table(values: pd.DataFrame, *, rows: int = 2) -> None:
    """Refuse a table that no core can use.

    Parameters
    ----------
    values : DataFrame (n, m)
    rows : int
        How many rows the method needs.

    Raises
    ------
    BadTable
        A cell is missing or not finite, or a label is repeated.
    TooFewRows
        Fewer than ``rows`` rows.
    """
    for labels in (values.index, values.columns):
        if labels.has_duplicates:
            raise BadTable("表中名称重复", places=[str(name) for name in labels[labels.duplicated()]])
    holes = np.argwhere(~np.isfinite(array(values)))
    if len(holes):
        places = [f"{values.index[row]}的{values.columns[column]}" for row, column in holes]
        raise BadTable("以下数据缺失或不是有限数，不作填补，请补齐后重新计算", places=places)
    if len(values) < rows:
        raise TooFewRows("评价对象太少", n=len(values), needed=rows)


def oriented(values: pd.DataFrame, directions: Mapping[str, Direction]) -> pd.DataFrame:
    """Return the values with reverse indicators negated, so that more is better everywhere."""
    signs = np.array([-1.0 if directions[str(name)] is Direction.REVERSE else 1.0 for name in values.columns])
    return values.astype(np.float64) * signs


def min_max(forward: pd.DataFrame) -> pd.DataFrame:
    """Return every column as a share of its range, 0 the worst and 1 the best.

    Parameters
    ----------
    forward : DataFrame (n, m)
        More is better (``oriented``).

    Returns
    -------
    DataFrame (n, m)
        ``(x - min) / (max - min)``; a constant column is 0 throughout (it separates nobody; the
        methods tell of it and give it no weight).
    """
    low, spread = forward.min(), forward.max() - forward.min()
    return ((forward - low) / spread.where(spread > 0, 1.0)).astype(np.float64)


def constant_columns(values: pd.DataFrame) -> tuple[str, ...]:
    """Return the names of the columns with one value throughout, in order."""
    steady = values.max() == values.min()
    return tuple(str(name) for name in values.columns[steady])
