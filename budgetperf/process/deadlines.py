"""Due dates and how near they are, counted in working days of a dated calendar."""

from datetime import date, timedelta
from itertools import count

from budgetperf.errors import Conflict
from budgetperf.fiscal import WorkCalendar
from budgetperf.terms import Term


class Urgency(Term):
    """How near a due date is."""

    NONE = "none", "无期限"
    OPEN = "open", "办理中"
    SOON = "soon", "即将到期"
    OVERDUE = "overdue", "已逾期"


SOON_DAYS = 3


def due(opened_on: date, working_days: int, calendar: WorkCalendar) -> date:
    """Return the last day to act: ``working_days`` working days after ``opened_on``.

    Raises
    ------
    Conflict
        No edition says which days of that year are worked.
    """
    try:
        return calendar.add(opened_on, working_days)
    except ValueError as error:
        uncovered = next(y for y in count((opened_on + timedelta(1)).year) if y not in calendar.years)
        raise Conflict(
            "deadlines.calendar",
            f"尚未发布{uncovered}年的工作日安排，无法推算办理期限，请先由制度管理岗位发布",
        ) from error


def urgency(due_on: date | None, today: date) -> Urgency:
    """Tell how near ``due_on`` is; the due day itself is not overdue."""
    if due_on is None:
        return Urgency.NONE
    if today > due_on:
        return Urgency.OVERDUE
    return Urgency.SOON if (due_on - today).days <= SOON_DAYS else Urgency.OPEN
