from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from budgetperf.costing.cashflow import (
    Payment,
    actual_365,
    annuity_factor,
    equivalent_annual,
    internal_rates,
    modified_internal_rate,
    payback_years,
    present_value,
    roll_over,
)


def payments(*amounts):
    return [Payment(Decimal(t), Decimal(str(amount))) for t, amount in enumerate(amounts)]


def with_rates(*rates):
    """Payments whose present value is zero at exactly these rates."""
    coefficients = [Fraction(1)]
    for rate in rates:
        growth = 1 + Fraction(rate)
        coefficients = [a - growth * b for a, b in zip([*coefficients, 0], [0, *coefficients], strict=True)]
    return [Payment(Decimal(t), Decimal(c.numerator) / c.denominator) for t, c in enumerate(coefficients)]


def test_time_zero_is_not_discounted_and_the_sum_is_exact_to_forty_places():
    rate = Decimal("0.07")
    exact = Fraction(-325000) + sum(Fraction(130000) / Fraction(107, 100) ** t for t in range(1, 6))
    found = present_value(payments(-325000, *[130000] * 5), rate)
    assert abs(Fraction(found) - exact) < Fraction(1, 10**40)


def test_a_rate_of_minus_one_is_refused():
    assert present_value(payments(0, 1), Decimal("-0.5")) == 2
    with pytest.raises(ValueError, match="-100%"):
        present_value(payments(0, 1), Decimal(-1))


@pytest.mark.parametrize(
    "rates",
    [
        ["1/10"],
        ["-9/10"],
        ["-1/2", "1/4"],
        ["1/100", "2/100", "3/100"],
        ["-3/10", "1/10", "7/10", "3"],
        ["50", "-1/5"],
    ],
)
def test_every_rate_of_return_is_found_and_no_other(rates):
    found = internal_rates(with_rates(*rates))
    assert found.rates == tuple(
        sorted(Decimal(str(float(Fraction(r)))).quantize(Decimal("1e-10")) for r in rates)
    )
    assert (found.unique is not None) == (len(rates) == 1)


def test_a_curve_that_only_touches_zero_has_that_rate():
    assert internal_rates(with_rates("1/10", "1/10")).rates == (Decimal("0.1").quantize(Decimal("1e-10")),)


@pytest.mark.parametrize(
    ("amounts", "note"),
    [
        ((-100, -5), "不存在"),
        ((100, 20), "不存在"),
        ((-100, 150, -100), "不存在"),
        ((0, 0), "无意义"),
        ((), "无意义"),
    ],
)
def test_no_rate_is_said_openly(amounts, note):
    found = internal_rates(payments(*amounts))
    assert found.rates == ()
    assert note in found.note


def test_several_rates_are_said_openly_and_none_is_chosen():
    found = internal_rates(payments(-5, 10.5, 1, -8, 1))
    assert len(found.rates) == 3
    assert "3个内部收益率" in found.note
    assert found.unique is None


def test_each_rate_makes_the_present_value_nil():
    flows = payments(-150000, 15000, 25000, 35000, 45000, 60000)
    (rate,) = internal_rates(flows).rates
    assert abs(present_value(flows, rate)) < Decimal("0.0001")


def test_dated_payments_count_actual_days_over_365():
    assert actual_365(date(2024, 1, 1), date(2025, 1, 1)) == Decimal(366) / 365


def test_a_modified_rate_needs_money_out_and_in_over_time():
    rates = {"finance_rate": Decimal("0.1"), "reinvest_rate": Decimal("0.1")}
    assert modified_internal_rate(payments(-100, 110), **rates) == Decimal("0.1")
    for amounts in ((100, 110), (-100, -1), ()):
        with pytest.raises(ValueError, match="修正内部收益率"):
            modified_internal_rate(payments(*amounts), **rates)


def test_an_annuity_at_zero_is_its_number_of_years():
    assert annuity_factor(Decimal(0), 4) == 4
    assert equivalent_annual(Decimal(8), Decimal(0), years=4) == 2
    with pytest.raises(ValueError, match="年限"):
        equivalent_annual(Decimal(8), Decimal(0), years=0)


def test_projects_rolled_over_to_equal_length_rank_as_by_equivalent_annual_value():
    rate = Decimal("0.08")
    rolled = roll_over(Decimal(24), rate, life=15, times=5)
    once = equivalent_annual(Decimal(24), rate, years=15)
    assert abs(equivalent_annual(rolled, rate, years=75) - once) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("amounts", "rate", "years"),
    [
        ((-100, 50, 50), "0", 2),
        ((-100, 50, 50), "0.01", None),
        ((-100, 120, -50, 40), "0", 3),
        ((5, 1), "0", 0),
        ((), "0", None),
    ],
)
def test_payback_is_the_time_from_which_the_sum_stays_at_or_above_zero(amounts, rate, years):
    assert payback_years(payments(*amounts), Decimal(rate)) == years
