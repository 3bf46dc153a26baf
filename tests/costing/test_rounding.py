from decimal import Decimal
from fractions import Fraction

import pytest

from budgetperf.costing.rounding import figure, half_up, money_from_yuan
from budgetperf.money import Money


@pytest.mark.parametrize(
    ("value", "expected"), [("1/2", 1), ("-1/2", -1), ("49/100", 0), ("3/2", 2), ("-149/100", -1)]
)
def test_halves_go_away_from_zero(value, expected):
    assert half_up(Fraction(value)) == expected


@pytest.mark.parametrize(
    ("yuan", "step", "fen"),
    [(0.005, 1, 1), (0.0049, 1, 0), (149.99, 10_000, 10_000), (150.0, 10_000, 20_000)],
)
def test_an_estimate_becomes_money_at_the_declared_step(yuan, step, fen):
    assert money_from_yuan(yuan, step=Money(step)) == Money(fen)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_never_becomes_money_or_a_figure(bad):
    with pytest.raises(ValueError, match="取整"):
        money_from_yuan(bad, step=Money(1))
    with pytest.raises(ValueError, match="有限数"):
        figure(bad)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.2345675, "1.23457"),
        (1.2345649, "1.23456"),
        (-0.00012345678, "-0.000123457"),
        (9.999999, "10.00000"),
    ],
)
def test_figures_keep_six_digits_half_up(value, expected):
    assert figure(value) == Decimal(expected)
