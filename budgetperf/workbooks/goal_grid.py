"""Finds the goal form on a sheet by its labels, wherever its author moved them.

It says *where* each field stands; what the cells hold is the business of ``values``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from budgetperf.forms import FieldMeta
from budgetperf.workbooks.cells import Place, Sheet
from budgetperf.workbooks.goal_sheet import BLOCKS, HEAD, LEVEL1, SHEET, TOTALS, Block, labels, plain_label

_LEADING = {"level2", LEVEL1}
_MIN_HEAD = 3


@dataclass(frozen=True, slots=True)
class Table:
    """Where one block stands.

    Parameters
    ----------
    header : int
        Row of the column labels.
    columns : mapping of str to int
        Column of each field found; ``"一级指标"`` for the leading one.
    rows : tuple of int
        The rows that hold something, blank ones and totals left out.
    """

    header: int
    columns: Mapping[str, int]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoalGrid:
    """Where the fields of a goal form stand on ``sheet``.

    Parameters
    ----------
    head : mapping of str to Place
        The value cell of each head field found.
    tables : mapping of str to Table
        By block name.
    """

    sheet: Sheet
    head: Mapping[str, Place]
    tables: Mapping[str, Table]


def find_goals(sheets: tuple[Sheet, ...]) -> GoalGrid | None:
    """Return the form's place: the sheet of that name, else the first that looks like it."""
    for sheet in sorted(sheets, key=lambda sheet: plain_label(sheet.name) != SHEET):
        grid = _grid(sheet)
        if len(grid.head) >= _MIN_HEAD and "indicators" in grid.tables:
            return grid
    return next((_grid(sheet) for sheet in sheets if plain_label(sheet.name) == SHEET), None)


def _grid(sheet: Sheet) -> GoalGrid:
    words = {
        place: plain_label(value) for place, value in sorted(sheet.values.items()) if isinstance(value, str)
    }
    headers = {block.name: found for block in BLOCKS if (found := _header(block, words))}
    taken = {row for row, _ in headers.values()}
    head: dict[str, Place] = {}
    label_rows = set()
    for place, word in words.items():
        meta = next((meta for meta in HEAD if word in labels(meta)), None)
        if meta and meta.name not in head and place[0] not in taken and place not in head.values():
            head[meta.name] = _right_of(sheet, place)
            label_rows.add(place[0])
    stops = taken | label_rows | _titles(words)
    tables = {}
    for block in BLOCKS:
        if block.name in headers:
            row, columns = headers[block.name]
            end = min((other for other in taken if other > row), default=sheet.height)
            tables[block.name] = Table(row, columns, _rows(sheet, range(row + 1, end), columns, stops))
    return GoalGrid(sheet, head, tables)


def _titles(words: Mapping[Place, str]) -> set[int]:
    """Return the rows that say nothing but the title of a block."""
    said: dict[int, list[str]] = {}
    for (row, _), word in words.items():
        said.setdefault(row, []).append(word)
    titles = {block.label for block in BLOCKS}
    return {row for row, found in said.items() if len(found) == 1 and found[0] in titles}


def _header(block: Block, words: Mapping[Place, str]) -> tuple[int, dict[str, int]] | None:
    """Return the first row that carries the block's key label and at least one other."""
    by_row: dict[int, dict[str, int]] = {}
    for (row, column), word in words.items():
        name = LEVEL1 if word in block.leading else _field(block.columns, word)
        if name:
            by_row.setdefault(row, {}).setdefault(name, column)
    needed = min(len(block.columns), 3) if block.name == "indicators" else 2
    rows = (row for row, found in sorted(by_row.items()) if block.key in found and len(found) >= needed)
    return next(((row, by_row[row]) for row in rows), None)


def _field(columns: tuple[FieldMeta, ...], word: str) -> str | None:
    return next((meta.name for meta in columns if word in labels(meta)), None)


def _right_of(sheet: Sheet, place: Place) -> Place:
    """Return the first cell right of a label, past the range it is merged over."""
    row, column = place
    while sheet.anchor((row, column + 1)) == place:
        column += 1
    return row, column + 1


def _rows(sheet: Sheet, span: range, columns: Mapping[str, int], stops: set[int]) -> tuple[int, ...]:
    """Return the rows that hold a line: not blank, no total, no title, no footnote."""
    return tuple(row for row in span if row not in stops and _is_line(sheet, row, columns))


def _is_line(sheet: Sheet, row: int, columns: Mapping[str, int]) -> bool:
    filled = {
        name: sheet.anchor((row, column)) for name, column in columns.items() if sheet.filled((row, column))
    }
    if any(plain_label(sheet.value(anchor)) in TOTALS for anchor in filled.values()):
        return False
    own = {name for name, anchor in filled.items() if anchor[0] == row and name not in _LEADING}
    across = len(filled) > 1 and len(set(filled.values())) == 1
    return bool(own) and not across
