"""The author's own workbook with the findings in it: a list on a sheet of its own, comments at the cells.

The file is filled with openpyxl, which keeps the author's layout; where openpyxl cannot open
what the intake could (some writers' styles), the list alone is returned. Text of findings is
written as text. Annotating an annotated file replaces the old marks.
"""

import io
import re
import warnings
import zipfile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from budgetperf.findings import Finding, Severity
from budgetperf.workbooks.package import open_package

RESULT_SHEET = "校验结果"
_AUTHOR = "系统校验"
_FILLS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFE3B3", Severity.NOTE: "FFE7EEF8"}
_HEAD = (("序号", 6), ("级别", 8), ("工作表", 20), ("单元格", 10), ("问题与改法", 80), ("依据", 40))
_UNREADABLE = (TypeError, ValueError, KeyError, AttributeError, IndexError, zipfile.BadZipFile)
_SETTLED = "2026-01-01T00:00:00Z"


def annotate(content: bytes, findings: tuple[Finding, ...]) -> bytes:
    """Return the uploaded workbook with its findings.

    Parameters
    ----------
    content : bytes
        The upload; it must pass ``open_package``.
    findings : tuple of Finding
        Located ones (``Intake.locate``) are marked at their cells; all are listed.

    Returns
    -------
    bytes
        An .xlsx file; the same input gives the same bytes.

    Raises
    ------
    Invalid
        When the upload itself is refused.
    """
    open_package(content)
    book = _load(content)
    _remove_old_marks(book)
    for finding in sorted(findings, key=lambda finding: finding.severity.rank):
        if finding.where.cell and finding.where.sheet in book.sheetnames:
            _mark(_anchor(book[finding.where.sheet], finding.where.cell), finding)
    _list(book.create_sheet(RESULT_SHEET, 0), findings)
    book.active = 0
    stream = io.BytesIO()
    book.save(stream)
    return _settle(stream.getvalue())


def _load(content: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # what openpyxl cannot keep (slicers, form controls) is no part of a form
        try:
            return load_workbook(io.BytesIO(content))
        except _UNREADABLE:
            empty = Workbook()
            empty.remove(empty.worksheets[0])
            return empty


def _remove_old_marks(book: Workbook) -> None:
    if RESULT_SHEET in book.sheetnames:
        book.remove(book[RESULT_SHEET])
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.comment and cell.comment.author == _AUTHOR:
                    cell.comment, cell.fill = None, PatternFill()


def _anchor(sheet: Worksheet, cell: str) -> Cell:
    """Return the cell, or the first of the merged range it is covered by: the only one that can be written to."""
    merged = next((one for one in sheet.merged_cells.ranges if cell in one), None)
    found = sheet[merged.start_cell.coordinate if merged else cell]
    assert isinstance(found, Cell)
    return found


def _mark(cell: Cell, finding: Finding) -> None:
    text = f"【{finding.severity.label}】{finding.message}"
    earlier = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(earlier + text, _AUTHOR, height=120, width=320)
    cell.fill = PatternFill("solid", fgColor=_FILLS[finding.severity])


def _list(sheet: Worksheet, findings: tuple[Finding, ...]) -> None:
    """Write the list, worst first, with links to the cells."""
    for column, (name, width) in enumerate(_HEAD, start=1):
        head = sheet.cell(1, column, name)
        head.font = Font(bold=True)
        sheet.column_dimensions[head.column_letter].width = width
    ordered = sorted(findings, key=lambda finding: -finding.severity.rank)
    for row, finding in enumerate(ordered, start=2):
        where = finding.where
        texts = (
            str(row - 1),
            finding.severity.label,
            where.sheet,
            where.cell,
            finding.message,
            finding.source,
        )
        for column, text in enumerate(texts, start=1):
            cell = sheet.cell(row, column)
            cell.value, cell.data_type = text, "s"  # text, whatever it looks like
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.fill = PatternFill("solid", fgColor=_FILLS[finding.severity])
        if where.cell:
            quoted = where.sheet.replace("'", "''")
            link = Hyperlink(ref=f"D{row}", location=f"'{quoted}'!{where.cell}")
            sheet.cell(row, 4).hyperlink = link
    sheet.freeze_panes = "A2"


def _settle(content: bytes) -> bytes:
    """Pack anew without the clock openpyxl reads: fixed member times and dates of change."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.infolist():
            member = old.read(entry)
            if entry.filename == "docProps/core.xml":
                stamp = rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*"
                member = re.sub(stamp, rb"\g<1>" + _SETTLED.encode(), member)
            new.writestr(zipfile.ZipInfo(entry.filename), member, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
