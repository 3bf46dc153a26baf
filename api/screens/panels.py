"""Pages of cost panels: the list, one handed in as a file, one that is kept."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from api.screens.buttons import Link
from api.screens.fields import FormView
from api.screens.page import Screen, told
from budgetperf.costing.panel import DriverSpec
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.process.stages import Status


@dataclass(frozen=True, slots=True)
class FitLine:
    """A baseline fitted on a panel."""

    href: str = told("address of its page")
    fiscal_year: int = told("budget year")
    serial: int = told("which fit of that year it is, from 1")
    status: Status = told("fitted or adopted")
    in_force: bool = told("whether it is the one in force of its year")
    successor: Link | None = told("the one that took its place; None where it was not adopted or is in force")


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A panel of the list."""

    code: str = told("its code")
    service: str = told("what is costed")
    rows: int = told("rows")
    dmus: int = told("units")
    years: str = told("first and last year")
    fits: tuple[FitLine, ...] = told("baselines fitted on it, newest first")


@dataclass(frozen=True, slots=True)
class Panels(Screen):
    """All panels, and what may be begun."""

    template: ClassVar[str] = "panels.html"

    panels: tuple[PanelLine, ...] = told("panels by code")
    openings: tuple[Link, ...] = told("what this person may begin")


@dataclass(frozen=True, slots=True)
class DriverLine:
    """A declared driver and the range of its values."""

    driver: DriverSpec = told("name, unit of measure, how it enters")
    low: Decimal = told("smallest value")
    middle: Decimal = told("median")
    high: Decimal = told("largest value")


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of a panel."""

    dmu: str = told("code of the unit")
    name: str = told("its name")
    year: int = told("year")
    region: str = told("region; empty where not told apart")
    treatment: str = told("special case; empty for none")
    cost: Money = told("cost in prices of the year")
    based: Money | None = told("cost in base-year prices; None where the index has none")
    values: tuple[Decimal | None, ...] = told("drivers in declared order")


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A project that is a unit of the panel."""

    project: Link = told("the project")
    dmu: str = told("code of the unit")
    fiscal_year: int = told("budget year")
    values: tuple[Decimal | None, ...] = told("drivers of that year in declared order")


@dataclass(frozen=True, slots=True)
class PanelView:
    """What a panel says, in prices of the years and of the base year."""

    service: str = told("what is costed")
    cost_label: str = told("what the cost holds")
    base_year: int = told("year whose prices all costs are brought to")
    index: Link = told("price index in force")
    levels: tuple[tuple[int, Decimal | None], ...] = told("level of the index by year of the panel")
    n_rows: int = told("rows")
    n_dmus: int = told("units")
    years: tuple[int, ...] = told("years with rows")
    drivers: tuple[DriverLine, ...] = told("declared drivers")
    rows: tuple[RowLine, ...] = told("rows by unit and year")
    more: int = told("rows not shown")
    units: tuple[UnitLine, ...] = told("projects that are units")
    findings: tuple[Finding, ...] = told("what the checks say")


@dataclass(frozen=True, slots=True)
class PanelUpload(Screen):
    """A panel handed in as a file: the form, what is wrong, and what would be kept."""

    template: ClassVar[str] = "panel_upload.html"

    form: FormView = told("name, service, base year")
    refusal: str = told("why it was refused; empty otherwise")
    findings: tuple[Finding, ...] = told("what is wrong with the file, at its cells")
    annotated: str = told("data address of the workbook with the findings in it; empty when there is none")
    filename: str = told("name of the file that was read; empty before")
    file_mark: str = told("mark of the file that was read without error; empty when there is none")
    view: PanelView | None = told("what would be kept; None before")
    once: str = told("mark by which a page sent twice is known")
    limit_mb: int = told("largest file that is read")


@dataclass(frozen=True, slots=True)
class PanelPage(Screen):
    """A kept panel."""

    template: ClassVar[str] = "panel.html"

    code: str = told("its code")
    view: PanelView = told("what it says")
    fits: tuple[FitLine, ...] = told("baselines fitted on it, newest first")
    links: tuple[Link, ...] = told("files to fetch")
    openings: tuple[Link, ...] = told("what this person may begin with it")
