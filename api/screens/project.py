"""The page of one project and year."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.life import LifeLine
from api.screens.page import Option, Screen, told
from budgetperf.evaluands import ProjectNature, ProjectOrigin
from budgetperf.indicators import Level1, Level2
from budgetperf.money import Money
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour


@dataclass(frozen=True, slots=True)
class Head:
    """What the project is."""

    code: str = told("project code")
    name: str = told("project name")
    agency: str = told("agency")
    department: str = told("department")
    function_code: str = told("functional classification")
    nature: ProjectNature = told("whether it recurs")
    origin: ProjectOrigin = told("whether it is new")


@dataclass(frozen=True, slots=True)
class RateLine:
    """An execution rate with its base."""

    base: str = told("Chinese name of the base")
    amount: Money = told("the base")
    rate: Decimal | None = told("paid / base; None where the base is not positive")


@dataclass(frozen=True, slots=True)
class MoneyView:
    """Budget and money of the year, to today."""

    request: Money | None = told("requested amount")
    approved: Money = told("initial budget")
    adjusted: Money = told("adjusted budget")
    received: Money = told("money received")
    paid: Money = told("money paid, net of refunds")
    carried_in: Money = told("carried in")
    carried_out: Money = told("carried out")
    rates: tuple[RateLine, ...] = told("the three rates")


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One filed indicator."""

    level1: Level1 = told("level 1")
    level2: Level2 = told("level 2")
    name: str = told("level 3")
    target: str = told("target as printed")
    weight: Decimal = told("weight in points")
    basis: str = told("what the target rests on")


@dataclass(frozen=True, slots=True)
class LightLine:
    """Both lights of one quarter with their reasons."""

    period: str = told("quarter")
    execution: LightColour | None = told("light of the money")
    execution_reason: str = told("why")
    goals: LightColour | None = told("light of the goals")
    goals_reason: str = told("why")
    warnings: str = told("what is warned of beside the lights")


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A confirmed score."""

    stage: Stage = told("which evaluation")
    total: Decimal = told("points of 100")
    grade: Grade = told("grade")


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file kept as evidence."""

    filename: str = told("name of the file")
    describes: str = told("what it shows")
    effective_on: date = told("day it speaks of")
    uploaded_at: datetime = told("when it came")
    by: str = told("who brought it")
    digest: str = told("SHA-256")
    href: str = told("address of the file")


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision package of the project."""

    kind: DecisionKind = told("what it decides")
    period: str = told("year or quarter")
    edition: str = told("edition used")
    digest: str = told("SHA-256")
    at: datetime = told("when it was decided")


@dataclass(frozen=True, slots=True)
class StepLine:
    """A move made."""

    at: datetime = told("when")
    stage: Stage = told("stage")
    label: str = told("label of the move")
    target: Status = told("status after it")
    by: str = told("who")
    reason: str = told("why, where one was given")


@dataclass(frozen=True, slots=True)
class RecordCard:
    """A stage record of the year with the moves this person may make."""

    id: str = told("record id, also the anchor")
    stage: Stage = told("stage")
    period: str = told("quarter; empty for a whole year")
    status: Status = told("status")
    due_on: date | None = told("last day to act")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")
    links: tuple[Link, ...] = told("further pages of the record")


@dataclass(frozen=True, slots=True)
class CostLine:
    """The adopted cost baseline of the project by one panel for one budget year."""

    year: int = told("budget year")
    service: str = told("what the panel costs")
    panel: str = told("code of the panel")
    point: Money = told("what it should cost")
    upper: Money = told("upper end of the band")
    href: str = told("page of the baseline")
    counts: bool = told("whether requests are cut by it; of several panels one is")


@dataclass(frozen=True, slots=True)
class LimitLine:
    """The limit of a budget year."""

    year: int = told("budget year")
    amount: Money = told("the limit")
    href: str = told("address of its page")


@dataclass(frozen=True, slots=True)
class Project(Screen):
    """One project and year."""

    template: ClassVar[str] = "project.html"

    head: Head = told("what the project is")
    year: int = told("fiscal year shown")
    years: tuple[Option, ...] = told("years to choose from")
    life: LifeLine = told("the year on one line")
    records: tuple[RecordCard, ...] = told("stage records of the year")
    money: MoneyView = told("budget and money")
    goal: str = told("overall goal as filed")
    goals: tuple[GoalRow, ...] = told("filed indicators")
    lights: tuple[LightLine, ...] = told("lights of the quarters")
    scores: tuple[ScoreLine, ...] = told("confirmed scores")
    files: tuple[FileLine, ...] = told("evidence")
    decisions: tuple[DecisionLine, ...] = told("decision packages")
    steps: tuple[StepLine, ...] = told("moves made, newest first")
    costs: tuple[CostLine, ...] = told("newest adopted cost baseline of each panel, newest budget year first")
    limits: tuple[LimitLine, ...] = told("limits that rest on the year shown or are for it, newest first")
    attach: str = told("address to attach a file; empty where not allowed")
    claim: str = told("address to claim a special factor; empty where not possible")
    bundle: str = told("address to export an evidence bundle; empty where not allowed")
