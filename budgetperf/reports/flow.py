"""The plain flowables of a report: blocks of text, headings, and the place to sign and seal.

Text is drawn line by line as broken by ``linebreak``; tables stand in ``grid``. Nothing here knows
what a report says.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, TypeAlias

from reportlab.lib.colors import Color, black
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable

from budgetperf.reports.faces import BODY, CELL, HEADING, SMALL, Face
from budgetperf.reports.linebreak import break_lines
from budgetperf.reports.models import Figure, Signature, write_day

Align: TypeAlias = Literal["left", "centre", "right", "justify"]

GREY = Color(0.45, 0.45, 0.45)


def draw_line(
    canvas: Canvas, text: str, face: Face, *, x: float, y: float, width: float, align: Align
) -> None:
    """Draw one line of text with its base line at ``y`` between ``x`` and ``x + width``.

    A justified line is spread only when it nearly fills the width, as all but last lines do.
    """
    room = width - face.measure(text)
    canvas.setFont(face.font, face.size)
    if align == "justify" and len(text) > 1 and 0 < room < 2 * face.size:
        canvas.drawString(x, y, text, charSpace=room / (len(text) - 1))
        return
    canvas.drawString(x + {"left": 0.0, "justify": 0.0, "centre": room / 2, "right": room}[align], y, text)


def shortened(text: str, width: float, face: Face) -> str:
    """Return a text no wider than ``width`` points, its end cut where it must be."""
    if face.measure(text) <= width:
        return text
    while text and face.measure(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…"


def mark(canvas: Canvas, figure_id: str, x: float, y: float) -> None:
    """Make the place a named destination (``file.pdf#nameddest=<id>``); none for an empty id."""
    if figure_id:
        canvas.bookmarkHorizontal(figure_id, x, y)


class Block(Flowable):
    """A run of plain text that may split over pages.

    Parameters
    ----------
    text : str
        A line feed begins a new paragraph.
    face : Face
    align : Align
    indent : float
        First-line indent in points.
    colour : Color
    after : float
        Space below in points.
    figures : sequence of Figure
        Numbers the text states; their ids become destinations at its first line.
    """

    def __init__(
        self,
        text: str,
        face: Face = BODY,
        *,
        align: Align = "justify",
        indent: float = 0.0,
        colour: Color = black,
        after: float = 0.0,
        figures: Sequence[Figure] = (),
    ) -> None:
        super().__init__()
        self._text, self._face, self._align, self._indent = text, face, align, indent
        self._colour, self._figures = colour, figures
        self._lines: tuple[str, ...] | None = None
        self._starts: frozenset[int] = frozenset()
        self.spaceAfter = after

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's signature
        """Break the text at the offered width (points)."""
        if self._lines is None:
            paragraphs = [
                break_lines(paragraph, aW, measure=self._face.measure, first_indent=self._indent)
                for paragraph in self._text.split("\n")
            ]
            counts = [len(lines) for lines in paragraphs]
            self._starts = frozenset(sum(counts[:i]) for i in range(len(counts)))
            self._lines = tuple(line for lines in paragraphs for line in lines)
        self.width, self.height = aW, len(self._lines) * self._face.leading
        return self.width, self.height

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: N803 - reportlab's signature
        """Part the lines at the offered height (points)."""
        self.wrap(aW, aH)
        lines = self._lines or ()
        fitting = int(aH // self._face.leading)
        if fitting < 1:
            return []
        if fitting >= len(lines):
            return [self]
        return [self._part(0, fitting), self._part(fitting, len(lines))]

    def _part(self, start: int, end: int) -> "Block":
        part = Block(self._text, self._face, align=self._align, indent=self._indent, colour=self._colour)
        part._lines = (self._lines or ())[start:end]
        part._starts = frozenset(i - start for i in self._starts if start <= i < end)
        part._figures = self._figures if start == 0 else ()
        part.spaceAfter = self.spaceAfter
        return part

    def draw(self) -> None:
        """Draw the lines, the first at the top."""
        canvas = self.canv
        canvas.setFillColor(self._colour)
        for figure in self._figures:
            mark(canvas, figure.id, 0, self.height)
        y = (
            self.height
            - self._face.leading
            + (self._face.leading - self._face.size) / 2
            + self._face.size * 0.12
        )
        for number, line in enumerate(self._lines or ()):
            shift = self._indent if number in self._starts else 0.0
            draw_line(canvas, line, self._face, x=shift, y=y, width=self.width - shift, align=self._align)
            y -= self._face.leading


def heading(text: str) -> list[Flowable]:
    """Return a heading that never stands alone at the foot of a page."""
    return [CondPageBreak(90), Block(text, HEADING, align="left", after=3)]


def paragraphs(text: str, *, figures: Sequence[Figure] = ()) -> Block:
    """Return body text, each paragraph indented by two characters."""
    return Block(text, BODY, indent=2 * BODY.size, after=6, figures=figures)


class SigningArea(Flowable):
    """Lines to sign on, the seal of the unit as a dashed circle, and the day.

    Parameters
    ----------
    signatures : sequence of Signature
    seal : str
        Whose seal.
    day : date
    """

    def __init__(self, signatures: Sequence[Signature], seal: str, day: date) -> None:
        super().__init__()
        self._signatures, self._seal, self._day = signatures, seal, day

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's signature
        """Take the whole width and a fixed height (points)."""
        self.width, self.height = aW, 104.0
        return self.width, self.height

    def draw(self) -> None:
        """Draw signature lines at the left and the seal at the right."""
        canvas = self.canv
        y = self.height - 30
        for signature in self._signatures:
            label = f"{signature.role}（签字）："
            end = CELL.measure(label)
            draw_line(canvas, label, CELL, x=0, y=y, width=end, align="left")
            canvas.setLineWidth(0.5)
            canvas.line(end, y - 2, end + 110, y - 2)
            draw_line(canvas, signature.name, SMALL, x=end + 114, y=y, width=80, align="left")
            y -= 30
        self._draw_seal(canvas)

    def _draw_seal(self, canvas: Canvas) -> None:
        radius, centre_x, centre_y = 47.0, self.width - 75, self.height - 52
        canvas.saveState()
        canvas.setStrokeColor(GREY)
        canvas.setDash(3, 3)
        canvas.circle(centre_x, centre_y, radius)
        canvas.restoreState()
        lines = (*break_lines(self._seal, 84, measure=CELL.measure), "（盖章）", write_day(self._day))
        y = centre_y + (len(lines) / 2 - 1) * CELL.leading + 2
        for line in lines:
            draw_line(canvas, line, CELL, x=centre_x - radius, y=y, width=2 * radius, align="centre")
            y -= CELL.leading
