"""The facts of one criterion for many evaluands: arrays of scaled integers, a kind of fact a class.

Holds the columns and how one row of them reads as a fact; nothing is scored here. Arrays are
int64; numbers too wide for that stand in an array of Python integers (dtype object).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import MAX_PREC, Context, Decimal
from typing import Any, Self, TypeAlias

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
        distinct = {id(value): value for value in values}  # facts that say the same share their numbers
        exponents = [value.as_tuple().exponent for value in distinct.values()]
        places = max([0, *(-exponent for exponent in exponents if isinstance(exponent, int))])
        units = {key: int(value.scaleb(places, _WIDE)) for key, value in distinct.items()}
        return cls(ints([units[id(value)] for value in values]), places)

    def __len__(self) -> int:
        return len(self.units)

    def at(self, row: int) -> Decimal:
        """Return the number of a row."""
        return Decimal(int(self.units[row])).scaleb(-self.places, _WIDE)

    def values(self) -> list[Decimal]:
        """Return every number, in the order of the rows; equal ones are one."""
        units = self.units.tolist()
        numbers = {unit: Decimal(unit).scaleb(-self.places, _WIDE) for unit in set(units)}
        return [numbers[unit] for unit in units]

    def rows(self, span: slice) -> "Numbers":
        """Return some rows, without copying."""
        return Numbers(self.units[span], self.places)


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """What columns share: their fields are equally long and are cut together."""

    def __post_init__(self) -> None:
        lengths = {len(part) for part in self._parts()}
        if len(lengths) > 1:
            raise Invalid("scoring.table", f"同一评分项各列的行数不一致：{sorted(lengths)}，请补齐后再计分")

    def _parts(self) -> Iterator[Any]:
        return (getattr(self, field.name) for field in fields(self))

    def __len__(self) -> int:
        return len(next(self._parts()))

    def rows(self, span: slice) -> Self:
        """Return some rows, without copying."""
        cut = (part[span] if isinstance(part, np.ndarray) else part.rows(span) for part in self._parts())
        return type(self)(*cut)


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredColumn(_Column):
    """``Measured`` facts."""

    target: Numbers
    actual: Numbers

    def fact(self, row: int) -> Measured:
        """Return the fact of a row."""
        return Measured(self.target.at(row), self.actual.at(row))


@dataclass(frozen=True, slots=True, eq=False)
class MoneyColumn(_Column):
    """``MoneyRatio`` facts, in fen."""

    part: Ints
    base: Ints

    def fact(self, row: int) -> MoneyRatio:
        """Return the fact of a row."""
        return MoneyRatio(Money(int(self.part[row])), Money(int(self.base[row])))


@dataclass(frozen=True, slots=True, eq=False)
class AchievedColumn(_Column):
    """``Achieved`` facts; ``tier`` is the place in ``ACHIEVEMENTS`` (0 met, 1 partly, 2 not met)."""

    tier: NDArray[np.int8]
    ratio: Numbers

    def __post_init__(self) -> None:
        _Column.__post_init__(self)
        if len(self.tier) and not 0 <= int(self.tier.min()) <= int(self.tier.max()) < len(ACHIEVEMENTS):
            raise Invalid("scoring.table", "达成档次的编码须为0、1或2，请核对数据")

    def fact(self, row: int) -> Achieved:
        """Return the fact of a row."""
        return Achieved(ACHIEVEMENTS[int(self.tier[row])], self.ratio.at(row))


@dataclass(frozen=True, slots=True, eq=False)
class RatedColumn(_Column):
    """``Rated`` facts."""

    points: Numbers

    def fact(self, row: int) -> Rated:
        """Return the fact of a row."""
        return Rated(self.points.at(row))


@dataclass(frozen=True, slots=True, eq=False)
class AnswerColumn(_Column):
    """``Answer`` facts."""

    yes: Mask

    def fact(self, row: int) -> Answer:
        """Return the fact of a row."""
        return Answer(yes=bool(self.yes[row]))


@dataclass(frozen=True, slots=True, eq=False)
class ReachedColumn(_Column):
    """``Reached`` facts."""

    value: Numbers

    def fact(self, row: int) -> Reached:
        """Return the fact of a row."""
        return Reached(self.value.at(row))


@dataclass(frozen=True, slots=True, eq=False)
class InGroupColumn(_Column):
    """``InGroup`` facts."""

    value: Numbers
    worst: Numbers
    best: Numbers

    def fact(self, row: int) -> InGroup:
        """Return the fact of a row."""
        return InGroup(self.value.at(row), self.worst.at(row), self.best.at(row))


@dataclass(frozen=True, slots=True, eq=False)
class RankedColumn(_Column):
    """``Ranked`` facts."""

    place: Numbers
    size: Ints

    def fact(self, row: int) -> Ranked:
        """Return the fact of a row."""
        return Ranked(self.place.at(row), int(self.size[row]))


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
class LevelAndGrowthColumn(_Column):
    """``LevelAndGrowth`` facts."""

    level: SingleColumn
    growth: SingleColumn

    def fact(self, row: int) -> LevelAndGrowth:
        """Return the fact of a row."""
        level: SingleFact = self.level.fact(row)
        return LevelAndGrowth(level, self.growth.fact(row))


Column: TypeAlias = SingleColumn | LevelAndGrowthColumn
"""The facts of one criterion, a row an evaluand: ``fact(row)`` reads one, ``rows(span)`` is a view of some."""
