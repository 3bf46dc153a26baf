"""A form that is nothing but tables as a workbook: one sheet for each field, one row for each row form.

What stands in the cells beforehand, which of them are locked and what is shown beside them is said by
``TableBook``; columns, labels, widths and hints come from the fields of the form. The intake of the
filled workbook is ``table_intake``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias, get_args

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from budgetperf.forms import FieldMeta, Form, fields
from budgetperf.workbooks.cells import Place
from budgetperf.workbooks.goal_sheet import META_SHEET, kind_of
from budgetperf.workbooks.styles import (
    Styles,
    make_styles,
    merge_text,
    new_book,
    print_landscape,
    write_number,
)

VERSION = "2026.1"
CODES = "代码表"
TEXT_NUMBERS = frozenset({"value", "standard"})
"""Fields of text that hold a number more often than a word."""
HEADER = 2
"""Row of the labels on a sheet we write; title and notes stand above."""
_HINT_TITLE, _HINT_TEXT, _LIST_TEXT = 32, 255, 255  # Excel's limits


@dataclass(frozen=True, slots=True)
class Locked:
    """A text that stands in its cell and may not be changed."""

    text: str


Held: TypeAlias = Locked | str | Decimal | date | None
"""What a cell holds beforehand."""

Row: TypeAlias = Mapping[str, Held]
"""What stands in a row beforehand, by field or by the label of a shown column."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A column that tells what a code stands for; it is locked and its text is not read back.

    Parameters
    ----------
    label : str
    after : str
        Field it stands behind.
    width : int
    always : str
        What every row of this workbook must say here; a row that says otherwise is refused.
    """

    label: str
    after: str
    width: int = 16
    always: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one sheet holds beforehand.

    Parameters
    ----------
    rows : tuple of Row
    shown : tuple of Shown
    spare : int
        Empty rows below.
    choices : mapping of str to tuple of str
        What a cell of a field may be chosen from.
    """

    rows: tuple[Row, ...] = ()
    shown: tuple[Shown, ...] = ()
    spare: int = 20
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableBook:
    """A workbook to be written, or the demands an uploaded one is read against.

    Parameters
    ----------
    form : type of Form
        Every field a tuple of row forms.
    title, note : str
        What stands above each table.
    about : str
        What the workbook was made for; one made for something else is refused.
    parts : mapping of str to Part
        By field.
    codes : tuple of (what, code, label)
        The codes that may be filled in, on a sheet of their own.
    """

    form: type[Form]
    title: str
    about: str
    note: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)
    codes: tuple[tuple[str, str, str], ...] = ()

    def tables(self) -> Iterator[tuple[FieldMeta, type[Form], Part]]:
        """Yield each sheet: the field, its row form, what it holds beforehand."""
        for meta in fields(self.form):
            yield meta, row_form(meta), self.parts.get(meta.name, Part())


def row_form(meta: FieldMeta) -> type[Form]:
    """Return the row form of a field that is a table.

    Examples
    --------
    >>> from budgetperf.lifecycle.unit_assessment.form import TaskBookForm
    >>> row_form(fields(TaskBookForm)[0]).__name__
    'TaskRow'
    """
    kind: type[Form] = get_args(meta.annotation)[0]
    return kind


def columns(form: type[Form], shown: tuple[Shown, ...]) -> tuple[FieldMeta | Shown, ...]:
    """Return the columns of a sheet: the fields, each followed by what is shown behind it."""
    found: list[FieldMeta | Shown] = []
    for meta in fields(form):
        found += [meta, *(extra for extra in shown if extra.after == meta.name)]
    return tuple(found)


def write_tables(book: TableBook) -> bytes:
    """Return the workbook; the same ``book`` gives the same bytes."""
    stream, workbook = new_book(book.title)
    styles = make_styles(workbook)
    for meta, form, part in book.tables():
        _Writer(workbook.add_worksheet(meta.label), styles, columns(form, part.shown), part).write(book)
    if book.codes:
        _codes(workbook, styles, book.codes)
    hidden = workbook.add_worksheet(META_SHEET)
    for row, line in enumerate(
        (("template", book.form.__name__), ("version", VERSION), ("about", book.about))
    ):
        for column, text in enumerate(line):
            hidden.write_string(row, column, text)
    hidden.very_hidden()
    workbook.close()
    return stream.getvalue()


def _codes(workbook: xlsxwriter.Workbook, styles: Styles, codes: tuple[tuple[str, str, str], ...]) -> None:
    sheet = workbook.add_worksheet(CODES)
    for column, (label, width) in enumerate((("类别", 20), ("编码", 24), ("名称", 60))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, label, styles.label)
    for row, line in enumerate(codes, 1):
        for column, text in enumerate(line):
            sheet.write_string(row, column, text, styles.text)
    sheet.freeze_panes(1, 0)
    sheet.protect("", {"format_columns": True})
    print_landscape(sheet, repeat_to=0)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes one sheet: title, notes, labels, rows, spare rows."""

    sheet: Worksheet
    styles: Styles
    columns: tuple[FieldMeta | Shown, ...]
    part: Part

    def write(self, book: TableBook) -> None:
        last = len(self.columns) - 1
        merge_text(self.sheet, (0, 0), (0, last), book.title, self.styles.title)
        self.sheet.set_row(0, 28)
        merge_text(self.sheet, (1, 0), (1, last), book.note, self.styles.note)
        self.sheet.set_row(1, 30)
        end = HEADER + 1 + len(self.part.rows) + self.part.spare
        for column, meta in enumerate(self.columns):
            self.sheet.set_column(column, column, meta.width)
            starred = f"*{meta.label}" if isinstance(meta, FieldMeta) and meta.required else meta.label
            self.sheet.write_string(HEADER, column, starred, self.styles.label)
            if isinstance(meta, FieldMeta) and end > HEADER + 1:
                rule = _validation(meta, self.part.choices.get(meta.name, ()))
                self.sheet.data_validation(HEADER + 1, column, end - 1, column, rule)
        empty: tuple[Row, ...] = ({},) * self.part.spare
        for row, values in enumerate((*self.part.rows, *empty), HEADER + 1):
            for column, meta in enumerate(self.columns):
                self._cell((row, column), meta, values)
        self.sheet.freeze_panes(HEADER + 1, 0)
        self.sheet.protect(
            "", {"format_columns": True, "format_rows": True, "insert_rows": True, "autofilter": True}
        )
        print_landscape(self.sheet, repeat_to=HEADER)

    def _cell(self, place: Place, meta: FieldMeta | Shown, values: Row) -> None:
        if isinstance(meta, Shown):
            text = values.get(meta.label, meta.always if values else "")
            self.sheet.write_string(*place, str(text), self.styles.text)
            return
        style, value = self._style(meta), values.get(meta.name)
        match value:
            case None | "":
                self.sheet.write_blank(*place, None, style)
            case Locked(text):
                self.sheet.write_string(*place, text, self.styles.text)
            case Decimal():
                write_number(self.sheet, place, value, style)
            case date():
                self.sheet.write_datetime(*place, value, style)
            case _:
                self.sheet.write_string(*place, value, style)

    def _style(self, meta: FieldMeta) -> Format:
        kind = kind_of(meta.annotation)
        if kind is date:
            return self.styles.open_date
        if kind is Decimal or meta.name in TEXT_NUMBERS:
            return self.styles.open_number
        return self.styles.open_text


def _validation(meta: FieldMeta, choices: tuple[str, ...]) -> dict[str, object]:
    rule: dict[str, object] = {"validate": "any"}
    if choices and len(",".join(choices)) <= _LIST_TEXT:
        rule = {
            "validate": "list",
            "source": list(choices),
            "error_message": f"请从“{CODES}”所列编码或名称中选择",
        }
    if meta.why:
        rule |= {"input_title": meta.label[:_HINT_TITLE], "input_message": meta.why[:_HINT_TEXT]}
    return rule
