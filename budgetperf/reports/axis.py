"""Where a figure stands on an axis, and which round figures are written beside it. Loads nothing heavy."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDE = 10
"""Largest over smallest from which a linear axis hides the small ones."""
_ROUND = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from ``low`` to ``high``.

    Parameters
    ----------
    low, high : float
    logarithmic : bool
        Equal ratios at equal distances; both ends positive.
    ticks : tuple of Decimal
        Round figures between the ends.
    """

    low: float
    high: float
    logarithmic: bool
    ticks: tuple[Decimal, ...]

    def place(self, value: Decimal | float) -> float:
        """Return where a figure stands: 0 at the low end, 1 at the high end; held within."""
        low, high, at = self.low, self.high, float(value)
        if self.logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(max(at, self.low))
        return min(max((at - low) / (high - low), 0.0), 1.0)


def spread_wide(*columns: Sequence[Decimal]) -> bool:
    """Tell whether all figures are positive and those of some column ``WIDE`` apart."""
    return min(map(min, columns)) > 0 and any(max(one) >= WIDE * min(one) for one in columns)


def axis(values: Sequence[Decimal], *, logarithmic: bool = False, n_ticks: int = 6) -> Axis:
    """Return an axis that holds all values with a little air.

    Parameters
    ----------
    values : sequence of Decimal
        At least one; positive where the axis is logarithmic.
    logarithmic : bool
    n_ticks : int
        About how many round figures.
    """
    low, high = float(min(values)), float(max(values))
    if logarithmic:
        low, high = low / 1.15, high * 1.15
        return Axis(low, high, logarithmic=True, ticks=_log_ticks(low, high, n_ticks))
    air = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    low, high = (0.0 if 0 <= low < (high - low) / 2 else low - air), high + air
    return Axis(low, high, logarithmic=False, ticks=_ticks(low, high, n_ticks))


def symmetric(widest: Decimal, *, n_ticks: int = 6) -> Axis:
    """Return an axis from ``-widest`` to ``widest``."""
    end = float(widest) or 1.0
    return Axis(-end, end, logarithmic=False, ticks=_ticks(-end, end, n_ticks))


def _ticks(low: float, high: float, most: int) -> tuple[Decimal, ...]:
    rough = Decimal(repr((high - low) / most))
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * one for one in _ROUND if power * one >= rough)
    first, last = math.ceil(low / float(step)), math.floor(high / float(step))
    return tuple(step * i for i in range(first, last + 1))


def _log_ticks(low: float, high: float, most: int) -> tuple[Decimal, ...]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = tuple(
            Decimal(step).scaleb(power)
            for power in powers
            for step in steps
            if low <= step * 10.0**power <= high
        )
        if len(ticks) <= most + 2:
            return ticks
    return ticks[:: len(ticks) // most + 1]
