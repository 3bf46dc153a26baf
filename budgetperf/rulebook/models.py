"""Rules that only actions read: calendars, deadlines, the discount rate.

Rules that a package below computes with stand beside that computation (``scoring``,
``budget``); these have none, so they live with the editions.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.fiscal import FiscalYear, Period, WorkCalendar
from budgetperf.scoring.rules import Points, Rule, SourcedRule


class WorkingDaysRules(SourcedRule):
    """Days off and make-up days (调休上班) of one year, as the State Council announces them."""

    year: int
    holidays: tuple[date, ...]
    make_up_days: tuple[date, ...]

    @model_validator(mode="after")
    def _of_the_year(self) -> Self:
        days = (*self.holidays, *self.make_up_days)
        if any(day.year != self.year for day in days):
            raise ValueError(f"所列日期须全部属于{self.year}年")
        if len(set(days)) != len(days):
            raise ValueError("同一日期不能重复，也不能既放假又上班")
        if any(day.weekday() < 5 for day in self.make_up_days):
            raise ValueError("调休上班日须为周六或周日")
        return self

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar of this year alone."""
        return WorkCalendar({self.year}, frozenset(self.holidays), frozenset(self.make_up_days))


class Choice(Rule):
    """A code with its statutory Chinese label."""

    code: str
    label: str


class Choices(SourcedRule):
    """The closed list a form field is ticked from."""

    items: tuple[Choice, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({item.code for item in self.items}) != len(self.items):
            raise ValueError("选项编码重复")
        return self


class Quarters(SourcedRule):
    """Which quarters are monitored, and the working days after a quarter's last day to report."""

    numbers: tuple[int, ...]
    due_working_days: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.numbers or list(self.numbers) != sorted(set(self.numbers) & {1, 2, 3, 4}):
            raise ValueError("季度须为1至4，从小到大，不重复")
        if self.due_working_days < 1:
            raise ValueError("报送期限至少为1个工作日")
        return self


class MonitoringCalendarRules(Rule):
    """When monitoring reports are due and what their closed fields offer."""

    quarters: Quarters
    causes: Choices
    likelihoods: Choices

    def periods(self, year: FiscalYear) -> tuple[Period, ...]:
        """Return the reporting periods of ``year``, cumulative from 1 January."""
        return tuple(year.quarter(number) for number in self.quarters.numbers)

    def due(self, period: Period, calendar: WorkCalendar) -> date:
        """Return the last day a report of ``period`` is in time.

        Raises
        ------
        ValueError
            If the calendar does not cover the days counted.
        """
        assert period.span.end is not None  # every reporting period ends
        return calendar.add(period.span.end - timedelta(days=1), self.quarters.due_working_days)


class RectificationRules(SourcedRule):
    """How long an agency has to answer a rectification order."""

    reply_working_days: int

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if self.reply_working_days < 1:
            raise ValueError("整改期限至少为1个工作日")
        return self

    def due(self, ordered_on: date, calendar: WorkCalendar) -> date:
        """Return the last day an answer is in time; the day of the order does not count."""
        return calendar.add(ordered_on, self.reply_working_days)


class CostBenefitRules(SourcedRule):
    """The social discount rate (社会折现率), a ratio per year above 0."""

    discount_rate: Points

    def factor(self, year: int) -> Decimal:
        """Return 1 / (1 + rate)^year, half up to six places, for printed tables."""
        return (1 / (1 + self.discount_rate) ** year).quantize(Decimal("0.000001"), ROUND_HALF_UP)
