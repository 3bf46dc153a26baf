"""Both lights of every project and quarter in one table, and the list of rectifications."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from api.screens.buttons import Button
from api.screens.page import Option, Screen, told
from budgetperf.money import Money
from budgetperf.process.stages import Status
from budgetperf.scoring.lights import LightColour


@dataclass(frozen=True, slots=True)
class QuarterCell:
    """One quarter of one project."""

    period: str = told("quarter")
    status: Status | None = told("status of the task; None before it is opened")
    execution: LightColour | None = told("light of the money")
    goals: LightColour | None = told("light of the goals")
    reason: str = told("why, both lights and the early warnings")
    warned: bool = told("whether the edition warns of something")


@dataclass(frozen=True, slots=True)
class MonitoringRow:
    """One project."""

    code: str = told("project code")
    name: str = told("project name")
    agency: str = told("agency")
    budget: Money | None = told("adjusted budget")
    paid: Money | None = told("money paid")
    rate: Decimal | None = told("paid / adjusted budget")
    quarters: tuple[QuarterCell, ...] = told("four quarters")


@dataclass(frozen=True, slots=True)
class LightCount:
    """How many lights of one colour shine in the quarter chosen."""

    colour: LightColour = told("colour")
    execution: int = told("of the money")
    goals: int = told("of the goals")


@dataclass(frozen=True, slots=True)
class Monitoring(Screen):
    """The dual-monitoring desk of one year."""

    template: ClassVar[str] = "monitoring.html"

    year: int = told("fiscal year")
    years: tuple[Option, ...] = told("years to choose from")
    quarters: tuple[Option, ...] = told("quarters to count and narrow by")
    colours: tuple[Option, ...] = told("colours to narrow to")
    text: str = told("searched in code and name")
    counts: tuple[LightCount, ...] = told("lights of the quarter chosen")
    rows: tuple[MonitoringRow, ...] = told("projects")
    total: int = told("projects found, of which the first are shown")


@dataclass(frozen=True, slots=True)
class RectificationRow:
    """One rectification."""

    id: str = told("record id")
    code: str = told("project code")
    name: str = told("project name")
    period: str = told("quarter or year it is about")
    status: Status = told("status")
    problem: str = told("what is wrong")
    requirement: str = told("what is asked")
    noticed_on: date = told("day of the notice")
    due_on: date | None = told("last day to answer")
    moves: tuple[Button, ...] = told("moves open to this person")


@dataclass(frozen=True, slots=True)
class Rectifications(Screen):
    """Rectifications of a year."""

    template: ClassVar[str] = "rectifications.html"

    year: int = told("fiscal year")
    years: tuple[Option, ...] = told("years to choose from")
    rows: tuple[RectificationRow, ...] = told("rectifications, earliest due first")
