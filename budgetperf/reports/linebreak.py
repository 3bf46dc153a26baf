"""Where a line of Chinese text may end: the rules for line heads and line ends (避头尾).

Holds the two character sets and one breaker over a measuring function. Knows no fonts and draws
nothing. Words and numbers of Latin script stay whole unless they are wider than the line.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias
from unicodedata import category

NEVER_FIRST = "!),.:;?]}%°·’”…‰′″℃㎡㎥、。〃々〉》」』】〕〗！％），．：；？］｝～"
"""Characters that may not begin a line."""

NEVER_LAST = "([{£¥$‘“〈《「『【〔〖（［｛￥＄≥≤±№"
"""Characters that may not end a line."""

_FIRST, _LAST = re.escape(NEVER_FIRST), re.escape(NEVER_LAST)
_UNIT = re.compile(rf"(?:[{_LAST}] *)*(?:[0-9A-Za-z.,%+\-/<>=:@#&*_'\"?!;~|\\^]+|—+|…+|.)(?: *[{_FIRST}])*")

Measure: TypeAlias = Callable[[str], float]


def units(text: str) -> Iterator[str]:
    """Yield the pieces of one paragraph between which a line may end."""
    return (match.group(0) for match in _UNIT.finditer(text))


def break_lines(text: str, width: float, *, measure: Measure, first_indent: float = 0.0) -> tuple[str, ...]:
    """Break ``text`` into lines no wider than ``width``.

    Parameters
    ----------
    text : str
        Plain text; a line feed begins a new paragraph.
    width : float
        Line width in points.
    measure : callable
        Width in points of a piece of text; must be additive.
    first_indent : float
        Points taken from the first line of each paragraph.

    Returns
    -------
    tuple of str
        At least one line.

    Notes
    -----
    Closing punctuation is glued to what stands before it and opening punctuation to what follows,
    so no line begins or ends with it, and none hangs over the edge of a cell. Only a piece wider
    than the whole line is cut between characters.
    """
    found: list[str] = []
    for paragraph in _printable(text).split("\n"):
        room = width - first_indent
        line, used = "", 0.0
        for piece in _narrow(paragraph, room, width, measure):
            wide = measure(piece)
            if line and used + wide > room:
                found.append(line.rstrip(" "))
                line, used, room = "", 0.0, width
                if piece == " ":
                    continue
            line, used = line + piece, used + wide
        found.append(line)
    return tuple(found)


def _printable(text: str) -> str:
    """Turn tabs into spaces and drop other control characters but line feeds."""
    return "".join(c for c in text.replace("\t", " ") if c == "\n" or category(c) != "Cc")


def _narrow(paragraph: str, first: float, width: float, measure: Measure) -> Iterator[str]:
    limit = min(first, width)
    for unit in units(paragraph):
        rest = unit
        while len(rest) > 1 and measure(rest) > limit:
            cut = _cut(rest, limit, measure)
            yield rest[:cut]
            rest = rest[cut:]
        if rest:
            yield rest


def _cut(unit: str, limit: float, measure: Measure) -> int:
    fitting = 1
    while fitting < len(unit) - 1 and measure(unit[: fitting + 1]) <= limit:
        fitting += 1
    cut = fitting
    while cut > 1 and (unit[cut] in NEVER_FIRST or unit[cut - 1] in NEVER_LAST):
        cut -= 1
    legal = unit[cut] not in NEVER_FIRST and unit[cut - 1] not in NEVER_LAST
    return cut if legal else fitting
