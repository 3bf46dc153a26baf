"""Pages of the rules office on which an indicator system is built and read."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.screens.buttons import Link
from api.screens.fields import FormView
from api.screens.page import Screen, told
from budgetperf.terms import Term


@dataclass(frozen=True, slots=True)
class BuildLine:
    """An earlier build."""

    href: str = told("address of its page")
    title: str = told("what it is called")
    started_at: datetime = told("when it was started")
    state: Term = told("how it stands")


@dataclass(frozen=True, slots=True)
class IndexBuild(Screen):
    """The tables and parameters of a new build, and the earlier ones."""

    template: ClassVar[str] = "index_build.html"

    form: FormView = told("parameters")
    refusal: str = told("why the build was refused; empty otherwise")
    once: str = told("mark by which a page sent twice is known")
    builds: tuple[BuildLine, ...] = told("earlier builds, newest first")


@dataclass(frozen=True, slots=True)
class TableView:
    """One table of a build's report."""

    anchor: str = told("its place on the page")
    title: str = told("Chinese heading")
    note: str = told("what must be known to read it")
    columns: tuple[str, ...] = told("heads of the columns")
    rows: tuple[tuple[str, ...], ...] = told("cells as shown")


@dataclass(frozen=True, slots=True)
class IndexResult(Screen):
    """What a build found, table by table."""

    template: ClassVar[str] = "index_result.html"

    title: str = told("what it is called")
    address: str = told("address of this page")
    state: Term = told("how the run stands")
    going: bool = told("whether it is still going on")
    note: str = told("what the run says; empty when all went well")
    settings: tuple[tuple[str, str], ...] = told("parameters by name")
    tables: tuple[TableView, ...] = told("tables of the report")
    files: tuple[Link, ...] = told("files the run made")
    draft: str = told("where the draft it wrote is opened in the rules office; empty when there is none")
