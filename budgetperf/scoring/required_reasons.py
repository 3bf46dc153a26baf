"""Which lines of a self-evaluation must be explained, and why.

Whether the explanation was given is checked by ``lifecycle/evaluation``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.indicators import Direction, Indicator, Operator, plain_number
from budgetperf.ledger import Execution
from budgetperf.scoring.facts import Achieved, Actual, Measured, NotApplicable, Reached, execution_fact
from budgetperf.scoring.scheme import Criterion
from budgetperf.scoring.self_evaluation import EXECUTION, SelfEvaluationRules, indicator_fact
from budgetperf.terms import Term

ADJUSTMENT = "adjustment"
"""Key of a budget changed in mid-year: no line of the sheet, and yet to be explained."""


class Deviation(Term):
    """Why an explanation is required."""

    LOW_EXECUTION = "low_execution", "预算执行率偏低"
    BELOW_TARGET = "below_target", "未达到目标值"
    OVER_ACHIEVED = "over_achieved", "明显超出目标值"
    NOT_APPLICABLE = "not_applicable", "指标不适用"
    MID_YEAR_CHANGE = "mid_year_change", "年中调整预算"


@dataclass(frozen=True, slots=True)
class RequiredReason:
    """An explanation that must stand beside one line.

    Parameters
    ----------
    key : str
        Line of the sheet.
    deviation : Deviation
    message : str
        Chinese sentence with the numbers.
    source : str
    """

    key: str
    deviation: Deviation
    message: str
    source: str


def required_reasons(
    indicators: Sequence[Indicator],
    actuals: Mapping[str, Actual],
    *,
    execution: Execution,
    rules: SelfEvaluationRules,
) -> tuple[RequiredReason, ...]:
    """Say which lines need an explanation: fixed and filed indicators in order, then the money.

    Parameters
    ----------
    indicators, actuals, execution, rules
        As for ``self_evaluation``; an indicator without a value yet is passed over.

    Raises
    ------
    Invalid
        ``scoring.facts`` or ``scoring.tier`` if a value is no fit for its indicator.
    """
    needed = [
        *(_fixed(item, actuals[item.key], rules) for item in rules.fixed_criteria() if item.key in actuals),
        *(_deviation(item, actuals[item.key], rules) for item in indicators if item.key in actuals),
    ]
    found = [reason for reason in needed if reason is not None]
    return *found, *_money(execution, rules)


def _money(execution: Execution, rules: SelfEvaluationRules) -> Iterator[RequiredReason]:
    money = execution_fact(execution, rules.execution.base)
    low, changed = rules.explanations.low_execution, rules.explanations.mid_year_change
    if money.base.fen <= 0 or Decimal(money.part.fen) < low.below * money.base.fen:
        text = f"预算执行率低于{plain_number(low.below * 100)}%（执行{money.part}元，预算{money.base}元），须说明原因"
        yield RequiredReason(EXECUTION, Deviation.LOW_EXECUTION, text, str(low.source))
    change = execution.adjusted - execution.initial - execution.carried_in
    if changed and changed.required and change.fen:
        text = f"年中预算由{execution.initial}元调整{change}元（不含上年结转），须说明原因"
        yield RequiredReason(ADJUSTMENT, Deviation.MID_YEAR_CHANGE, text, str(changed.source))


def _fixed(criterion: Criterion, actual: Actual, rules: SelfEvaluationRules) -> RequiredReason | None:
    below = rules.explanations.below_target
    if isinstance(actual, NotApplicable):
        text, source = f"“{criterion.label}”填为不适用，须说明原因", str(rules.not_applicable.source)
        return RequiredReason(criterion.key, Deviation.NOT_APPLICABLE, text, source)
    if not below.required or criterion.formula.part(actual, criterion.weight).share == 1:
        return None
    text = f"“{criterion.label}”未得满分（{actual}），须填写偏差原因分析及改进措施"
    return RequiredReason(criterion.key, Deviation.BELOW_TARGET, text, str(below.source))


def _deviation(indicator: Indicator, actual: Actual, rules: SelfEvaluationRules) -> RequiredReason | None:
    if isinstance(actual, NotApplicable):
        text = f"“{indicator.name}”填为不适用，须说明原因"
        source = str(rules.not_applicable.source)
        return RequiredReason(indicator.key, Deviation.NOT_APPLICABLE, text, source)
    over, below = rules.explanations.over_achievement, rules.explanations.below_target
    if _far_above(indicator, actual, over.over):
        text = f"“{indicator.name}”{actual}，超出目标值{plain_number(over.over * 100)}%以上，须说明目标值是否偏低"
        return RequiredReason(indicator.key, Deviation.OVER_ACHIEVED, text, str(over.source))
    if not below.required or _fully_met(indicator, actual, rules):
        return None
    text = f"“{indicator.name}”未达到目标（目标{indicator.target_label}，{actual}），须填写偏差原因分析及改进措施"
    return RequiredReason(indicator.key, Deviation.BELOW_TARGET, text, str(below.source))


def _far_above(indicator: Indicator, actual: Reached | Achieved, over: Decimal) -> bool:
    target = indicator.target
    if target is None or target <= 0 or not isinstance(actual, Reached):
        return False
    return indicator.operator.direction is Direction.FORWARD and actual.value > target * (1 + over)


def _fully_met(indicator: Indicator, actual: Reached | Achieved, rules: SelfEvaluationRules) -> bool:
    """Full points, and the inequality holds (= is as strict as its formula)."""
    fact = indicator_fact(indicator, actual)
    if rules.operators[indicator.operator].formula.part(fact, indicator.weight).share != 1:
        return False
    if not isinstance(fact, Measured) or indicator.operator is Operator.EQUAL:
        return True
    return indicator.operator.holds(fact.actual, fact.target)
