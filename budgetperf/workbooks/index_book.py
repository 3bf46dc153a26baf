"""The tables of an indicator system as .xlsx, a sheet each, in the words of its report."""

from decimal import Decimal

from budgetperf.reports.index_report import IndexReport
from budgetperf.workbooks.styles import make_styles, new_book, write_number

_WIDE, _NARROW = 28, 16


def index_book(report: IndexReport) -> bytes:
    """Return the tables of ``report`` as .xlsx; the same report gives the same bytes."""
    stream, book = new_book(report.title)
    styles = make_styles(book)
    for table in report.tables:
        sheet = book.add_worksheet(table.title)
        sheet.set_column(0, 0, _WIDE)
        sheet.set_column(1, max(len(table.columns) - 1, 1), _NARROW)
        sheet.write_string(0, 0, table.note, styles.note)
        for column, label in enumerate(table.columns):
            sheet.write_string(1, column, label, styles.label)
        sheet.freeze_panes(2, 1)
        for number, row in enumerate(table.rows, 2):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal | int):
                    write_number(sheet, (number, column), Decimal(cell), styles.number)
                else:
                    sheet.write_string(number, column, cell or "", styles.text)
    book.close()
    return stream.getvalue()
