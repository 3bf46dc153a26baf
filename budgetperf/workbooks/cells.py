"""The cells of one workbook: values by python-calamine, marks from the sheet's own XML.

calamine reads values fast and from any writer, but says nothing of how a cell was written: a
percent format, a formula without a stored result and an error value all look like plain cells.
Those marks are read here from the sheet XML. It knows cells, not forms.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from xml.etree import ElementTree as ET

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from budgetperf.errors import Invalid
from budgetperf.terms import Term
from budgetperf.workbooks.package import Package

MAX_SHEETS, MAX_ROWS, MAX_COLUMNS = 50, 5_000, 200
"""Most worksheets of a file; rows and columns of a sheet."""
MAX_CELLS, MAX_MERGED, MAX_AREA, MAX_TEXT = 50_000, 100_000, 1_000_000, 4_000_000
"""Of a whole file: cells with content, cells in merged ranges, cells from the first to the last used one
of each sheet, and characters shown."""
_PERCENT_FORMATS = frozenset({"9", "10"})

CellValue = str | float | bool | date | None
Place = tuple[int, int]


class Mark(Term):
    """How a cell was written, where the value alone does not tell."""

    PERCENT = "percent", "百分比格式"
    ERROR = "error", "公式错误值"
    UNCACHED = "uncached", "公式没有计算结果"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as a sparse grid; rows and columns count from 0.

    Parameters
    ----------
    name : str
    values : mapping of (row, column) to value
        Cells with content; numbers are float as Excel stores them.
    marks : mapping of (row, column) to Mark
    merges : mapping of (row, column) to (row, column)
        Each covered cell of a merged range to its top-left cell.
    """

    name: str
    values: Mapping[Place, CellValue]
    marks: Mapping[Place, Mark] = field(default_factory=dict)
    merges: Mapping[Place, Place] = field(default_factory=dict)

    def anchor(self, place: Place) -> Place:
        """Return the cell that holds the value shown at ``place`` (merged ranges)."""
        return self.merges.get(place, place)

    def value(self, place: Place) -> CellValue:
        """Return the value shown at ``place``."""
        return self.values.get(self.anchor(place))

    def mark(self, place: Place) -> Mark | None:
        """Return how the cell shown at ``place`` was written."""
        return self.marks.get(self.anchor(place))

    def filled(self, place: Place) -> bool:
        """Tell whether the cell shows anything, an error value included."""
        return self.value(place) is not None or self.mark(place) in {Mark.ERROR, Mark.UNCACHED}

    @property
    def height(self) -> int:
        """Rows down to the last cell with content."""
        return max((row for row, _ in (*self.values, *self.marks)), default=-1) + 1

    @property
    def width(self) -> int:
        """Columns up to the last cell with content."""
        return max((column for _, column in (*self.values, *self.marks)), default=-1) + 1


def address(place: Place) -> str:
    """Write (row, column) as Excel does.

    Examples
    --------
    >>> address((11, 5)), address((0, 27))
    ('F12', 'AB1')
    """
    row, column = place
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def place_of(cell: str) -> Place:
    """Read ``F12`` as (row, column); the opposite of ``address``."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(cell[len(letters) :]) - 1, column - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most a file may hold: rows of a sheet; cells and characters of all its sheets."""

    rows: int
    cells: int
    text: int


FORMS = Bounds(MAX_ROWS, MAX_CELLS, MAX_TEXT)
"""A form that one unit fills in."""
TABLES = Bounds(20_100, 400_000, 8_000_000)
"""A table over all units and staff of a campaign."""


@dataclass(slots=True)
class _Load:
    """What a whole file has asked for so far; past a limit it is refused."""

    most: Bounds
    cells: int = 0
    merged: int = 0
    area: int = 0
    text: int = 0

    def add(self, *, cells: int = 0, merged: int = 0, area: int = 0, text: int = 0) -> None:
        self.cells += cells
        self.merged += merged
        self.area += area
        self.text += text
        if self.cells > self.most.cells or self.merged > MAX_MERGED:
            raise _too_many(self.most)
        if self.area > MAX_AREA or self.text > self.most.text:
            raise _too_many(self.most)


def read_sheets(package: Package, most: Bounds = FORMS) -> tuple[Sheet, ...]:
    """Read the worksheets in their order, hidden ones included.

    Parameters
    ----------
    package : Package
    most : Bounds
        What is refused as too large.

    Raises
    ------
    Invalid
        ``workbook.damaged`` when the XML cannot be read, ``workbook.too_many_sheets`` and
        ``workbook.too_many_cells`` when the file is far larger than any form.
    """
    try:
        paths, load = _paths(package), _Load(most)
        if len(paths) > MAX_SHEETS:
            raise Invalid(
                "workbook.too_many_sheets",
                f"工作簿有 {len(paths)} 张工作表，一次最多读取 {MAX_SHEETS} 张；请删去无关的工作表，或分成几个文件上传",
            )
        percent = _percent_styles(package.members.get("xl/styles.xml"))
        shared = _shared_lengths(package)
        marks = {
            name: _marks(package.members[path], percent, shared=shared, load=load)
            for name, path in paths.items()
        }
        with CalamineWorkbook.from_object(io.BytesIO(package.repacked())) as book:
            names = dict.fromkeys(
                s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet and s.name in marks
            )
            return tuple(_sheet(book.get_sheet_by_name(name), marks[name], load) for name in names)
    except (CalamineError, ET.ParseError, LookupError, ValueError, OverflowError) as error:
        raise Invalid(
            "workbook.damaged", "工作簿内部结构已损坏，无法读取；请在 Excel 或 WPS 中打开后重新保存"
        ) from error


def _sheet(source: CalamineSheet, marks: Mapping[Place, Mark], load: _Load) -> Sheet:
    values: dict[Place, CellValue] = {}
    top, left = source.start or (0, 0)
    for row, line in enumerate(source.to_python(skip_empty_area=True), top):
        for column, value in enumerate(line, left):
            if (cell := _value(value)) is not None:
                values[row, column] = cell
    merges: dict[Place, Place] = {}
    for first, (bottom, right) in source.merged_cell_ranges or ():
        rows = range(first[0], min(bottom, load.most.rows) + 1)
        columns = range(first[1], min(right, MAX_COLUMNS) + 1)
        load.add(merged=len(rows) * len(columns))
        merges |= {(row, column): first for row in rows for column in columns}
    return Sheet(source.name, values, marks, merges)


def _value(value: object) -> CellValue:
    match value:
        case str():
            return value.strip() or None
        case bool() | float():
            return value
        case int():
            return float(value)
        case datetime():
            return value.date()
        case date():
            return value
    return str(value)  # a time of day or a duration: no form asks for one


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _tree(content: bytes) -> "ET.Element[str]":
    return ET.fromstring(content)  # noqa: S314 - ``package`` refused every DTD, so no entity can expand


def _paths(package: Package) -> dict[str, str]:
    """Return the member path of each sheet by name, through the workbook's relations."""
    relations = _tree(package.members["xl/_rels/workbook.xml.rels"])
    targets = {r.get("Id", ""): r.get("Target", "") for r in relations}
    paths = {}
    for element in _tree(package.members["xl/workbook.xml"]).iter():
        if _local(element.tag) == "sheet":
            relation = next((value for key, value in element.items() if _local(key) == "id"), "")
            target = targets[relation]
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in package.members:
                paths[element.get("name", "")] = path
    return paths


def _percent_styles(styles: bytes | None) -> frozenset[str]:
    """Return the indexes of the cell styles whose number format is a percentage."""
    if styles is None:
        return frozenset()
    root = _tree(styles)
    formats = set(_PERCENT_FORMATS)
    for element in root.iter():
        if _local(element.tag) == "numFmt" and "%" in element.get("formatCode", ""):
            formats.add(element.get("numFmtId", ""))
    cell_styles = next((e for e in root if _local(e.tag) == "cellXfs"), ())
    return frozenset(str(index) for index, e in enumerate(cell_styles) if e.get("numFmtId") in formats)


def _shared_lengths(package: Package) -> tuple[int, ...]:
    """Return the characters of each shared string: a short file may show one long text in every cell."""
    found = next((m for name, m in package.members.items() if name.lower() == "xl/sharedstrings.xml"), None)
    if found is None:
        return ()
    return tuple(sum(len(part) for part in item.itertext()) for item in _tree(found))


def _marks(
    content: bytes, percent: frozenset[str], *, shared: tuple[int, ...], load: _Load
) -> dict[Place, Mark]:
    """Scan one sheet; refuse the file when its content lies beyond the limits."""
    marks: dict[Place, Mark] = {}
    rows: set[int] = set()
    columns: set[int] = set()
    for place, cell in _cells(content):
        if place[0] >= load.most.rows or place[1] >= MAX_COLUMNS:
            raise _too_many(load.most)
        parts = {_local(child.tag): child.text or "" for child in cell}
        kind, value = cell.get("t", "n"), parts.get("v", "")
        load.add(cells=1, text=shared[int(value)] if kind == "s" and value else len(value))
        rows.add(place[0])
        columns.add(place[1])
        if kind == "e":
            marks[place] = Mark.ERROR
        elif "f" in parts and not value:
            marks[place] = Mark.UNCACHED
        elif cell.get("s") in percent and kind == "n":
            marks[place] = Mark.PERCENT
    if rows:
        load.add(area=(max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1))
    return marks


def _cells(content: bytes) -> Iterator[tuple[Place, "ET.Element[str]"]]:
    """Yield the cells with content; positions may be left out by the writer."""
    row, column = -1, -1
    for event, element in ET.iterparse(io.BytesIO(content), events=("start", "end")):  # noqa: S314 - see _tree
        tag = _local(element.tag)
        if tag == "row" and event == "start":
            row, column = int(element.get("r", row + 2)) - 1, -1
        elif tag == "c" and event == "end":
            place = place_of(element.attrib["r"]) if "r" in element.attrib else (row, column + 1)
            column = place[1]
            if len(element):
                yield place, element
            element.clear()
        elif tag == "row":
            element.clear()


def _too_many(most: Bounds) -> Invalid:
    return Invalid(
        "workbook.too_many_cells",
        f"工作表内容超出 {most.rows} 行、{MAX_COLUMNS} 列，或全部工作表共超出 {most.cells} 个单元格、{most.text} 字，"
        "不像申报表；请使用系统下发的模板填报",
    )
