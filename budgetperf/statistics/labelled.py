"""Labelled tables: what every core demands of one, and the two ways to make columns comparable.

Holds checks and standardising only. Rows are evaluands (or raters), columns indicators; labels
are kept and the input is never changed.
"""

from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from budgetperf.indicators import Direction
from budgetperf.statistics.errors import BadTable, TooFewRows

Floats: TypeAlias = "pd.Series[float]"
Array: TypeAlias = NDArray[np.float64]


FRAME_HINT = "可写pd.DataFrame(values, index=…, columns=…)"


def array(values: "Floats | pd.DataFrame") -> Array:
    """Return the values as a float64 array, labels dropped."""
    return np.asarray(values, dtype=np.float64)


def numeric(values: pd.Series) -> Floats:
    """Return floats; NaN where a value is no real number: a text, a date, a complex number are not guessed at.

    A column of nothing but marks is 0 and 1; a mark among other values is no number.

    Examples
    --------
    >>> numeric(pd.Series([Decimal("1.5"), True, "2", 1j, None], dtype=object)).tolist()
    [1.5, nan, nan, nan, nan]
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biuf":
        return values.astype(np.float64)
    if isinstance(values.dtype, pd.BooleanDtype):
        return pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)
    return pd.Series([_real(one) for one in values.tolist()], index=values.index, dtype=np.float64)


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):  # np.bool_ is no Real
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return float("inf")
    except ValueError:  # a signalling NaN
        return float("nan")


def demand_frame(values: pd.DataFrame) -> None:
    """Refuse what is no table of named columns (``BadTable``)."""
    if not isinstance(values, pd.DataFrame):
        raise BadTable(f"须为带名称的DataFrame，{FRAME_HINT}，现为", places=[type(values).__name__])


def demand_labels(values: pd.DataFrame) -> None:
    """Refuse what is no table, or names a row or a column twice (``BadTable``)."""
    demand_frame(values)
    for labels in (values.index, values.columns):
        if labels.has_duplicates:
            raise BadTable("表中名称重复", places=[str(name) for name in labels[labels.duplicated()]])


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
    demand_labels(values)
    figures = np.empty(values.shape)
    for at, name in enumerate(values.columns):
        figures[:, at] = array(numeric(values[name]))
    holes = np.argwhere(~np.isfinite(figures))
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
