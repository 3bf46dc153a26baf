"""The named rules by which a float or a fraction leaves ``costing``: half up, once.

Every other module of the package rounds through these functions, so that a recorded
result names its rule and can be recomputed on another machine.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from budgetperf.money import Money

LEAST_P = Decimal("0.001")
FIGURE_RULE = "6位有效数字，四舍五入"
NOISE_DIGITS = 12  # significant digits of an estimate that no processor's arithmetic changes


def half_up(value: Fraction) -> int:
    """Return the nearest integer, halves away from zero (as ``ROUND_HALF_UP``).

    Examples
    --------
    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2)), half_up(Fraction(12, 5))
    (3, -3, 2)
    """
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def money_from_yuan(
    yuan: float, *, step: Money, up: bool | None = None, digits: int | None = NOISE_DIGITS
) -> Money:
    """Round an estimate in yuan to a multiple of ``step``: the nearest, or the next one up or down.

    An estimate is first taken to ``digits`` significant digits, but no coarser than fen: one that is a unit's own cost, as at a vertex of a
    frontier, must not go up a whole step for a sign in the sixteenth place. None takes it as it is.

    Raises
    ------
    ValueError
        If the estimate is not finite or ``step`` is not positive.

    Examples
    --------
    >>> money_from_yuan(1234.567, step=Money(1)), money_from_yuan(1250.0, step=Money(10_000))
    (Money(fen=123457), Money(fen=130000))
    >>> money_from_yuan(1234.5600000000001, step=Money(1), up=True)
    Money(fen=123456)
    """
    if not math.isfinite(yuan) or step.fen <= 0:
        raise ValueError(f"不能把{yuan}元取整到{step.fen}分的倍数")
    told = Decimal(repr(float(yuan)))
    if digits is not None:
        told = Context(prec=max(digits, told.adjusted() + 3), rounding=ROUND_HALF_UP).plus(told)
    steps = Fraction(told) * 100 / step.fen
    whole = half_up(steps) if up is None else math.ceil(steps) if up else math.floor(steps)
    return Money(whole * step.fen)


def figure(value: float, *, digits: int = 6) -> Decimal:
    """Return ``value`` with ``digits`` significant digits, half up (``FIGURE_RULE``).

    Raises
    ------
    ValueError
        If the value is not finite: a model card has no infinities.

    Examples
    --------
    >>> figure(0.12345650000), figure(123456789.0), figure(0.0)
    (Decimal('0.123457'), Decimal('123457000'), Decimal('0'))
    """
    if not math.isfinite(value):
        raise ValueError(f"{value}不是有限数，不能记入模型卡")
    exact = Decimal(repr(float(value)))
    if not exact:
        return Decimal(0)
    place = exact.adjusted() - digits + 1
    return Decimal(format(exact.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP), "f"))


def p_value_text(p_value: Decimal | float) -> str:
    """Write the p value of a test for readers: three decimals, nothing smaller than a thousandth.

    Examples
    --------
    >>> p_value_text(0.0126), p_value_text(2.36e-10)
    ('p=0.013', 'p<0.001')
    """
    told = Decimal(p_value).quantize(LEAST_P, ROUND_HALF_UP)
    return f"p={told}" if told >= LEAST_P else f"p<{LEAST_P}"
