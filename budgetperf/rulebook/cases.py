"""Worked examples of editions: what an example gives, and what is computed from it.

One small model (the ``given`` of the YAML) and one function per kind. The expected numbers
stand in the editions, worked out by hand from the wording of the source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.fiscal import WorkCalendar
from budgetperf.indicators import Indicator, Level1, Level2, Operator
from budgetperf.ledger import Execution, RateBase
from budgetperf.money import Money
from budgetperf.rulebook.models import (
    CostBenefitRules,
    RectificationRules,
    WorkingDaysRules,
)
from budgetperf.scoring.facts import Actual, Fact, NotApplicable, Rated
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules, MoneyTotal, finance_evaluation_facts
from budgetperf.scoring.form_layout import FormText
from budgetperf.scoring.goal_weights import GoalWeightRules
from budgetperf.scoring.grade import GradeRules, grade
from budgetperf.scoring.required_reasons import required_reasons
from budgetperf.scoring.rules import Exact, Rule, Whole
from budgetperf.scoring.score import score
from budgetperf.scoring.self_evaluation import SelfEvaluationRules, self_evaluation

Outcome: TypeAlias = Mapping[str, object]
"""What an example computes: plain values, terms, decimals, dates."""

Fen = Annotated[Whole, Field(ge=0)]
"""An amount in fen; no total of a year is below 0."""


class MoneyCase(Rule):
    """Amounts of one project and year, in fen; None where it is not known."""

    initial: Fen | None = None
    adjusted: Fen
    received: Fen | None = None
    paid: Fen
    carried_in: Fen = 0

    def execution(self, needed: Iterable[RateBase | MoneyTotal]) -> Execution:
        """Return the totals as the ledger gives them; those not ``needed`` may be unknown and are 0.

        Raises
        ------
        Invalid
            ``facts.money`` if one that is needed is not known.
        """
        for total in needed:
            if getattr(self, total.value) is None:
                text = f"本版本要用到{total.label}，请填写 money.{total.value}（单位：分）"
                raise Invalid("facts.money", text, key="money")
        return Execution(
            initial=Money(self.initial or 0),
            adjusted=Money(self.adjusted),
            received=Money(self.received or 0),
            paid=Money(self.paid),
            carried_in=Money(self.carried_in),
        )


class IndicatorCase(Rule):
    """The parts of a filed indicator that matter to points and lights."""

    level2: Level2
    operator: Operator
    target: Exact | None = None
    weight: Exact

    def indicator(self, key: str) -> Indicator:
        """The indicator under ``key``."""
        return Indicator(
            key=key,
            level2=self.level2,
            name=f"指标{key}",
            operator=self.operator,
            target=self.target,
            target_text="",
            uom="",
            weight=self.weight,
            direction=self.operator.direction,
        )


class EvaluatedIndicator(IndicatorCase):
    """A filed indicator with what the unit reports at year end."""

    actual: Actual


class SelfEvaluationCase(Rule):
    """A whole self-evaluation.

    Parameters
    ----------
    indicators : tuple of EvaluatedIndicator
    money : MoneyCase
    fixed : mapping of str to Actual
        What was reported for the indicators the edition itself sets, by their key.
    text_lengths : mapping of FormText to int
        Characters of the texts filed.
    """

    indicators: tuple[EvaluatedIndicator, ...]
    money: MoneyCase
    fixed: dict[str, Actual] = Field(default_factory=dict)
    text_lengths: dict[FormText, int] = Field(default_factory=dict)

    @property
    def filed(self) -> tuple[Indicator, ...]:
        """The filed indicators, numbered from 1."""
        return tuple(case.indicator(str(i)) for i, case in enumerate(self.indicators, 1))

    @property
    def actuals(self) -> Mapping[str, Actual]:
        """What was reported, by number or key."""
        return self.fixed | {str(i): case.actual for i, case in enumerate(self.indicators, 1)}


def self_evaluation_case(rules: SelfEvaluationRules, given: SelfEvaluationCase) -> Outcome:
    """Points by line, total, lines that need a reason, level-1 departures, texts that are too long."""
    changed = rules.explanations.mid_year_change
    needed = (rules.execution.base, *([RateBase.INITIAL] if changed and changed.required else []))
    indicators, actuals, money = given.filed, given.actuals, given.money.execution(needed)
    sheet = self_evaluation(indicators, actuals, execution=money, rules=rules)
    reasons = required_reasons(indicators, actuals, execution=money, rules=rules)
    return {
        "points": {line.key: line.points for line in sheet.lines},
        "total": sheet.total,
        "findings": len(sheet.findings),
        "reasons": {reason.key: reason.deviation for reason in reasons},
        "departures": tuple(rules.level1.departures(indicators)) if rules.level1 else (),
        "too_long": rules.layout.too_long(given.text_lengths) if rules.layout else (),
    }


class GradeCase(Rule):
    """A total."""

    total: Exact


def grade_case(rules: GradeRules, given: GradeCase) -> Outcome:
    """The grade."""
    return {"grade": grade(given.total, rules)}


class NamedIndicator(IndicatorCase):
    """A filed indicator by its name."""

    name: str
    uom: str

    def filed(self) -> Indicator:
        """The indicator as filed."""
        return replace(self.indicator(self.name), name=self.name, uom=self.uom)


class GoalWeightCase(Rule):
    """The level-1 indicators a filing uses; or the fixed template it must follow, and what it files."""

    levels: tuple[Level1, ...] = ()
    template: str = ""
    filed: tuple[NamedIndicator, ...] = ()


def goal_weight_case(rules: GoalWeightRules, given: GoalWeightCase) -> Outcome:
    """Points by level-1 indicator; or the fixed points by name, and what departs from them."""
    if not given.template:
        return {"weights": rules.expected(given.levels)}
    fixed = rules.fixed_template(given.template)
    departures = list(fixed.departures([case.filed() for case in given.filed]))
    return {"fixed": {item.name: item.weight for item in fixed.indicators}, "departures": departures}


class FinanceEvaluationCase(Rule):
    """The evaluator's points, criteria that do not apply with their reason, and the money."""

    points: dict[str, Exact]
    not_applicable: dict[str, str] = Field(default_factory=dict)
    money: MoneyCase

    @model_validator(mode="after")
    def _one_fact_each(self) -> Self:
        if twice := sorted(set(self.points) & set(self.not_applicable)):
            raise ValueError(f"以下评分项既有评分又填为不适用，只能填一处：{'、'.join(twice)}")
        return self

    def facts(self, rules: FinanceEvaluationRules) -> Mapping[str, Fact]:
        """Return one fact per criterion."""
        rated = {key: Rated(points) for key, points in self.points.items()}
        dropped = {key: NotApplicable(reason) for key, reason in self.not_applicable.items()}
        return finance_evaluation_facts(
            {**rated, **dropped}, self.money.execution(rules.money_totals), rules=rules
        )


def finance_evaluation_case(rules: FinanceEvaluationRules, given: FinanceEvaluationCase) -> Outcome:
    """Points by criterion and total."""
    sheet = score(rules.scheme, given.facts(rules))
    return {"points": {line.key: line.points for line in sheet.lines}, "total": sheet.total}


class DaysCase(Rule):
    """Days off and make-up days of the years an example counts in."""

    years: tuple[int, ...]
    holidays: tuple[date, ...] = ()
    make_up_days: tuple[date, ...] = ()

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar of the example."""
        return WorkCalendar(self.years, self.holidays, self.make_up_days)


class RectificationCase(Rule):
    """The day of an order."""

    ordered_on: date
    days: DaysCase


def rectification_case(rules: RectificationRules, given: RectificationCase) -> Outcome:
    """The last day in time."""
    return {"due": rules.due(given.ordered_on, given.days.calendar)}


class WorkingDaysCase(Rule):
    """A day, or a count of working days after one."""

    day: date
    add: int = 0


def working_days_case(rules: WorkingDaysRules, given: WorkingDaysCase) -> Outcome:
    """Whether the day is worked, and the day ``add`` working days later."""
    calendar = rules.calendar
    return {"working": calendar.is_working(given.day), "after": calendar.add(given.day, given.add)}


class CostBenefitCase(Rule):
    """A year of the stream; the base year is 0."""

    year: int


def cost_benefit_case(rules: CostBenefitRules, given: CostBenefitCase) -> Outcome:
    """The discount factor."""
    return {"factor": rules.factor(given.year)}
