"""Next year's limits: the rounds, the table of one round, the page of one limit."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.page import Option, Screen, told
from budgetperf.budget.explain import Decided
from budgetperf.budget.grounds import Ground
from budgetperf.budget.objections import ObjectionGround, Outcome
from budgetperf.money import Money, MoneyUnit
from budgetperf.process.stages import Status


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in the list."""

    year: int = told("budget year")
    status: Status = told("status")
    ceiling: Money | None = told("ceiling; None for who does not see the whole city")
    unallocated: Money | None = told("left over; None likewise")


@dataclass(frozen=True, slots=True)
class Rounds(Screen):
    """All rounds visible."""

    template: ClassVar[str] = "rounds.html"

    rounds: tuple[RoundLine, ...] = told("rounds, newest first")
    empty: str = told("why there is none")
    opening: str = told("address to open a round; empty where not allowed")


@dataclass(frozen=True, slots=True)
class AmountRow:
    """request − cuts + adjustments = limit, of a department, a line or the whole round."""

    code: str = told("code of the department or project")
    name: str = told("its name")
    note: str = told("agency of a line, number of lines of a department")
    href: str = told("address of the line or of the department's lines; empty for totals")
    request: Money = told("requested")
    cuts: tuple[Money, ...] = told("taken, one per ground")
    adjustments: Money = told("given back on objections")
    limit: Money = told("the limit")


@dataclass(frozen=True, slots=True)
class LimitsTable(Screen):
    """The limits of one round."""

    template: ClassVar[str] = "limits.html"

    year: int = told("budget year")
    result_year: int = told("year the results come from")
    status: Status = told("status of the round")
    edition: str = told("edition of the cut rules")
    window_ends_on: date | None = told("last day to object")
    unit: MoneyUnit = told("unit of the table")
    units: tuple[Option, ...] = told("units to choose from")
    grounds: tuple[Ground, ...] = told("columns of cuts")
    departments: tuple[AmountRow, ...] = told("one row per department")
    total: AmountRow = told("totals of what is visible")
    lines: tuple[AmountRow, ...] = told("one row per line, of the department chosen")
    shown: int = told("lines shown")
    found: int = told("lines found")
    department: tuple[Option, ...] = told("departments to narrow to")
    ground: tuple[Option, ...] = told("grounds to narrow to")
    text: str = told("searched in code and name")
    ceiling: Money = told("ceiling of the round")
    unallocated: Money = told("left over")
    limits: Money = told("sum of the limits visible")
    whole: bool = told("whether every line of the round is visible, so that the identity can be shown")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")
    objections: tuple[Link, ...] = told("objections of the round")


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step from request to limit."""

    title: str = told("what the step is")
    sentence: str = told("why, with the numbers")
    change: Money = told("signed change")
    balance: Money = told("after the step")
    source: str = told("clause with its status; empty where there is none")
    package: str = told("digest of the decision package; empty where there is none")
    linked: bool = told("whether this person may open the package")
    decided: Decided | None = told("of an adjustment, who decided the objection and when")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the waterfall chart, in yuan."""

    label: str = told("what it is")
    start: Money = told("where it starts")
    end: Money = told("where it ends")


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection with its answer."""

    id: str = told("record id")
    status: Status = told("status")
    cause: ObjectionGround = told("what is said to be wrong")
    contests: Ground = told("which cut")
    claimed: Money = told("asked back")
    statement: str = told("why")
    evidence: tuple[Link, ...] = told("files")
    outcome: Outcome | None = told("answer; None before")
    granted: Money | None = told("given back")
    reason: str = told("why so answered")
    decided: Decided | None = told("who answered and when; None before")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")


@dataclass(frozen=True, slots=True)
class LimitPage(Screen):
    """One limit with its trace."""

    template: ClassVar[str] = "limit.html"

    year: int = told("budget year")
    status: Status = told("status of the round")
    code: str = told("project code")
    name: str = told("project name")
    agency: str = told("agency")
    department: str = told("department")
    project: str = told("address of the project page")
    back: str = told("address of the limits table")
    request: Money = told("requested")
    cut: Money = told("sum of the cuts")
    adjusted: Money = told("sum of the adjustments")
    limit: Money = told("the limit")
    floor: Money = told("protected floor")
    steps: tuple[TraceStep, ...] = told("the trace")
    chart: tuple[Bar, ...] = told("bars of the waterfall")
    objections: tuple[ObjectionLine, ...] = told("objections and answers")
    window_ends_on: date | None = told("last day to object")
    object_href: str = told("address to object; empty where not possible")
    barred: str = told("why no objection can be filed; empty where it can")
