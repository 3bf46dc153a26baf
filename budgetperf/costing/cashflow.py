"""Discounting: present values, rates of return, annuities, payback.

Present values are Decimals at a stated precision; floats only search for rates of return, and
each rate found is confirmed in Decimal. It knows amounts at times, not what they are for
(``benefit``).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import pairwise

from scipy.optimize import brentq

DIGITS = 50  # significant digits of every intermediate Decimal
RATE_PLACE = Decimal("1e-10")  # rates of return are given to this place
NIL = Decimal("1e-15")  # present value, relative to the gross one, that counts as zero
LOG_REACH = 60.0  # log(1 + rate) is searched within this distance of zero


@dataclass(frozen=True, slots=True)
class Payment:
    """A signed amount at a time.

    Parameters
    ----------
    years : Decimal
        Years after the base date; a fraction for dated payments.
    amount : Decimal
        Positive in, negative out; any unit, the same for all.
    """

    years: Decimal
    amount: Decimal


def actual_365(start: date, day: date) -> Decimal:
    """Return the years from ``start`` to ``day`` as actual days / 365 (the XNPV convention)."""
    return Decimal((day - start).days) / 365


def present_value(payments: Sequence[Payment], rate: Decimal) -> Decimal:
    """Return the sum of amount / (1 + rate)^years; time 0 is undiscounted.

    Raises
    ------
    ValueError
        If the rate is -100 % or less.
    """
    if rate <= -1:
        raise ValueError(f"折现率须大于-100%，现为{rate:%}")
    with localcontext() as context:
        context.prec = DIGITS
        return sum((p.amount / (1 + rate) ** p.years for p in payments), Decimal(0))


@dataclass(frozen=True, slots=True)
class InternalRates:
    """Every real internal rate of return above -100 %.

    Parameters
    ----------
    rates : tuple of Decimal
        Ascending, to ten places; empty when there is none.
    note : str
        Chinese sentence: none, one, or several and therefore no figure to decide by.
    """

    rates: tuple[Decimal, ...]
    note: str

    @property
    def unique(self) -> Decimal | None:
        """The rate when there is exactly one, else None: no guess among several."""
        return self.rates[0] if len(self.rates) == 1 else None


def internal_rates(payments: Sequence[Payment]) -> InternalRates:
    """Return every rate at which the present value is zero.

    Notes
    -----
    With x = log(1 + rate) the present value is f(x) = sum a exp(-t x). If the a, ordered by t,
    change sign V times, f has at most V roots (Descartes). exp(s x) f(x), with s between the two
    terms of a sign change, has the roots of f and a derivative with V - 1 changes: its roots,
    found in the same way, cut the line into pieces on which f has at most one root. Each root is
    confirmed by a change of sign of the Decimal present value around it, or, where the curve only
    touches zero, by a Decimal present value that is nil. Rates within 1e-10 of -100 % are left out.
    """
    merged: dict[Decimal, Decimal] = {}
    for payment in payments:
        merged[payment.years] = merged.get(payment.years, Decimal(0)) + payment.amount
    terms = [(float(t), float(a)) for t, a in sorted(merged.items()) if a]
    if not terms:
        return InternalRates((), "各年净额均为零，内部收益率无意义")
    found = [Decimal(repr(math.expm1(x))).quantize(RATE_PLACE) for x in _roots(terms)]
    rates = tuple(rate for rate in found if _confirmed(payments, rate))
    if not rates:
        return InternalRates((), "不存在内部收益率：没有使净现值为零的折现率")
    if len(rates) > 1:
        shown = "、".join(f"{rate:.2%}" for rate in rates)
        return InternalRates(rates, f"存在{len(rates)}个内部收益率（{shown}），不能据以判断，请看净现值")
    return InternalRates(rates, "内部收益率唯一")


def _value(terms: Sequence[tuple[float, float]], x: float) -> float:
    """Return sum a exp(-t x), scaled by a positive factor against overflow."""
    top = max(-t * x for t, _ in terms)
    return math.fsum(a * math.exp(-t * x - top) for t, a in terms)


def _roots(terms: Sequence[tuple[float, float]]) -> list[float]:
    """Return the roots of sum a exp(-t x) on the line, ascending; ``terms`` ordered by t."""
    change = next((i for i in range(len(terms) - 1) if terms[i][1] * terms[i + 1][1] < 0), None)
    if change is None:
        return []
    middle = (terms[change][0] + terms[change + 1][0]) / 2
    cuts = [-LOG_REACH, *_roots([(t, a * (middle - t)) for t, a in terms]), LOG_REACH]
    found = [x for x in cuts if _touches(terms, x)]
    for low, high in pairwise(cuts):
        if low not in found and high not in found and _value(terms, low) * _value(terms, high) < 0:
            found.append(float(brentq(lambda x: _value(terms, x), low, high, xtol=1e-14, rtol=1e-14)))
    return sorted(found)


def _touches(terms: Sequence[tuple[float, float]], x: float) -> bool:
    """Tell whether the sum vanishes at ``x``, as far as floats can say."""
    return abs(_value(terms, x)) <= 1e-13 * _value([(t, abs(a)) for t, a in terms], x)


def _confirmed(payments: Sequence[Payment], rate: Decimal) -> bool:
    """Tell whether the Decimal present value changes sign within two places of ``rate``, or is nil."""
    low, high = rate - 2 * RATE_PLACE, rate + 2 * RATE_PLACE
    if low <= -1:
        return False
    if present_value(payments, low) * present_value(payments, high) <= 0:
        return True
    gross = present_value([Payment(p.years, abs(p.amount)) for p in payments], rate)
    return abs(present_value(payments, rate)) <= NIL * gross


def modified_internal_rate(
    payments: Sequence[Payment], *, finance_rate: Decimal, reinvest_rate: Decimal
) -> Decimal:
    """Return the rate at which outlays, financed, grow to receipts, reinvested, at the last time.

    Notes
    -----
    (FV(receipts, reinvest) / -PV(outlays, finance))^(1/n) - 1, n the last time.

    Raises
    ------
    ValueError
        If there is no outlay, no receipt, or no time between.
    """
    outlays = [p for p in payments if p.amount < 0]
    receipts = [p for p in payments if p.amount > 0]
    n = max((p.years for p in payments), default=Decimal(0))
    if not outlays or not receipts or n <= 0:
        raise ValueError("修正内部收益率需要至少一笔支出、一笔收入和一段时间")
    with localcontext() as context:
        context.prec = DIGITS
        grown = present_value(receipts, reinvest_rate) * (1 + reinvest_rate) ** n
        return (grown / -present_value(outlays, finance_rate)) ** (1 / n) - 1


def annuity_factor(rate: Decimal, years: int) -> Decimal:
    """Return the present value of 1 at the end of each of ``years`` years."""
    return present_value([Payment(Decimal(t), Decimal(1)) for t in range(1, years + 1)], rate)


def equivalent_annual(npv: Decimal, rate: Decimal, *, years: int) -> Decimal:
    """Return the constant yearly amount worth ``npv`` over ``years``: compares unequal lives.

    Raises
    ------
    ValueError
        If ``years`` is not positive.
    """
    if years <= 0:
        raise ValueError(f"年限须为正，现为{years}")
    with localcontext() as context:
        context.prec = DIGITS
        return npv / annuity_factor(rate, years)


def roll_over(npv: Decimal, rate: Decimal, *, life: int, times: int) -> Decimal:
    """Return the present value of ``times`` projects in a row, each worth ``npv`` at its start."""
    return present_value([Payment(Decimal(life * k), npv) for k in range(times)], rate)


def payback_years(payments: Sequence[Payment], rate: Decimal = Decimal(0)) -> Decimal | None:
    """Return the first time from which the cumulated present value stays at or above zero.

    Times are those of payments, nothing is interpolated. None if it ends below zero.
    """
    with localcontext() as context:
        context.prec = DIGITS
        total, since = Decimal(0), None
        for time in sorted({p.years for p in payments}):
            total += present_value([p for p in payments if p.years == time], rate)
            since = None if total < 0 else time if since is None else since
    return since
