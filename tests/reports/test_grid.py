"""Tables: how they are cut into pages, before anything is drawn."""

from typing import cast

import pytest

from budgetperf.reports.faces import CELL
from budgetperf.reports.grid import PAD, Cell, Column, Grid, cells, fit

COLUMNS = (Column("组", 60), Column("内容", 200), Column("数", 60, "right"))
ROW = CELL.leading + 2 * PAD
WIDE = 400.0


def make_rows(count: int, *, group: str = "甲") -> list[tuple[Cell, ...]]:
    return [cells(group, f"第{n}行", str(n)) for n in range(count)]


def parts(grid: Grid, room: float) -> list[Grid]:
    """Cut a grid into pages of ``room`` points, as a document does."""
    pages: list[Grid] = []
    rest = [grid]
    while rest:
        part = rest.pop(0)
        if part.wrap(WIDE, room)[1] <= room:
            pages.append(part)
            continue
        cut = cast("list[Grid]", part.split(WIDE, room))
        assert len(cut) == 2, "the grid neither fits nor splits"
        pages.append(cut[0])
        rest.insert(0, cut[1])
    return pages


def rows_of(grid: Grid) -> int:
    return len(grid._rows)


def test_every_page_takes_as_many_rows_as_fit_below_the_head() -> None:
    pages = parts(Grid(COLUMNS, make_rows(10)), 5 * ROW)
    assert [rows_of(page) for page in pages] == [4, 4, 2]


def test_a_row_more_than_fits_goes_to_the_next_page() -> None:
    assert len(parts(Grid(COLUMNS, make_rows(4)), 5 * ROW)) == 1
    assert len(parts(Grid(COLUMNS, make_rows(4)), 5 * ROW - 0.1)) == 2


def test_every_page_has_the_head() -> None:
    pages = parts(Grid(COLUMNS, make_rows(10)), 5 * ROW)
    assert all(page._head is not None for page in pages)
    assert [page._height(page._rows) for page in pages] == [5 * ROW, 5 * ROW, 3 * ROW]


def test_a_table_without_head_has_none_on_any_page() -> None:
    pages = parts(Grid(COLUMNS, make_rows(10), head=False), 5 * ROW)
    assert [rows_of(page) for page in pages] == [5, 5]


def test_a_merged_label_is_merged_again_on_the_next_page() -> None:
    pages = parts(Grid(COLUMNS, make_rows(6), groups=1), 5 * ROW)
    assert [list(page._runs(page._rows, 0)) for page in pages] == [[(0, 4)], [(0, 2)]]
    assert [list(page._runs(page._rows, 1)) for page in pages] == [
        [(0, 1), (1, 2), (2, 3), (3, 4)],
        [(0, 1), (1, 2)],
    ]


def test_an_equal_inner_label_under_another_outer_label_is_not_merged() -> None:
    grid = Grid(COLUMNS, [cells("甲", "同", "1"), cells("乙", "同", "2")], groups=2)
    assert list(grid._runs(grid._rows, 1)) == [(0, 1), (1, 2)]


def test_a_tall_label_spreads_over_its_rows() -> None:
    label = "很长的分组名称需要三行以上才放得下"
    grid = Grid(COLUMNS, make_rows(2, group=label), groups=1)
    lines = len(grid._rows[0].lines[0])
    assert lines >= 3
    assert grid.wrap(WIDE, 1000)[1] == pytest.approx(ROW + lines * CELL.leading + 2 * PAD)


def test_a_cell_of_three_thousand_characters_is_parted_between_lines() -> None:
    text = "绩效" * 1500
    grid = Grid(COLUMNS, [cells("甲", text, "7")], groups=1)
    pages = parts(grid, 300)
    assert len(pages) > 3
    assert "".join(line for page in pages for row in page._rows for line in row.lines[1]) == text
    assert all(page._rows[0].lines[0] == ("甲",) for page in pages)


def test_a_number_beside_a_parted_text_stands_once_with_its_id() -> None:
    grid = Grid(COLUMNS, [(Cell("甲"), Cell("绩效" * 1500), Cell("7", "x/7"))], groups=1)
    pages = parts(grid, 300)
    assert [page._rows[0].lines[2] for page in pages] == [("7",), *[()] * (len(pages) - 1)]
    assert [page._rows[0].row[2].id for page in pages] == ["x/7", *[""] * (len(pages) - 1)]


def test_a_short_row_is_never_parted() -> None:
    text = "\n".join("一二三四五六七八九十")
    grid = Grid(COLUMNS, [cells("甲", "短", "1"), cells("甲", text, "2")])
    upper, lower = cast("list[Grid]", grid.split(WIDE, 2 * ROW + 9 * CELL.leading))
    assert (rows_of(upper), rows_of(lower)) == (1, 1)


def test_nothing_is_placed_where_not_even_one_row_fits() -> None:
    assert Grid(COLUMNS, make_rows(3)).split(WIDE, 2 * ROW - 0.1) == []


def test_a_table_without_rows_says_so() -> None:
    grid = Grid(COLUMNS, [])
    assert [cell.text for cell in grid._rows[0].row] == ["（无）", "", ""]


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Grid(COLUMNS, [cells("甲", "乙")])


def test_a_number_wider_than_its_column_is_not_broken() -> None:
    grid = Grid(COLUMNS, [cells("甲", "乙", "1,234,567,890.123456")])
    assert grid._rows[0].lines[2] == ("1,234,567,890.123456",)


def test_columns_are_scaled_to_the_width() -> None:
    assert [column.width for column in fit(COLUMNS, 640)] == [120, 400, 120]
