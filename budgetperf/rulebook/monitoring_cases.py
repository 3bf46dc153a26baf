"""Worked examples of monitoring editions: the lights of a whole report, the day a report is due."""

from decimal import Decimal

from budgetperf.fiscal import FiscalYear
from budgetperf.indicators import Achievement
from budgetperf.rulebook.cases import DaysCase, IndicatorCase, MoneyCase, Outcome
from budgetperf.rulebook.models import MonitoringCalendarRules
from budgetperf.scoring.dashboard import dashboard
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.rules import Exact, Rule


class MonitoredIndicator(IndicatorCase):
    """A filed indicator with its cumulative value."""

    value: Achievement | Exact


class LightCase(Rule):
    """A whole monitoring report after ``months`` months."""

    months: int
    indicators: tuple[MonitoredIndicator, ...] = ()
    money: MoneyCase


def light_case(rules: LightRules, given: LightCase) -> Outcome:
    """The colours."""
    indicators = [case.indicator(str(i)) for i, case in enumerate(given.indicators, 1)]
    values: dict[str, Decimal | Achievement] = {
        str(i): case.value for i, case in enumerate(given.indicators, 1)
    }
    lights = dashboard(indicators, values, execution=given.money.execution, months=given.months, rules=rules)
    return {
        "execution": lights.execution.colour,
        "indicators": [lights.indicators[indicator.key].colour for indicator in indicators],
        "goal": lights.goal.colour if lights.goal else None,
    }


class MonitoringCalendarCase(Rule):
    """A quarter."""

    year: int
    quarter: int
    days: DaysCase


def monitoring_calendar_case(rules: MonitoringCalendarRules, given: MonitoringCalendarCase) -> Outcome:
    """The last day in time."""
    period = FiscalYear(given.year).quarter(given.quarter)
    return {"period": period.code, "due": rules.due(period, given.days.calendar)}
