"""The lights of four quarters, drawn small: execution as bars against the months gone, lights below.

Each colour has its own shape and its word, so the chart reads the same in black and white.
"""

from collections.abc import Sequence
from decimal import Decimal

from reportlab.lib.colors import Color, black
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from budgetperf.reports.faces import SMALL
from budgetperf.reports.flow import GREY, draw_line, mark
from budgetperf.reports.models import Figure, write_rate
from budgetperf.reports.pages import QuarterLights
from budgetperf.scoring.lights import LightColour

LABELS = 70.0
BAR_TOP = 60.0
"""Height in points of a bar of 100 %."""
BAR_FOOT = 58.0
CORNERS: dict[LightColour, tuple[tuple[float, float], ...]] = {
    LightColour.RED: ((-5, -5), (5, -5), (5, 5), (-5, 5)),
    LightColour.YELLOW: ((-6, -5), (6, -5), (0, 6)),
    LightColour.BLUE: ((0, -6), (6, 0), (0, 6), (-6, 0)),
}
"""Corner points of the shapes; green is a circle."""

INK: dict[LightColour, Color] = {
    LightColour.RED: Color(0.75, 0.12, 0.12),
    LightColour.YELLOW: Color(0.93, 0.72, 0.1),
    LightColour.GREEN: Color(0.18, 0.55, 0.27),
    LightColour.BLUE: Color(0.15, 0.38, 0.72),
}


class LightsChart(Flowable):
    """Quarters side by side: execution rate, money light, goal light.

    Parameters
    ----------
    quarters : sequence of QuarterLights
    address : str
        Start of the figure ids; a rate is ``<address>/lights/Q3/execution``.
    """

    def __init__(self, quarters: Sequence[QuarterLights], address: str) -> None:
        super().__init__()
        self._quarters, self._address = quarters, address

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - reportlab's signature
        """Take the whole width and a fixed height (points)."""
        self.width, self.height = aW, BAR_FOOT + BAR_TOP + 26
        return self.width, self.height

    def draw(self) -> None:
        """Draw row labels, then one column per quarter."""
        canvas = self.canv
        for label, y in (("累计执行率", BAR_FOOT + 22), ("资金监控", 32), ("目标监控", 8)):
            draw_line(canvas, label, SMALL, x=0, y=y, width=LABELS, align="left")
        legend = "柱：累计支出÷全年预算数；虚线：序时进度。■红灯 ▲黄灯 ●绿灯 ◆蓝灯"
        draw_line(canvas, legend, SMALL, x=0, y=self.height - 8, width=self.width, align="right")
        canvas.setStrokeColor(GREY)
        canvas.line(LABELS, BAR_FOOT, self.width, BAR_FOOT)
        step = (self.width - LABELS) / 4
        for quarter in self._quarters:
            centre = LABELS + step * (quarter.quarter - 0.5)
            self._draw_bar(canvas, quarter, centre)
            draw_line(
                canvas, f"第{quarter.quarter}季度", SMALL, x=centre - 40, y=46, width=80, align="centre"
            )
            _draw_light(canvas, quarter.money, centre, 34)
            _draw_light(canvas, quarter.goals, centre, 10)

    def _draw_bar(self, canvas: Canvas, quarter: QuarterLights, centre: float) -> None:
        ratio = quarter.execution_ratio
        figure = Figure(f"{self._address}/lights/Q{quarter.quarter}/execution", write_rate(ratio))
        height = BAR_TOP * float(min(max(ratio or Decimal(0), Decimal(0)), Decimal("1.1")))
        canvas.setStrokeColor(black)
        canvas.setFillColor(Color(0.8, 0.8, 0.8))
        canvas.rect(centre - 14, BAR_FOOT, 28, height, stroke=1, fill=1)
        canvas.setFillColor(black)
        draw_line(canvas, figure.text, SMALL, x=centre - 62, y=BAR_FOOT + 3, width=44, align="right")
        mark(canvas, figure.id, centre - 62, BAR_FOOT + 14)
        canvas.saveState()
        canvas.setDash(2, 2)
        due = BAR_FOOT + BAR_TOP * quarter.quarter / 4
        canvas.line(centre - 20, due, centre + 20, due)
        canvas.restoreState()


def _draw_light(canvas: Canvas, colour: LightColour | None, x: float, y: float) -> None:
    """Draw the shape of a colour with its word; a dash where there was no report."""
    if colour is None:
        draw_line(canvas, "—（未报）", SMALL, x=x - 40, y=y - 2, width=80, align="centre")
        return
    canvas.setFillColor(INK[colour])
    canvas.setStrokeColor(black)
    corners = CORNERS.get(colour)
    if corners is None:
        canvas.circle(x - 12, y, 5.5, stroke=1, fill=1)
    else:
        path = canvas.beginPath()
        path.moveTo(x - 12 + corners[0][0], y + corners[0][1])
        for dx, dy in corners[1:]:
            path.lineTo(x - 12 + dx, y + dy)
        path.close()
        canvas.drawPath(path, stroke=1, fill=1)
    canvas.setFillColor(black)
    draw_line(canvas, colour.label, SMALL, x=x - 2, y=y - 2.5, width=40, align="left")
