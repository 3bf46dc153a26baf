from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.scoring.facts import Measured
from budgetperf.scoring.formulas import Exact, Formula, Proportional, Reverse

TEN = Decimal(10)
FORWARD = Proportional(zero_target="at_most_zero")
BACKWARD = Reverse(zero_target="at_most_zero")


def measured(target: str, actual: str) -> Measured:
    return Measured(Decimal(target), Decimal(actual))


@pytest.mark.parametrize(
    ("target", "actual", "share"),
    [
        ("100", "100", "1"),
        ("100", "99.99", "0.9999"),
        ("100", "130", "1"),
        ("98", "98", "1"),
        ("100", "0", "0"),
        ("100", "-5", "0"),
        ("-2", "-2", "1"),
        ("-2", "-3", "0"),
    ],
)
def test_proportional_is_capped_at_full_and_at_none(target: str, actual: str, share: str) -> None:
    assert FORWARD.part(measured(target, actual), TEN).share == Fraction(share)


@pytest.mark.parametrize(
    ("target", "actual", "share"),
    [
        ("50", "50", Fraction(1)),
        ("50", "50.01", Fraction(5000, 5001)),
        ("50", "100", Fraction(1, 2)),
        ("50", "0", Fraction(1)),
        ("-2", "-2", Fraction(1)),
        ("-2", "-1", Fraction(0)),
    ],
)
def test_reverse_gives_target_over_actual_when_exceeded(target: str, actual: str, share: Fraction) -> None:
    assert BACKWARD.part(measured(target, actual), TEN).share == share


@pytest.mark.parametrize("formula", [FORWARD, BACKWARD, Exact(zero_target="at_most_zero", above="full")])
@pytest.mark.parametrize(("actual", "share"), [("-1", 1), ("0", 1), ("0.01", 0)])
def test_zero_target_is_full_up_to_zero_and_nothing_above(formula: Formula, actual: str, share: int) -> None:
    assert formula.part(measured("0", actual), TEN).share == share


@pytest.mark.parametrize(
    ("formula", "actual", "share"),
    [
        (Proportional(zero_target="met"), "5", 1),
        (Proportional(zero_target="met"), "-0.1", 0),
        (Reverse(zero_target="met"), "0", 1),
        (Reverse(zero_target="met"), "0.1", 0),
        (Exact(zero_target="met", above="full"), "0", 1),
        (Exact(zero_target="met", above="full"), "-1", 0),
    ],
)
def test_zero_target_can_be_read_as_met_or_not(formula: Formula, actual: str, share: int) -> None:
    assert formula.part(measured("0", actual), TEN).share == share


@pytest.mark.parametrize(("above", "share"), [("full", "1"), ("inverse", "0.8"), ("zero", "0")])
def test_exact_above_the_target_follows_the_edition(above: str, share: str) -> None:
    formula = Exact.model_validate({"zero_target": "met", "above": above})
    assert formula.part(measured("100", "125"), TEN).share == Fraction(share)
    assert formula.part(measured("100", "100"), TEN).share == 1
    assert formula.part(measured("100", "75"), TEN).share == Fraction("0.75")
    assert formula.part(measured("-100", "-101"), TEN).share == 0


@pytest.mark.parametrize(("actual", "share"), [("60", "0.6"), ("59.99", "0"), ("100", "1"), ("120", "1")])
def test_below_the_pass_threshold_nothing_is_earned(actual: str, share: str) -> None:
    passing = Proportional(zero_target="met", pass_from=Decimal("0.6"))
    assert passing.part(measured("100", actual), TEN).share == Fraction(share)
    assert passing.detail == "完成比例低于60%的不得分；目标值为0的，达到目标得满分，否则不得分"
    assert FORWARD.detail == "目标值为0的，实际值不大于0得满分，否则不得分"
    assert Exact(zero_target="met", above="zero").detail.startswith("高于目标值的不得分；")


numbers = st.decimals(-1000, 1000, places=3)


@given(numbers, numbers, numbers)
def test_more_never_lowers_a_forward_share_and_never_raises_a_reverse_one(
    target: Decimal, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    met = Proportional(zero_target="met")
    forward = [met.part(Measured(target, actual), TEN).share for actual in (low, high)]
    reverse = [BACKWARD.part(Measured(target, actual), TEN).share for actual in (low, high)]
    assert 0 <= forward[0] <= forward[1] <= 1
    assert 1 >= reverse[0] >= reverse[1] >= 0
