"""Worked examples of monitoring editions: the lights of a whole report, the day a report is due."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.fiscal import FiscalYear, Period
from budgetperf.indicators import Achievement
from budgetperf.rulebook.cases import DaysCase, IndicatorCase, MoneyCase, Outcome
from budgetperf.rulebook.models import MonitoringCalendarRules
from budgetperf.scoring.dashboard import WarnedDashboard, dashboard
from budgetperf.scoring.early_warning import Disposal, DisposalRule, answer_due, disposal
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.progress_deviation import deviations
from budgetperf.scoring.rules import Exact, Rule


class MonitoredIndicator(IndicatorCase):
    """A filed indicator with its cumulative value."""

    value: Achievement | Exact


class DisposalCase(Rule):
    """A warning given on a day, what was chosen in time, and the day that is looked at."""

    warned_on: date
    chosen: Disposal | None = None
    as_of: date
    days: DaysCase


class LightCase(Rule):
    """A whole monitoring report after ``months`` months, and what became of its warning."""

    months: int
    indicators: tuple[MonitoredIndicator, ...] = ()
    money: MoneyCase
    disposal: DisposalCase | None = None


def light_case(rules: LightRules, given: LightCase) -> Outcome:
    """The colours; where the edition has early warnings, these and what became of them."""
    indicators = [case.indicator(str(i)) for i, case in enumerate(given.indicators, 1)]
    values: dict[str, Decimal | Achievement] = {
        str(i): case.value for i, case in enumerate(given.indicators, 1)
    }
    money = given.money.execution([rules.execution.base])
    lights = dashboard(indicators, values, execution=money, months=given.months, rules=rules)
    outcome: dict[str, object] = {
        "execution": lights.execution.colour,
        "indicators": [lights.indicators[indicator.key].colour for indicator in indicators],
        "goal": lights.goal.colour if lights.goal else None,
    }
    if rules.deviation is not None:
        outcome["deviating"] = sorted(
            deviations(indicators, values, months=given.months, rule=rules.deviation), key=int
        )
    if not isinstance(lights, WarnedDashboard) or rules.warnings is None:
        return outcome
    warned = {"warnings": [warning.kind for warning in lights.warnings]}
    return {**outcome, **warned, **_disposal(given.disposal, rules.warnings.disposal)}


def _disposal(given: DisposalCase | None, rule: DisposalRule) -> Outcome:
    if given is None:
        return {}
    due = answer_due(given.warned_on, given.days.calendar, rule=rule)
    return {"due": due, "disposal": disposal(given.chosen, due=due, as_of=given.as_of, rule=rule)}


class MonitoringCalendarCase(Rule):
    """A quarter, or the last month of a named period."""

    year: int
    quarter: int | None = None
    through_month: int | None = None
    days: DaysCase

    @model_validator(mode="after")
    def _one_period(self) -> Self:
        if (self.quarter is None) == (self.through_month is None):
            raise ValueError("须写明 quarter（季度）或 through_month（截止月份），二者取一")
        return self

    @property
    def period(self) -> Period:
        """The period meant."""
        year = FiscalYear(self.year)
        if self.quarter is not None:
            return year.quarter(self.quarter)
        assert self.through_month is not None  # the validator: the one or the other
        return year.through(self.through_month)


def monitoring_calendar_case(rules: MonitoringCalendarRules, given: MonitoringCalendarCase) -> Outcome:
    """The last day in time."""
    return {"period": given.period.code, "due": rules.due(given.period, given.days.calendar)}
