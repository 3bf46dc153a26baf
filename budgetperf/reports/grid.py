"""The table of all reports: repeated head, merged labels that survive page breaks, rows that split.

A grid is cut into pages here, before anything is drawn: each page's part knows its own rows, so a
merged label is drawn again on the next page and a row taller than a page is parted between its
lines. Holds geometry only; what a cell says is the caller's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from reportlab.lib.colors import Color, black
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from budgetperf.reports.faces import CELL, CELL_BOLD, Face
from budgetperf.reports.flow import Align, draw_line, mark
from budgetperf.reports.linebreak import break_lines
from budgetperf.reports.models import Figure

PAD = 3.0
SIDE_WIDTH = 22.0
SHADE = Color(0.92, 0.92, 0.92)
TALL_LINES = 10
"""A row of more lines may be parted; a lower one moves to the next page whole."""
LEAST_LINES = 3
"""Lines that must fit before a tall row is parted."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its width in points, how its cells are aligned.

    A ``"right"`` column holds numbers: they stay on one line, in a smaller size where they must.
    """

    title: str
    width: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; ``id`` makes the place a destination."""

    text: str
    id: str = ""
    bold: bool = False


def cells(*contents: str | Figure, bold: bool = False) -> tuple[Cell, ...]:
    """Return a row of cells from texts and figures."""
    return tuple(
        Cell(content.text, content.id, bold) if isinstance(content, Figure) else Cell(content, "", bold)
        for content in contents
    )


def fit(columns: Sequence[Column], width: float) -> tuple[Column, ...]:
    """Scale the columns to ``width`` points."""
    scale = width / sum(column.width for column in columns)
    return tuple(replace(column, width=column.width * scale) for column in columns)


@dataclass(frozen=True, slots=True)
class _Laid:
    """A row broken into lines."""

    row: tuple[Cell, ...]
    lines: tuple[tuple[str, ...], ...]

    def tallest(self, groups: int) -> int:
        """Lines of the tallest cell outside the merged columns."""
        return max((len(lines) for lines in self.lines[groups:]), default=1)

    def part(self, fitting: int, groups: int) -> "tuple[_Laid, _Laid]":
        """Part between lines; labels of merged columns stand in both parts."""
        upper = tuple(lines if i < groups else lines[:fitting] for i, lines in enumerate(self.lines))
        lower = tuple(lines if i < groups else lines[fitting:] for i, lines in enumerate(self.lines))
        rest = tuple(replace(cell, id="") for cell in self.row)
        return _Laid(self.row, upper), _Laid(rest, lower)


class Grid(Flowable):
    """A ruled table.

    Parameters
    ----------
    columns : sequence of Column
        Widths in points.
    rows : sequence of rows
        Each as long as ``columns``; none gives one row saying （无）.
    groups : int
        The first so many columns merge neighbours of equal text (and equal labels before).
    side : str
        Label of a narrow column at the left, merged over head and rows.
    head : bool
        Whether the titles are printed, on each page.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[tuple[Cell, ...]],
        *,
        groups: int = 0,
        side: str = "",
        head: bool = True,
    ) -> None:
        super().__init__()
        self._columns, self._groups, self._side = columns, groups, side
        self._head = (
            self._lay(cells(*(column.title for column in columns), bold=True), head=True) if head else None
        )
        empty = cells("（无）", *("" for _ in columns[1:]))
        self._rows: Sequence[_Laid] = [self._lay(row) for row in rows or [empty]]

    def _lay(self, row: tuple[Cell, ...], *, head: bool = False) -> _Laid:
        pairs = list(zip(row, self._columns, strict=True))
        return _Laid(row, tuple(_broken(cell, column, head=head) for cell, column in pairs))

    @property
    def _side_lines(self) -> tuple[str, ...]:
        return break_lines(self._side, SIDE_WIDTH - 2 * PAD, measure=CELL_BOLD.measure) if self._side else ()

    @property
    def _head_height(self) -> float:
        return _needed(self._head.tallest(0)) if self._head else 0.0

    def _heights(self, rows: Sequence[_Laid]) -> list[float]:
        """Height of each row when ``rows`` stand together; a merged label spreads over its rows."""
        heights = [_needed(row.tallest(self._groups)) for row in rows]
        for column in range(self._groups):
            for start, end in self._runs(rows, column):
                lacking = _needed(len(rows[start].lines[column])) - sum(heights[start:end])
                for i in range(start, end):
                    heights[i] += max(lacking, 0.0) / (end - start)
        lacking = _needed(len(self._side_lines)) - self._head_height - sum(heights)
        heights[-1] += max(lacking, 0.0) if self._side else 0.0
        return heights

    def _height(self, rows: Sequence[_Laid]) -> float:
        return self._head_height + sum(self._heights(rows))

    def _fitting(self, room: float) -> int:
        """How many first rows stand in ``room``."""
        count = 0
        while count < len(self._rows) and self._height(self._rows[: count + 1]) <= room:
            count += 1
        return count

    @property
    def least(self) -> float:
        """Height of its titles with the first row, or with as much of a tall one as may stand alone."""
        first = self._rows[0]
        if first.tallest(self._groups) > TALL_LINES:
            first, _ = first.part(LEAST_LINES, self._groups)
        return self._height([first])

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's signature
        """Return the size of the whole table (points)."""
        self.width = sum(column.width for column in self._columns) + (SIDE_WIDTH if self._side else 0)
        self.height = self._height(self._rows)
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: ARG002, N803 - reportlab's signature
        """Cut at the offered height (points): between rows, or inside a tall row."""
        fitting = self._fitting(aH)
        if fitting == len(self._rows):
            return [self]
        upper, lower = list(self._rows[:fitting]), list(self._rows[fitting:])
        if lower[0].tallest(self._groups) > TALL_LINES:
            upper, lower = self._parted(upper, lower, aH)
        return [self._with(upper), self._with(lower)] if upper else []

    def _parted(
        self, upper: list[_Laid], lower: list[_Laid], height: float
    ) -> tuple[list[_Laid], list[_Laid]]:
        """Move as many lines of the next row up as stand in ``height``, if they are enough."""
        row = lower[0]
        for lines in range(row.tallest(self._groups) - 1, LEAST_LINES - 1, -1):
            first, rest = row.part(lines, self._groups)
            if self._height([*upper, first]) <= height:
                return [*upper, first], [rest, *lower[1:]]
        return upper, lower

    def _with(self, rows: Sequence[_Laid]) -> "Grid":
        part = Grid(self._columns, (), groups=self._groups, side=self._side, head=self._head is not None)
        part._rows = rows
        return part

    def draw(self) -> None:
        """Draw side label, head and rows from the top."""
        canvas, left, y = self.canv, 0.0, self.height
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(black)
        if self._side:
            box = _Box(x=0, top=y, width=SIDE_WIDTH, height=y)
            _draw_cell(canvas, Cell(self._side, bold=True), self._side_lines, box, align="centre", fill=SHADE)
            left = SIDE_WIDTH
        xs = list(accumulate((column.width for column in self._columns), initial=left))
        if self._head:
            for i, title in enumerate(self._head.row):
                box = _Box(x=xs[i], top=y, width=xs[i + 1] - xs[i], height=self._head_height)
                _draw_cell(canvas, title, self._head.lines[i], box, align="centre", fill=SHADE)
            y -= self._head_height
        self._draw_rows(canvas, xs, y)

    def _draw_rows(self, canvas: Canvas, xs: Sequence[float], top: float) -> None:
        tops = [top, *(top - used for used in accumulate(self._heights(self._rows)))]
        ends = [dict(self._runs(self._rows, i)) for i in range(len(self._columns))]
        for start, row in enumerate(self._rows):
            for i, column in enumerate(self._columns):
                if (end := ends[i].get(start)) is not None:
                    height = tops[start] - tops[end]
                    box = _Box(x=xs[i], top=tops[start], width=xs[i + 1] - xs[i], height=height)
                    _draw_cell(canvas, row.row[i], row.lines[i], box, align=column.align)

    def _runs(self, rows: Sequence[_Laid], column: int) -> Iterator[tuple[int, int]]:
        """Yield half-open runs of rows that share one box in ``column``."""
        start = 0
        for i in range(1, len(rows) + 1):
            same = i < len(rows) and column < self._groups
            if same and _labels(rows[i], column) == _labels(rows[start], column):
                continue
            yield start, i
            start = i


def _labels(row: _Laid, column: int) -> tuple[str, ...]:
    return tuple(cell.text for cell in row.row[: column + 1])


def _needed(lines: int) -> float:
    return lines * CELL.leading + 2 * PAD


def _face(cell: Cell) -> Face:
    return CELL_BOLD if cell.bold else CELL


def _broken(cell: Cell, column: Column, *, head: bool) -> tuple[str, ...]:
    if column.align == "right" and not head:
        return (cell.text,)
    return break_lines(cell.text, column.width - 2 * PAD, measure=_face(cell).measure)


def _narrowed(face: Face, lines: Sequence[str], width: float) -> Face:
    """Make the face smaller where a number, which is never broken, is wider than its column."""
    widest = max((face.measure(line) for line in lines), default=0.0)
    return face if widest <= width else replace(face, size=face.size * width / widest)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A rectangle in points, ``top`` its upper edge."""

    x: float
    top: float
    width: float
    height: float


def _draw_cell(
    canvas: Canvas, cell: Cell, lines: Sequence[str], box: _Box, *, align: Align, fill: Color | None = None
) -> None:
    """Draw one ruled cell with its lines in the vertical middle."""
    if fill is not None:
        canvas.setFillColor(fill)
    canvas.rect(box.x, box.top - box.height, box.width, box.height, stroke=1, fill=int(fill is not None))
    canvas.setFillColor(black)
    mark(canvas, cell.id, box.x, box.top)
    room = box.width - 2 * PAD
    face = _narrowed(_face(cell), lines, room)
    y = box.top - (box.height - len(lines) * face.leading) / 2 - face.leading * 0.72
    for line in lines:
        draw_line(canvas, line, face, x=box.x + PAD, y=y, width=room, align=align)
        y -= face.leading
