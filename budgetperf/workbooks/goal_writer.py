"""Writes the goal sheet: blank for filling in, or filled from a ``GoalForm``.

One writer for both, so that a filled form reads back as the same form. User text is always
written as a string, never as a formula or link. Same form, same bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from budgetperf.forms import FieldMeta, Form
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.goals.form import GoalForm, IndicatorRow
from budgetperf.money import Money, MoneyUnit
from budgetperf.terms import Term
from budgetperf.workbooks.cells import Place, address
from budgetperf.workbooks.goal_sheet import (
    BLOCKS,
    HEAD,
    META_SHEET,
    SHEET,
    TEMPLATE,
    TEMPLATE_VERSION,
    TITLE,
    Block,
    kind_of,
)
from budgetperf.workbooks.styles import (
    Styles,
    make_styles,
    merge_text,
    new_book,
    print_landscape,
    write_number,
)

_NOTHING: Mapping[str, object] = MappingProxyType({})
_HINT_TITLE, _HINT_TEXT = 32, 255  # Excel's limits for an input message
_LAST = max(len(block.columns) + len(block.leading) for block in BLOCKS) - 1
_HALF = (_LAST + 1) // 2
_NOTES = (
    "填报说明：浅黄色单元格为填报项，带*的必填；金额一律按“金额单位”填写，只填数字；"
    "各表行间可以留空行；请勿修改栏目名称。选中单元格可看到填写要求。"
)


def write_goals(
    form: GoalForm | None, *, indicator_total: Decimal, known: Mapping[str, object] = _NOTHING
) -> bytes:
    """Write the sheet.

    Parameters
    ----------
    form : GoalForm or None
        None leaves every field blank.
    indicator_total : Decimal
        What the weights must sum to (90, by the rule edition); the total turns red otherwise.
    known : mapping of str to object
        What the head starts with where there is no form, by field name.

    Returns
    -------
    bytes
        An .xlsx file; the same form gives the same bytes.
    """
    stream, book = new_book(TITLE)
    _Writer(book, make_styles(book), form, indicator_total, known).write()
    meta = book.add_worksheet(META_SHEET)
    for row, line in enumerate((("template", TEMPLATE), ("version", TEMPLATE_VERSION))):
        meta.write_row(row, 0, line)
    meta.very_hidden()
    book.close()
    return stream.getvalue()


@dataclass(slots=True)
class _Writer:
    """Writes one goal sheet from top to bottom; ``row`` is the next free row."""

    book: xlsxwriter.Workbook
    styles: Styles
    form: GoalForm | None
    indicator_total: Decimal
    known: Mapping[str, object]
    row: int = 2
    sheet: Worksheet = field(init=False)

    def write(self) -> None:
        """Write head, blocks and page set-up."""
        self.sheet = self.book.add_worksheet(SHEET)
        self._widths()
        merge_text(self.sheet, (0, 0), (0, _LAST), TITLE, self.styles.title)
        merge_text(self.sheet, (1, 0), (1, _LAST), _NOTES, self.styles.note)
        self.sheet.set_row(1, 28)
        self._head()
        for block in BLOCKS:
            self._block(block)
        self.sheet.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True})
        print_landscape(self.sheet, repeat_to=1)

    def _widths(self) -> None:
        for column in range(_LAST + 1):
            metas = (
                b.columns[column - len(b.leading)]
                for b in BLOCKS
                if 0 <= column - len(b.leading) < len(b.columns)
            )
            self.sheet.set_column(column, column, max(meta.width for meta in metas))

    def _head(self) -> None:
        """Short fields stand two in a row, long texts take a row of their own."""
        left = True
        for meta in HEAD:
            value = getattr(self.form, meta.name) if self.form else self.known.get(meta.name)
            wide = meta.width >= 40
            if wide and not left:
                self.row, left = self.row + 1, True
            first = 0 if left else _HALF
            last = _LAST if wide or not left else _HALF - 1
            self.sheet.write_string(self.row, first, _starred(meta), self.styles.label)
            self._input((self.row, first + 1), meta, value, last)
            self._rule((self.row, first + 1), (self.row, last), meta)
            if wide:
                self.sheet.set_row(self.row, 48)
            left = not left if not wide else True
            self.row += left
        self.row += not left

    def _block(self, block: Block) -> None:
        lines: Sequence[Form] = getattr(self.form, block.name) if self.form else ()
        merge_text(self.sheet, (self.row, 0), (self.row, _LAST), block.label, self.styles.section)
        names = (*block.leading, *(_starred(meta) for meta in block.columns))
        for column, name in enumerate(names):
            self.sheet.write_string(self.row + 1, column, name, self.styles.label)
        start = self.row + 2
        end = start + max(block.rows, len(lines))
        for row in range(start, end):
            line = lines[row - start] if row - start < len(lines) else None
            for column, meta in enumerate(block.columns, start=len(block.leading)):
                self._input((row, column), meta, getattr(line, meta.name) if line else None, column)
            for column, _ in enumerate(block.leading):
                self._level1((row, column), line)
        for column, meta in enumerate(block.columns, start=len(block.leading)):
            self._rule((start, column), (end - 1, column), meta)
        self._total(block, range(start, end), lines)
        self.row = end + 1

    def _level1(self, place: Place, line: Form | None) -> None:
        self.sheet.write_string(
            *place, line.level2.parent.label if isinstance(line, IndicatorRow) else "", self.styles.open_text
        )

    def _total(self, block: Block, rows: range, lines: Sequence[Form]) -> None:
        label, name = block.total
        column = len(block.leading) + next(i for i, meta in enumerate(block.columns) if meta.name == name)
        values = [getattr(line, name) for line in lines]
        amounts = (value.in_unit(self.unit) if isinstance(value, Money) else value for value in values)
        merge_text(self.sheet, (rows.stop, 0), (rows.stop, column - 1), label, self.styles.label)
        formula = f"=SUM({address((rows.start, column))}:{address((rows.stop - 1, column))})"
        self.sheet.write_formula(
            rows.stop, column, formula, self.styles.number, float(sum(amounts, Decimal(0)))
        )
        if name == "weight":
            wrong = {
                "type": "cell",
                "criteria": "!=",
                "value": plain_number(self.indicator_total),
                "format": self.styles.bad,
            }
            self.sheet.conditional_format(rows.stop, column, rows.stop, column, wrong)
            self.sheet.write_string(
                rows.stop, column + 1, f"应为{plain_number(self.indicator_total)}", self.styles.centre
            )

    @property
    def unit(self) -> MoneyUnit:
        """The unit amounts are written in."""
        return self.form.amount_unit if self.form else MoneyUnit.WAN

    def _input(self, place: Place, meta: FieldMeta, value: object, last: int) -> None:
        """Write one input cell, merged up to column ``last``."""
        style = self.styles.open_text
        kind = kind_of(meta.annotation)
        if kind in {Money, Decimal, int}:
            style = self.styles.open_number
        elif kind is date:
            style = self.styles.open_date
        merge_text(self.sheet, place, (place[0], last), "", style)
        match value:
            case None:
                self.sheet.write_blank(*place, None, style)
            case Money():
                write_number(self.sheet, place, value.in_unit(self.unit), style)
            case Decimal() | int():
                write_number(self.sheet, place, Decimal(value), style)
            case date():
                self.sheet.write_datetime(*place, value, style)
            case Term():
                self.sheet.write_string(*place, value.label, style)
            case _:
                self.sheet.write_string(*place, str(value), style)

    def _rule(self, first: Place, last: Place, meta: FieldMeta) -> None:
        """Give the input cells of one field their list or limits and their hint."""
        self.sheet.data_validation(*first, *last, _validation(meta, kind_of(meta.annotation)))


def _starred(meta: FieldMeta) -> str:
    return f"*{meta.label}" if meta.required else meta.label


def _validation(meta: FieldMeta, kind: type) -> dict[str, object]:
    rule: dict[str, object] = {"validate": "any"}
    if issubclass(kind, Term):
        rule = {"validate": "list", "source": [member.label for member in kind]}
    elif kind is Money:
        rule = {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_message": "请只填数字，单位见表头",
        }
    elif kind is int:
        rule = {"validate": "integer", "criteria": "between", "minimum": 2000, "maximum": 2100}
    elif kind is date:
        rule = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}
    elif meta.name == "weight":
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100}
    if meta.why:
        rule |= {"input_title": meta.label[:_HINT_TITLE], "input_message": meta.why[:_HINT_TEXT]}
    return rule
