"""Fiscal years, half-open date ranges, reporting periods and working days.

Which days are working days is data (a yearly edition with 调休, see the rulebook); this
module only counts with it. It never asks what day it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, order=True)
class FiscalYear:
    """A Chinese fiscal year: 1 January to 31 December (预算法 §18).

    Examples
    --------
    >>> FiscalYear(2025).span.end, str(FiscalYear(2025)), FiscalYear(2025).quarter(3).code
    (datetime.date(2026, 1, 1), '2025年度', '2025Q3')
    """

    year: int

    @property
    def span(self) -> "DateRange":
        """The days of the year, half-open."""
        return DateRange(date(self.year, 1, 1), date(self.year + 1, 1, 1))

    def quarter(self, number: int) -> "Period":
        """Return quarter 1 to 4, cumulative from 1 January as monitoring reads it."""
        if number not in (1, 2, 3, 4):
            raise ValueError(f"quarter {number} does not exist")
        end = date(self.year + 1, 1, 1) if number == 4 else date(self.year, 3 * number + 1, 1)
        return Period(f"{self.year}Q{number}", DateRange(date(self.year, 1, 1), end), months=3 * number)

    def through(self, month: int) -> "Period":
        """Return the period from 1 January through ``month`` (1 to 12).

        Examples
        --------
        >>> FiscalYear(2025).through(7).code, FiscalYear(2025).through(12).span.end
        ('2025M07', datetime.date(2026, 1, 1))
        """
        if not 1 <= month <= 12:
            raise ValueError(f"month {month} does not exist")
        end = date(self.year + 1, 1, 1) if month == 12 else date(self.year, month + 1, 1)
        return Period(f"{self.year}M{month:02d}", DateRange(date(self.year, 1, 1), end), months=month)

    def __str__(self) -> str:
        return f"{self.year}年度"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Half-open: ``start`` belongs to it, ``end`` does not; ``end`` None is open."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period: its code, its cumulative span and how many months it covers."""

    code: str
    span: DateRange
    months: int


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days of the covered years.

    Parameters
    ----------
    years : collection of int
        The years the edition covers.
    holidays : collection of date
        Week days off.
    make_up_days : collection of date
        Week-end days worked (调休上班).
    """

    years: Collection[int]
    holidays: Collection[date]
    make_up_days: Collection[date]

    def is_working(self, day: date) -> bool:
        """Tell whether ``day`` is worked.

        Raises
        ------
        ValueError
            If the calendar does not cover the year.
        """
        if day.year not in self.years:
            raise ValueError(f"no working-day edition covers {day.year}")
        return day in self.make_up_days or (day.weekday() < 5 and day not in self.holidays)

    def add(self, start: date, days: int) -> date:
        """Return the ``days``-th working day after ``start`` (the day itself does not count)."""
        day = start
        while days:
            day += timedelta(days=1)
            days -= self.is_working(day)
        return day
