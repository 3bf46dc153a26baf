"""The pictures of a cost baseline as vectors: scatter with curves, bars of intervals, bars of a movement.

Draws lines, circles and text only, never an image. What is drawn is given in figures; the exact
amounts stand in the tables beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportlab.lib.colors import Color, black
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from budgetperf.indicators import plain_number
from budgetperf.reports.axis import Axis, axis, spread_wide
from budgetperf.reports.faces import SMALL
from budgetperf.reports.flow import GREY, draw_line, shortened

INKS = (
    Color(0.12, 0.38, 0.70),
    Color(0.80, 0.37, 0.05),
    Color(0.13, 0.53, 0.29),
    Color(0.52, 0.25, 0.62),
    Color(0.45, 0.32, 0.22),
    Color(0.70, 0.12, 0.30),
)
DASHES: tuple[tuple[float, ...], ...] = ((), (6, 2), (2, 2), (8, 2, 2, 2), (4, 4), (1, 3))
"""Each series has its own dashes beside its colour, so that the picture reads in black and white."""
RED, PALE = Color(0.75, 0.12, 0.12), Color(0.88, 0.88, 0.88)
LEFT, BELOW, ABOVE = 52.0, 30.0, 16.0
KINDS = ("early", "late", "claimed", "out", "own")
"""What dots may be, those drawn last at the end."""
TALL = 300.0
LEAST_BARS = 3
"""Of a picture cut over pages, so many stand on each."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a scatter: in the figures of the axes; ``kind`` is one of ``KINDS``."""

    x: Decimal
    y: Decimal
    kind: str = "late"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled curve."""

    label: str
    points: tuple[tuple[Decimal, Decimal], ...]


class ScatterPlot(Flowable):
    """Dots and curves over two axes, the legend below.

    Parameters
    ----------
    dots : sequence of Dot
        At least one.
    lines : sequence of Line
    x_title, y_title : str
        With their units.
    legend : sequence of (kind, text)
        What the kinds of dots mean.
    """

    def __init__(
        self,
        dots: Sequence[Dot],
        lines: Sequence[Line],
        *,
        x_title: str,
        y_title: str,
        legend: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        self._dots, self._lines, self._legend = dots, lines, legend
        self._titles = x_title, y_title
        places = [(dot.x, dot.y) for dot in dots] + [place for line in lines for place in line.points]
        xs, ys = zip(*places, strict=True)
        logarithmic = spread_wide(xs, ys)
        self._x, self._y = (axis(values, logarithmic=logarithmic) for values in (xs, ys))

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's signature
        """Take the whole width and a fixed height (points)."""
        self.width = aW
        self.height = TALL + 12.0 * len(self._legend_rows(aW))
        return self.width, self.height

    def draw(self) -> None:
        """Draw axes, curves, dots, legend."""
        canvas, rows = self.canv, self._legend_rows(self.width)
        foot = 12.0 * len(rows) + BELOW
        self._box = (LEFT, foot, self.width - LEFT - 8, self.height - foot - ABOVE)
        self._draw_axes(canvas)
        for number, line in enumerate(self._lines):
            _draw_curve(canvas, [self._at(x, y) for x, y in line.points], number)
        for dot in sorted(self._dots, key=lambda one: KINDS.index(one.kind)):
            draw_dot(canvas, dot.kind, *self._at(dot.x, dot.y))
        self._draw_labels(canvas)
        for number, row in enumerate(rows):
            for x, kind, text in row:
                _draw_key(canvas, kind, text, x, 12.0 * (len(rows) - number) - 9)

    def _at(self, x: Decimal, y: Decimal) -> tuple[float, float]:
        left, foot, wide, tall = self._box
        return left + wide * self._x.place(x), foot + tall * self._y.place(y)

    def _draw_axes(self, canvas: Canvas) -> None:
        left, foot, wide, tall = self._box
        canvas.setLineWidth(0.4)
        for tick in self._x.ticks:
            x = left + wide * self._x.place(tick)
            canvas.setStrokeColor(PALE)
            canvas.line(x, foot, x, foot + tall)
            draw_line(canvas, _tick(tick), SMALL, x=x - 30, y=foot - 9, width=60, align="centre")
        for tick in self._y.ticks:
            y = foot + tall * self._y.place(tick)
            canvas.setStrokeColor(PALE)
            canvas.line(left, y, left + wide, y)
            draw_line(canvas, _tick(tick), SMALL, x=0, y=y - 2.5, width=left - 4, align="right")
        canvas.setStrokeColor(GREY)
        canvas.rect(left, foot, wide, tall, stroke=1, fill=0)
        x_title, y_title = self._titles
        draw_line(
            canvas, f"{x_title}{_scale(self._x)}", SMALL, x=left, y=foot - 20, width=wide, align="centre"
        )
        draw_line(
            canvas,
            f"{y_title}{_scale(self._y)}",
            SMALL,
            x=0,
            y=self.height - 9,
            width=self.width,
            align="left",
        )

    def _draw_labels(self, canvas: Canvas) -> None:
        """Write the labels of dots where they hide no other label."""
        taken: list[tuple[float, float, float]] = []
        left, _, wide, _ = self._box
        for dot in self._dots:
            width = SMALL.measure(dot.label)
            x, y = self._at(dot.x, dot.y)
            x = x + 6 if x + 6 + width < left + wide else x - 6 - width
            free = all(abs(y - other) > 7 or x + width < begin or x > end for begin, end, other in taken)
            if dot.label and free:
                taken.append((x, x + width, y))
                canvas.setFillColor(black)
                draw_line(canvas, dot.label, SMALL, x=x, y=y - 2.5, width=width, align="left")

    def _legend_rows(self, width: float) -> list[list[tuple[float, str, str]]]:
        """Place the keys of curves and dots in rows no wider than ``width``."""
        keys = [(str(number), line.label) for number, line in enumerate(self._lines)]
        rows: list[list[tuple[float, str, str]]] = [[]]
        x = LEFT
        for kind, text in (*keys, *self._legend):
            wide = 34 + SMALL.measure(text)
            if rows[-1] and x + wide > width:
                rows.append([])
                x = LEFT
            rows[-1].append((x, kind, text))
            x += wide
        return rows if rows[0] else []


def _scale(scale: Axis) -> str:
    return "（对数刻度）" if scale.logarithmic else ""


def _tick(value: Decimal) -> str:
    return f"{Decimal(plain_number(value)):,}" if value == value.to_integral() else plain_number(value)


def _draw_curve(canvas: Canvas, places: Sequence[tuple[float, float]], number: int) -> None:
    canvas.saveState()
    canvas.setStrokeColor(INKS[number % len(INKS)])
    canvas.setLineWidth(1.2)
    canvas.setDash(*((list(DASHES[number % len(DASHES)]),) if DASHES[number % len(DASHES)] else ()))
    path = canvas.beginPath()
    path.moveTo(*places[0])
    for place in places[1:]:
        path.lineTo(*place)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.restoreState()


def draw_dot(canvas: Canvas, kind: str, x: float, y: float) -> None:
    """Draw a dot: full circle, hollow circle, triangle, cross, or a red diamond for the own one."""
    canvas.saveState()
    canvas.setLineWidth(0.6)
    canvas.setStrokeColor(Color(0.25, 0.25, 0.25))
    if kind == "own":
        canvas.setFillColor(RED)
        canvas.setStrokeColor(RED)
        path = canvas.beginPath()
        path.moveTo(x, y + 4.5)
        for dx, dy in ((4.5, 0), (0, -4.5), (-4.5, 0)):
            path.lineTo(x + dx, y + dy)
        path.close()
        canvas.drawPath(path, stroke=1, fill=1)
    elif kind == "claimed":
        canvas.setFillColor(INKS[1])
        path = canvas.beginPath()
        path.moveTo(x, y + 3.6)
        path.lineTo(x + 3.4, y - 2.4)
        path.lineTo(x - 3.4, y - 2.4)
        path.close()
        canvas.drawPath(path, stroke=1, fill=1)
    elif kind == "out":
        canvas.setLineWidth(1.1)
        canvas.line(x - 2.6, y - 2.6, x + 2.6, y + 2.6)
        canvas.line(x - 2.6, y + 2.6, x + 2.6, y - 2.6)
    else:
        canvas.setFillColor(Color(0.35, 0.35, 0.35))
        canvas.circle(x, y, 1.9, stroke=1, fill=int(kind == "late"))
    canvas.restoreState()


def _draw_key(canvas: Canvas, kind: str, text: str, x: float, y: float) -> None:
    if kind.isdigit():
        _draw_curve(canvas, [(x, y + 2.5), (x + 20, y + 2.5)], int(kind))
    else:
        draw_dot(canvas, kind, x + 12, y + 2.5)
    canvas.setFillColor(black)
    draw_line(canvas, text, SMALL, x=x + 24, y=y, width=SMALL.measure(text), align="left")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart.

    Parameters
    ----------
    label, told : str
        At the left; and at the right, the figure in words.
    low, high : Decimal
        Ends of the bar.
    mark : Decimal or None
        The point on it.
    tail : Decimal or None
        End of a second part, drawn as an outline from ``high``; None without one.
    strong : bool
        Drawn in red.
    """

    label: str
    told: str
    low: Decimal
    high: Decimal
    mark: Decimal | None = None
    tail: Decimal | None = None
    strong: bool = False


class BarPlot(Flowable):
    """Rows of intervals over one axis; parts itself between rows, with the axis on each page.

    Parameters
    ----------
    bars : sequence of Bar
        At least one.
    scale : Axis
    title : str
        What the axis measures, with its unit.
    line : Decimal or None
        A vertical line through all rows: zero, or the own cost.
    line_label : str
    """

    ROW, HEAD, FOOT = 13.0, 16.0, 14.0
    LABELS, TOLD = 150.0, 130.0

    def __init__(
        self,
        bars: Sequence[Bar],
        scale: Axis,
        *,
        title: str,
        line: Decimal | None = None,
        line_label: str = "",
    ) -> None:
        super().__init__()
        self._bars, self._scale, self._title = bars, scale, title
        self._line, self._line_label = line, line_label

    @property
    def least(self) -> float:
        """Height of its first bars: as many as may stand alone."""
        return self.HEAD + self.FOOT + self.ROW * min(LEAST_BARS, len(self._bars))

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's signature
        """Return the size of all rows (points)."""
        self.width, self.height = aW, self.HEAD + self.FOOT + self.ROW * len(self._bars)
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: ARG002, N803 - reportlab's signature
        """Cut at the offered height (points), between rows."""
        fitting = int((aH - self.HEAD - self.FOOT) // self.ROW)
        if fitting < LEAST_BARS:
            return []
        if fitting >= len(self._bars):
            return [self]
        return [self._with(self._bars[:fitting]), self._with(self._bars[fitting:])]

    def _with(self, bars: Sequence[Bar]) -> "BarPlot":
        return BarPlot(bars, self._scale, title=self._title, line=self._line, line_label=self._line_label)

    def draw(self) -> None:
        """Draw the axis, then a row each."""
        canvas, left = self.canv, self.LABELS
        wide = self.width - left - self.TOLD
        foot, top = self.FOOT, self.height - self.HEAD
        draw_line(canvas, self._title, SMALL, x=left, y=self.height - 8, width=wide, align="centre")
        canvas.setLineWidth(0.4)
        for tick in self._scale.ticks:
            x = left + wide * self._scale.place(tick)
            canvas.setStrokeColor(PALE)
            canvas.line(x, foot, x, top)
            draw_line(canvas, _tick(tick), SMALL, x=x - 30, y=foot - 9, width=60, align="centre")
        if self._line is not None:
            x = left + wide * self._scale.place(self._line)
            canvas.setStrokeColor(RED if self._line_label else GREY)
            canvas.setLineWidth(0.9)
            canvas.line(x, foot, x, top)
            draw_line(canvas, self._line_label, SMALL, x=left + wide + 6, y=self.height - 8, width=self.TOLD - 6,
                      align="left")  # fmt: skip
        for number, bar in enumerate(self._bars):
            self._draw_bar(canvas, bar, top - self.ROW * (number + 0.5), left, wide)

    def _draw_bar(self, canvas: Canvas, bar: Bar, y: float, left: float, wide: float) -> None:
        ink = RED if bar.strong else INKS[0]
        canvas.setFillColor(black)
        draw_line(canvas, shortened(bar.label, self.LABELS - 6, SMALL), SMALL, x=0, y=y - 2.5, width=self.LABELS - 6,
                  align="left")  # fmt: skip
        draw_line(canvas, bar.told, SMALL, x=left + wide + 6, y=y - 2.5, width=self.TOLD - 6, align="left")
        low, high = (left + wide * self._scale.place(end) for end in (bar.low, bar.high))
        canvas.saveState()
        canvas.setStrokeColor(ink)
        canvas.setFillColor(ink)
        canvas.setLineWidth(0.8)
        if bar.tail is not None:
            end = left + wide * self._scale.place(bar.tail)
            canvas.rect(min(high, end), y - 4.5, abs(end - high), 9, stroke=1, fill=0)
        if bar.mark is None:
            canvas.rect(min(low, high), y - 3, abs(high - low), 6, stroke=0, fill=1)
        else:
            for end in (low, high):
                canvas.line(end, y - 3, end, y + 3)
            canvas.setLineWidth(1.6)
            canvas.line(low, y, high, y)
            canvas.circle(left + wide * self._scale.place(bar.mark), y, 2.4, stroke=0, fill=1)
        canvas.restoreState()
