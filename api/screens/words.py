"""Words of the pages: Chinese is the source, English stands in ``api/locales``.

Compiles the catalogue in memory when it is first asked for, so that no compiled file is kept. Holds no words itself.
"""

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from budgetperf.process.stages import Status
from budgetperf.terms import Term

LOCALES = Path(__file__).parent.parent / "locales"
CHINESE = "zh"
LANGUAGES = {CHINESE: "中文", "en": "English"}
"""Code and own name of each language, the source first."""

STATE = "state"
"""Context of the words of states in the catalogue."""

Gettext = Callable[[str], str]


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language other than the source."""
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def translations(language: str) -> NullTranslations:
    """Return the translations of ``language``; an unknown one reads as the source."""
    if language == CHINESE or language not in LANGUAGES:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def spell(term: Term, language: str) -> str:
    """Return the word of a term; a state whose Chinese is also that of a move has a word of its own.

    Examples
    --------
    >>> spell(Status.NOT_ADMITTED, "en"), speak("en")("不予认定")
    ('Not admitted', 'Reject')
    """
    state = translations(language).pgettext(STATE, term.label) if isinstance(term, Status) else term.label
    return state if state != term.label else speak(language)(term.label)


def speak(language: str) -> Gettext:
    """Return the function that puts a Chinese word into ``language``.

    Examples
    --------
    >>> speak("en")("待办事项"), speak("zh")("待办事项")
    ('Work list', '待办事项')
    """
    translate = translations(language).gettext
    return lambda word: translate(word) if word else ""
