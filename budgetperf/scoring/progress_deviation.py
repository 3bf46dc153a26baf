"""Indicators too far from what the months gone ask for (偏差过大), above or below: they are explained.

Holds the optional rule of an edition and whom it finds. Colours are the business of ``lights``.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from budgetperf.indicators import Achievement, Direction, Indicator, Level2, plain_number
from budgetperf.scoring.exact import percent
from budgetperf.scoring.rules import Share, SourcedRule


class DeviationRule(SourcedRule):
    """Forward indicators of these classes further than this share from target x months / 12.

    Parameters
    ----------
    classes : tuple of Level2
    above : Decimal
        Just this share is not yet too far.
    """

    classes: tuple[Level2, ...]
    above: Share


def deviations(
    indicators: Sequence[Indicator],
    values: Mapping[str, Decimal | Achievement],
    *,
    months: int,
    rule: DeviationRule | None,
) -> dict[str, str]:
    """Return what is too far off, in words with the numbers, by indicator key.

    Parameters
    ----------
    indicators : sequence of Indicator
    values : mapping of str to Decimal or Achievement
        Cumulative values by indicator key, each fitting its indicator.
    months : int
        Months the period covers, 1 to 12.
    rule : DeviationRule or None
        None finds nothing.
    """
    if rule is None:
        return {}
    found = {}
    for indicator in indicators:
        off = _off(indicator, values.get(indicator.key), months, rule)
        if off is not None and abs(off) > Fraction(rule.above):
            side = "高于" if off > 0 else "低于"
            limit = plain_number(rule.above * 100)
            found[indicator.key] = f"{side}按{months}个月折算的应完成数{percent(abs(off))}，超过{limit}%"
    return found


def _off(
    indicator: Indicator, value: Decimal | Achievement | None, months: int, rule: DeviationRule
) -> Fraction | None:
    """Return actual / due - 1; None where the months do not matter."""
    target = indicator.target
    paced = indicator.level2 in rule.classes and indicator.operator.direction is Direction.FORWARD
    if not paced or target is None or target <= 0 or not isinstance(value, Decimal):
        return None
    return Fraction(value) * 12 / (Fraction(target) * months) - 1
