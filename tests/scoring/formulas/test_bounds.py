from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Operator
from budgetperf.money import Money
from budgetperf.scoring.facts import Fact, Measured, MoneyRatio, Reached
from budgetperf.scoring.formulas import Deduction, Fall, Interval, Threshold

FIVE, EIGHT, TEN = Decimal(5), Decimal(8), Decimal(10)
STAFF = Deduction(reading="ratio", free=Decimal(1), fall=Fall(lose=Decimal("0.5"), per=Decimal("0.01")))
THREE_PUBLIC = Deduction(
    reading="change", free=Decimal(0), fall=Fall(lose=Decimal("0.8"), per=Decimal("0.01"))
)
LATENESS = Deduction(free=Decimal(0), fall=Fall(lose=Decimal(1), per=Decimal(1)), none_from=Decimal(10))


def reached(value: str) -> Reached:
    return Reached(Decimal(value))


def measured(target: str, actual: str) -> Measured:
    return Measured(Decimal(target), Decimal(actual))


@pytest.mark.parametrize(
    ("operator", "full", "none"),
    [
        (Operator.AT_LEAST, ["10", "10.01"], ["9.99"]),
        (Operator.MORE_THAN, ["10.01"], ["10", "9.99"]),
        (Operator.EQUAL, ["10", "10.00"], ["9.99", "10.01"]),
        (Operator.AT_MOST, ["10", "9.99"], ["10.01"]),
        (Operator.LESS_THAN, ["9.99"], ["10", "10.01"]),
    ],
)
def test_a_threshold_gives_all_or_nothing(operator: Operator, full: list[str], none: list[str]) -> None:
    bound = Threshold(operator=operator, bound=Decimal(10))
    target = Threshold(operator=operator, bound="target")
    for value in full:
        assert bound.part(reached(value), TEN).share == 1
        assert target.part(measured("10", value), TEN).share == 1
    for value in none:
        assert bound.part(reached(value), TEN).share == 0
        assert target.part(measured("10", value), TEN).share == 0


@pytest.mark.parametrize(("left", "share"), [(500, 1), (501, 0)])
def test_a_threshold_reads_a_ratio_from_its_two_amounts(left: int, share: int) -> None:
    carry_over = Threshold(reading="ratio", operator=Operator.AT_MOST, bound=Decimal("0.05"))
    assert carry_over.part(MoneyRatio(Money(left), Money(10_000)), TEN).share == share


@pytest.mark.parametrize(
    "filled",
    [
        {"operator": "qualitative", "bound": "1"},
        {"operator": "ge", "bound": "target", "reading": "ratio"},
        {"operator": "ge", "bound": 0.5},
        {"operator": "ge"},
    ],
)
def test_a_threshold_without_a_clear_bound_is_refused(filled: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Threshold.model_validate(filled)


@pytest.mark.parametrize(
    ("staff", "points"),
    [
        ("99", "5"),
        ("100", "5"),
        ("100.5", "4.75"),
        ("101", "4.5"),
        ("109", "0.5"),
        ("110", "0"),
        ("111", "0"),
    ],
)
def test_staff_control_loses_half_a_point_for_each_point_over(staff: str, points: str) -> None:
    assert STAFF.part(measured("100", staff), FIVE).share * 5 == Fraction(points)


@pytest.mark.parametrize(
    ("this", "points"),
    [(9_900, "8"), (10_000, "8"), (10_100, "7.2"), (10_050, "7.6"), (11_000, "0"), (10_999, "0.008")],
)
def test_three_public_spending_loses_eight_tenths_for_each_point_of_growth(this: int, points: str) -> None:
    assert THREE_PUBLIC.part(MoneyRatio(Money(this), Money(10_000)), EIGHT).share * 8 == Fraction(points)


@pytest.mark.parametrize(("times", "points"), [("0", 10), ("1", 9), ("9", 1), ("10", 0), ("11", 0)])
def test_each_lateness_costs_a_point_and_ten_cost_all(times: str, points: int) -> None:
    assert LATENESS.part(reached(times), TEN).share * 10 == points


@pytest.mark.parametrize(("times", "points"), [("9", 11), ("10", 0)])
def test_none_from_takes_what_the_slope_would_leave(times: str, points: int) -> None:
    assert LATENESS.part(reached(times), Decimal(20)).share * 20 == points


@pytest.mark.parametrize(("value", "share"), [("80", "1"), ("79", "0.9"), ("70", "0"), ("81", "1")])
def test_points_may_be_lost_below_the_bound(value: str, share: str) -> None:
    below = Deduction(side="below", free=Decimal(80), fall=Fall(lose=Decimal(1), per=Decimal(1)))
    assert below.part(reached(value), TEN).share == Fraction(share)


@pytest.mark.parametrize(
    ("parts", "just_over", "one", "past_one"),
    [("proportional", "9.9", "9", "8.9"), ("begun", "9", "9", "8"), ("whole", "10", "9", "9")],
)
def test_a_part_of_a_unit_counts_as_the_edition_says(
    parts: str, just_over: str, one: str, past_one: str
) -> None:
    fall = Fall.model_validate({"lose": "1", "per": "1", "parts": parts})
    rule = Deduction(free=Decimal(0), fall=fall)
    found = [rule.part(reached(value), TEN).share * 10 for value in ("0.1", "1", "1.1")]
    assert found == [Fraction(just_over), Fraction(one), Fraction(past_one)]


def test_a_slope_may_be_written_in_another_scale_than_the_weight() -> None:
    fall = Fall(lose=Decimal(1), per=Decimal(1), out_of=Decimal(100))
    assert Deduction(free=Decimal(0), fall=fall).part(reached("5"), FIVE).share == Fraction("0.95")


@pytest.mark.parametrize("side", [("above", "0"), ("above", "-1"), ("below", "0"), ("below", "1")])
def test_none_from_must_lie_where_points_are_lost(side: tuple[str, str]) -> None:
    filled = {"side": side[0], "free": "0", "none_from": side[1], "fall": {"lose": "1", "per": "1"}}
    with pytest.raises(ValidationError, match="none_from"):
        Deduction.model_validate(filled)


@pytest.mark.parametrize(
    ("value", "share"),
    [("95", "1"), ("94.9", "0.99"), ("85", "0"), ("84", "0"), ("105", "1"), ("105.1", "0.99"), ("115", "0")],
)
def test_inside_an_interval_is_full_and_outside_falls(value: str, share: str) -> None:
    fall = Fall(lose=Decimal(1), per=Decimal(1))
    rule = Interval(low=Decimal(95), high=Decimal(105), fall=fall)
    assert rule.part(reached(value), TEN).share == Fraction(share)


@pytest.mark.parametrize(("value", "share"), [("94.9", 0), ("95", 1), ("105", 1), ("105.1", 0)])
def test_outside_an_interval_without_a_slope_is_nothing(value: str, share: int) -> None:
    assert Interval(low=Decimal(95), high=Decimal(105)).part(reached(value), TEN).share == share


def test_an_interval_may_be_open_on_one_side() -> None:
    assert Interval(low=Decimal(0)).part(reached("999"), TEN).share == 1
    assert Interval(high=Decimal(0)).part(reached("-999"), TEN).share == 1


@pytest.mark.parametrize("filled", [{}, {"low": "2", "high": "1"}])
def test_an_interval_without_bounds_is_refused(filled: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="interval"):
        Interval.model_validate(filled)


@pytest.mark.parametrize(
    ("no_base", "base", "part", "share"),
    [
        ("none", 0, 0, 0),
        ("none", 0, 5, 0),
        ("full_if_nothing", 0, 0, 1),
        ("full_if_nothing", 0, 1, 0),
        ("full_if_nothing", -1, 0, 1),
        ("none", 1, 0, 1),
    ],
)
def test_a_ratio_without_a_base_is_told_and_follows_the_edition(
    no_base: str, base: int, part: int, share: int
) -> None:
    rule = Threshold.model_validate({"reading": "change", "no_base": no_base, "operator": "le", "bound": "0"})
    found = rule.part(MoneyRatio(Money(part), Money(base)), TEN)
    assert found.share == share
    assert bool(found.note) is (base <= 0)


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        (STAFF, Reached(Decimal(1))),
        (LATENESS, Measured(Decimal(1), Decimal(1))),
        (Interval(low=Decimal(0)), MoneyRatio(Money(1), Money(1))),
        (Threshold(operator=Operator.EQUAL, bound="target"), Reached(Decimal(1))),
    ],
)
def test_a_fact_that_does_not_fit_the_reading_is_refused(
    rule: Deduction | Interval | Threshold, fact: Fact
) -> None:
    with pytest.raises(Invalid, match=rule.name) as refusal:
        rule.part(fact, TEN)
    assert refusal.value.code == "scoring.fact_kind"


def test_the_parameters_are_spelled_in_chinese() -> None:
    assert STAFF.detail == "起扣点100%，高于起扣点每1个百分点扣0.5分"
    assert LATENESS.detail == "起扣点0，高于起扣点每1扣1分，达到10不得分"
    assert Threshold(operator=Operator.AT_MOST, bound=Decimal(10)).detail == "界限：≤10"
    assert Threshold(operator=Operator.EQUAL, bound="target").detail == "界限：=目标值"
    assert Interval(low=Decimal(1), high=Decimal(2)).detail == "区间：不低于1且不高于2，区间外不得分"


@given(st.decimals(-50, 200, places=2), st.decimals(-50, 200, places=2))
def test_more_beyond_the_bound_never_scores_higher(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    shares = [LATENESS.part(Reached(value), TEN).share for value in (low, high)]
    assert 1 >= shares[0] >= shares[1] >= 0
