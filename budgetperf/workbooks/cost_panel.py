"""A cost panel as people keep it: a row a unit and year, a column a driver, the unit of measure in the heading.

``单元编码,单元名称,年度,地区,成本（万元）,保洁面积（万平方米）,人工清扫占比[水平]（比例）``. Reads only: what
is wrong is told at its cell, all of it at once, and nothing is kept of a table with an error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec
from budgetperf.costing.words import DriverRole
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity
from budgetperf.money import Money, MoneyError, MoneyUnit, written_number
from budgetperf.workbooks.tables import Table

CODE, NAME, YEAR, REGION, TREATMENT, COST = "单元编码", "单元名称", "年度", "地区", "特殊情形", "成本"
FIXED = (CODE, NAME, YEAR, REGION, TREATMENT)
LEVEL, CONDITION = "[水平]", "[条件]"
_HEADING = re.compile(r"(?P<label>[^（(]+)[（(](?P<uom>[^）)]+)[）)]")


@dataclass(frozen=True, slots=True)
class PanelTable:
    """A panel and where each of its rows stands in the table.

    Parameters
    ----------
    panel : CostPanel
    warnings : tuple of Finding
        Of the panel's own checks, at their cells.
    """

    panel: CostPanel
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of the heading stand."""

    fixed: Mapping[str, int]
    cost: int
    unit: MoneyUnit
    drivers: tuple[tuple[int, DriverSpec], ...]


def read_cost_panel(table: Table, *, code: str, service: str, base_year: int | None = None) -> PanelTable:
    """Read a panel.

    Parameters
    ----------
    table : Table
    code, service : str
    base_year : int, optional
        Prices the costs are to be brought to; the latest year of the table by default.

    Raises
    ------
    Invalid
        ``cost_panel.table`` with every error at its cell: of the heading, of a value, of the panel.

    Notes
    -----
    A driver named with ``[水平]`` enters without logarithm (a share, a mark), one named with ``[条件]`` is a
    local condition. Costs are in the unit the heading names.
    """
    found: list[Finding] = []
    columns = _columns(table, found)
    if columns is None or found:
        raise _refused(table, found)
    places: dict[tuple[str, int], int] = {}
    rows = []
    for at, line in enumerate(table.rows[1:], start=1):
        if any(line) and (row := _row(table, columns, at, line, found)):
            rows.append(row)
            places.setdefault((row.dmu, row.year), at)
    if not rows and not found:
        found.append(_finding(table, 1, 0, "empty", "表中没有数据行"))
    if found:
        raise _refused(table, found)
    drivers = tuple(driver for _, driver in columns.drivers)
    spec = PanelSpec(code, service, COST, drivers, base_year or max(row.year for row in rows))
    panel = CostPanel(spec, tuple(rows))
    checked = tuple(_at_cell(table, columns, places, finding) for finding in panel.check())
    if any(finding.severity is Severity.ERROR for finding in checked):
        raise _refused(table, checked)
    return PanelTable(panel, checked)


def _columns(table: Table, found: list[Finding]) -> _Columns | None:
    fixed: dict[str, int] = {}
    drivers: list[tuple[int, DriverSpec]] = []
    cost, unit = -1, None
    seen: set[str] = set()
    for column, heading in enumerate(table.rows[0]):
        match = _HEADING.fullmatch(heading)
        label = match["label"].strip() if match else heading
        if label in seen:
            found.append(_finding(table, 0, column, "heading", f"列名“{label}”重复，请改名"))
        seen.add(label)
        if heading in FIXED:
            fixed[heading] = column
        elif not match:
            found.append(
                _finding(
                    table, 0, column, "heading", f"列名“{heading}”应写明计量单位，如“保洁面积（万平方米）”"
                )
            )
        elif label == COST:
            cost, unit = column, MoneyUnit.from_label(match["uom"])
        else:
            drivers.append((column, _driver(label, match["uom"])))
    if missing := [name for name in (CODE, YEAR) if name not in fixed]:
        found.append(_finding(table, 0, 0, "heading", f"缺少列：{'、'.join(missing)}"))
    if unit is None:
        known = "、".join(one.label for one in MoneyUnit)
        found.append(
            _finding(table, 0, max(cost, 0), "heading", f"须有一列成本，写明{known}，如“成本（万元）”")
        )
    if not drivers:
        found.append(_finding(table, 0, 0, "heading", "至少要有一列成本动因，如“保洁面积（万平方米）”"))
    return None if found or unit is None else _Columns(fixed, cost, unit, tuple(drivers))


def _driver(label: str, uom: str) -> DriverSpec:
    """Return the driver of a heading, its marks taken off."""
    name = label.replace(LEVEL, "").replace(CONDITION, "").strip()
    role = DriverRole.CONDITION if CONDITION in label else DriverRole.WORK
    return DriverSpec(name, name, uom, logged=LEVEL not in label, role=role)


def _row(
    table: Table, columns: _Columns, at: int, line: tuple[str, ...], found: list[Finding]
) -> PanelRow | None:
    before = len(found)

    def text(name: str) -> str:
        return line[columns.fixed[name]] if name in columns.fixed else ""

    dmu, year = text(CODE), text(YEAR).removesuffix("年")
    if not dmu:
        found.append(_finding(table, at, columns.fixed[CODE], "code", "单元编码不能为空"))
    if not re.fullmatch(r"(19|20)\d\d", year):
        found.append(
            _finding(table, at, columns.fixed[YEAR], "year", f"年度“{text(YEAR)}”应为四位数字，如2025")
        )
    cost = _cost(table, at, columns, line, found)
    drivers = {spec.code: _number(table, at, column, line, found) for column, spec in columns.drivers}
    if len(found) > before or cost is None:
        return None
    known = {key: value for key, value in drivers.items() if value is not None}
    return PanelRow(dmu, text(NAME) or dmu, int(year), cost, known, text(REGION), text(TREATMENT))


def _cost(
    table: Table, at: int, columns: _Columns, line: tuple[str, ...], found: list[Finding]
) -> Money | None:
    try:
        return Money.parse(line[columns.cost], columns.unit)
    except MoneyError as error:
        found.append(_finding(table, at, columns.cost, "number", str(error)))
        return None


def _number(
    table: Table, at: int, column: int, line: tuple[str, ...], found: list[Finding]
) -> Decimal | None:
    number = written_number(line[column])
    if number is None:
        said = f"“{line[column]}”不是数字" if line[column] else "不能为空"
        found.append(_finding(table, at, column, "number", f"{table.rows[0][column]}{said}"))
    return number


def _at_cell(
    table: Table, columns: _Columns, places: Mapping[tuple[str, int], int], finding: Finding
) -> Finding:
    """Put a finding of the panel where its row, or its driver's column, stands."""
    parts = finding.where.pointer.strip("/").split("/")
    if parts[0] == "rows" and len(parts) == 3 and (parts[1], int(parts[2])) in places:
        return replace(finding, where=table.where(places[parts[1], int(parts[2])], columns.cost))
    named = {spec.code: column for column, spec in columns.drivers}
    if parts[0] == "drivers" and parts[-1] in named:
        return replace(finding, where=table.where(0, named[parts[-1]]))
    return finding


def _finding(table: Table, row: int, column: int, code: str, text: str) -> Finding:
    return Finding(f"cost_panel.{code}", Severity.ERROR, table.where(row, column), text)


def _refused(table: Table, found: Iterable[Finding]) -> Invalid:
    errors = tuple(finding for finding in found if finding.severity is Severity.ERROR)
    return Invalid("cost_panel.table", f"“{table.name}”有{len(errors)}处错误，改正后再试", errors)
