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

MAX_ROWS, MAX_COLUMNS, MAX_CELLS, MAX_MERGED = 5_000, 200, 50_000, 100_000
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


def read_sheets(package: Package) -> tuple[Sheet, ...]:
    """Read the worksheets in their order, hidden ones included.

    Raises
    ------
    Invalid
        ``workbook.damaged`` when the XML cannot be read, ``workbook.too_many_cells`` when a
        sheet is far larger than any form.
    """
    try:
        percent = _percent_styles(package.members.get("xl/styles.xml"))
        marks = {name: _marks(package.members[path], percent) for name, path in _paths(package).items()}
        with CalamineWorkbook.from_object(io.BytesIO(package.repacked())) as book:
            names = [
                s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet and s.name in marks
            ]
            return tuple(_sheet(book.get_sheet_by_name(name), marks[name]) for name in names)
    except (CalamineError, ET.ParseError, LookupError, ValueError, OverflowError) as error:
        raise Invalid(
            "workbook.damaged", "工作簿内部结构已损坏，无法读取；请在 Excel 或 WPS 中打开后重新保存"
        ) from error


def _sheet(source: CalamineSheet, marks: Mapping[Place, Mark]) -> Sheet:
    values: dict[Place, CellValue] = {}
    for row, line in enumerate(source.to_python(skip_empty_area=False)):
        for column, value in enumerate(line):
            if (cell := _value(value)) is not None:
                values[row, column] = cell
    merges: dict[Place, Place] = {}
    for (top, left), (bottom, right) in source.merged_cell_ranges or ():
        rows, columns = range(top, min(bottom, MAX_ROWS) + 1), range(left, min(right, MAX_COLUMNS) + 1)
        if len(merges) + len(rows) * len(columns) > MAX_MERGED:
            raise _too_many()
        merges |= {(row, column): (top, left) for row in rows for column in columns}
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


def _marks(content: bytes, percent: frozenset[str]) -> dict[Place, Mark]:
    """Scan one sheet; refuse it when its content lies beyond the limits."""
    marks: dict[Place, Mark] = {}
    for count, (place, cell) in enumerate(_cells(content)):
        if count >= MAX_CELLS or place[0] >= MAX_ROWS or place[1] >= MAX_COLUMNS:
            raise _too_many()
        parts = {_local(child.tag): child.text for child in cell}
        if cell.get("t") == "e":
            marks[place] = Mark.ERROR
        elif "f" in parts and not parts.get("v"):
            marks[place] = Mark.UNCACHED
        elif cell.get("s") in percent and cell.get("t", "n") == "n":
            marks[place] = Mark.PERCENT
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


def _too_many() -> Invalid:
    return Invalid(
        "workbook.too_many_cells",
        f"工作表内容超出 {MAX_ROWS} 行、{MAX_COLUMNS} 列或 {MAX_CELLS} 个单元格，不像申报表；请使用系统下发的模板填报",
    )
