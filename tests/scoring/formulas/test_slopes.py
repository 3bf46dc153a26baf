"""Bands whose points rise inside, both sides of each bound."""

from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import Rated, Reached
from budgetperf.scoring.formulas import Piecewise, spelled

TEN = Decimal(10)
BANDS = [
    {"bound": "90", "points": "10"},
    {"bound": "80", "points": "8", "rises_to": "9"},
    {"bound": "70", "points": "5", "rises_to": "6"},
    {"bound": "0", "points": "0"},
]
FOUR = Piecewise.model_validate({"out_of": "10", "highest": "100", "bands": BANDS})


@pytest.mark.parametrize(
    ("number", "points"),
    [
        ("100", "10"),
        ("90", "10"),
        ("89.99", "8.999"),
        ("85", "8.5"),
        ("80", "8"),
        ("79.99", "5.999"),
        ("70", "5"),
        ("69.99", "0"),
        ("0", "0"),
    ],
)
def test_points_rise_inside_a_band_and_jump_at_its_bound(number: str, points: str) -> None:
    assert FOUR.part(Reached(Decimal(number)), TEN).share == Fraction(points) / 10
    assert FOUR.part(Reached(Decimal(number)), Decimal(20)).share == Fraction(points) / 10


@pytest.mark.parametrize("number", ["-0.01", "100.01"])
def test_a_number_outside_the_bands_is_refused(number: str) -> None:
    with pytest.raises(Invalid, match="数值须在0至100之间") as refusal:
        FOUR.part(Reached(Decimal(number)), TEN)
    assert refusal.value.code == "scoring.piecewise_range"


def test_another_kind_of_fact_is_refused() -> None:
    with pytest.raises(Invalid, match="piecewise"):
        FOUR.part(Rated(TEN), TEN)


@pytest.mark.parametrize(("number", "share"), [("10", "0.5"), ("20", "1")])
def test_the_top_band_may_rise_up_to_the_highest_number(number: str, share: str) -> None:
    line = Piecewise.model_validate(
        {"out_of": "1", "highest": "20", "bands": [{"bound": "0", "points": "0", "rises_to": "1"}]}
    )
    assert line.part(Reached(Decimal(number)), TEN).share == Fraction(share)


@pytest.mark.parametrize(
    ("highest", "bands"),
    [
        ("100", []),
        ("90", [{"bound": "90", "points": "10"}]),
        ("100", [{"bound": "80", "points": "8"}, {"bound": "80", "points": "5"}]),
        ("100", [{"bound": "80", "points": "8"}, {"bound": "90", "points": "5"}]),
        ("100", [{"bound": "80", "points": "8"}, {"bound": "70", "points": "5", "rises_to": "8.01"}]),
        ("100", [{"bound": "80", "points": "8", "rises_to": "7.99"}]),
        ("100", [{"bound": "80", "points": "8", "rises_to": "10.01"}]),
        ("100", [{"bound": "80", "points": "10.01"}]),
        ("100", [{"bound": "80", "points": "-0.01"}]),
    ],
)
def test_bands_out_of_order_or_off_the_scale_are_refused(highest: str, bands: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        Piecewise.model_validate({"out_of": "10", "highest": highest, "bands": bands})


def test_bands_are_spelled_out() -> None:
    assert spelled(FOUR) == (
        "按所在档次计分，档内按直线递增（以10分计：90及以上得10分；80及以上得8分，至90递增到9分；"
        "70及以上得5分，至80递增到6分；0及以上得0分）"
    )
