"""Due days count working days; a due day is not yet overdue."""

from datetime import date

import pytest

from budgetperf.errors import Conflict
from budgetperf.fiscal import WorkCalendar
from budgetperf.process.deadlines import SOON_DAYS, Urgency, due, urgency

CALENDAR = WorkCalendar(
    years={2025},
    holidays=frozenset(date(2025, 10, day) for day in (1, 2, 3, 6, 7, 8)),
    make_up_days=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
)
DUE = date(2025, 10, 20)


def test_the_day_of_opening_does_not_count() -> None:
    assert due(date(2025, 10, 13), 5, CALENDAR) == DUE


def test_holidays_do_not_count_and_made_up_days_do() -> None:
    assert due(date(2025, 9, 26), 5, CALENDAR) == date(2025, 10, 10)


@pytest.mark.parametrize(("opened_on", "year"), [(date(2025, 12, 30), 2026), (date(2024, 12, 30), 2024)])
def test_the_year_without_a_calendar_is_named(opened_on: date, year: int) -> None:
    with pytest.raises(Conflict, match=f"尚未发布{year}年的工作日安排"):
        due(opened_on, 5, CALENDAR)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 10, 16), Urgency.OPEN),
        (date(2025, 10, 17), Urgency.SOON),
        (date(2025, 10, 20), Urgency.SOON),
        (date(2025, 10, 21), Urgency.OVERDUE),
        (date(2026, 1, 1), Urgency.OVERDUE),
        (date(2025, 1, 1), Urgency.OPEN),
    ],
)
def test_urgency_changes_on_its_days(today: date, expected: Urgency) -> None:
    assert urgency(DUE, today) is expected


def test_soon_is_three_days() -> None:
    assert SOON_DAYS == 3


def test_without_a_due_day_there_is_no_urgency() -> None:
    assert urgency(None, DUE) is Urgency.NONE
