"""Self-evaluation (单位自评): filed indicators and reported values become a scheme and a sheet.

Holds the rules of the judgement and their use. Which lines must be explained is said by
``required_reasons``; how the form looks, by ``form_layout``.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.indicators import Indicator, Level1, Operator, plain_number
from budgetperf.ledger import Execution, RateBase
from budgetperf.scoring.facts import Achieved, Actual, Fact, Measured, NotApplicable, Reached, execution_fact
from budgetperf.scoring.form_layout import FormLayout
from budgetperf.scoring.formulas import Execution as ExecutionFormula
from budgetperf.scoring.formulas import Formula, Graded
from budgetperf.scoring.formulas.money import WithoutBase
from budgetperf.scoring.rules import Places, Points, Rule, Share, SourcedRule, misplaced
from budgetperf.scoring.scheme import Criterion, Dimension, NotApplicableRule, Scheme
from budgetperf.scoring.score import ScoreSheet, score

EXECUTION = "execution"
"""Key of the execution line; indicators keep their filed keys."""


class ExecutionRule(SourcedRule):
    """The execution line: its points, the base of its rate, and what it earns without a budget."""

    weight: Points
    base: RateBase
    no_base: WithoutBase = "none"

    @property
    def formula(self) -> ExecutionFormula:
        """How the line is scored."""
        return ExecutionFormula(no_base=self.no_base)


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


class MidYearChange(SourcedRule):
    """Whether a budget changed in mid-year, money carried in aside, must be explained."""

    required: bool


class Explanations(Rule):
    """When a deviation must be explained."""

    low_execution: LowExecution
    below_target: BelowTarget
    over_achievement: OverAchievement
    mid_year_change: MidYearChange | None = None


class LevelGroup(Rule):
    """Level-1 indicators that share one fixed weight under one printed name."""

    label: str
    levels: tuple[Level1, ...]
    weight: Points


class LevelWeights(SourcedRule):
    """Weights of the filed indicators by level 1.

    Parameters
    ----------
    groups : tuple of LevelGroup
    deviation : Severity
        ``ERROR``: fixed; a level in no group cannot be filed. ``WARNING``: "in principle", and
        only for a filing with indicators in every group and in no other level: a filing with
        cost, or without satisfaction, has weights of its own in ``goal_weights``.
    """

    groups: tuple[LevelGroup, ...]
    deviation: Severity = Severity.ERROR

    @model_validator(mode="after")
    def _each_level_once(self) -> Self:
        named = [level for group in self.groups for level in group.levels]
        if len(set(named)) != len(named):
            raise ValueError("同一个一级指标只能列入一组")
        return self

    def group_of(self, level: Level1) -> LevelGroup | None:
        """Return the group a level-1 indicator belongs to."""
        return next((group for group in self.groups if level in group.levels), None)

    def departures(self, indicators: Sequence[Indicator]) -> Iterator[str]:
        """Yield what departs from the weights, in Chinese."""
        outside = [item for item in indicators if self.group_of(item.level1) is None]
        filed = {group.label for item in indicators if (group := self.group_of(item.level1))}
        if self.deviation is Severity.WARNING and (outside or len(filed) < len(self.groups)):
            return
        for item in outside:
            yield f"本表不设{item.level1.label}，请将“{item.name}”改列其他一级指标"
        for group in self.groups:
            found = sum((item.weight for item in indicators if item.level1 in group.levels), Decimal(0))
            if found != group.weight:
                wanted = "须" if self.deviation is Severity.ERROR else "原则上"
                yield (
                    f"“{group.label}”指标权重{wanted}合计{plain_number(group.weight)}分，"
                    f"实际合计{plain_number(found)}分"
                )


class FixedIndicators(SourcedRule):
    """Indicators the edition itself sets for every project (共性指标), judged by tiers.

    Parameters
    ----------
    dimensions : tuple of Dimension
        Their keys stand beside those of the filed indicators.
    """

    dimensions: tuple[Dimension, ...]

    @model_validator(mode="after")
    def _by_tiers(self) -> Self:
        if any(not isinstance(criterion.formula, Graded) for criterion in self.criteria()):
            raise ValueError("共性指标须按档次赋分（graded）")
        return self

    @property
    def weight(self) -> Decimal:
        """Points of all of them."""
        return sum((dimension.weight for dimension in self.dimensions), Decimal(0))

    def criteria(self) -> Iterator[Criterion]:
        """Yield them in printed order."""
        for dimension in self.dimensions:
            yield from dimension.criteria


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
    level1 : LevelWeights or None
        Weights by level 1; None where only the sum is fixed.
    fixed : FixedIndicators or None
    layout : FormLayout or None
        None for the national form.
    """

    total: Points
    indicators_weight: Points
    places: Places
    execution: ExecutionRule
    operators: dict[Operator, OperatorRule]
    not_applicable: NotApplicableUse
    explanations: Explanations
    level1: LevelWeights | None = None
    fixed: FixedIndicators | None = None
    layout: FormLayout | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := [operator.label for operator in Operator if operator not in self.operators]:
            raise ValueError(f"缺少以下指标性质的计分方法：{'、'.join(missing)}")
        fixed = self.fixed.weight if self.fixed else Decimal(0)
        parts = {"预算执行": self.execution.weight, "共性指标": fixed, "绩效指标": self.indicators_weight}
        if sum(parts.values()) != self.total:
            told = "＋".join(f"{name}{plain_number(points)}分" for name, points in parts.items() if points)
            found, wanted = plain_number(sum(parts.values(), Decimal(0))), plain_number(self.total)
            raise misplaced(f"{told}之和须等于总分{wanted}分，实际为{found}分", "indicators_weight")
        if self.level1 and sum(group.weight for group in self.level1.groups) != self.indicators_weight:
            raise ValueError("各组一级指标分值之和须等于指标分值")
        if self.layout and not self.layout.scored:
            raise ValueError("计分的自评表须设分值与得分栏")
        return self

    def fixed_criteria(self) -> tuple[Criterion, ...]:
        """Return the indicators the edition itself sets, none in the national form."""
        return tuple(self.fixed.criteria()) if self.fixed else ()


def self_evaluation_scheme(indicators: Sequence[Indicator], rules: SelfEvaluationRules) -> Scheme:
    """Build the scheme of one filing: the fixed indicators, a dimension per level 1, then execution.

    Raises
    ------
    Invalid
        ``scoring.weights`` if the filed weights do not sum to the edition's, or one is not
        above 0; ``scoring.level1_weights`` if those of a level 1 do not sum to its fixed weight;
        ``scoring.keys`` if two indicators share a key or one is named ``execution``.
    """
    _demand_weights(indicators, rules)
    if rules.level1 and rules.level1.deviation is Severity.ERROR:
        _demand_level_weights(indicators, rules.level1)
    fixed = rules.fixed.dimensions if rules.fixed else ()
    dimensions = [_dimension(level, indicators, rules) for level in Level1]
    execution = Criterion(
        key=EXECUTION,
        label="预算执行率",
        weight=rules.execution.weight,
        formula=rules.execution.formula,
        source=rules.execution.source,
    )
    money = Dimension(key=EXECUTION, label="预算执行", weight=execution.weight, criteria=(execution,))
    return Scheme(
        total=rules.total,
        places=rules.places,
        not_applicable=rules.not_applicable.rule,
        dimensions=(*fixed, *(dimension for dimension in dimensions if dimension is not None), money),
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
    fixed = {criterion.key: criterion for criterion in rules.fixed_criteria()}
    unknown = sorted(set(actuals) - fixed.keys() - {indicator.key for indicator in indicators})
    if unknown:
        raise Invalid("scoring.facts", f"以下编号不在申报的指标中：{'、'.join(unknown)}，请删除或更正")
    facts: dict[str, Fact] = {item.key: indicator_fact(item, actuals.get(item.key)) for item in indicators}
    facts |= {key: _fixed_fact(criterion, actuals.get(key)) for key, criterion in fixed.items()}
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
        One per indicator key, those of the edition included: a value, a tier with its share, or
        not applicable.
    execution : Execution
        Money of the whole year; the rate is taken from exact fen, not from the printed rate.
    rules : SelfEvaluationRules
    """
    scheme = self_evaluation_scheme(indicators, rules)
    return score(scheme, self_evaluation_facts(indicators, actuals, execution=execution, rules=rules))


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


def indicator_fact(indicator: Indicator, actual: Actual | None) -> Fact:
    """Join a filed target with what was reported.

    Raises
    ------
    Invalid
        ``scoring.facts`` if the value is missing or no fit for the indicator.
    """
    if isinstance(actual, NotApplicable):
        return actual
    if indicator.target is not None and isinstance(actual, Reached):
        return Measured(target=indicator.target, actual=actual.value)
    if indicator.target is None and isinstance(actual, Achieved):
        return actual
    wanted = "达成档次及赋分比例" if indicator.target is None else f"以“{indicator.uom}”为单位的数值"
    raise Invalid("scoring.facts", f"“{indicator.name}”须填报{wanted}", key=indicator.key)


def _fixed_fact(criterion: Criterion, actual: Actual | None) -> Fact:
    if isinstance(actual, Achieved | NotApplicable):
        return actual
    raise Invalid("scoring.facts", f"“{criterion.label}”须填报达成档次及赋分比例", key=criterion.key)


def _demand_level_weights(indicators: Sequence[Indicator], levels: LevelWeights) -> None:
    if departure := next(levels.departures(indicators), ""):
        raise Invalid("scoring.level1_weights", f"{departure}，请调整后再计分")


def _demand_weights(indicators: Sequence[Indicator], rules: SelfEvaluationRules) -> None:
    total = sum((indicator.weight for indicator in indicators), Decimal(0))
    wanted = rules.indicators_weight
    if total != wanted or any(indicator.weight <= 0 for indicator in indicators):
        raise Invalid(
            "scoring.weights",
            f"绩效指标权重须大于0且合计{plain_number(wanted)}分，实际合计{plain_number(total)}分，请调整后再计分",
        )
    fixed = (criterion.key for criterion in rules.fixed_criteria())
    keys = [EXECUTION, *fixed, *(indicator.key for indicator in indicators)]
    if len(set(keys)) != len(keys):
        raise Invalid("scoring.keys", "绩效指标编号重复或与预算执行行同名，请重新编号")
