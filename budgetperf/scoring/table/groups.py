"""The first pass over a group as columns: ``scoring.group`` for a million rows.

Says of every row what ``scoring.group`` says of a list; holds nothing else.
"""

import numpy as np
from numpy.typing import NDArray

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.group import Ties
from budgetperf.scoring.table.columns import InGroupColumn, Ints, Mask, Numbers, RankedColumn


def in_group_column(
    values: Numbers, direction: Direction, *, groups: NDArray[np.int64] | None = None
) -> InGroupColumn:
    """Return each value beside the worst and the best of its group.

    Parameters
    ----------
    values : Numbers, (n_rows,)
    direction : Direction
    groups : array, (n_rows,), optional
        Number of each row's group; one group of all when left out.

    Raises
    ------
    Invalid
        ``scoring.group`` if ``groups`` has another length.
    """
    numbers, order, starts = _by_group(values.units, groups)
    if not len(values):
        return InGroupColumn(values, values, values)
    ordered = values.units[order]
    lowest, highest = (extreme.reduceat(ordered, starts)[numbers] for extreme in (np.minimum, np.maximum))
    low, high = Numbers(lowest, values.places), Numbers(highest, values.places)
    worst, best = (low, high) if direction is Direction.FORWARD else (high, low)
    return InGroupColumn(values, worst, best)


def ranked_column(
    values: Numbers, direction: Direction, *, ties: Ties, groups: NDArray[np.int64] | None = None
) -> RankedColumn:
    """Return the place of each value in its group, 1 for the best, and the size of the group.

    Parameters
    ----------
    values : Numbers, (n_rows,)
    direction : Direction
    ties : {"shared", "mean", "last"}
    groups : array, (n_rows,), optional
        As for ``in_group_column``.

    Raises
    ------
    Invalid
        ``scoring.group`` if ``groups`` has another length.
    """
    numbers, order, starts = _by_group(values.units, groups)
    sizes = np.diff(np.append(starts, len(values)))
    if not len(values):
        return RankedColumn(Numbers(np.empty(0, dtype=np.int64), 1), np.empty(0, dtype=np.int64))
    group, ordered = numbers[order], values.units[order]
    if direction is Direction.FORWARD:  # best first inside each group
        first, size = starts[group], sizes[group]
        turned = 2 * first + size - 1 - np.arange(len(ordered))
        order, ordered = order[turned], ordered[turned]
    fresh = _changes(group) | _changes(ordered)
    firsts = np.flatnonzero(fresh)
    lasts = np.append(firsts[1:], len(ordered)) - 1
    twice = {"shared": 2 * firsts, "mean": firsts + lasts, "last": 2 * lasts}[ties]
    run = np.cumsum(fresh) - 1
    tenths = np.empty(len(ordered), dtype=np.int64)
    tenths[order] = 5 * (twice[run] - 2 * starts[group] + 2)
    return RankedColumn(Numbers(tenths, 1), sizes[numbers].astype(np.int64))


def _changes(values: Ints) -> Mask:
    """Return where a value differs from the one before it; the first does."""
    return np.append(np.array([True]), (values[1:] != values[:-1]).astype(np.bool_))


def _by_group(
    units: Ints, groups: NDArray[np.int64] | None
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the group of each row from 0, the rows by group and rising value, and where groups start."""
    if groups is None:
        groups = np.zeros(len(units), dtype=np.int64)
    if len(groups) != len(units):
        raise Invalid("scoring.group", f"分组有{len(groups)}行，数值有{len(units)}行，请补齐后再计算")
    numbers = np.unique(groups, return_inverse=True)[1]
    by_value = np.argsort(units, kind="stable")
    order = by_value[np.argsort(numbers[by_value], kind="stable")]
    return numbers, order, np.flatnonzero(_changes(numbers[order])) if len(units) else np.empty(0, np.intp)
