"""Pages for those who look closely: decision packages, the log, runs, people, rules."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from api.screens.buttons import Link
from api.screens.page import Option, Screen, told
from api.screens.rules import DraftLine
from budgetperf.permissions import Role
from budgetperf.provenance import DecisionKind
from budgetperf.terms import Term


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a package, with the path to it."""

    path: str = told("path of keys")
    value: str = told("value as stored")


class Shown(StrEnum):
    """How the value of a row of a package is set."""

    GROUP = "group"
    TEXT = "text"
    WORD = "word"
    MONEY = "money"
    LINK = "link"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One value of a package in words, or the head of the rows below it."""

    depth: int = told("how far it is set in; 0 at the margin")
    path: str = told("path of keys, as the raw fields have it")
    shown: Shown = told("how the value is set")
    number: int = told("place in its list from 1; 0 outside lists", default=0)
    word: str = told("Chinese word of its key; empty where a name says all", default="")
    name: str = told("name from the package itself, or a key without a word", default="")
    unworded: bool = told("whether its key has no word and shows as stored", default=False)
    value: str = told("value in words; an amount in yuan", default="")


@dataclass(frozen=True, slots=True)
class PackagePart:
    """The facts or the result of a package."""

    rows: tuple[PackageRow, ...] = told("what it says, in words")
    raw: tuple[Leaf, ...] = told("what is stored, for recomputing")
    more: int = told("rows not shown")


@dataclass(frozen=True, slots=True)
class DecisionPage(Screen):
    """One decision package."""

    template: ClassVar[str] = "decision.html"

    kind: DecisionKind = told("what it decides")
    subject: Link = told("whom it is about")
    period: str = told("year or quarter")
    edition: Link = told("edition used")
    edition_digest: str = told("SHA-256 of the edition")
    method: str = told("name and version of the method")
    seed: str = told("seed; empty where none")
    environment: str = told("numeric environment; empty for exact methods")
    digest: str = told("SHA-256 of the package")
    sound: bool = told("whether the digest still fits what is stored")
    decided_at: datetime = told("when it was decided")
    result: PackagePart = told("what came out")
    facts: PackagePart = told("what went in")


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the log."""

    sequence: int = told("number over all chains")
    at: datetime = told("when")
    chain: str = told("chain it stands on")
    number: int = told("number on its chain")
    kind: str = told("stage.verb")
    label: str = told("label of the move; empty for other events")
    by: str = told("who")
    leaves: tuple[Leaf, ...] = told("what was recorded")
    hash: str = told("SHA-256")
    prev: str = told("SHA-256 of the event before")


@dataclass(frozen=True, slots=True)
class EventLog(Screen):
    """The log, newest first."""

    template: ClassVar[str] = "log.html"

    chain: str = told("chain narrowed to; empty for all")
    events: tuple[EventLine, ...] = told("events")
    unbroken: bool = told("whether the chain narrowed to links without a gap")
    older: str = told("address of older events; empty when there are none")


@dataclass(frozen=True, slots=True)
class RunLine:
    """Long work with its progress."""

    id: str = told("id of the run")
    title: str = told("what it does")
    by: str = told("who started it")
    started_at: datetime = told("when")
    finished_at: datetime | None = told("when it ended; None while it runs")
    total: int = told("steps in all")
    done: int = told("steps done")
    note: str = told("what it says")
    state: Term = told("how it stands")
    files: tuple[Link, ...] = told("files it made")
    cancellable: bool = told("whether this person may end it now")
    retriable: bool = told("whether it has halted and this person may let it try again")
    preparing: bool = told("whether it is being done and how much there is to do is not known yet")


@dataclass(frozen=True, slots=True)
class Runs(Screen):
    """Long work, newest first."""

    template: ClassVar[str] = "runs.html"

    runs: tuple[RunLine, ...] = told("runs")
    running: bool = told("whether one is still going on")
    openings: tuple[Link, ...] = told("work this person may start")


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role over a branch."""

    role: Role = told("role")
    scope: str = told("name of the branch")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An account."""

    id: str = told("person id")
    login: str = told("login")
    name: str = told("name")
    organisation: str = told("organisation")
    grants: tuple[GrantLine, ...] = told("roles")
    active: bool = told("whether it can sign in")


@dataclass(frozen=True, slots=True)
class People(Screen):
    """Accounts and their grants."""

    template: ClassVar[str] = "people.html"

    text: str = told("searched in login and name")
    roles: tuple[Option, ...] = told("roles to narrow to")
    people: tuple[PersonLine, ...] = told("accounts by login")


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition of the rules."""

    id: str = told("id")
    title: str = told("title")
    kind: str = told("kind")
    valid_from: date = told("first day")
    valid_to: date | None = told("first day it no longer holds; None when open")
    source: str = told("document, number, clause")
    status: str = told("status of the source")
    digest: str = told("SHA-256 of the file")
    current: bool = told("whether it holds today")
    unsure: int = told("how many of its figures still have to be confirmed")


@dataclass(frozen=True, slots=True)
class UnsureLine:
    """A figure that still has to be confirmed, or that the source leaves open."""

    name: str = told("what it is called, or its place in the edition")
    value: str = told("what is used until then")
    status: str = told("status of its source")
    wording: str = told("source with clause, or what it says and how it is read")


@dataclass(frozen=True, slots=True)
class Rules(Screen):
    """All editions."""

    template: ClassVar[str] = "rules.html"

    editions: tuple[EditionLine, ...] = told("editions by kind and day")
    drafts: tuple[DraftLine, ...] = told("drafts still worked on")
    openings: tuple[Link, ...] = told("what this person may begin here")


@dataclass(frozen=True, slots=True)
class EditionPage(Screen):
    """One edition: its own text, and what of it still has to be confirmed."""

    template: ClassVar[str] = "edition.html"

    edition: EditionLine = told("head")
    unsure: tuple[UnsureLine, ...] = told("figures that still have to be confirmed")
    outline: tuple[Link, ...] = told("parts of the text, each with its line")
    lines: tuple[str, ...] = told("the text, line by line")
    examples: tuple[str, ...] = told("names of the worked examples")
    download: str = told("address of the text as a file")
    copy: str = told("where a draft is begun as its copy; empty for whom may not")
