"""From a story of flowables to the bytes of a PDF: page frames, footer, page x of y, metadata.

Each page leaves a place for its footer, which is drawn when the pages are counted. The same story
gives the same bytes (no clock, no random id). Colours, tables and words belong to the callers.
"""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any, TypeAlias

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfdoc import Destination, PDFArray, PDFDictionary, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from budgetperf.reports.faces import FOLDER, REGULAR, SMALL, register
from budgetperf.reports.flow import GREY, draw_line, shortened
from budgetperf.reports.models import SHORT, Footer, write_day

MARGIN = 17 * mm
FOOT = 22 * mm
PORTRAIT_WIDTH = A4[0] - 2 * MARGIN
LANDSCAPE_WIDTH = A4[1] - 2 * MARGIN

_SIZES = {"portrait": A4, "landscape": landscape(A4)}

Story: TypeAlias = Callable[[], list[Flowable]]


class _Canvas(Canvas):
    """Draws the footers at the end, and writes out every named destination (not only those a link uses)."""

    def __init__(self, *arguments: Any, footer: Footer, **settings: Any) -> None:  # noqa: ANN401 - reportlab's own
        super().__init__(*arguments, **settings)
        self._footer = footer
        self._widths: list[float] = []

    def leave_room(self, width: float) -> None:
        """Leave a place on the page begun for a footer of ``width`` points."""
        self._widths.append(width)
        self.doForm(_foot(len(self._widths)))

    def save(self) -> None:
        """Finish the document."""
        for page, width in enumerate(self._widths, start=1):
            self.beginForm(_foot(page), upperx=A4[1], uppery=FOOT)
            _draw_footer(self, self._footer, page=page, pages=len(self._widths), width=width)
            self.endForm()
        found: dict[str, Destination] = self._destinations  # type: ignore[attr-defined]  # not in the stubs
        pairs = [part for name in sorted(found, key=_name_order) for part in (PDFString(name), found[name])]
        tree = PDFDictionary({"Names": PDFArray(pairs)})
        self.setCatalogEntry("Names", PDFDictionary({"Dests": tree}))
        super().save()


def _foot(page: int) -> str:
    """Return the name of the form that is the footer of a page."""
    return f"foot{page}"


def _name_order(name: str) -> bytes:
    """Order of a PDF name tree: by the bytes as written (UTF-16 where not ASCII)."""
    return name.encode("ascii") if name.isascii() else b"\xfe\xff" + name.encode("utf-16-be")


def turn(orientation: str) -> list[Flowable]:
    """Return what begins a new page in ``"portrait"`` or ``"landscape"``."""
    return [NextPageTemplate(orientation), PageBreak()]


def build(story: Story, *, title: str, footer: Footer, first: str = "portrait") -> bytes:
    """Lay out a story and return the PDF.

    Parameters
    ----------
    story : callable
        Makes the flowables, once the faces are known.
    title : str
        Title in the metadata.
    footer : Footer
        Printed under each page; the full digest stands on the last one and in the metadata.
    first : {"portrait", "landscape"}
        How the first page lies.

    Raises
    ------
    Unavailable
        If the fonts are not installed.
    """
    register(FOLDER)
    buffer = BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=title,
        author="budgetperf",
        creator="budgetperf",
        subject=footer.subject,
        keywords=[
            f"edition={footer.edition}",
            f"sha256={footer.digest}",
            f"as_of={footer.as_of.isoformat()}",
        ],
        lang="zh-CN",
        displayDocTitle=True,
        invariant=1,
        initialFontName=REGULAR,
        pageCompression=1,
    )
    document.addPageTemplates(
        [_template(name, _SIZES[name]) for name in sorted(_SIZES, key=lambda name: name != first)]
    )
    document.build(story(), canvasmaker=partial(_Canvas, footer=footer))
    return buffer.getvalue()


def _template(name: str, size: tuple[float, float]) -> PageTemplate:
    frame = Frame(
        MARGIN, FOOT, size[0] - 2 * MARGIN, size[1] - FOOT - MARGIN,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0, id=name,
    )  # fmt: skip

    def on_page(canvas: Canvas, _document: BaseDocTemplate) -> None:
        assert isinstance(canvas, _Canvas)
        canvas.leave_room(size[0] - 2 * MARGIN)

    return PageTemplate(id=name, frames=[frame], onPage=on_page, pagesize=size)


def _draw_footer(canvas: Canvas, footer: Footer, *, page: int, pages: int, width: float) -> None:
    canvas.saveState()
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN, FOOT - 10, MARGIN + width, FOOT - 10)
    count = f"第 {page} 页 共 {pages} 页"
    room = width - SMALL.measure(count) - 12
    first, second = FOOT - 20, FOOT - 30
    draw_line(
        canvas, shortened(footer.subject, room, SMALL), SMALL, x=MARGIN, y=first, width=room, align="left"
    )
    draw_line(canvas, count, SMALL, x=MARGIN, y=first, width=width, align="right")
    line = f"摘要 {footer.digest[:SHORT]}　数据截至 {write_day(footer.as_of)}　版次 {footer.edition}"
    draw_line(canvas, shortened(line, width, SMALL), SMALL, x=MARGIN, y=second, width=width, align="left")
    if page == pages:
        full = f"核对：各数依据的决策包 SHA-256 摘要 {footer.digest}"
        draw_line(canvas, full, SMALL, x=MARGIN, y=FOOT - 40, width=width, align="left")
    canvas.restoreState()
