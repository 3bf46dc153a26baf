from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement
from budgetperf.money import Money
from budgetperf.scoring.facts import Achieved, Answer, Measured, MoneyRatio, Rated
from budgetperf.scoring.formulas import (
    FORMULAS,
    Exact,
    Execution,
    Formula,
    Graded,
    Judged,
    Proportional,
    Reverse,
    Tier,
    YesNo,
)

TEN = Decimal(10)
FORWARD = Proportional(zero_target="at_most_zero")
BACKWARD = Reverse(zero_target="at_most_zero")
TIERS = Graded(
    tiers=(
        Tier(achievement=Achievement.MET, at_least=Decimal("0.8"), below=Decimal(1)),
        Tier(achievement=Achievement.PARTLY, at_least=Decimal("0.6"), below=Decimal("0.8")),
        Tier(achievement=Achievement.NOT_MET, at_least=Decimal(0), below=Decimal("0.6")),
    )
)


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


@pytest.mark.parametrize(
    ("tier", "inside", "outside"),
    [
        (Achievement.MET, ["1", "0.8"], ["1.01", "0.79"]),
        (Achievement.PARTLY, ["0.79", "0.6"], ["0.8", "0.59"]),
        (Achievement.NOT_MET, ["0.59", "0"], ["0.6", "-0.01"]),
    ],
)
def test_a_graded_share_outside_its_tier_is_refused(
    tier: Achievement, inside: list[str], outside: list[str]
) -> None:
    for ratio in inside:
        assert TIERS.part(Achieved(tier, Decimal(ratio)), TEN).share == Fraction(ratio)
    for ratio in outside:
        with pytest.raises(Invalid, match=f"“{tier.label}”的赋分比例须在") as refusal:
            TIERS.part(Achieved(tier, Decimal(ratio)), TEN)
        assert refusal.value.code == "scoring.tier"


@pytest.mark.parametrize(
    "edges",
    [
        [("met", "0.8", "1"), ("partly", "0.6", "0.7"), ("not_met", "0", "0.6")],
        [("met", "0.8", "0.9"), ("partly", "0.6", "0.8"), ("not_met", "0", "0.6")],
        [("met", "0.8", "1"), ("partly", "0.6", "0.8"), ("not_met", "0.1", "0.6")],
        [("partly", "0.8", "1"), ("met", "0.6", "0.8"), ("not_met", "0", "0.6")],
        [("met", "1", "1"), ("partly", "0.6", "1"), ("not_met", "0", "0.6")],
        [("met", "0.8", "1"), ("partly", "0", "0.8")],
    ],
)
def test_tiers_with_a_gap_or_out_of_order_are_refused(edges: list[tuple[str, str, str]]) -> None:
    tiers = [{"achievement": tier, "at_least": low, "below": high} for tier, low, high in edges]
    with pytest.raises(ValidationError, match="三档"):
        Graded.model_validate({"tiers": tiers})


@pytest.mark.parametrize(
    ("part", "base", "share", "told"),
    [
        (90, 100, "0.9", False),
        (100, 100, "1", False),
        (101, 100, "1", False),
        (-5, 100, "0", False),
        (5, 0, "0", True),
    ],
)
def test_execution_is_capped_and_tells_a_missing_base(part: int, base: int, share: str, told: bool) -> None:
    found = Execution().part(MoneyRatio(Money(part), Money(base)), TEN)
    assert found.share == Fraction(share)
    assert bool(found.note) is told


@pytest.mark.parametrize("points", ["-0.01", "10.01"])
def test_judged_points_beyond_the_weight_are_refused(points: str) -> None:
    with pytest.raises(Invalid, match="超出0至10分") as refusal:
        Judged().part(Rated(Decimal(points)), TEN)
    assert refusal.value.code == "scoring.points_range"


@pytest.mark.parametrize("points", ["0", "7.5", "10"])
def test_judged_points_within_the_weight_stand(points: str) -> None:
    assert Judged().part(Rated(Decimal(points)), TEN).share == Fraction(points) / 10


def test_yes_gives_all_and_no_gives_nothing() -> None:
    assert YesNo().part(Answer(yes=True), TEN).share == 1
    assert YesNo().part(Answer(yes=False), TEN).share == 0


@pytest.mark.parametrize(
    "formula", [FORWARD, BACKWARD, Exact(zero_target="met", above="full"), TIERS, Execution(), Judged()]
)
def test_a_fact_of_another_kind_is_refused(formula: Formula) -> None:
    with pytest.raises(Invalid) as refusal:
        formula.part(Answer(yes=True), TEN)
    assert refusal.value.code == "scoring.fact_kind"


def test_the_table_lists_every_formula_under_its_name() -> None:
    union = set(get_args(get_args(Formula)[0]))
    assert set(FORMULAS.values()) == union
    assert {name: model.model_fields["name"].default for name, model in FORMULAS.items()} == {
        name: name for name in FORMULAS
    }


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
