"""Self-evaluation (单位自评): filed indicators and reported values become a scheme and a sheet.

Holds the rules of the judgement and their use. Whether an explanation that is required was
given is checked by ``lifecycle/evaluation``; here it is only said which are required.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction, Indicator, Level1, Operator, plain_number
from budgetperf.ledger import Execution, RateBase
from budgetperf.scoring.facts import Achieved, Actual, Fact, Measured, NotApplicable, Reached, execution_fact
from budgetperf.scoring.formulas import Execution as ExecutionFormula
from budgetperf.scoring.formulas import Formula
from budgetperf.scoring.rules import Places, Points, Rule, Share, SourcedRule
from budgetperf.scoring.scheme import Criterion, Dimension, NotApplicableRule, Scheme
from budgetperf.scoring.score import ScoreSheet, score
from budgetperf.terms import Term

EXECUTION = "execution"
"""Key of the execution line; indicators keep their filed keys."""


class ExecutionRule(SourcedRule):
    """The execution line: its points and the base of its rate."""

    weight: Points
    base: RateBase


class OperatorRule(SourcedRule):
    """The formula for one operator (指标性质)."""

    formula: Formula


class NotApplicableUse(SourcedRule):
    """What an indicator that does not apply does to the total."""

    rule: NotApplicableRule


class LowExecution(SourcedRule):
    """A reason is compulsory when the execution rate is below ``below``."""

    below: Share


class BelowTarget(SourcedRule):
    """Whether a reason is compulsory for an indicator that lost points or missed its target."""

    required: bool


class OverAchievement(SourcedRule):
    """Completion above target x (1 + ``over``) must be explained (目标值是否偏低); a ratio above 0."""

    over: Points


class Explanations(Rule):
    """When a deviation must be explained."""

    low_execution: LowExecution
    below_target: BelowTarget
    over_achievement: OverAchievement


class SelfEvaluationRules(SourcedRule):
    """Everything an edition says on self-evaluation.

    Parameters
    ----------
    total, indicators_weight : Decimal
        Points of the sheet, and of all filed indicators together.
    places : int
        Decimals of the points of a line.
    execution : ExecutionRule
    operators : mapping of Operator to OperatorRule
        Every operator exactly once.
    not_applicable : NotApplicableUse
    explanations : Explanations
    """

    total: Points
    indicators_weight: Points
    places: Places
    execution: ExecutionRule
    operators: dict[Operator, OperatorRule]
    not_applicable: NotApplicableUse
    explanations: Explanations

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := [operator.label for operator in Operator if operator not in self.operators]:
            raise ValueError(f"缺少以下指标性质的计分方法：{'、'.join(missing)}")
        if self.execution.weight + self.indicators_weight != self.total:
            raise ValueError("预算执行分值与指标分值之和须等于总分")
        return self


def self_evaluation_scheme(indicators: Sequence[Indicator], rules: SelfEvaluationRules) -> Scheme:
    """Build the scheme of one filing: a dimension per level-1 indicator, then execution.

    Raises
    ------
    Invalid
        ``scoring.weights`` if the filed weights do not sum to the edition's, or one is not
        above 0; ``scoring.keys`` if two indicators share a key or one is named ``execution``.
    """
    _demand_weights(indicators, rules)
    dimensions = [_dimension(level, indicators, rules) for level in Level1]
    execution = Criterion(
        key=EXECUTION,
        label="预算执行率",
        weight=rules.execution.weight,
        formula=ExecutionFormula(),
        source=rules.execution.source,
    )
    money = Dimension(key=EXECUTION, label="预算执行", weight=execution.weight, criteria=(execution,))
    return Scheme(
        total=rules.total,
        places=rules.places,
        not_applicable=rules.not_applicable.rule,
        dimensions=(*(dimension for dimension in dimensions if dimension is not None), money),
    )


def self_evaluation_facts(
    indicators: Sequence[Indicator],
    actuals: Mapping[str, Actual],
    *,
    execution: Execution,
    rules: SelfEvaluationRules,
) -> dict[str, Fact]:
    """Join targets with reported values, one fact per line of the scheme.

    Raises
    ------
    Invalid
        ``scoring.facts`` if a value is missing, unknown, or no fit for its indicator.
    """
    unknown = sorted(set(actuals) - {indicator.key for indicator in indicators})
    if unknown:
        raise Invalid("scoring.facts", f"以下编号不在申报的指标中：{'、'.join(unknown)}，请删除或更正")
    facts: dict[str, Fact] = {item.key: _fact(item, actuals.get(item.key)) for item in indicators}
    facts[EXECUTION] = execution_fact(execution, rules.execution.base)
    return facts


def self_evaluation(
    indicators: Sequence[Indicator],
    actuals: Mapping[str, Actual],
    *,
    execution: Execution,
    rules: SelfEvaluationRules,
) -> ScoreSheet:
    """Score one year's self-evaluation.

    Parameters
    ----------
    indicators : sequence of Indicator
        As approved; weights sum to the edition's (90).
    actuals : mapping of str to Actual
        One per indicator key: a value, a tier with its share, or not applicable.
    execution : Execution
        Money of the whole year; the rate is taken from exact fen, not from the printed rate.
    rules : SelfEvaluationRules
    """
    scheme = self_evaluation_scheme(indicators, rules)
    return score(scheme, self_evaluation_facts(indicators, actuals, execution=execution, rules=rules))


class Deviation(Term):
    """Why an explanation is required."""

    LOW_EXECUTION = "low_execution", "预算执行率偏低"
    BELOW_TARGET = "below_target", "未达到目标值"
    OVER_ACHIEVED = "over_achieved", "明显超出目标值"
    NOT_APPLICABLE = "not_applicable", "指标不适用"


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
    """Say which lines need an explanation, in filed order, execution last.

    Parameters
    ----------
    indicators, actuals, execution, rules
        As for ``self_evaluation``; an indicator without a value yet is passed over.

    Raises
    ------
    Invalid
        ``scoring.facts`` or ``scoring.tier`` if a value is no fit for its indicator.
    """
    needed = (_deviation(item, actuals[item.key], rules) for item in indicators if item.key in actuals)
    money = execution_fact(execution, rules.execution.base)
    low = rules.explanations.low_execution
    found = [reason for reason in needed if reason is not None]
    if money.base.fen <= 0 or Decimal(money.part.fen) < low.below * money.base.fen:
        text = f"预算执行率低于{plain_number(low.below * 100)}%（执行{money.part}元，预算{money.base}元），须说明原因"
        found.append(RequiredReason(EXECUTION, Deviation.LOW_EXECUTION, text, str(low.source)))
    return tuple(found)


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
    fact = _fact(indicator, actual)
    if rules.operators[indicator.operator].formula.part(fact, indicator.weight).share != 1:
        return False
    if not isinstance(fact, Measured) or indicator.operator is Operator.EQUAL:
        return True
    return indicator.operator.holds(fact.actual, fact.target)


def _dimension(
    level: Level1, indicators: Sequence[Indicator], rules: SelfEvaluationRules
) -> Dimension | None:
    criteria = tuple(
        Criterion(
            key=item.key,
            label=item.name,
            weight=item.weight,
            formula=rules.operators[item.operator].formula,
            source=rules.operators[item.operator].source,
        )
        for item in indicators
        if item.level1 is level
    )
    if not criteria:
        return None
    weight = sum((criterion.weight for criterion in criteria), Decimal(0))
    return Dimension(key=level.value, label=level.label, weight=weight, criteria=criteria)


def _fact(indicator: Indicator, actual: Actual | None) -> Fact:
    if isinstance(actual, NotApplicable):
        return actual
    if indicator.target is not None and isinstance(actual, Reached):
        return Measured(target=indicator.target, actual=actual.value)
    if indicator.target is None and isinstance(actual, Achieved):
        return actual
    wanted = "达成档次及赋分比例" if indicator.target is None else f"以“{indicator.uom}”为单位的数值"
    raise Invalid("scoring.facts", f"“{indicator.name}”须填报{wanted}", key=indicator.key)


def _demand_weights(indicators: Sequence[Indicator], rules: SelfEvaluationRules) -> None:
    total = sum((indicator.weight for indicator in indicators), Decimal(0))
    wanted = rules.indicators_weight
    if total != wanted or any(indicator.weight <= 0 for indicator in indicators):
        raise Invalid(
            "scoring.weights",
            f"绩效指标权重须大于0且合计{plain_number(wanted)}分，实际合计{plain_number(total)}分，请调整后再计分",
        )
    keys = [EXECUTION, *(indicator.key for indicator in indicators)]
    if len(set(keys)) != len(keys):
        raise Invalid("scoring.keys", "绩效指标编号重复或与预算执行行同名，请重新编号")
