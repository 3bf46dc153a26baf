"""A row of dots for each baseline: how often it would call an efficient dmu too dear, a dot a world."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, LEFT, TOP, ROW = 960, 400, 58, 30
COLOURS = ("#1b6ca8", "#c0392b", "#7f8c8d", "#27ae60", "#8e44ad", "#d68910", "#16a085", "#2c3e50", "#a04000")
TITLE = "有效率的单位被误判的百分比（50个单位的面板，每点一个世界，平方根刻度）"
TICKS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)


def picture(rows: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> str:
    """Return an SVG.

    Parameters
    ----------
    rows : sequence of (label, dots)
        A dot is (world, share of 0 to 1); the scale is that of the square root, so that rare is seen.
    """
    worlds = list(dict.fromkeys(world for _, dots in rows for world, _ in dots))
    colour = {world: COLOURS[at % len(COLOURS)] for at, world in enumerate(worlds)}
    bottom = TOP + ROW * len(rows)
    height = bottom + 34 + 20 * ((len(worlds) + 2) // 3) + 8
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="13" fill="#222">',
        "<title>有效率的单位被误判的百分比</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="22" font-size="15" font-weight="bold">{TITLE}</text>',
    ]
    for tick in TICKS:
        x = _x(tick)
        parts.append(f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{TOP - 14}" text-anchor="middle">{tick:.0%}</text>')
    for at, (label, dots) in enumerate(rows):
        y = TOP + ROW * at + ROW // 2
        parts.append(f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{escape(label)}</text>')
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - 30}" y2="{y}" stroke="#eee"/>')
        parts += [
            f'<circle cx="{_x(rate)}" cy="{y}" r="5" fill="{colour[world]}" fill-opacity="0.75">'
            f"<title>{escape(world)} {rate:.1%}</title></circle>"
            for world, rate in dots
        ]
    for at, world in enumerate(worlds):
        x, y = 24 + (at % 3) * 310, bottom + 30 + 20 * (at // 3)
        parts.append(f'<circle cx="{x}" cy="{y - 4}" r="5" fill="{colour[world]}"/>')
        parts.append(f'<text x="{x + 12}" y="{y}">{escape(world)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(rate: float) -> float:
    return round(LEFT + (WIDTH - 30 - LEFT) * rate**0.5, 1)
