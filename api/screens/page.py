"""The frame every page stands in, the base of all screens, and their way to HTML.

Holds no page: those stand one per file beside this one. A template sees the fields of its screen and nothing else.
"""

from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.screens import filters
from api.screens.reasons import say
from api.screens.words import CHINESE, LANGUAGES, speak, spell, translations
from budgetperf.reports.baseline_words import title_of
from budgetperf.terms import Term

TEMPLATES = Path(__file__).parent.parent / "templates"


def told(text: str, *, default: Any = ...) -> Any:  # noqa: ANN401 - dataclasses.field is Any
    """Declare a field of a screen with its help text."""
    if default is ...:
        return field(metadata={"help": text})
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu."""

    href: str = told("address")
    label: str = told("Chinese word of the menu")
    here: bool = told("whether the page belongs to it")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page."""

    person: str = told("name of the person signed in; empty before", default="")
    roles: tuple[Term, ...] = told("roles held anywhere", default=())
    csrf: str = told("token every form carries", default="")
    language: str = told("language of the page", default=CHINESE)
    path: str = told("address of the page, for the language switch", default="/")
    nav: tuple[NavItem, ...] = told("menu of what this person may open", default=())
    done: str = told("label of the move just made, told once", default="")

    @property
    def languages(self) -> dict[str, str]:
        """Code and own name of every language."""
        return LANGUAGES


@dataclass(frozen=True, slots=True)
class Screen:
    """Base of all screens: a template and the frame."""

    template: ClassVar[str] = ""

    frame: Frame = told("what stands around the page")


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a select or a list of filters."""

    value: str = told("stored code")
    label: str = told("Chinese word")
    chosen: bool = told("whether it is the one in force", default=False)


@cache
def environment(language: str) -> Environment:
    """Return the template environment of a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    word = speak(language)
    made.filters |= {
        "money": filters.money,
        "exact": filters.exact,
        "yuan": filters.yuan,
        "signed": filters.signed,
        "signed_number": filters.signed_number,
        "percent": filters.percent,
        "number": filters.number,
        "day": filters.day,
        "moment": filters.moment,
        "short": filters.short,
        "code": filters.code,
        "word": word,
        "gloss": lambda code: word(title_of(code)),
        "reason": lambda text: text if language == CHINESE else say(text, word),
        "term": lambda term: spell(term, language) if term is not None else filters.NONE,
    }
    return made


def render(screen: Screen) -> Markup:
    """Return the HTML of a screen: its template sees exactly its fields."""
    template = environment(screen.frame.language).get_template(screen.template)
    return Markup(template.render({item.name: getattr(screen, item.name) for item in fields(screen)}))  # noqa: S704 - autoescaped
