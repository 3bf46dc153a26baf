"""The formulas on columns: targets, judgements, money, groups and the composite.

One function per formula, doing what its ``part`` does, row by row. A row a kernel cannot decide
(too wide for int64, or to be refused) is left to ``part`` itself, so there is one truth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

import numpy as np

from budgetperf.scoring.formulas import (
    Deduction,
    DeviationBand,
    Exact,
    Execution,
    Graded,
    Interval,
    Judged,
    LevelGrowth,
    MinMax,
    NamedRule,
    Piecewise,
    Proportional,
    Rank,
    Reverse,
    Satisfaction,
    Step,
    Threshold,
    YesNo,
)
from budgetperf.scoring.table.columns import (
    AchievedColumn,
    AnswerColumn,
    Column,
    InGroupColumn,
    LevelAndGrowthColumn,
    Mask,
    MeasuredColumn,
    MoneyColumn,
    RankedColumn,
    RatedColumn,
    ReachedColumn,
)
from budgetperf.scoring.table.numbers import (
    READABLE,
    deduction,
    interval,
    piecewise,
    satisfaction,
    step,
    threshold,
)
from budgetperf.scoring.table.rows import LIMIT, EveryRowLeft, Int64s, Rows, Shares, over_common

R = TypeVar("R", bound=NamedRule)
C = TypeVar("C", bound=Column)


def shares_of(formula: NamedRule, column: Column, *, weight: Decimal, rows: Rows) -> Shares:
    """Return the shares of a block; a column of another kind leaves all its rows."""
    return KERNELS[formula.name].run(formula, column, weight, rows)


# ------------------------------------------------------------------- targets


def _targets(column: MeasuredColumn, rows: Rows, factor: int = 1) -> tuple[Int64s, Int64s]:
    target, actual = rows.aligned((column.target, column.actual), factor)
    return target, actual


def _beside_zero(num: Int64s, den: Int64s, target: Int64s, at_zero: Mask, below: Mask) -> Shares:
    """Keep num / den above target 0; there and below it ``at_zero`` and ``below`` say whether all is earned."""
    positive = target > 0
    met = np.where(target == 0, at_zero, below)
    return Shares(np.where(positive, num, met), np.where(positive, den, 1))


def proportional(formula: Proportional, column: MeasuredColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Proportional.part`` on a column."""
    passing = Fraction(formula.pass_from)
    target, actual = _targets(column, rows, passing.denominator)
    num = np.minimum(np.maximum(actual, 0), target)
    if passing:
        failed = num * passing.denominator < target * passing.numerator
        num = np.where(failed, 0, num)
    if target.min() > 0:
        return Shares(num, target)
    at_zero = actual <= 0 if formula.zero_target == "at_most_zero" else actual >= 0
    return _beside_zero(num, target, target, at_zero, actual >= target)


def reverse(_formula: Reverse, column: MeasuredColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Reverse.part`` on a column."""
    target, actual = _targets(column, rows)
    den = np.maximum(actual, target)
    if target.min() > 0:
        return Shares(target, den)
    return _beside_zero(target, den, target, actual <= 0, actual <= target)  # both readings of 0 say <= 0


def exact(formula: Exact, column: MeasuredColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Exact.part`` on a column."""
    target, actual = _targets(column, rows)
    num, den = np.maximum(actual, 0), target
    if formula.above == "zero":
        num = np.where(actual > target, 0, num)
    else:
        num = np.minimum(num, target)
        den = np.maximum(actual, target) if formula.above == "inverse" else target
    if target.min() > 0:
        return Shares(num, den)
    at_zero = actual <= 0 if formula.zero_target == "at_most_zero" else actual == 0
    below = actual >= target if formula.above == "full" else actual == target
    return _beside_zero(num, den, target, at_zero, below)


def deviation_band(formula: DeviationBand, column: MeasuredColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``DeviationBand.part`` on a column."""
    (below, above), denominator = over_common(Fraction(formula.below), Fraction(formula.above))
    target, actual = _targets(column, rows, 4 * (denominator + above))
    size = np.abs(target)
    away = np.abs(actual - target) * np.int64(denominator)
    band = np.where(actual > target, above, below) * size
    den = size * np.int64(denominator)
    lost = away - band if formula.reduce == "excess" else away
    num = np.where(away <= band, den, np.maximum(den - lost, 0))
    zero = target == 0
    return Shares(np.where(zero, actual == 0, num), np.where(zero, 1, den))


# ----------------------------------------------------------------- judgements


def graded(formula: Graded, column: AchievedColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Graded.part`` on a column; a share outside its tier is left to be refused."""
    scale = rows.constant(10**column.ratio.places, 1)
    share = rows.fit(column.ratio.units, 1)
    low = np.array([_up(Fraction(tier.at_least) * scale) for tier in formula.tiers])[column.tier]
    top = np.array([_up(Fraction(tier.below) * scale) for tier in formula.tiers])[column.tier]
    to_full = np.array([tier.below == 1 for tier in formula.tiers])[column.tier]
    inside = (share >= low) & ((share < top) | (to_full & (share == scale)))
    rows.leave(~inside)
    return Shares(np.where(inside, share, 0), scale)


def _up(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def judged(_formula: Judged, column: RatedColumn, weight: Decimal, rows: Rows) -> Shares:
    """``Judged.part`` on a column; points beyond the weight are left to be refused."""
    per_unit = 1 / (Fraction(weight) * 10**column.points.places)
    whole = rows.constant(per_unit.denominator, 1)
    num = rows.fit(column.points.units, per_unit.numerator) * np.int64(per_unit.numerator)
    inside = (num >= 0) & (num <= whole)
    rows.leave(~inside)
    return Shares(np.where(inside, num, 0), whole)


def yes_no(_formula: YesNo, column: AnswerColumn, _weight: Decimal, _rows: Rows) -> Shares:
    """``YesNo.part`` on a column."""
    return Shares(column.yes.astype(np.int64), 1)


# ---------------------------------------------------------------------- money


def execution(formula: Execution, column: MoneyColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Execution.part`` on a column."""
    part, base = rows.fit(column.part, 1), rows.fit(column.base, 1)
    num = np.minimum(np.maximum(part, 0), base)
    if base.min() > 0:
        return Shares(num, base)
    missing = base <= 0
    return Shares(np.where(missing, int(formula.no_base == "full"), num), np.where(missing, 1, base), missing)


# --------------------------------------------------------------------- groups


def min_max(formula: MinMax, column: InGroupColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``MinMax.part`` on a column; a value outside its group is left to be refused."""
    (floor, equal), denominator = over_common(Fraction(formula.floor), Fraction(formula.equal))
    value, worst, best = rows.aligned((column.value, column.worst, column.best), 4 * denominator)
    outside = (value < np.minimum(worst, best)) | (value > np.maximum(worst, best))
    rows.leave(outside)
    span, risen = np.abs(best - worst), np.abs(value - worst)
    num = span * np.int64(floor) + risen * np.int64(denominator - floor)
    same = span == 0
    num, den = np.where(same, equal, num), np.where(same, denominator, span * np.int64(denominator))
    return Shares(np.where(outside, 0, num), den)


def rank(formula: Rank, column: RankedColumn, _weight: Decimal, rows: Rows) -> Shares:
    """``Rank.part`` on a column; a place that does not exist is left to be refused."""
    last = Fraction(formula.last)
    one = rows.constant(10**column.place.places, 4 * last.denominator)
    place = rows.fit(column.place.units, 4 * last.denominator)
    size = rows.fit(column.size, 4 * one * last.denominator)
    outside = (place < one) | (place > size * one)
    rows.leave(outside)
    den = (size - 1) * np.int64(one * last.denominator)
    num = den - (place - one) * np.int64(last.denominator - last.numerator)
    whole = outside | (size <= 1)
    return Shares(np.where(whole, 1, num), np.where(whole, 1, den))


# ------------------------------------------------------------------ composite


def level_growth(formula: LevelGrowth, column: LevelAndGrowthColumn, weight: Decimal, rows: Rows) -> Shares:
    """``LevelGrowth.part`` on a column: the two quotients over one denominator."""
    level = shares_of(formula.level, column.level, weight=weight * formula.level_share, rows=rows)
    growth = shares_of(formula.growth, column.growth, weight=weight * formula.growth_share, rows=rows)
    (of_level, of_growth), denominator = over_common(
        Fraction(formula.level_share), Fraction(formula.growth_share)
    )
    level_den, growth_den = _array(level.den, rows), _array(growth.den, rows)
    wide = level_den > LIMIT // denominator // growth_den
    rows.leave(wide)
    level_den, growth_den = np.where(wide, 1, level_den), np.where(wide, 1, growth_den)
    num = level.num * growth_den * np.int64(of_level) + growth.num * level_den * np.int64(of_growth)
    noted = [mask for mask in (level.noted, growth.noted) if mask is not None]
    told = np.logical_or.reduce(noted) if noted else None
    return Shares(np.where(wide, 0, num), level_den * growth_den * np.int64(denominator), told)


def _array(den: Int64s | int, rows: Rows) -> Int64s:
    return np.full(rows.number, den, dtype=np.int64) if isinstance(den, int) else den


# ----------------------------------------------------------------------- table


class Runner(Protocol):
    """Runs a kernel on a formula and a column whose kinds are known only at run time."""

    def run(self, formula: NamedRule, column: Column, weight: Decimal, rows: Rows) -> Shares:
        """Return the shares of a block."""


@dataclass(frozen=True, slots=True)
class Kernel(Generic[R, C]):
    """A formula, the column it reads, and the function that does both."""

    formula: type[R]
    column: type[C] | tuple[type[C], ...]
    shares: Callable[[R, C, Decimal, Rows], Shares]

    def run(self, formula: NamedRule, column: Column, weight: Decimal, rows: Rows) -> Shares:
        """Return the shares of a block; a column of another kind leaves all rows to be refused."""
        if not isinstance(formula, self.formula) or not isinstance(column, self.column):
            return rows.leave_all()
        try:
            return self.shares(formula, column, weight, rows)
        except EveryRowLeft:
            return rows.leave_all()


KERNELS: Mapping[str, Runner] = {
    "proportional": Kernel(Proportional, MeasuredColumn, proportional),
    "reverse": Kernel(Reverse, MeasuredColumn, reverse),
    "exact": Kernel(Exact, MeasuredColumn, exact),
    "deviation_band": Kernel(DeviationBand, MeasuredColumn, deviation_band),
    "threshold": Kernel(Threshold, READABLE, threshold),
    "interval": Kernel(Interval, READABLE, interval),
    "deduction": Kernel(Deduction, READABLE, deduction),
    "step": Kernel(Step, READABLE, step),
    "satisfaction": Kernel(Satisfaction, ReachedColumn, satisfaction),
    "piecewise": Kernel(Piecewise, ReachedColumn, piecewise),
    "graded": Kernel(Graded, AchievedColumn, graded),
    "judged": Kernel(Judged, RatedColumn, judged),
    "yes_no": Kernel(YesNo, AnswerColumn, yes_no),
    "execution": Kernel(Execution, MoneyColumn, execution),
    "min_max": Kernel(MinMax, InGroupColumn, min_max),
    "rank": Kernel(Rank, RankedColumn, rank),
    "level_growth": Kernel(LevelGrowth, LevelAndGrowthColumn, level_growth),
}
