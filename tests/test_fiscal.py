"""Years, cumulative quarters, half-open ranges, and working days across 调休."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.fiscal import DateRange, FiscalYear, WorkCalendar

YEAR = FiscalYear(2025)
# 国办发明电〔2024〕12号: National Day and Mid-Autumn 2025
HOLIDAYS = frozenset(date(2025, 10, day) for day in (1, 2, 3, 6, 7, 8))
MAKE_UP_DAYS = frozenset({date(2025, 9, 28), date(2025, 10, 11)})
CALENDAR = WorkCalendar(years={2025}, holidays=HOLIDAYS, make_up_days=MAKE_UP_DAYS)


def test_a_year_runs_from_january_to_december() -> None:
    assert date(2025, 1, 1) in YEAR.span
    assert date(2025, 12, 31) in YEAR.span
    assert date(2024, 12, 31) not in YEAR.span
    assert date(2026, 1, 1) not in YEAR.span
    assert str(YEAR) == "2025年度"


@pytest.mark.parametrize(
    ("number", "end", "months"),
    [
        (1, date(2025, 4, 1), 3),
        (2, date(2025, 7, 1), 6),
        (3, date(2025, 10, 1), 9),
        (4, date(2026, 1, 1), 12),
    ],
)
def test_a_quarter_counts_from_january(number: int, end: date, months: int) -> None:
    quarter = YEAR.quarter(number)
    assert quarter.code == f"2025Q{number}"
    assert quarter.span == DateRange(date(2025, 1, 1), end)
    assert quarter.months == months


@pytest.mark.parametrize("number", [0, 5, -1])
def test_there_are_four_quarters(number: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        YEAR.quarter(number)


@pytest.mark.parametrize(
    ("month", "end"), [(1, date(2025, 2, 1)), (7, date(2025, 8, 1)), (12, date(2026, 1, 1))]
)
def test_a_period_through_a_month_counts_from_january(month: int, end: date) -> None:
    period = FiscalYear(2025).through(month)
    assert (period.span, period.months) == (DateRange(date(2025, 1, 1), end), month)


@pytest.mark.parametrize("month", [0, 13])
def test_there_are_twelve_months(month: int) -> None:
    with pytest.raises(ValueError, match=str(month)):
        FiscalYear(2025).through(month)


def test_a_range_without_end_is_open() -> None:
    opened = DateRange(date(2025, 3, 1))
    assert date(2025, 3, 1) in opened
    assert date.max in opened
    assert date(2025, 2, 28) not in opened


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 9, 26), True),  # Friday
        (date(2025, 9, 27), False),  # Saturday
        (date(2025, 9, 28), True),  # Sunday, worked
        (date(2025, 10, 1), False),  # Wednesday, holiday
        (date(2025, 10, 9), True),  # Thursday
        (date(2025, 10, 11), True),  # Saturday, worked
        (date(2025, 10, 12), False),  # Sunday
    ],
)
def test_make_up_days_are_worked_and_holidays_are_not(day: date, working: bool) -> None:
    assert CALENDAR.is_working(day) is working


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 9, 26), 0, date(2025, 9, 26)),
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # the Sunday is worked
        (date(2025, 9, 26), 4, date(2025, 10, 9)),  # 28, 29, 30 September, then over the holiday
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # 9, 10, and the Saturday that is worked
        (date(2025, 10, 4), 1, date(2025, 10, 9)),
    ],
)
def test_working_days_are_counted_across_holidays(start: date, days: int, end: date) -> None:
    assert CALENDAR.add(start, days) == end


def test_a_year_without_an_edition_is_refused_not_guessed() -> None:
    with pytest.raises(ValueError, match="2026"):
        CALENDAR.is_working(date(2026, 1, 5))
    with pytest.raises(ValueError, match="2026"):
        CALENDAR.add(date(2025, 12, 31), 1)


@given(st.dates(date(2025, 1, 1), date(2025, 6, 30)), st.integers(1, 60), st.integers(1, 40))
def test_adding_days_in_two_steps_is_adding_them_at_once(start: date, one: int, other: int) -> None:
    assert CALENDAR.add(CALENDAR.add(start, one), other) == CALENDAR.add(start, one + other)
