from decimal import Decimal
from fractions import Fraction

import pytest

from budgetperf.scoring.facts import Measured
from budgetperf.scoring.formulas import DeviationBand

TEN = Decimal(10)
NATIONAL = DeviationBand(below=Decimal(0), above=Decimal("0.3"), reduce="deviation")


@pytest.mark.parametrize(
    ("actual", "share"),
    [
        ("100", "1"),
        ("130", "1"),
        ("130.01", "0.6999"),
        ("150", "0.5"),
        ("200", "0"),
        ("250", "0"),
        ("99.99", "0.9999"),
        ("0", "0"),
        ("-1", "0"),
    ],
)
def test_far_above_the_target_the_deviation_is_taken_off(actual: str, share: str) -> None:
    assert NATIONAL.part(Measured(Decimal(100), Decimal(actual)), TEN).share == Fraction(share)


@pytest.mark.parametrize(
    ("actual", "share"),
    [("90", "1"), ("89", "0.99"), ("110", "1"), ("111", "0.99"), ("209", "0.01"), ("210", "0")],
)
def test_only_the_excess_may_be_taken_off(actual: str, share: str) -> None:
    band = DeviationBand(below=Decimal("0.1"), above=Decimal("0.1"), reduce="excess")
    assert band.part(Measured(Decimal(100), Decimal(actual)), TEN).share == Fraction(share)


@pytest.mark.parametrize(
    ("target", "actual", "share"),
    [("0", "0", "1"), ("0", "0.01", "0"), ("0", "-0.01", "0"), ("-10", "-10", "1"), ("-10", "-11", "0.9")],
)
def test_a_target_of_zero_is_met_or_not_and_a_negative_one_deviates_by_its_size(
    target: str, actual: str, share: str
) -> None:
    assert NATIONAL.part(Measured(Decimal(target), Decimal(actual)), TEN).share == Fraction(share)


def test_the_band_is_spelled_in_chinese() -> None:
    assert NATIONAL.detail == "幅度：低于目标值不超过0%，高于目标值不超过30%；超出的得分=分值×（1-偏离度）"
