"""The formulas on one number, on columns: threshold, interval, deduction, step, satisfaction, piecewise.

A number is read as a quotient of two integers, so a rate keeps its two amounts and a bound is
compared by cross-multiplication; see ``kernels`` for what a row left means.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from budgetperf.indicators import Operator
from budgetperf.scoring.formulas import Deduction, Fall, Interval, Piecewise, Satisfaction, Step, Threshold
from budgetperf.scoring.formulas.readings import NumberRule
from budgetperf.scoring.table.columns import Mask, MeasuredColumn, MoneyColumn, ReachedColumn
from budgetperf.scoring.table.rows import EveryRowLeft, Int64s, Rows, Shares, over_common

_HOLDS: Mapping[Operator, Callable[[Int64s, Int64s | int], Mask]] = {
    Operator.AT_LEAST: np.greater_equal,
    Operator.MORE_THAN: np.greater,
    Operator.EQUAL: np.equal,
    Operator.AT_MOST: np.less_equal,
    Operator.LESS_THAN: np.less,
}


Readable: TypeAlias = ReachedColumn | MeasuredColumn | MoneyColumn
"""A column a number can be read from."""

READABLE: tuple[type[Readable], ...] = (ReachedColumn, MeasuredColumn, MoneyColumn)


@dataclass(frozen=True, slots=True, eq=False)
class Baseless:
    """Rows that have no base, and those of them that earn all the same."""

    rows: Mask
    full: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """num / den per row, den > 0."""

    num: Int64s
    den: Int64s | int
    baseless: Baseless | None = None

    def closed(self, num: Int64s, den: Int64s | int) -> Shares:
        """Return shares with what rows without a base earn, and note those."""
        if self.baseless is None:
            return Shares(num, den)
        rows = self.baseless.rows
        return Shares(np.where(rows, self.baseless.full, num), np.where(rows, 1, den), rows)


def _read(formula: NumberRule, column: Readable, rows: Rows, *, factor: int) -> Read:
    """Read a column small enough for ``factor``; one that does not fit the reading leaves every row."""
    if formula.reading == "value" and isinstance(column, ReachedColumn):
        one = rows.constant(10**column.value.places, factor)
        return Read(rows.fit(column.value.units, factor), one)
    if formula.reading == "value":
        raise EveryRowLeft
    if isinstance(column, MeasuredColumn):
        number, base = rows.aligned((column.actual, column.target), 2 * factor)
    elif isinstance(column, MoneyColumn):
        number, base = rows.fit(column.part, 2 * factor), rows.fit(column.base, 2 * factor)
    else:
        raise EveryRowLeft
    num = number - base if formula.reading == "change" else number
    missing = base <= 0
    if not missing.any():
        return Read(num, base)
    full = missing & (number <= 0) if formula.no_base == "full_if_nothing" else np.zeros_like(missing)
    return Read(num, np.where(missing, 1, base), Baseless(missing, full))


def threshold(formula: Threshold, column: Readable, _weight: Decimal, rows: Rows) -> Shares:
    """``Threshold.part`` on a column."""
    holds = _HOLDS[formula.operator]
    if formula.bound == "target":
        if not isinstance(column, MeasuredColumn):
            raise EveryRowLeft
        actual, target = rows.aligned((column.actual, column.target), 1)
        return Shares(holds(actual, target).astype(np.int64), 1)
    bound = Fraction(formula.bound)
    read = _read(formula, column, rows, factor=_size(bound))
    return read.closed(holds(read.num * bound.denominator, read.den * bound.numerator).astype(np.int64), 1)


def interval(formula: Interval, column: Readable, weight: Decimal, rows: Rows) -> Shares:
    """``Interval.part`` on a column."""
    bounds = [Fraction(bound) for bound in (formula.low, formula.high) if bound is not None]
    tops, denominator = over_common(*bounds)
    size = denominator + max(abs(top) for top in tops)
    read = _read(formula, column, rows, factor=size * _slope_size(formula.fall, weight))
    number = read.num * np.int64(denominator)
    low, high = tops[0], tops[-1]
    if formula.low is None:
        beyond = number - read.den * high
    elif formula.high is None:
        beyond = read.den * low - number
    else:
        beyond = np.maximum(read.den * low - number, number - read.den * high)
    if formula.fall is None:
        return read.closed((beyond <= 0).astype(np.int64), 1)
    return read.closed(*_left(formula.fall, beyond, read.den * denominator, weight=weight))


def deduction(formula: Deduction, column: Readable, weight: Decimal, rows: Rows) -> Shares:
    """``Deduction.part`` on a column."""
    free = Fraction(formula.free)
    end = None if formula.none_from is None else abs(Fraction(formula.none_from) - free)
    factor = _size(free) * _slope_size(formula.fall, weight) * (1 if end is None else _size(end))
    read = _read(formula, column, rows, factor=factor)
    beyond = read.num * free.denominator - read.den * free.numerator
    if formula.side == "below":
        beyond = -beyond
    unit = read.den * free.denominator
    num, den = _left(formula.fall, beyond, unit, weight=weight)
    if end is not None:
        num = np.where(beyond * end.denominator >= unit * end.numerator, 0, num)
    return read.closed(num, den)


def _slope(fall: Fall, weight: Decimal) -> Fraction:
    """Return the share lost per unit."""
    return Fraction(fall.lose) / Fraction(fall.out_of or weight)


def _left(fall: Fall, beyond: Int64s, unit: Int64s | int, *, weight: Decimal) -> tuple[Int64s, Int64s | int]:
    """``Fall.left`` of beyond / unit: numerator and denominator of the share left."""
    beyond = np.maximum(beyond, 0)
    slope, per = _slope(fall, weight), Fraction(fall.per)
    if fall.parts == "proportional":
        steep = slope / per
        den = unit * steep.denominator
        return np.maximum(den - beyond * steep.numerator, 0), den
    over, one = beyond * per.denominator, unit * per.numerator
    units = -(-over // one) if fall.parts == "begun" else over // one
    most = -(-slope.denominator // slope.numerator)  # so many units take everything
    return np.maximum(slope.denominator - np.minimum(units, most) * slope.numerator, 0), slope.denominator


def _size(number: Fraction) -> int:
    """Return by how much cross-multiplication with ``number`` can raise a size."""
    return abs(number.numerator) + number.denominator


def _slope_size(fall: Fall | None, weight: Decimal) -> int:
    if fall is None:
        return 1
    slope, per = _slope(fall, weight), Fraction(fall.per)
    return max(_size(slope / per), _size(per), 2 * _size(slope))


def step(formula: Step, column: Readable, _weight: Decimal, rows: Rows) -> Shares:
    """``Step.part`` on a column."""
    bounds = [Fraction(band.bound) for band in formula.bands]
    read = _read(formula, column, rows, factor=max(_size(bound) for bound in bounds))
    out_of = Fraction(formula.out_of)
    earned = [Fraction(points) / out_of for points in (*(b.points for b in formula.bands), formula.otherwise)]
    nums, den = over_common(*earned)
    reaches = np.greater_equal if formula.edge == "at_least" else np.less_equal
    inside = [reaches(read.num * bound.denominator, read.den * bound.numerator) for bound in bounds]
    return read.closed(np.select(inside, [np.int64(num) for num in nums[:-1]], np.int64(nums[-1])), den)


def satisfaction(formula: Satisfaction, column: ReachedColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Satisfaction.part`` on a column; a rate outside 0-100 is left to be refused."""
    bounds = [Fraction(band.bound) for band in formula.bands]
    factor = max(100, *(_size(bound) for bound in bounds))
    scale = rows.constant(10**column.value.places, factor)
    rate = rows.fit(column.value.units, factor)
    rows.leave((rate < 0) | (rate > 100 * scale))
    nums, den = over_common(*(Fraction(band.points) / Fraction(formula.out_of) for band in formula.bands))
    inside = [rate * bound.denominator >= bound.numerator * scale for bound in bounds]
    return Shares(np.select(inside, [np.int64(num) for num in nums], np.int64(0)), den)


def piecewise(formula: Piecewise, column: ReachedColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Piecewise.part`` on a column; a number outside the bands is left to be refused.

    Inside a band the share is (rise x number + base) / den, with ``base`` its value at number 0.
    """
    bounds = [Fraction(band.bound) for band in formula.bands]
    highest, out_of = Fraction(formula.highest), Fraction(formula.out_of)
    rises = [
        Fraction(band.top - band.points) / Fraction(top - band.bound) / out_of
        for band, top in zip(formula.bands, formula.tops(), strict=True)
    ]
    bases = [
        Fraction(band.points) / out_of - rise * bound
        for band, rise, bound in zip(formula.bands, rises, bounds, strict=True)
    ]
    tops, den = over_common(*rises, *bases)
    factor = max(den, *(abs(top) for top in tops), *(_size(bound) for bound in (highest, *bounds)))
    scale = rows.constant(10**column.value.places, factor)
    number = rows.fit(column.value.units, factor)
    lower = [number * bound.denominator >= bound.numerator * scale for bound in bounds]
    outside = ~lower[-1] | (number * highest.denominator > highest.numerator * scale)
    rows.leave(outside)
    lines = [
        number * np.int64(rise) + np.int64(base * scale)
        for rise, base in zip(tops[: len(rises)], tops[len(rises) :], strict=True)
    ]
    return Shares(np.where(outside, 0, np.select(lower, lines, np.int64(0))), den * scale)
