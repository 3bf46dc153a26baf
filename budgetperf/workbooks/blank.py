"""The blank 绩效目标申报表 that departments download, with what is known already of the project."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from budgetperf.provenance import Json
from budgetperf.terms import Term
from budgetperf.workbooks.goal_sheet import HEAD, kind_of
from budgetperf.workbooks.goal_writer import write_goals

NOTHING: Mapping[str, Json] = MappingProxyType({})


def blank_goals(*, indicator_total: Decimal, known: Mapping[str, Json] = NOTHING) -> bytes:
    """Return the blank form as .xlsx.

    Parameters
    ----------
    indicator_total : Decimal
        What the weights must sum to, by the rule edition (90 under 财预〔2021〕101号).
    known : mapping of str to Json
        What the head starts with, as stored, by field name; without it every field is blank.
    """
    head = {
        meta.name: _value(kind_of(meta.annotation), known[meta.name]) for meta in HEAD if meta.name in known
    }
    return write_goals(None, indicator_total=indicator_total, known=head)


def _value(kind: type, stored: Json) -> object:
    """Return a stored value as the field holds it: terms from their codes, days from their text."""
    if issubclass(kind, Term):
        return kind(str(stored))
    return date.fromisoformat(str(stored)) if kind is date else stored
