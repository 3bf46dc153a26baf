from decimal import Decimal
from fractions import Fraction

import pytest

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import InGroup, Ranked
from budgetperf.scoring.formulas import MinMax, Rank

TEN = Decimal(10)


def in_group(value: str, worst: str, best: str) -> InGroup:
    return InGroup(Decimal(value), Decimal(worst), Decimal(best))


@pytest.mark.parametrize(
    ("fact", "share"),
    [
        (in_group("2", "2", "8"), Fraction(0)),
        (in_group("4", "2", "8"), Fraction(1, 3)),
        (in_group("8", "2", "8"), Fraction(1)),
        (in_group("4", "8", "2"), Fraction(2, 3)),
        (in_group("5", "5", "5"), Fraction(1)),
    ],
)
def test_min_max_places_a_value_between_worst_and_best(fact: InGroup, share: Fraction) -> None:
    assert MinMax().part(fact, TEN).share == share


@pytest.mark.parametrize(("value", "share"), [("2", "0.6"), ("5", "0.8"), ("8", "1")])
def test_a_floor_lifts_the_worst(value: str, share: str) -> None:
    assert MinMax(floor=Decimal("0.6")).part(in_group(value, "2", "8"), TEN).share == Fraction(share)


def test_all_equal_earn_what_the_edition_says() -> None:
    assert MinMax(equal=Decimal("0.5")).part(in_group("3", "3", "3"), TEN).share == Fraction(1, 2)


@pytest.mark.parametrize(
    "fact", [in_group("1.9", "2", "8"), in_group("8.1", "8", "2"), in_group("4", "3", "3")]
)
def test_a_value_outside_its_group_is_refused(fact: InGroup) -> None:
    with pytest.raises(Invalid, match="重新汇总") as refusal:
        MinMax().part(fact, TEN)
    assert refusal.value.code == "scoring.group"


@pytest.mark.parametrize(
    ("place", "size", "share"),
    [("1", 5, "1"), ("2", 5, "0.9"), ("2.5", 5, "0.85"), ("5", 5, "0.6"), ("1", 1, "1")],
)
def test_places_fall_in_equal_steps_to_the_last(place: str, size: int, share: str) -> None:
    assert Rank(last=Decimal("0.6")).part(Ranked(Decimal(place), size), TEN).share == Fraction(share)


@pytest.mark.parametrize(("place", "size"), [("0", 5), ("0.5", 5), ("5.5", 5), ("1", 0)])
def test_a_place_that_does_not_exist_is_refused(place: str, size: int) -> None:
    with pytest.raises(Invalid, match="重新排名") as refusal:
        Rank().part(Ranked(Decimal(place), size), TEN)
    assert refusal.value.code == "scoring.group"
