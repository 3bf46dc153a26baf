"""The facts of one criterion for many evaluands: arrays of scaled integers, a kind of fact a class.

Holds the columns and how one row of them reads as a fact; nothing is scored here. Arrays are
int64; numbers too wide for that stand in an array of Python integers (dtype object).
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from decimal import MAX_PREC, Context, Decimal
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement
from budgetperf.money import Money
from budgetperf.scoring.facts import (
    Achieved,
    Answer,
    InGroup,
    LevelAndGrowth,
    Measured,
    MoneyRatio,
    Ranked,
    Rated,
    Reached,
    SingleFact,
)

Ints: TypeAlias = NDArray[np.int64] | NDArray[np.object_]
"""Whole numbers; dtype object where int64 is too narrow."""

Mask: TypeAlias = NDArray[np.bool_]

ACHIEVEMENTS = tuple(Achievement)
"""Order of the codes of a tier column."""

_WIDE = Context(prec=MAX_PREC)


def ints(values: Sequence[int]) -> Ints:
    """Return an int64 array, or one of Python integers when a value does not fit."""
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError:
        return np.array(values, dtype=np.object_)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of exact numbers.

    Parameters
    ----------
    units : array, (n_rows,)
        The number times 10 ** ``places``.
    places : int
        Decimals, 0 or more.
    """

    units: Ints
    places: int = 0

    @classmethod
    def of(cls, values: Sequence[Decimal]) -> Self:
        """Return the column of ``values``, at as many decimals as the finest of them.

        Examples
        --------
        >>> Numbers.of([Decimal("1.5"), Decimal("-20")]).units.tolist()
        [15, -200]
        """
        exponents = [value.as_tuple().exponent for value in values]
        places = max([0, *(-exponent for exponent in exponents if isinstance(exponent, int))])
        return cls(ints([int(value.scaleb(places, _WIDE)) for value in values]), places)

    def __len__(self) -> int:
        return len(self.units)

    def at(self, row: int) -> Decimal:
        """Return the number of a row."""
        return Decimal(int(self.units[row])).scaleb(-self.places, _WIDE)

    def rows(self, span: slice) -> "Numbers":
        """Return some rows, without copying."""
        return Numbers(self.units[span], self.places)


def _same_length(*parts: Sized) -> None:
    lengths = {len(part) for part in parts}
    if len(lengths) > 1:
        raise Invalid("scoring.table", f"同一评分项各列的行数不一致：{sorted(lengths)}，请补齐后再计分")


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredColumn:
    """``Measured`` facts."""

    target: Numbers
    actual: Numbers

    def __post_init__(self) -> None:
        _same_length(self.target, self.actual)

    def __len__(self) -> int:
        return len(self.actual)

    def fact(self, row: int) -> Measured:
        """Return the fact of a row."""
        return Measured(self.target.at(row), self.actual.at(row))

    def rows(self, span: slice) -> "MeasuredColumn":
        """Return some rows."""
        return MeasuredColumn(self.target.rows(span), self.actual.rows(span))


@dataclass(frozen=True, slots=True, eq=False)
class MoneyColumn:
    """``MoneyRatio`` facts, in fen."""

    part: Ints
    base: Ints

    def __post_init__(self) -> None:
        _same_length(self.part, self.base)

    def __len__(self) -> int:
        return len(self.part)

    def fact(self, row: int) -> MoneyRatio:
        """Return the fact of a row."""
        return MoneyRatio(Money(int(self.part[row])), Money(int(self.base[row])))

    def rows(self, span: slice) -> "MoneyColumn":
        """Return some rows."""
        return MoneyColumn(self.part[span], self.base[span])


@dataclass(frozen=True, slots=True, eq=False)
class AchievedColumn:
    """``Achieved`` facts; ``tier`` is the place in ``ACHIEVEMENTS`` (0 met, 1 partly, 2 not met)."""

    tier: NDArray[np.int8]
    ratio: Numbers

    def __post_init__(self) -> None:
        _same_length(self.tier, self.ratio)
        if len(self.tier) and not 0 <= int(self.tier.min()) <= int(self.tier.max()) < len(ACHIEVEMENTS):
            raise Invalid("scoring.table", "达成档次的编码须为0、1或2，请核对数据")

    def __len__(self) -> int:
        return len(self.tier)

    def fact(self, row: int) -> Achieved:
        """Return the fact of a row."""
        return Achieved(ACHIEVEMENTS[int(self.tier[row])], self.ratio.at(row))

    def rows(self, span: slice) -> "AchievedColumn":
        """Return some rows."""
        return AchievedColumn(self.tier[span], self.ratio.rows(span))


@dataclass(frozen=True, slots=True, eq=False)
class RatedColumn:
    """``Rated`` facts."""

    points: Numbers

    def __len__(self) -> int:
        return len(self.points)

    def fact(self, row: int) -> Rated:
        """Return the fact of a row."""
        return Rated(self.points.at(row))

    def rows(self, span: slice) -> "RatedColumn":
        """Return some rows."""
        return RatedColumn(self.points.rows(span))


@dataclass(frozen=True, slots=True, eq=False)
class AnswerColumn:
    """``Answer`` facts."""

    yes: Mask

    def __len__(self) -> int:
        return len(self.yes)

    def fact(self, row: int) -> Answer:
        """Return the fact of a row."""
        return Answer(yes=bool(self.yes[row]))

    def rows(self, span: slice) -> "AnswerColumn":
        """Return some rows."""
        return AnswerColumn(self.yes[span])


@dataclass(frozen=True, slots=True, eq=False)
class ReachedColumn:
    """``Reached`` facts."""

    value: Numbers

    def __len__(self) -> int:
        return len(self.value)

    def fact(self, row: int) -> Reached:
        """Return the fact of a row."""
        return Reached(self.value.at(row))

    def rows(self, span: slice) -> "ReachedColumn":
        """Return some rows."""
        return ReachedColumn(self.value.rows(span))


@dataclass(frozen=True, slots=True, eq=False)
class InGroupColumn:
    """``InGroup`` facts; ``scoring.group`` makes them."""

    value: Numbers
    worst: Numbers
    best: Numbers

    def __post_init__(self) -> None:
        _same_length(self.value, self.worst, self.best)

    def __len__(self) -> int:
        return len(self.value)

    def fact(self, row: int) -> InGroup:
        """Return the fact of a row."""
        return InGroup(self.value.at(row), self.worst.at(row), self.best.at(row))

    def rows(self, span: slice) -> "InGroupColumn":
        """Return some rows."""
        return InGroupColumn(self.value.rows(span), self.worst.rows(span), self.best.rows(span))


@dataclass(frozen=True, slots=True, eq=False)
class RankedColumn:
    """``Ranked`` facts; ``scoring.group`` makes them."""

    place: Numbers
    size: Ints

    def __post_init__(self) -> None:
        _same_length(self.place, self.size)

    def __len__(self) -> int:
        return len(self.place)

    def fact(self, row: int) -> Ranked:
        """Return the fact of a row."""
        return Ranked(self.place.at(row), int(self.size[row]))

    def rows(self, span: slice) -> "RankedColumn":
        """Return some rows."""
        return RankedColumn(self.place.rows(span), self.size[span])


SingleColumn: TypeAlias = (
    MeasuredColumn
    | MoneyColumn
    | AchievedColumn
    | RatedColumn
    | AnswerColumn
    | ReachedColumn
    | InGroupColumn
    | RankedColumn
)


@dataclass(frozen=True, slots=True, eq=False)
class LevelAndGrowthColumn:
    """``LevelAndGrowth`` facts."""

    level: SingleColumn
    growth: SingleColumn

    def __post_init__(self) -> None:
        _same_length(self.level, self.growth)

    def __len__(self) -> int:
        return len(self.level)

    def fact(self, row: int) -> LevelAndGrowth:
        """Return the fact of a row."""
        level: SingleFact = self.level.fact(row)
        return LevelAndGrowth(level, self.growth.fact(row))

    def rows(self, span: slice) -> "LevelAndGrowthColumn":
        """Return some rows."""
        return LevelAndGrowthColumn(self.level.rows(span), self.growth.rows(span))


Column: TypeAlias = SingleColumn | LevelAndGrowthColumn
"""The facts of one criterion, a row an evaluand: ``fact(row)`` reads one, ``rows(span)`` is a view of some."""
