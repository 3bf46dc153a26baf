"""Shares to points: weight x share, rounded half up once, in whole units of the last decimal.

The arithmetic of ``exact.half_up`` on arrays; nothing else rounds.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from budgetperf.scoring.table.rows import Int64s, Rows, Shares

_WIDEST = 2**63 - 1


def decimals(number: Decimal) -> int:
    """Return how many decimals ``number`` needs."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Award:
    """Points of a weight.

    Parameters
    ----------
    weight : Decimal
    places : int
        Decimals points are rounded to.
    shown : int
        Decimals of the units handed back, ``places`` or more: a weight may be finer than its points.
    """

    weight: Decimal
    places: int
    shown: int

    @property
    def most(self) -> int:
        """The weight in units."""
        return int(Fraction(self.weight) * 10**self.shown)

    def points(self, shares: Shares, rows: Rows) -> Int64s:
        """Return half_up(weight x share) in units, never above the weight; rows too wide are left."""
        per_share = Fraction(self.weight) * 10**self.places
        times, over = per_share.numerator, per_share.denominator
        widest = _WIDEST // max(2 * times + over, 2 * over)
        num, den = shares.num, shares.den
        if isinstance(den, int):
            if den > widest:
                return rows.leave_all().num
            units = num * np.int64(2 * times)
            units += np.int64(over * den)
            units //= np.int64(2 * over * den)
        else:
            if den.max() > widest:
                wide = den > widest
                rows.leave(wide)
                num, den = np.where(wide, 0, num), np.where(wide, 1, den)
            units = num * np.int64(2 * times)
            base = den if over == 1 else den * np.int64(over)
            units += base
            units //= base * np.int64(2)
        if self.shown > self.places:
            units *= np.int64(10 ** (self.shown - self.places))
            np.minimum(units, np.int64(self.most), out=units)
        return units
