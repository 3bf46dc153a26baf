"""The 绩效目标申报表 filled from a filed form: what was filed, on the sheet it came on."""

from decimal import Decimal

from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.workbooks.goal_writer import write_goals


def filled_goals(form: GoalForm, *, indicator_total: Decimal) -> bytes:
    """Return the form as .xlsx; reading it back (``intake.read_goals``) gives the same form.

    Parameters
    ----------
    form : GoalForm
        Amounts are written in its ``amount_unit``.
    indicator_total : Decimal
        What the weights must sum to, by the rule edition.
    """
    return write_goals(form, indicator_total=indicator_total)
