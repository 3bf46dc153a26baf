"""Rules that only actions read: calendars, deadlines, the discount rate.

Rules that a package below computes with stand beside that computation (``scoring``,
``budget``); these have none, so they live with the editions.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.fiscal import FiscalYear, Period, WorkCalendar
from budgetperf.process import deadlines
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


def _month_day(text: str) -> str:
    try:
        date.fromisoformat(f"2023-{text}")  # a year without 29 February: a due day exists every year
    except ValueError as error:
        raise ValueError(f"“{text}”不是每年都有的月日，应如 08-31") from error
    return text


class NamedPeriod(Rule):
    """A period from 1 January, by name, and when its report is due.

    Parameters
    ----------
    name : str
        As printed: 年度汇总分析.
    through_month : int
        Its last month, included.
    due_on : str or None
        Month and day (``08-31``), the first after the period.
    due_working_days : int or None
        Working days after its last day; one of the two.
    """

    name: str
    through_month: Annotated[int, Field(ge=1, le=12, strict=True)]
    due_on: Annotated[str, AfterValidator(_month_day)] | None = None
    due_working_days: Annotated[int, Field(ge=1, strict=True)] | None = None

    @model_validator(mode="after")
    def _one_due(self) -> Self:
        if (self.due_on is None) == (self.due_working_days is None):
            raise ValueError("报送期限须写明 due_on（月日）或 due_working_days（工作日数），二者取一")
        return self


class NamedPeriods(SourcedRule):
    """Periods that are not quarters.

    Parameters
    ----------
    items : tuple of NamedPeriod
        In the order of the year.
    on_day_off : {"keep", "next"}
        A due day that is not worked stays, or moves to the next working day.
    """

    items: tuple[NamedPeriod, ...] = Field(min_length=1)
    on_day_off: Literal["keep", "next"]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        months = [item.through_month for item in self.items]
        if months != sorted(set(months)):
            raise ValueError("监控期间须按截止月份从小到大，不重复")
        return self


class MonitoringCalendarRules(Rule):
    """When monitoring reports are due and what their closed fields offer; quarters or named periods."""

    quarters: Quarters | None = None
    named_periods: NamedPeriods | None = None
    causes: Choices
    likelihoods: Choices

    @model_validator(mode="after")
    def _one_calendar(self) -> Self:
        if (self.quarters is None) == (self.named_periods is None):
            raise ValueError("监控期间须写明 quarters（季度）或 named_periods（指定期间），二者取一")
        return self

    def periods(self, year: FiscalYear) -> tuple[Period, ...]:
        """Return the reporting periods of ``year``, cumulative from 1 January."""
        if self.quarters is not None:
            return tuple(year.quarter(number) for number in self.quarters.numbers)
        return tuple(year.through(item.through_month) for item in self._named.items)

    def due(self, period: Period, calendar: WorkCalendar) -> date:
        """Return the last day a report of ``period`` is in time.

        Raises
        ------
        Invalid
            ``monitoring.period`` if the edition has no such period.
        Conflict
            ``deadlines.calendar`` if the calendar does not cover the days counted.
        """
        if period not in self.periods(FiscalYear(period.span.start.year)):
            raise Invalid("monitoring.period", f"现行监控时点中没有{period.code}这一期，请核对后再办理")
        assert period.span.end is not None  # every reporting period ends
        last = period.span.end - timedelta(days=1)
        if self.quarters is not None:
            return deadlines.due(last, self.quarters.due_working_days, calendar)
        item = next(item for item in self._named.items if item.through_month == period.months)
        if item.due_working_days is not None:
            return deadlines.due(last, item.due_working_days, calendar)
        day = date.fromisoformat(f"{last.year}-{item.due_on}")
        day = day if day > last else day.replace(year=day.year + 1)
        if self._named.on_day_off == "keep":
            return day
        return deadlines.due(day - timedelta(days=1), 1, calendar)

    @property
    def _named(self) -> NamedPeriods:
        assert self.named_periods is not None  # the validator: the one or the other
        return self.named_periods


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
