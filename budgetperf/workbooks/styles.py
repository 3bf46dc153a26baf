"""How the workbooks look, and how values are put into cells without being changed.

One face, a few named cell formats, and the writers of numbers and text. It knows no form.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from budgetperf.workbooks.values import EXCEL_DIGITS

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed naive date, so that bytes depend on content only
_BASE: dict[str, str | int] = {
    "font_name": "宋体",
    "font_size": 10,
    "valign": "vcenter",
    "border": 1,
    "text_wrap": 1,
}
_OPEN: dict[str, str | int] = {"locked": 0, "bg_color": "#FFFDE7"}


@dataclass(frozen=True, slots=True)
class Styles:
    """The cell formats of one workbook; ``open_*`` ones may be filled in on a protected sheet."""

    title: Format
    note: Format
    section: Format
    label: Format
    text: Format
    number: Format
    money: Format
    centre: Format
    bad: Format
    open_text: Format
    open_number: Format
    open_date: Format


def make_styles(book: xlsxwriter.Workbook) -> Styles:
    """Add the named formats to ``book``."""
    return Styles(
        title=book.add_format({**_BASE, "bold": 1, "font_size": 16, "align": "center", "border": 0}),
        note=book.add_format({**_BASE, "font_size": 9, "border": 0}),
        section=book.add_format({**_BASE, "bold": 1, "bg_color": "#D9E2F3"}),
        label=book.add_format({**_BASE, "bold": 1, "align": "center", "bg_color": "#F2F2F2"}),
        text=book.add_format({**_BASE, "num_format": "@"}),
        number=book.add_format({**_BASE, "align": "right"}),
        money=book.add_format({**_BASE, "align": "right", "num_format": "#,##0.00####"}),
        centre=book.add_format({**_BASE, "align": "center"}),
        bad=book.add_format({"font_color": "#C00000", "bg_color": "#FDE9E7", "bold": 1}),
        open_text=book.add_format({**_BASE, **_OPEN, "num_format": "@"}),
        open_number=book.add_format({**_BASE, **_OPEN, "align": "right"}),
        open_date=book.add_format({**_BASE, **_OPEN, "align": "center", "num_format": "yyyy-mm-dd"}),
    )


def new_book(title: str) -> tuple[io.BytesIO, xlsxwriter.Workbook]:
    """Open a workbook whose bytes depend on its content only; closing it fills the stream."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties({"title": title, "created": _CREATED})
    return stream, book


def write_number(sheet: Worksheet, place: tuple[int, int], value: Decimal, style: Format) -> None:
    """Write a number Excel keeps exactly (15 digits) as a number, any other as text."""
    shown = float(value)
    if Decimal(format(shown, EXCEL_DIGITS)) == value:
        sheet.write_number(*place, shown, style)
    else:
        sheet.write_string(*place, format(value, "f"), style)


def merge_text(
    sheet: Worksheet, first: tuple[int, int], last: tuple[int, int], text: str, style: Format
) -> None:
    """Write text over a range, as a string whatever it looks like."""
    if first != last:
        sheet.merge_range(*first, *last, "", style)
    if text:
        sheet.write_string(*first, text, style)


def print_landscape(sheet: Worksheet, *, repeat_to: int) -> None:
    """Set A4 landscape, one page wide, with the rows up to ``repeat_to`` repeated on each page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, repeat_to)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&C第 &P 页 共 &N 页")
