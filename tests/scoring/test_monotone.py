"""Better facts never lower a score where the formula is monotone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.indicators import Operator
from budgetperf.scoring.facts import (
    Achieved,
    Answer,
    Fact,
    InGroup,
    LevelAndGrowth,
    Measured,
    MoneyRatio,
    Ranked,
    Rated,
    Reached,
)
from budgetperf.scoring.formulas import Deduction, Interval, LevelGrowth, NamedRule, Step, Threshold
from budgetperf.scoring.score import score
from tests.scoring.formula_cases import FORMULA_CASES, facts_for
from tests.scoring.makers import make_criterion, make_scheme

WEIGHT = Decimal("7.35")
RISING = {"proportional", "satisfaction", "piecewise", "graded", "judged", "yes_no", "execution", "min_max"}
FALLING = {"reverse", "rank"}


def direction(formula: NamedRule) -> int:
    """1 where a higher number is never worse, -1 where a lower one is not, 0 where neither holds."""
    match formula:
        case Threshold():
            up = formula.operator in {Operator.AT_LEAST, Operator.MORE_THAN}
            return 1 if up else 0 if formula.operator is Operator.EQUAL else -1
        case Interval():
            return 0 if None not in {formula.low, formula.high} else 1 if formula.high is None else -1
        case Deduction():
            return -1 if formula.side == "above" else 1
        case Step():
            return 1 if formula.edge == "at_least" else -1  # the points of the cases fall band by band
        case LevelGrowth():
            return 1 if direction(formula.level) and direction(formula.growth) else 0
    return (formula.name in RISING) - (formula.name in FALLING)


NUMBER: dict[type, str] = {
    Measured: "actual",
    MoneyRatio: "part",
    Reached: "value",
    Achieved: "ratio",
    Rated: "points",
    Answer: "yes",
}


def in_place_of(one: Fact, other: Fact) -> tuple[Fact, bool]:
    """``other`` in the surroundings of ``one``, and whether its number is as high or higher."""
    match one, other:
        case InGroup(), InGroup():
            low, high = sorted((one.worst, one.best))
            value = min(max(other.value, low), high)
            rises = value >= one.value if one.best >= one.worst else value <= one.value
            return replace(one, value=value), rises
        case Ranked(), Ranked():
            place = min(other.place, Decimal(one.size))
            return replace(one, place=place), place >= one.place
    name = NUMBER[type(one)]
    moved = other if isinstance(one, Achieved) else replace(one, **{name: getattr(other, name)})
    return moved, getattr(other, name) >= getattr(one, name)


def worse_and_better(formula: NamedRule, one: Fact, other: Fact) -> tuple[Fact, Fact]:
    """Two facts that differ in one number each, the worse first."""
    if isinstance(formula, LevelGrowth):
        assert isinstance(one, LevelAndGrowth)
        assert isinstance(other, LevelAndGrowth)
        low_level, high_level = worse_and_better(formula.level, one.level, other.level)
        low_growth, high_growth = worse_and_better(formula.growth, one.growth, other.growth)
        return LevelAndGrowth(low_level, low_growth), LevelAndGrowth(high_level, high_growth)  # type: ignore[arg-type]
    moved, higher = in_place_of(one, other)
    return (one, moved) if higher == (direction(formula) > 0) else (moved, one)


def kind(fact: Fact) -> tuple[type, ...]:
    """Its kind and those of its halves."""
    return (
        (type(fact), type(fact.level), type(fact.growth))
        if isinstance(fact, LevelAndGrowth)
        else (type(fact),)
    )


def has_product_rule(formula: NamedRule, fact: Fact) -> bool:
    """A forward indicator with target 0 read as "at most zero" is not monotone: more is worse there."""
    rule = getattr(formula, "zero_target", "") == "at_most_zero" and formula.name == "proportional"
    return rule and isinstance(fact, Measured) and fact.target == 0


MONOTONE = [formula for formula in FORMULA_CASES if direction(formula)]


@pytest.mark.parametrize(
    "formula", MONOTONE, ids=[f"{formula.name}-{i}" for i, formula in enumerate(MONOTONE)]
)
@settings(max_examples=50)
@given(drawn=st.data())
def test_better_facts_never_lower_the_score(formula: NamedRule, drawn: st.DataObject) -> None:
    facts = facts_for(formula, WEIGHT)
    one = drawn.draw(facts.filter(lambda fact: not has_product_rule(formula, fact)))
    other = drawn.draw(facts.filter(lambda fact: kind(fact) == kind(one)))
    scheme = make_scheme(make_criterion("a", str(WEIGHT), formula))
    worse, better = worse_and_better(formula, one, other)
    assert score(scheme, {"a": worse}).total <= score(scheme, {"a": better}).total


def test_only_formulas_with_a_best_in_the_middle_are_left_out() -> None:
    left_out = [formula for formula in FORMULA_CASES if not direction(formula)]
    assert {formula.name for formula in left_out} == {"exact", "deviation_band", "threshold", "interval"}
    assert all(formula.operator is Operator.EQUAL for formula in left_out if isinstance(formula, Threshold))
