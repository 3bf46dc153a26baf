from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.scoring.exact import half_up, percent


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.004999", "0.00"), ("0.005", "0.01"), ("0.015", "0.02"), ("-0.005", "-0.01"), ("-0.004", "0.00")],
)
def test_halves_go_away_from_zero(value: str, expected: str) -> None:
    assert half_up(Fraction(value), 2) == Decimal(expected)


def test_a_tie_hidden_behind_a_third_is_still_a_tie() -> None:
    assert half_up(Fraction("0.015") * Fraction(1, 3), 2) == Decimal("0.01")


@given(st.decimals(-1000, 1000, places=4), st.integers(0, 4))
def test_it_agrees_with_the_decimal_module_on_finite_decimals(value: Decimal, places: int) -> None:
    assert half_up(Fraction(value), places) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(1, 2), "50%"),
        (Fraction(2, 3), "66.66%"),
        (Fraction(1), "100%"),
        (Fraction("0.599999"), "59.99%"),
    ],
)
def test_a_percentage_in_words_is_cut_off_so_it_never_reads_as_the_bound(share: Fraction, text: str) -> None:
    assert percent(share) == text
