"""Special-factor claims: the list with the baselines they contest; one with what it would move and its decision."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.page import Option, Screen, told
from api.screens.project import StepLine
from budgetperf.money import Money
from budgetperf.process.stages import Status

BAR_WIDTH = 200
"""Width of the picture of a change, in pixels; zero is in the middle."""


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """What a project should cost by one panel's adopted baseline."""

    code: str = told("project code")
    name: str = told("project name")
    year: int = told("budget year")
    service: str = told("what the panel costs")
    panel: str = told("code of the panel")
    href: str = told("its own sheet")
    point: Money = told("what it should cost")
    upper: Money = told("upper end of the band")
    last_day: date | None = told("last day to claim; None where there is no term")
    open: bool = told("whether claims are heard today")
    issued: bool = told("whether the limits of the year are issued, so that none are heard")
    counts: bool = told("whether requests are cut by it; of several panels one is")
    claim: str = told("address to claim; empty where not possible")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of the list."""

    href: str = told("its page")
    code: str = told("project code")
    name: str = told("project name")
    year: int = told("budget year")
    service: str = told("what the panel costs")
    label: str = told("what is claimed for; empty before it is filed")
    status: Status = told("status")
    last_day: date | None = told("last day to file it; None where there is no term")


@dataclass(frozen=True, slots=True)
class Claims(Screen):
    """The baselines of the projects one sees, and the claims against them, fifty of each a page."""

    template: ClassVar[str] = "special_factors.html"

    years: tuple[Option, ...] = told("budget years to choose from")
    baselines: tuple[BaselineRow, ...] = told("adopted baselines in force, by project")
    claims: tuple[ClaimRow, ...] = told("claims, the newest first")
    n_baselines: int = told("baselines on all pages")
    n_claims: int = told("claims on all pages")
    page: int = told("number of the page, from 1")
    pages: int = told("number of pages")
    before: str = told("address of the page before; empty on the first")
    after: str = told("address of the page after; empty on the last")
    opening: str = told("address to claim; empty where none is heard of this person")


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """The claimed part of one year's cost."""

    year: int = told("year")
    amount: Money = told("claimed, in money of the year")
    cost: Money | None = told("cost of that year; None where the panel has none")
    percent: Decimal | None = told("the claim's percentage of it")


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a change, in pixels of the picture."""

    start: int = told("left end")
    width: int = told("width")


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One unit before and after."""

    dmu: str = told("unit of the panel")
    name: str = told("its name")
    claimant: bool = told("whether it claims")
    before: Money = told("point before")
    before_lower: Money = told("lower bound before")
    before_upper: Money = told("upper bound before")
    after: Money = told("point after")
    after_lower: Money = told("lower bound after")
    after_upper: Money = told("upper bound after")
    change: Money = told("what the point moves by")
    given_back: Money = told("of which given back")
    by_model: Money = told("of which by the methods fitted anew")
    percent: Decimal = told("change in percent of the point before")
    model_bar: Bar = told("the methods' part, from zero")
    back_bar: Bar = told("what is given back, from there, to the edge at most")
    cut: bool = told("whether the change goes beyond the edge")
    grades: str = told("evidence grade; before and after where it changes")


@dataclass(frozen=True, slots=True)
class MovementTable:
    """What the claim would move, of every unit of the panel."""

    current: bool = told("whether a decision may rest on it")
    computed_at: datetime = told("when it was computed")
    edition: Link = told("rules it was computed by")
    package: str = told("digest of its decision package")
    price_year: int | None = told("year of the prices; None for those of the panel")
    admitted: tuple[str, ...] = told("claims that stood before")
    lines: tuple[MovementLine, ...] = told("the claimant first, then by the size of the change")
    others: Money = told("sum of the changes of everybody else")
    n_moved: int = told("how many others move")
    n_weakened: int = told("of how many units the evidence grade falls")
    widest: Decimal = told("percentage at either end of the picture")
    width: int = told("width of the picture", default=BAR_WIDTH)

    @property
    def own(self) -> MovementLine:
        """The claimant's line."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """How it was decided."""

    reason: str = told("why")
    by: str = told("who decided")
    at: datetime = told("when")
    before: Money = told("the claimant's baseline without it")
    after: Money = told("with it")
    given_back: Money = told("of which given back")
    package: str = told("digest of the movement it rests on")
    linked: bool = told("whether this person may open the package")


@dataclass(frozen=True, slots=True)
class ClaimPage(Screen):
    """One claim."""

    template: ClassVar[str] = "special_factor.html"

    id: str = told("record id")
    code: str = told("project code")
    name: str = told("project name")
    agency: str = told("agency")
    department: str = told("department")
    year: int = told("budget year of the baseline")
    status: Status = told("status")
    project: str = told("address of the project page")
    panel: str = told("code and service of the panel; empty before it is filed")
    dmu: str = told("the project's unit of the panel")
    label: str = told("what is claimed for; empty before it is filed")
    statement: str = told("why")
    claimed: tuple[ClaimedLine, ...] = told("year by year")
    evidence: tuple[Link, ...] = told("files")
    open_until: date | None = told("last day to file; None while the baseline is not adopted")
    movement: MovementTable | None = told(
        "what it would move; None where not computed or not for this person"
    )
    compute: str = told("address to compute the movement; empty where not allowed")
    answer: ClaimAnswer | None = told("the decision; None before")
    steps: tuple[StepLine, ...] = told("what was done, newest first")
    moves: tuple[Button, ...] = told("moves open to this person")
    barred: tuple[Barred, ...] = told("moves that can be seen but not made, with the reason")
