"""Exact arithmetic of points: fractions inside, one half-up rounding at the end.

Holds the rounding and the Chinese spelling of exact numbers; no rule and no formula.
"""

from collections.abc import Iterable, Sequence
from decimal import MAX_PREC, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache

from budgetperf.indicators import plain_number

_WIDE = Context(prec=MAX_PREC)


def half_up(value: Decimal | Fraction, places: int) -> Decimal:
    """Round to ``places`` decimals, halves away from zero (ROUND_HALF_UP).

    The value is exact until here, so a tie is a tie and 0.015 x 1/3 is 0.01 at two places.

    Examples
    --------
    >>> half_up(Fraction(1, 200), 2), half_up(Fraction(-1, 200), 2), half_up(Fraction(2, 3), 2)
    (Decimal('0.01'), Decimal('-0.01'), Decimal('0.67'))
    >>> half_up(Decimal("1.005"), 2), half_up(Decimal("-0.004"), 2), half_up(Decimal(3), 2)
    (Decimal('1.01'), Decimal('0.00'), Decimal('3.00'))
    """
    if isinstance(value, Decimal):
        return _WIDE.plus(value.quantize(_last_place(places), ROUND_HALF_UP, _WIDE))
    top, base = value.as_integer_ratio()
    units = (2 * abs(top) * 10**places + base) // (2 * base)
    return Decimal(units if top >= 0 else -units).scaleb(-places)


@cache
def _last_place(places: int) -> Decimal:
    """Return one unit of the last of ``places`` decimals."""
    return Decimal((0, (1,), -places))


def weighted_mean(weighted: Iterable[tuple[Decimal | int, Decimal | Fraction]]) -> Fraction:
    """Return sum(weight x value) / sum(weight), exact.

    Parameters
    ----------
    weighted : iterable of (weight, value)
        At least one; weights above 0.

    Examples
    --------
    >>> weighted_mean([(1, Decimal("0.5")), (Decimal("0.5"), Fraction(1, 3))])
    Fraction(4, 9)
    """
    num, den, weights, per = 0, 1, 0, 1  # one fraction at the end: many small ones are slow
    for weight, value in weighted:
        (top, over), (times, out_of) = value.as_integer_ratio(), weight.as_integer_ratio()
        num, den = num * over * out_of + top * times * den, den * over * out_of
        weights, per = weights * out_of + times * per, per * out_of
    return Fraction(num * per, den * weights)


def mean(values: Sequence[Decimal]) -> Fraction:
    """Return the arithmetic mean of at least one value, exact.

    Examples
    --------
    >>> mean([Decimal("0.5"), Decimal(1)])
    Fraction(3, 4)
    """
    total, den = 0, 1
    for value in values:
        top, over = value.as_integer_ratio()
        total, den = (total + top, den) if over == den else (total * over + top * den, den * over)
    return Fraction(total, den * len(values))


def percent(share: Fraction, places: int = 2) -> str:
    """Write a share as a percentage, cut off: what lies below a bound never prints as the bound.

    Examples
    --------
    >>> percent(Fraction(19, 20)), percent(Fraction(2, 3)), percent(Fraction("0.599999"))
    ('95%', '66.66%', '59.99%')
    """
    units = int(share * 100 * 10**places)
    return f"{plain_number(Decimal(units).scaleb(-places))}%"
