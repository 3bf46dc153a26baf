"""What a supplier reported of a period, as it was filed."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.form import About
from api.screens.page import Screen, told


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """One cell."""

    code: str = told("code of the unit")
    unit: str = told("name of the unit")
    item: str = told("label of the item")
    source: str = told("group of raters; empty for a fact")
    value: str = told("value")
    standard: str = told("standard")
    note: str = told("note")


@dataclass(frozen=True, slots=True)
class ReportPage(Screen):
    """A report with its moves."""

    template: ClassVar[str] = "assessed_report.html"

    about: About = told("what the report is about")
    campaign: Link = told("its campaign")
    due_on: date | None = told("until when it is wanted")
    filed_by: str = told("who filed it last; empty before")
    rows: tuple[ReportedLine, ...] = told("cells, in the order filed")
    found: int = told("how many cells there are; more than are shown when there are very many")
    moves: tuple[Button, ...] = told("moves open to the reader")
    barred: tuple[Barred, ...] = told("moves the reader may not make, with the reasons")
    tables: str = told("address of the workbook; empty where the reader may not fill it in")
