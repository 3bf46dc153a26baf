"""A cost panel as a workbook: the panel on one sheet, which project is which unit on another, how to fill it on a third.

Read as ``cost_panel`` reads a table; written by ``panel_writer``. The second sheet needs only the
projects whose code is not their unit's; a driver left empty there is that of the unit's latest year.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, driver_value
from budgetperf.findings import Finding, Severity, Where
from budgetperf.workbooks.cost_panel import (
    CODE,
    CONDITION,
    COST,
    LEVEL,
    NAME,
    REGION,
    TREATMENT,
    YEAR,
    PanelTable,
    heading_of,
    panel_of_table,
    told_of_broken,
)
from budgetperf.workbooks.tables import Table, read_book

PANEL, UNITS, GUIDE = "成本面板", "对应项目", "填写说明"
PROJECT = "项目编码"
NOTES = {
    CODE: "每个被比较的单位一个编码，各年不变；与项目编码相同的，自动对应该项目。必填。",
    NAME: "页面和报告上显示的名称；空着则显示编码。",
    YEAR: "四位数字，如2025。同一单元同一年度只能有一行。必填。",
    REGION: "价格指数分地区时，填指数中的地区名称；不分地区的空着。",
    TREATMENT: "不能与其他单位直接比较的，填测算口径列明的特殊情形代码；一般空着。",
    COST: "当年价格的全年成本。列名括号内写明元、万元或亿元；精确到分以内。必填。",
}
DRIVER_NOTE = (
    "成本动因，列名写作“名称（计量单位）”，按服务改名、增删列。"
    f"默认取对数，须为正数；比率、是否等不取对数的，名称后加{LEVEL}；当地条件（不是工作量）加{CONDITION}。"
)
UNIT_NOTES = {
    PROJECT: "本系统中的项目编码。与单元编码相同的不必列出。",
    CODE: "该项目是成本面板中的哪一个单元。",
}
UNIT_DRIVER_NOTE = "预算年度的预计值；空着则取该单元最近一年的值。"


@dataclass(frozen=True, slots=True)
class PanelUnit:
    """A project that is a unit of the panel, with its drivers of the budget year."""

    project: str
    dmu: str
    drivers: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class PanelBook:
    """A panel as far as it could be read, the projects that are its units, and what is to be told of both sheets."""

    read: PanelTable
    units: tuple[PanelUnit, ...]
    found: tuple[Finding, ...]

    @property
    def panel(self) -> CostPanel:
        """The rows without an error."""
        return self.read.panel


def read_panel_book(
    content: bytes,
    *,
    name: str,
    code: str,
    service: str,
    base_year: int | None,
    projects: Collection[str],
) -> PanelBook:
    """Read a filled workbook, or a CSV of the panel alone.

    Parameters
    ----------
    content : bytes
    name, code, service : str
    base_year : int or None
        The latest year of the panel where None.
    projects : collection of str
        Codes of the projects there are; one that is also a unit's code is that unit without being listed, unless
        the file says that another project is that unit.

    Raises
    ------
    Invalid
        It is no table at all; what is wrong in one is in ``found``, every error at its cell.
    """
    tables = {table.name: table for table in read_book(content, name=name)}
    first = tables.get(PANEL) or next(iter(tables.values()))
    read = panel_of_table(first, code=code, service=service, base_year=base_year)
    latest = latest_rows(read.panel)
    sheet = _Units(tables[UNITS], read, latest, projects) if UNITS in tables and read.places else None
    listed = sheet.read() if sheet else ()
    named, taken = {unit.project for unit in listed}, {unit.dmu: unit.project for unit in listed}
    alike = [dmu for dmu in latest if dmu in projects and dmu not in named]
    same = tuple(PanelUnit(dmu, dmu, latest[dmu].drivers) for dmu in alike if dmu not in taken)
    warnings = (*_taken(alike, taken), *_without_rows(listed, read.listed))
    errors = sheet.found if sheet else ()
    return PanelBook(read, (*listed, *same), (*read.found, *errors, *warnings))


def _taken(alike: Iterable[str], taken: Mapping[str, str]) -> Iterator[Finding]:
    """Tell which projects are not the unit of their own code, as the file gives that to another."""
    for dmu in alike:
        if dmu in taken:
            text = f"单元“{dmu}”按所填对应项目{taken[dmu]}，编码相同的项目{dmu}不再自动对应"
            yield Finding("cost_panel.unit_taken", Severity.WARNING, Where(sheet=UNITS), text)


def _without_rows(listed: Iterable[PanelUnit], known: Collection[str]) -> Iterator[Finding]:
    for unit in listed:
        if unit.dmu not in known:
            text = f"项目{unit.project}对应的单元“{unit.dmu}”在面板中没有数据，只按所填动因测算，没有差距可比"
            yield Finding("cost_panel.new_unit", Severity.WARNING, Where(sheet=UNITS), text)


def latest_rows(panel: CostPanel) -> dict[str, PanelRow]:
    """Return the latest row of each unit."""
    return {row.dmu: row for row in sorted(panel.rows, key=lambda row: row.year)}


class _Units:
    """The second sheet being read, with what is wrong so far."""

    def __init__(
        self, table: Table, read: PanelTable, latest: Mapping[str, PanelRow], projects: Collection[str]
    ) -> None:
        self.table, self.latest, self.projects = table.under(PROJECT, CODE) or table, latest, projects
        self.listed, self.found = read.listed, told_of_broken(table)
        self.broken = {one.where.cell for one in self.found}
        known = {heading_of(driver): driver for driver in read.panel.spec.drivers}
        self.fixed: dict[str, int] = {}
        self.drivers: dict[str, tuple[int, DriverSpec]] = {}
        for column, heading in enumerate(self.table.rows[0]):
            if heading in UNIT_NOTES:
                self.fixed[heading] = column
            elif heading in known:
                self.drivers[known[heading].code] = (column, known[heading])
            elif heading:
                self._wrong(0, column, f"列名“{heading}”应与“{PANEL}”中的动因列名相同：{'、'.join(known)}")
        self.codes = read.panel.spec.codes
        self.readable = not [one for one in self.found if one.code != "cost_panel.formula"]
        if missing := [name for name in UNIT_NOTES if name not in self.fixed]:
            self._wrong(0, 0, f"缺少列：{'、'.join(missing)}")
            self.readable = False

    def read(self) -> tuple[PanelUnit, ...]:
        """Return the units that can be read; what is wrong is in ``found``."""
        units: list[PanelUnit] = []
        seen: set[str] = set()
        projects: dict[str, str] = {}
        lines = enumerate(self.table.rows[1:], 1) if self.readable else ()
        for at, line in lines:
            if not any(line):
                continue
            project, dmu = (line[self.fixed[name]] for name in UNIT_NOTES)
            if project not in self.projects:
                self._wrong(at, self.fixed[PROJECT], f"没有编码为“{project}”的项目，或您无权查看")
            elif project in seen:
                self._wrong(at, self.fixed[PROJECT], f"项目“{project}”只能对应一个单元")
            if not dmu:
                self._wrong(at, self.fixed[CODE], "单元编码不能为空")
            elif projects.setdefault(dmu, project) != project:
                self._wrong(at, self.fixed[CODE], f"单元“{dmu}”只能对应一个项目，否则同一基线会用两次")
            seen.add(project)
            values = {code: self._value(at, line, code, dmu) for code in self.codes}
            drivers = {code: value for code, value in values.items() if value is not None}
            units.append(PanelUnit(project, dmu, drivers))
        return tuple(units)

    def _value(self, at: int, line: tuple[str, ...], code: str, dmu: str) -> Decimal | None:
        column, driver = self.drivers.get(code, (self.fixed[CODE], None))
        text = line[column] if driver else ""
        if not text:
            if dmu in self.latest:
                return self.latest[dmu].drivers[code]
            if dmu and dmu not in self.listed:
                self._wrong(at, column, f"单元“{dmu}”在“{PANEL}”中没有数据，须填写预算年度的“{code}”")
            return None
        number = driver_value(text)
        if number is None or (driver and driver.logged and number <= 0):
            self._wrong(
                at,
                column,
                f"“{text}”不是{'正数' if driver and driver.logged else '数字'}，请填写预算年度的值",
            )
            return None
        return number

    def _wrong(self, row: int, column: int, text: str) -> None:
        where = self.table.where(row, column)
        if where.cell not in self.broken:
            self.found.append(Finding("cost_panel.unit", Severity.ERROR, where, text))
