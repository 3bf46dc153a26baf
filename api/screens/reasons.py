"""Why a move is not open, in the language of the page: most reasons are put together from a few patterns."""

import re

from api.screens.words import Gettext
from budgetperf.permissions import DENIALS
from budgetperf.process.advance import TWICE

PATTERNS = (*DENIALS.values(), TWICE)


def say(reason: str, word: Gettext) -> str:
    """Return a reason in another language than Chinese; names and what is not known stay as they are.

    Examples
    --------
    >>> from api.screens.words import speak
    >>> say("该记录属于其他单位，您只能在本单位（部门）范围内“认定”", speak("en"))
    'The record is of another organisation; you may “Admit” only within your own'
    """
    for pattern in PATTERNS:
        if found := _read(pattern).fullmatch(reason):
            parts = {name: ", ".join(map(word, text.split("、"))) for name, text in found.groupdict().items()}
            return word(pattern).format(**parts)
    return word(reason)


def _read(pattern: str) -> re.Pattern[str]:
    """Return what reads the parts a pattern was filled with."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(pattern)))
