"""The work list: what waits for the person signed in."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.screens.buttons import Button, Link
from api.screens.page import Screen, told
from budgetperf.process.deadlines import Urgency
from budgetperf.process.stages import Stage, Status


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One record that waits."""

    href: str = told("page of the record")
    code: str = told("code of the project or round")
    name: str = told("its name")
    stage: Stage = told("stage it waits in")
    status: Status = told("status it waits in")
    period: str = told("quarter; empty for a whole year")
    due_on: date | None = told("last day to act")
    urgency: Urgency = told("how near that day is")
    moves: tuple[Button, ...] = told("moves open to this person")


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many records of one stage wait."""

    stage: Stage = told("stage")
    count: int = told("records waiting")
    overdue: int = told("of them past their day")
    href: str = told("the list narrowed to this stage")
    chosen: bool = told("whether the list is narrowed to it")


@dataclass(frozen=True, slots=True)
class WorkList(Screen):
    """What waits for me."""

    template: ClassVar[str] = "work.html"

    lines: tuple[WorkLine, ...] = told("what waits, earliest due first")
    stages: tuple[StageCount, ...] = told("counts per stage")
    total: int = told("all records waiting, narrowed or not")
    empty: str = told("why nothing waits; empty when something does")
    bulk: tuple[Link, ...] = told("reviews that can be done for many records at once")
    openings: tuple[Link, ...] = told("what this person may start")
