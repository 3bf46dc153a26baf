"""Exact shares per row as quotients of int64, and the rows that int64 cannot carry.

Holds the guard every kernel works under: before numbers are multiplied it is asked whether they
are small enough; rows that are not, or that will be refused, are left to the formula itself.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from budgetperf.scoring.table.columns import Ints, Mask, Numbers

Int64s: TypeAlias = NDArray[np.int64]

LIMIT = 2**61
"""Products are held below this: two of them may be added inside int64."""


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Share = ``num`` / ``den``, 0 <= num <= den, den > 0; ``noted`` rows have something to tell."""

    num: Int64s
    den: Int64s | int
    noted: Mask | None = None


class EveryRowLeft(Exception):
    """The kernel cannot decide any row: a number of the edition is too wide, or the column is of another kind."""


class Rows:
    """The rows of one block and which of them are left to exact arithmetic."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.left: Mask | None = None

    def leave(self, rows: Mask) -> None:
        """Leave ``rows`` to the formula itself."""
        if rows.any():
            self.left = rows if self.left is None else self.left | rows

    def leave_all(self) -> Shares:
        """Leave every row; the shares are placeholders."""
        self.left = np.ones(self.number, dtype=np.bool_)
        return Shares(np.zeros(self.number, dtype=np.int64), 1)

    def constant(self, number: int, factor: int) -> int:
        """Return ``number``, which may be multiplied by ``factor``.

        Raises
        ------
        EveryRowLeft
            If the product is too wide.
        """
        if number * factor > LIMIT:
            raise EveryRowLeft
        return number

    def fit(self, units: Ints, factor: int) -> Int64s:
        """Return ``units`` as int64 that may be multiplied by ``factor``; wider rows are left and read 0.

        Raises
        ------
        EveryRowLeft
            If ``factor`` alone is too wide.
        """
        limit = LIMIT // self.constant(factor, 1)
        if -limit <= units.min() and units.max() <= limit:
            return units.astype(np.int64, copy=False)
        wide = ((units > limit) | (units < -limit)).astype(np.bool_)
        self.leave(wide)
        return np.where(wide, 0, units).astype(np.int64)

    def aligned(self, numbers: tuple[Numbers, ...], factor: int) -> tuple[Int64s, ...]:
        """Return columns at the same decimals, each small enough for ``factor``."""
        places = max(column.places for column in numbers)
        return tuple(self._raised(column, places - column.places, factor) for column in numbers)

    def _raised(self, column: Numbers, places: int, factor: int) -> Int64s:
        if places == 0:
            return self.fit(column.units, factor)
        raised = self.constant(10**places, factor)
        return self.fit(column.units, factor * raised) * np.int64(raised)


def over_common(*shares: Fraction) -> tuple[tuple[int, ...], int]:
    """Return numerators over one denominator.

    Raises
    ------
    EveryRowLeft
        If one of them is too wide.

    Examples
    --------
    >>> over_common(Fraction(1, 2), Fraction(1, 3))
    ((3, 2), 6)
    """
    denominator = lcm(*(share.denominator for share in shares))
    tops = tuple(int(share * denominator) for share in shares)
    if max(denominator, *(abs(top) for top in tops)) > LIMIT:
        raise EveryRowLeft
    return tops, denominator
