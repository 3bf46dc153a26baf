from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.scoring.facts import MoneyRatio, Rated, Reached
from budgetperf.scoring.formulas import Satisfaction, Step

TEN = Decimal(10)


def bands(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"bound": bound, "points": points} for bound, points in pairs]


CIRCULAR = Satisfaction.model_validate(
    {"out_of": "10", "bands": bands(("90", "10"), ("80", "8"), ("60", "5"), ("0", "0"))}
)


@pytest.mark.parametrize(
    ("rate", "points"),
    [
        ("100", 10),
        ("90", 10),
        ("89.99", 8),
        ("80", 8),
        ("79.99", 5),
        ("60", 5),
        ("59.99", 0),
        ("0", 0),
    ],
)
def test_satisfaction_bands_of_the_circular(rate: str, points: int) -> None:
    assert CIRCULAR.part(Reached(Decimal(rate)), TEN).share * 10 == points
    assert CIRCULAR.part(Reached(Decimal(rate)), Decimal(20)).share * 20 == points * 2


@pytest.mark.parametrize("rate", ["-0.01", "100.01"])
def test_a_satisfaction_rate_beyond_a_hundred_is_refused(rate: str) -> None:
    with pytest.raises(Invalid, match="满意度须在0至100") as refusal:
        CIRCULAR.part(Reached(Decimal(rate)), TEN)
    assert refusal.value.code == "scoring.satisfaction_range"


@pytest.mark.parametrize(
    "given",
    [
        bands(("90", "10"), ("80", "8")),
        bands(("101", "10"), ("0", "0")),
        bands(("80", "10"), ("90", "8"), ("0", "0")),
        bands(("90", "8"), ("80", "10"), ("0", "0")),
        bands(("90", "11"), ("0", "0")),
        bands(("90", "10"), ("0", "-1")),
        [],
    ],
)
def test_satisfaction_bands_with_a_gap_or_out_of_order_are_refused(given: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        Satisfaction.model_validate({"out_of": "10", "bands": given})


@pytest.mark.parametrize(
    ("edge", "given", "found"),
    [
        (
            "at_least",
            bands(("20", "10"), ("10", "6")),
            [("20", 10), ("19.99", 6), ("10", 6), ("9.99", 2)],
        ),
        ("at_most", bands(("10", "10"), ("20", "6")), [("10", 10), ("10.01", 6), ("20", 6), ("20.01", 2)]),
    ],
)
def test_a_step_belongs_to_the_band_whose_bound_it_reaches(
    edge: str, given: list[dict[str, str]], found: list[tuple[str, int]]
) -> None:
    step = Step.model_validate({"edge": edge, "out_of": "10", "bands": given, "otherwise": "2"})
    for value, points in found:
        assert step.part(Reached(Decimal(value)), TEN).share * 10 == points


def test_a_step_reads_a_ratio_exactly() -> None:
    step = Step.model_validate(
        {
            "reading": "ratio",
            "edge": "at_least",
            "out_of": "1",
            "bands": bands(("0.6", "1")),
            "otherwise": "0",
        }
    )
    assert step.part(MoneyRatio(Money(60), Money(100)), TEN).share == 1
    assert step.part(MoneyRatio(Money(59), Money(100)), TEN).share == 0
    assert step.part(MoneyRatio(Money(1), Money(0)), TEN).note


@pytest.mark.parametrize(
    ("edge", "given", "otherwise"),
    [
        ("at_least", bands(("1", "1"), ("2", "0")), "0"),
        ("at_most", bands(("2", "1"), ("1", "0")), "0"),
        ("at_least", bands(("1", "1"), ("1", "0")), "0"),
        ("at_least", bands(("1", "2")), "0"),
        ("at_least", bands(("1", "1")), "-1"),
        ("at_least", [], "0"),
    ],
)
def test_steps_out_of_order_or_of_scale_are_refused(
    edge: str, given: list[dict[str, str]], otherwise: str
) -> None:
    with pytest.raises(ValidationError):
        Step.model_validate({"edge": edge, "out_of": "1", "bands": given, "otherwise": otherwise})


def test_another_fact_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        CIRCULAR.part(Rated(Decimal(1)), TEN)
    assert refusal.value.code == "scoring.fact_kind"


def test_the_bands_are_spelled_in_chinese() -> None:
    assert CIRCULAR.detail == "以10分计：90%及以上得10分；80%及以上得8分；60%及以上得5分；0%及以上得0分"
    step = Step.model_validate(
        {
            "reading": "ratio",
            "edge": "at_most",
            "out_of": "10",
            "bands": bands(("0.05", "10")),
            "otherwise": "2",
        }
    )
    assert step.detail == "以10分计：≤5%得10分；其余得2分"
    assert step.part(MoneyRatio(Money(5), Money(100)), TEN).share == Fraction(1)
