"""Pages of a cost baseline: where every unit stands, and one unit's own sheet."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from api.screens.buttons import Barred, Button, Link
from api.screens.page import Screen, told
from api.screens.plots import BarsView, Interval, ScatterView
from budgetperf.costing.cost_baseline import LeftOut, MethodEstimate, Peer
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.process.stages import Status
from budgetperf.reports.amounts import Prices
from budgetperf.reports.baseline_words import Diagnosis
from budgetperf.reports.model_card import CardRow


@dataclass(frozen=True, slots=True)
class FactorLine:
    """An admitted special factor: set aside before the methods ran, given back to its unit."""

    label: str = told("what for")
    href: str = told("its claim; empty where the reader may not open it")
    amounts: tuple[tuple[int, Money], ...] = told("by year, in money of the year")


@dataclass(frozen=True, slots=True)
class StandingLine:
    """Where a unit stands."""

    dmu: str = told("code of the unit")
    name: str = told("its name")
    href: str = told("its own sheet")
    year: int = told("its latest year")
    cost: Money = told("what it cost")
    point: Money = told("what it should have cost")
    lower: Money = told("lower end of the band")
    upper: Money = told("upper end of the band")
    gap: Money = told("cost above the baseline")
    gap_lower: Money = told("least the gap may be")
    gap_upper: Money = told("most the gap may be")
    percent: Decimal | None = told("gap in per cent of the baseline")
    place: str = told("above, within or below")
    grade: EvidenceGrade = told("grade of the evidence")
    payable: Money | None = told("its part of the payable total")
    picture: Interval = told("gap with its interval, in per cent of the baseline")
    factors: tuple[FactorLine, ...] = told("special factors within cost and baseline, of its latest year")


@dataclass(frozen=True, slots=True)
class TargetLine:
    """The baseline of a unit in the budget year, which is what requests are held against."""

    dmu: str = told("code of the unit")
    name: str = told("its name")
    href: str = told("its own sheet")
    projects: tuple[Link, ...] = told("projects that are the unit")
    year: int = told("budget year")
    point: Money = told("what it should cost")
    lower: Money = told("lower end of the band")
    upper: Money = told("upper end of the band")
    agree: bool = told("whether the methods' intervals share an amount")
    grade: EvidenceGrade = told("grade of the evidence")
    findings: tuple[Finding, ...] = told("what must be told of it")


@dataclass(frozen=True, slots=True)
class MethodsLine:
    """Models side by side for one unit."""

    dmu: str = told("code of the unit")
    name: str = told("its name")
    year: int = told("year")
    cells: tuple[MethodEstimate | None, ...] = told("by method; None where it has no answer")


@dataclass(frozen=True, slots=True)
class BaselineHead:
    """What both pages say of the baseline first."""

    record_id: str = told("id of the record")
    service: str = told("what is costed")
    fiscal_year: int = told("budget year")
    status: Status = told("fitted or adopted")
    panel: Link = told("its panel; without an address where the reader may not open it")
    edition: Link = told("edition it was made by")
    decision: str = told("digest of the decision package; empty where the reader may not open it")
    prices: Prices = told("prices of the amounts")
    peer_prices: Prices = told("prices of the peers' costs")
    lacks: tuple[str, ...] = told("what an older package does not hold")
    frontier: Link | None = told("edition a new fit would draw best practice by; None where it would not")
    in_force: bool = told("whether it is the adopted one in force of its panel and year")
    successor: Link | None = told("the one that took its place; None where it was not adopted or is in force")


@dataclass(frozen=True, slots=True)
class BaselinePage(Screen):
    """A baseline: every unit the reader may see."""

    template: ClassVar[str] = "baseline.html"

    head: BaselineHead = told("what it is")
    moves: tuple[Button, ...] = told("moves open to the reader")
    barred: tuple[Barred, ...] = told("moves the reader may not make, with the reasons")
    papers: str = told("where its report is ordered; empty for whom may not")
    whole: bool = told("whether all units are shown, or only the reader's own")
    counts: tuple[int, int, int] = told("units above, within and below their band")
    scatter: ScatterView | None = told("cost against the first driver")
    standings: tuple[StandingLine, ...] = told("units, the largest gap first")
    reach: Decimal = told("per cent at which the pictures of the gaps end")
    calibrated: bool = told("whether amounts are payable")
    targets: tuple[TargetLine, ...] = told("baselines of the budget year")
    methods: tuple[str, ...] = told("names of the methods")
    compared: tuple[MethodsLine, ...] = told("models side by side")
    diagnoses: tuple[Diagnosis, ...] = told("what was found, in plain words")
    left_out: tuple[LeftOut, ...] = told("rows no method was fitted on")
    names: dict[str, str] = told("names of the units")
    card: tuple[tuple[str, tuple[CardRow, ...]], ...] = told("model card by part")


@dataclass(frozen=True, slots=True)
class Answer:
    """A baseline of one unit: of its latest year, or of the budget year."""

    year: int = told("year")
    budget: bool = told("whether it is of the budget year")
    cost: Money | None = told("own cost of that year; None where not known yet")
    gap: StandingLine | None = told("where it stands; None where there is nothing to compare")
    point: Money = told("what it should cost")
    lower: Money = told("lower end of the band")
    upper: Money = told("upper end of the band")
    agree: bool = told("whether the methods agree")
    grade: EvidenceGrade = told("grade of the evidence")
    methods: tuple[MethodEstimate, ...] = told("models side by side")
    picture: BarsView = told("the same as a picture")
    peers: tuple[Peer, ...] = told("whom it is held against")
    weighed: bool = told("whether the peers carry weights")
    findings: tuple[Finding, ...] = told("what must be told of it")
    given_back: Money = told("special factors within the baseline; zero without one")


@dataclass(frozen=True, slots=True)
class BaselineUnitPage(Screen):
    """One unit's own sheet."""

    template: ClassVar[str] = "baseline_unit.html"

    head: BaselineHead = told("what it is of")
    back: str = told("address of the whole baseline")
    papers: str = told("where its own sheet is ordered; empty for whom may not")
    dmu: str = told("code of the unit")
    name: str = told("its name")
    whole: bool = told("whether the reader sees the other units too")
    projects: tuple[Link, ...] = told("projects that are the unit")
    answers: tuple[Answer, ...] = told("its baselines, the budget year first")
    factors: tuple[FactorLine, ...] = told("special factors admitted for it")
    scatter: ScatterView | None = told("its own rows and its peers among those the reader may see")
    diagnoses: tuple[Diagnosis, ...] = told("what was found of the methods, in plain words")
    left_out: tuple[LeftOut, ...] = told("its own rows no method was fitted on")
    names: dict[str, str] = told("names of the units the reader may see")
    card: tuple[tuple[str, tuple[CardRow, ...]], ...] = told("model card by part")
