"""What a browser posted, as the document of a form.

The inverse of ``fields``: dotted names become nested values, blanks are left out, amounts get the unit chosen on the
page. Nothing is judged here.
"""

import re
from collections.abc import Mapping, Sequence

from api.screens.fields import UNIT, FieldKind, kind_of, row_form
from budgetperf.forms import FieldMeta, Form, fields
from budgetperf.provenance import Json

Posted = Mapping[str, Sequence[str]]
"""Every posted name with its values."""

MAX_ROWS = 500


def read_posted(
    form: type[Form],
    posted: Posted,
    *,
    start: Mapping[str, Json] | None = None,
    blanks: bool = False,
    begun: bool = False,
) -> dict[str, Json]:
    """Return the document that was typed; blank rows are left out unless asked for.

    A row that is just as the page filled it in, by ``start``, is blank too; with ``begun`` such rows follow the
    others, so that the page can show them again and findings on the others keep their place.

    Examples
    --------
    >>> from budgetperf.budget.form import DecisionForm
    >>> read_posted(DecisionForm, {"amount": ["12.5"], "amount_unit": ["wan"], "reason": ["核实 "], "outcome": [""]})
    {'amount': {'value': '12.5', 'unit': 'wan'}, 'reason': '核实'}
    """
    document: dict[str, Json] = {}
    for meta in fields(form):
        rows = row_form(meta)
        value = (
            _rows(meta.name, rows, posted, start=(start or {}).get(meta.name), blanks=blanks, begun=begun)
            if rows
            else _value(form, meta, posted, meta.name)
        )
        if value is not None:
            document[meta.name] = value
    return document


def kept(
    form: type[Form], posted: Posted, *, start: Mapping[str, Json] | None = None, blanks: bool = False
) -> dict[str, Json]:
    """Return the document as a draft keeps it: with the unit chosen on the page."""
    document = read_posted(form, posted, start=start, blanks=blanks, begun=True)
    return (
        document if UNIT in document or not _first(posted, UNIT) else {**document, UNIT: _first(posted, UNIT)}
    )


def with_row(document: Mapping[str, Json], table: str) -> dict[str, Json]:
    """Return the document with one blank row more."""
    return {**document, table: [*(_list(document.get(table)) or [{}]), {}]}


def without_row(document: Mapping[str, Json], table: str, index: int) -> dict[str, Json]:
    """Return the document without one row."""
    return {**document, table: [row for at, row in enumerate(_list(document.get(table))) if at != index]}


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []


def _first(posted: Posted, name: str) -> str:
    return next((value.strip() for value in posted.get(name, ())), "")


def _rows(
    table: str, form: type[Form], posted: Posted, *, start: Json, blanks: bool, begun: bool
) -> list[Json]:
    pattern = re.compile(rf"{re.escape(table)}\.(\d{{1,4}})\.")
    found = sorted({int(match.group(1)) for name in posted if (match := pattern.match(name))})
    rows, unfilled = [], []
    filled_in: list[dict[str, Json]] = [
        {name: str(row[name]) for name in form.prefilled if name in row}
        for row in _list(start)
        if isinstance(row, Mapping)
    ]
    for index in found[:MAX_ROWS]:
        row: dict[str, Json] = {
            meta.name: value
            for meta in fields(form)
            if (value := _value(form, meta, posted, f"{table}.{index}.{meta.name}")) is not None
        }
        if row in filled_in and not blanks:
            filled_in.remove(row)  # once: the same year typed over another was not filled in here
            unfilled.append(row)
        elif blanks or row:
            rows.append(row)
    return list[Json]([*rows, *unfilled] if begun else rows)


def _value(form: type[Form], meta: FieldMeta, posted: Posted, name: str) -> Json:
    kind = kind_of(form, meta)
    if kind is FieldKind.PICKS:
        return [value for value in posted.get(name, ()) if value]
    text = _first(posted, name)
    if not text:
        return None
    if kind is FieldKind.AMOUNT:
        return {"value": text, "unit": _first(posted, UNIT) or "wan"}
    return text
