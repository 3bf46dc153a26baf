"""The blank 绩效目标申报表 that departments download."""

from decimal import Decimal

from budgetperf.workbooks.goal_writer import write_goals


def blank_goals(*, indicator_total: Decimal) -> bytes:
    """Return the blank form as .xlsx.

    Parameters
    ----------
    indicator_total : Decimal
        What the weights must sum to, by the rule edition (90 under 财预〔2021〕101号).
    """
    return write_goals(None, indicator_total=indicator_total)
