"""Amounts of the funds as they are printed: in the unit of the form, or in one of their own."""

import re
import unicodedata

from budgetperf.lifecycle.evaluation.audit_form import FilledForm
from budgetperf.lifecycle.evaluation.published_value import read_value
from budgetperf.money import Money, MoneyError, MoneyUnit

_WITH_UNIT = re.compile(r"(.*?)\(?(亿元|万元|元)\)?")


def unit_of(form: FilledForm) -> MoneyUnit:
    """Return the unit the funds are printed in; 万元, that of the national form, when it does not say."""
    printed = form.budget.unit
    return next((unit for unit in reversed(MoneyUnit) if unit.label in printed), MoneyUnit.WAN)


def amount(text: str, unit: MoneyUnit) -> Money | None:
    """Read an amount in the unit behind it, in brackets or not, else in ``unit``; None when it is none.

    Examples
    --------
    >>> amount("8605000元", MoneyUnit.WAN), amount("860.5（万元）", MoneyUnit.WAN)
    (Money(fen=860500000), Money(fen=860500000))
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    written = _WITH_UNIT.fullmatch(plain)
    number, own = written.groups() if written else (plain, unit.label)
    try:
        return Money.parse(number, next(one for one in MoneyUnit if one.label == own)) if number else None
    except MoneyError:
        return None


def is_unreadable(text: str, unit: MoneyUnit) -> bool:
    """Tell whether a cell holds something, and no amount."""
    return amount(text, unit) is None and not read_value(text).blank
