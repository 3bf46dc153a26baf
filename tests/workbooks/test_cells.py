"""Values and marks of cells, merged ranges, and the limits of a sheet."""

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.workbooks.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MERGED,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
    Mark,
    Sheet,
    address,
    place_of,
    read_sheets,
)
from budgetperf.workbooks.package import Package, open_package


def sheet_of(*cells: tuple[int, int, object], merge: str = "") -> Sheet:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("表")
    formats = {
        "percent": book.add_format({"num_format": "0.0%"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for row, column, value in cells:
        match value:
            case ("formula", result):
                sheet.write_formula(row, column, "=A1", None, result)
            case ("percent", number):
                sheet.write_number(row, column, number, formats["percent"])
            case date():
                sheet.write_datetime(row, column, value, formats["date"])
            case _:
                sheet.write(row, column, value)
    if merge:
        sheet.merge_range(merge, "合并")
    book.close()
    return read_sheets(open_package(stream.getvalue()))[0]


def refused(*sheets: tuple[tuple[int, int, object], ...], merge: str = "") -> str:
    """Return the code with which a file of these sheets is refused."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for cells in sheets:
        sheet = book.add_worksheet()
        for row, column, value in cells:
            sheet.write(row, column, value)
        if merge:
            sheet.merge_range(merge, "合并")
    book.close()
    try:
        read_sheets(open_package(stream.getvalue()))
    except Invalid as refusal:
        return refusal.code
    return ""


@given(st.integers(0, 10**6), st.integers(0, 16383))
def test_address_and_place_are_opposites(row: int, column: int) -> None:
    assert place_of(address((row, column))) == (row, column)


def test_values_keep_their_place_below_blank_rows() -> None:
    sheet = sheet_of((3, 2, "00123"), (5, 0, 1.5), (6, 0, date(2026, 1, 1)), (7, 0, True))
    assert sheet.value((3, 2)) == "00123"
    assert sheet.value((5, 0)) == 1.5
    assert str(sheet.value((6, 0))) == "2026-01-01"
    assert sheet.value((7, 0)) is True
    assert (sheet.height, sheet.width) == (8, 3)


def test_merged_cells_show_the_top_left_value() -> None:
    sheet = sheet_of((0, 0, "x"), merge="B2:C4")
    assert sheet.value((3, 2)) == "合并"
    assert sheet.anchor((3, 2)) == (1, 1)


def test_marks_tell_percent_error_and_missing_result() -> None:
    sheet = sheet_of(
        (0, 1, ("percent", 0.95)),
        (1, 1, ("formula", "#REF!")),
        (2, 1, ("formula", "")),
        (3, 1, ("formula", 7)),
    )
    assert [sheet.mark((row, 1)) for row in range(4)] == [Mark.PERCENT, Mark.ERROR, Mark.UNCACHED, None]
    assert sheet.value((3, 1)) == 7.0
    assert sheet.filled((1, 1))
    assert not sheet.filled((4, 1))


def test_sheet_ends_at_its_limits() -> None:
    assert sheet_of((MAX_ROWS - 1, MAX_COLUMNS - 1, 1)).height == MAX_ROWS
    for beyond in ((MAX_ROWS, 0), (0, MAX_COLUMNS), (1_048_575, 16_383)):
        with pytest.raises(Invalid) as caught:
            sheet_of((*beyond, 1))
        assert caught.value.code == "workbook.too_many_cells"


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(Invalid) as caught:
        sheet_of(*((row, column, 1) for row in range(MAX_CELLS // 100 + 1) for column in range(100)))
    assert caught.value.code == "workbook.too_many_cells"


def test_merging_a_whole_sheet_is_refused() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("表").merge_range("A1:B2", "合并")
    book.close()
    members = open_package(stream.getvalue()).members
    path = "xl/worksheets/sheet1.xml"
    vast = Package({**members, path: members[path].replace(b"A1:B2", b"A1:XFD1048576")}, digest="")
    assert MAX_MERGED < MAX_ROWS * MAX_COLUMNS
    with pytest.raises(Invalid) as caught:
        read_sheets(vast)
    assert caught.value.code == "workbook.too_many_cells"


def test_sheets_are_counted() -> None:
    one = ((0, 0, "x"),)
    assert refused(*[one] * MAX_SHEETS) == ""
    assert refused(*[one] * (MAX_SHEETS + 1)) == "workbook.too_many_sheets"


def test_cells_merges_area_and_text_are_counted_over_all_sheets() -> None:
    half = MAX_CELLS // 200 + 1
    block = tuple((row, column, 1) for row in range(half) for column in range(100))
    assert refused(block) == ""
    assert refused(block, block) == "workbook.too_many_cells"
    assert refused((), merge="A1:GR300") == ""
    assert refused((), (), merge="A1:GR300") == "workbook.too_many_cells"
    wide = ((0, 0, 1), (MAX_ROWS - 1, MAX_COLUMNS - 1, 1))
    assert refused(wide) == ""
    assert refused(wide, wide) == "workbook.too_many_cells"
    assert refused(*[((MAX_ROWS - 1, MAX_COLUMNS - 1, 1),)] * 5) == ""  # one cell is no area
    long = tuple((row, 0, "字" * 30_000) for row in range(MAX_TEXT // 60_000 + 1))
    assert refused(long) == ""
    assert refused(long, long) == "workbook.too_many_cells"


def test_one_range_merged_again_and_again_is_counted_each_time() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("表").merge_range("A1:GR200", "合并")
    book.close()
    members = open_package(stream.getvalue()).members
    path, merge = "xl/worksheets/sheet1.xml", b'<mergeCell ref="A1:GR200"/>'
    again = Package({**members, path: members[path].replace(merge, merge * 3)}, digest="")
    with pytest.raises(Invalid) as caught:
        read_sheets(again)
    assert caught.value.code == "workbook.too_many_cells"
