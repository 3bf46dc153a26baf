"""Exact arithmetic of points: fractions inside, one half-up rounding at the end.

Holds the rounding and the Chinese spelling of exact numbers; no rule and no formula.
"""

from decimal import Decimal
from fractions import Fraction

from budgetperf.indicators import plain_number


def half_up(value: Fraction, places: int) -> Decimal:
    """Round to ``places`` decimals, halves away from zero (ROUND_HALF_UP).

    The value is exact until here, so a tie is a tie and 0.015 x 1/3 is 0.01 at two places.

    Examples
    --------
    >>> half_up(Fraction(1, 200), 2), half_up(Fraction(-1, 200), 2), half_up(Fraction(2, 3), 2)
    (Decimal('0.01'), Decimal('-0.01'), Decimal('0.67'))
    """
    scaled = abs(value) * 10**places
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(units if value >= 0 else -units).scaleb(-places)


def percent(share: Fraction, places: int = 2) -> str:
    """Write a share as a percentage, cut off: what lies below a bound never prints as the bound.

    Examples
    --------
    >>> percent(Fraction(19, 20)), percent(Fraction(2, 3)), percent(Fraction("0.599999"))
    ('95%', '66.66%', '59.99%')
    """
    units = int(share * 100 * 10**places)
    return f"{plain_number(Decimal(units).scaleb(-places))}%"
