"""The two embedded faces of all reports, Noto Sans SC Regular and Bold, and their sizes.

Holds where the font files lie, how they are registered (once) and what text measures in them.
No other font is ever named in a report, so nothing is left un-embedded.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from budgetperf.errors import Unavailable

FOLDER = Path(__file__).parent / "fonts"
REGULAR = "ReportRegular"
BOLD = "ReportBold"


@dataclass(frozen=True)
class Face:
    """A font at a size.

    Parameters
    ----------
    size, leading : float
        Points; leading is the distance between base lines.
    bold : bool
    """

    size: float
    leading: float
    bold: bool = False

    @property
    def font(self) -> str:
        """The registered name of the font."""
        return BOLD if self.bold else REGULAR

    @cached_property
    def _font(self) -> pdfmetrics.Font:
        register(FOLDER)
        return pdfmetrics.getFont(self.font)

    def measure(self, text: str) -> float:
        """Return the width of ``text`` in points."""
        return float(self._font.stringWidth(text, self.size))


TITLE = Face(18, 27, bold=True)
HEADING = Face(12, 19, bold=True)
BODY = Face(10.5, 18)
CELL = Face(8.5, 12)
CELL_BOLD = Face(8.5, 12, bold=True)
SMALL = Face(7, 10)


@cache
def register(folder: Path) -> None:
    """Register both weights under our names, once.

    Parameters
    ----------
    folder : Path
        Where the build hook puts the font files.

    Raises
    ------
    Unavailable
        If a weight is not there.
    """
    for name, weight in ((REGULAR, "Regular"), (BOLD, "Bold")):
        files = sorted(folder.glob(f"NotoSansSC*{weight}.ttf"))
        if not files:
            raise Unavailable(
                "reports.fonts",
                f"缺少报表字体 NotoSansSC（{weight}），无法生成PDF；请重新安装本项目以取得字体文件",
                folder=str(folder),
            )
        pdfmetrics.registerFont(TTFont(name, files[0]))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
