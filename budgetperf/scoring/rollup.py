"""How an indicator is rolled up over projects, departments or periods, and when it may not be.

Holds the four rules and the one function that applies them; which indicator follows which rule
is stated with the indicator. A result that has no meaning is refused with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.rules import Places, SourcedRule
from budgetperf.terms import Term


class RollUp(Term):
    """汇总规则 of an indicator."""

    SUM = "sum", "求和"
    MONEY_WEIGHTED = "money_weighted", "按资金加权平均"
    LAST = "last", "取最近一期"
    NOT_ADDITIVE = "not_additive", "不可汇总"


class RollUpRule(SourcedRule):
    """How one indicator is rolled up.

    Parameters
    ----------
    indicator : str
        Its name, for the texts.
    uom : str
        计量单位 that every value must carry.
    rule : RollUp
    places : int
        Decimals of a mean, half up; sums and last values are exact.
    reason : str
        Why it is not additive; told when someone tries.
    """

    indicator: str
    uom: str
    rule: RollUp
    places: Places = 2
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One value to be rolled up.

    Parameters
    ----------
    owner : str
        Project or department it belongs to.
    value : Decimal
    uom : str
    money : Money
        What was spent on it: the weight of a money-weighted mean.
    as_of : date
        The day the value holds for.
    """

    owner: str
    value: Decimal
    uom: str
    money: Money
    as_of: date


def roll_up(parts: Sequence[Part], rule: RollUpRule) -> Decimal:
    """Return the value of all parts together; their order does not matter.

    Raises
    ------
    Invalid
        ``scoring.rollup`` for no parts, mixed uoms, an indicator that is not additive, a mean
        without money, or several different values on the last day.
    """
    if not parts:
        raise _refused(rule, "没有可汇总的数值")
    if others := sorted({part.uom for part in parts} - {rule.uom}):
        raise _refused(rule, f"计量单位应为“{rule.uom}”，出现了“{'、'.join(others)}”，请先换算")
    match rule.rule:
        case RollUp.SUM:
            return sum((part.value for part in parts), Decimal(0))
        case RollUp.MONEY_WEIGHTED:
            return _weighted(parts, rule)
        case RollUp.LAST:
            return _last(parts, rule)
        case RollUp.NOT_ADDITIVE:
            raise _refused(rule, f"该指标不可汇总{f'：{rule.reason}' if rule.reason else ''}，请逐项列示")


def _weighted(parts: Sequence[Part], rule: RollUpRule) -> Decimal:
    if negative := sorted(part.owner for part in parts if part.money.fen < 0):
        raise _refused(rule, f"“{'、'.join(negative)}”的资金为负，不能作为权数")
    money = sum(part.money.fen for part in parts)
    if money == 0:
        raise _refused(rule, "资金合计为零，无法按资金加权")
    return half_up(sum((Fraction(p.value) * p.money.fen for p in parts), Fraction(0)) / money, rule.places)


def _last(parts: Sequence[Part], rule: RollUpRule) -> Decimal:
    day = max(part.as_of for part in parts)
    values = {part.value for part in parts if part.as_of == day}
    if len(values) > 1:
        raise _refused(rule, f"{day.isoformat()}有{len(values)}个不同的数值，无法确定最近一期，请更正")
    return values.pop()


def _refused(rule: RollUpRule, why: str) -> Invalid:
    return Invalid("scoring.rollup", f"“{rule.indicator}”不能汇总：{why}")
