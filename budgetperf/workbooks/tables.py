"""A plain table as people keep it, CSV or the first sheet of an .xlsx, as rows of text.

Holds the reading only: what the columns mean is the business of whoever asked for the table.
"""

import csv
import io
from dataclasses import dataclass, replace
from typing import Self

from budgetperf.errors import Invalid
from budgetperf.findings import Where
from budgetperf.workbooks.cells import MAX_COLUMNS, MAX_ROWS, Mark, Place, Sheet, address, read_sheets
from budgetperf.workbooks.package import MAX_FILE_BYTES, OLE, open_package
from budgetperf.workbooks.values import spelled

_ENCODINGS = ("utf-8-sig", "gb18030")
TITLES = 10
"""Rows among which the heading is looked for: people write titles above it."""
_BROKEN = frozenset({Mark.ERROR, Mark.UNCACHED})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, blank rows at the end left out; every row as wide as the widest.

    Parameters
    ----------
    name : str
        What people call the file.
    rows : tuple of tuple of str
    top : int
        Rows left out above the first.
    broken : tuple of (row, column)
        Cells of the sheet, all rows counted, with an error value or a formula without a result; their text is empty.
    covered : frozenset of (row, column)
        Cells of the sheet that show the text of the first cell of a merged range.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    top: int = 0
    broken: tuple[Place, ...] = ()
    covered: frozenset[Place] = frozenset()

    def where(self, row: int, column: int) -> Where:
        """Return the place of a cell, counted from 0, as Excel would call it."""
        return Where(sheet=self.name, cell=address((self.top + row, column)))

    def under(self, *names: str) -> Self | None:
        """Return the table from the row on that holds all of ``names``, or the first that holds one; None without."""
        held = [sum(name in row for name in names) for row in self.rows[:TITLES]]
        if not any(held):
            return None
        at = held.index(max(held))
        return replace(self, rows=self.rows[at:], top=self.top + at)


def read_table(content: bytes, *, name: str) -> Table:
    """Read a CSV (UTF-8 or GB18030) or the first sheet of an .xlsx.

    Parameters
    ----------
    content : bytes
    name : str
        For messages.

    Raises
    ------
    Invalid
        ``tables.encoding``, ``tables.empty``, ``tables.size``, ``tables.csv``; for workbooks the
        refusals of ``package`` and ``cells``, ``tables.formula`` for a cell without a result.
    """
    if len(content) > MAX_FILE_BYTES:
        raise Invalid("tables.size", f"“{name}”超过{MAX_FILE_BYTES // 1024 // 1024}MB，请只保留数据")
    if content.startswith((b"PK", OLE)):
        name, sheet = _first_sheet(content, name)
        return replace(_table(name, _rows(sheet, name)), covered=frozenset(sheet.merges))
    return _table(name, _from_csv(content, name))


def read_book(content: bytes, *, name: str) -> tuple[Table, ...]:
    """Read every sheet of an .xlsx that holds anything, each under its own name; a CSV is one table.

    Raises
    ------
    Invalid
        As ``read_table``, but for a cell without a result: it is one of ``Table.broken``.
    """
    if not content.startswith((b"PK", OLE)):
        return (read_table(content, name=name),)
    tables = tuple(
        replace(
            _table(sheet.name, _texts(sheet)), broken=tuple(_broken(sheet)), covered=frozenset(sheet.merges)
        )
        for sheet in read_sheets(open_package(content))
        if sheet.height
    )
    if not tables:
        raise Invalid("tables.empty", f"“{name}”没有内容")
    return tables


def _table(name: str, found: list[list[str]]) -> Table:
    rows = [[cell.strip() for cell in row] for row in found]
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Invalid("tables.empty", f"“{name}”没有内容")
    width = max(max((number for number, cell in enumerate(row, 1) if cell), default=0) for row in rows)
    if len(rows) > MAX_ROWS or width > MAX_COLUMNS:
        raise Invalid("tables.size", f"“{name}”超过{MAX_ROWS}行或{MAX_COLUMNS}列，请只保留数据")
    return Table(name, tuple(tuple((*row, *[""] * width)[:width]) for row in rows))


def write_csv(table: Table) -> bytes:
    """Return a table as UTF-8 CSV: the form in which an upload is kept."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(table.rows)
    return stream.getvalue().encode("utf-8")


def _from_csv(content: bytes, name: str) -> list[list[str]]:
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        try:
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            raise Invalid(
                "tables.csv", f"“{name}”不是合格的CSV，请用 Excel 另存为 CSV UTF-8 或 .xlsx"
            ) from error
    raise Invalid("tables.encoding", f"“{name}”不是文本CSV，也不是 .xlsx，请另存后重试")


def _first_sheet(content: bytes, name: str) -> tuple[str, Sheet]:
    """Return the first sheet; where there are others, the name says which was read."""
    sheets = read_sheets(open_package(content))
    if not sheets:
        raise Invalid("tables.empty", f"“{name}”中没有工作表")
    sheet = sheets[0]
    if len(sheets) > 1:
        name = f"{name}（只读取第1张工作表“{sheet.name}”）"
    return name, sheet


def _rows(sheet: Sheet, name: str) -> list[list[str]]:
    for place in _broken(sheet):
        raise Invalid(
            "tables.formula", f"“{name}”的{address(place)}是错误值或没有计算结果的公式，请改为数值后重试"
        )
    return _texts(sheet)


def _broken(sheet: Sheet) -> list[Place]:
    return [place for place, mark in sheet.marks.items() if mark in _BROKEN]


def _texts(sheet: Sheet) -> list[list[str]]:
    return [[spelled(sheet.value((row, at))) for at in range(sheet.width)] for row in range(sheet.height)]
