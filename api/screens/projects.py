"""The list of projects."""

from dataclasses import dataclass
from typing import ClassVar

from api.screens.page import Option, Screen, told
from budgetperf.money import Money
from budgetperf.process.stages import Stage, Status
from budgetperf.scoring.grade import Grade


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project with where its newest record stands."""

    code: str = told("project code")
    name: str = told("project name")
    agency: str = told("agency")
    department: str = told("department")
    year: int | None = told("fiscal year of the newest record")
    stage: Stage | None = told("stage of the newest record")
    status: Status | None = told("its status")
    request: Money | None = told("requested amount, newest filing")
    grade: Grade | None = told("newest confirmed grade")


@dataclass(frozen=True, slots=True)
class Projects(Screen):
    """Projects visible to this person, fifty a page."""

    template: ClassVar[str] = "projects.html"

    text: str = told("searched in code and name")
    departments: tuple[Option, ...] = told("departments to narrow to")
    statuses: tuple[Option, ...] = told("statuses to narrow to")
    rows: tuple[ProjectRow, ...] = told("the page")
    total: int = told("projects found")
    page: int = told("number of the page, from 1")
    pages: int = told("number of pages")
    before: str = told("address of the page before; empty on the first")
    after: str = told("address of the page after; empty on the last")
    opening: str = told("address to open a new request; empty where not allowed")
