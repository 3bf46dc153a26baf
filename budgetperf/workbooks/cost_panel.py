"""A cost panel as people keep it: a row a unit and year, a column a driver, the unit of measure in the heading.

``单元编码,单元名称,年度,地区,成本（万元）,保洁面积（万平方米）,人工清扫占比[水平]（比例）,海拔[条件]（米）``. Reads only: what
is wrong is told at its cell, all of it at once, and nothing is kept of a table with an error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec, driver_value
from budgetperf.costing.words import DriverRole
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money, MoneyError, MoneyUnit
from budgetperf.workbooks.cells import address
from budgetperf.workbooks.tables import TITLES, Table

CODE, NAME, YEAR, REGION, TREATMENT, COST = "单元编码", "单元名称", "年度", "地区", "特殊情形", "成本"
TOTALS = frozenset({"合计", "总计", "小计", "共计"})
SHARES = frozenset({"比例", "比率", "占比"})
FIXED = (CODE, NAME, YEAR, REGION, TREATMENT)
LEVEL, CONDITION = "[水平]", "[条件]"
_MARK = re.compile(r"[\[［【][^\]］】]*[\]］】]")
_HEADING = re.compile(r"(?P<label>[^（(]+)[（(](?P<uom>[^）)]+)[）)]")


Cells = Mapping[tuple[str, int, str], Where]


@dataclass(frozen=True, slots=True)
class PanelTable:
    """A panel and where each of its rows stands in the table.

    Parameters
    ----------
    panel : CostPanel
    warnings : tuple of Finding
        Of the panel's own checks, at their cells.
    cells : mapping of (dmu, year, column) to Where
        Where region and special case of each row stand.
    """

    panel: CostPanel
    warnings: tuple[Finding, ...]
    cells: Cells


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
    A driver named with ``[水平]`` enters without logarithm (a share, a mark), one with ``[条件]`` as a local
    condition; both marks may stand. Costs are in the unit the heading names.
    """
    headed = table.under(CODE, YEAR)
    if headed is None:
        text = f"表头（写有“{CODE}”“{YEAR}”等列名的一行）应在前{TITLES}行之内，每个列名占一格"
        raise _refused(table, [_finding(table, 0, 0, "heading", text)])
    table, found = headed, told_of_broken(headed)
    columns = _columns(table, found)
    if columns is None:
        raise _refused(table, found)
    found += _shared(table, columns)
    places: dict[tuple[str, int], list[int]] = {}
    rows = []
    for at, line in enumerate(table.rows[1:], start=1):
        if any(line) and (row := _row(table, columns, at, line, found)):
            rows.append(row)
            places.setdefault((row.dmu, row.year), []).append(at)
    if not rows and not found:
        found.append(_finding(table, 1, 0, "empty", "表中没有数据行"))
    if found:
        raise _refused(table, found)
    drivers = tuple(driver for _, driver in columns.drivers)
    spec = PanelSpec(code, service, COST, drivers, base_year or max(row.year for row in rows))
    panel = CostPanel(spec, tuple(rows))
    checked = (
        *(_at_cell(table, columns, places, finding) for finding in panel.check()),
        *_two_names(table, columns, panel, places),
        *_percents(table, columns, panel, places),
    )
    if any(finding.severity is Severity.ERROR for finding in checked):
        raise _refused(table, checked)
    cells = {
        (*key, name): table.where(rows[0], columns.fixed[name])
        for key, rows in places.items()
        for name in (REGION, TREATMENT)
        if name in columns.fixed
    }
    return PanelTable(panel, checked, cells)


def driver_of(label: str, uom: str) -> DriverSpec:
    """Return the driver a heading declares.

    Examples
    --------
    >>> driver_of("海拔[水平][条件]", "米").label, heading_of(driver_of("海拔[条件]", "米"))
    ('海拔', '海拔[条件]（米）')
    """
    name = label.replace(LEVEL, "").replace(CONDITION, "").strip()
    role = DriverRole.CONDITION if CONDITION in label else DriverRole.WORK
    return DriverSpec(name, name, uom, logged=LEVEL not in label, role=role)


def heading_of(driver: DriverSpec) -> str:
    """Return the heading that declares a driver."""
    marks = ("" if driver.logged else LEVEL) + (CONDITION if driver.role is DriverRole.CONDITION else "")
    return f"{driver.label}{marks}（{driver.uom}）"


def _columns(table: Table, found: list[Finding]) -> _Columns | None:
    before = len(found)
    fixed: dict[str, int] = {}
    drivers: list[tuple[int, DriverSpec]] = []
    cost, unit = -1, None
    seen: set[str] = set()
    for column, heading in enumerate(table.rows[0]):
        match = _HEADING.fullmatch(heading)
        label = match["label"].strip() if match else heading
        name = driver_of(label, "").label
        if name in seen:
            found.append(_finding(table, 0, column, "heading", f"列名“{name}”重复，请改名"))
        seen.add(name)
        found += _unknown_mark(table, column, name)
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
            drivers.append((column, driver_of(label, match["uom"])))
    if missing := [name for name in (CODE, YEAR) if name not in fixed]:
        found.append(_finding(table, 0, 0, "heading", f"缺少列：{'、'.join(missing)}"))
    if unit is None:
        known = "、".join(one.label for one in MoneyUnit)
        found.append(
            _finding(table, 0, max(cost, 0), "heading", f"须有一列成本，写明{known}，如“成本（万元）”")
        )
    if not drivers:
        found.append(_finding(table, 0, 0, "heading", "至少要有一列成本动因，如“保洁面积（万平方米）”"))
    return None if len(found) > before or unit is None else _Columns(fixed, cost, unit, tuple(drivers))


def _unknown_mark(table: Table, column: int, name: str) -> list[Finding]:
    """Tell of a bracket left in a heading once the marks there are have been taken out."""
    if not (unknown := _MARK.search(name)):
        return []
    text = f"列名中的“{unknown[0]}”不是可用的标记，只有{LEVEL}、{CONDITION}两种；不是标记的请去掉方括号"
    return [_finding(table, 0, column, "heading", text)]


def _row(
    table: Table, columns: _Columns, at: int, line: tuple[str, ...], found: list[Finding]
) -> PanelRow | None:
    before = len(found)
    if word := next((cell for cell in line if "".join(cell.split()) in TOTALS), ""):
        told = f"“{word}”行不是一个单元，请删除此行"
        found.append(_finding(table, at, line.index(word), "total", told))
        return None

    def text(name: str) -> str:
        return line[columns.fixed[name]] if name in columns.fixed else ""

    dmu, year = text(CODE), text(YEAR).removesuffix("年")
    if not dmu:
        found.append(_finding(table, at, columns.fixed[CODE], "code", "单元编码不能为空"))
    elif "/" in dmu:
        found.append(_finding(table, at, columns.fixed[CODE], "code", f"单元编码“{dmu}”不能含“/”"))
    if not re.fullmatch(r"199\d|20\d\d", year):
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
    if not line[columns.cost]:
        found.append(_finding(table, at, columns.cost, "number", "成本不能为空"))
        return None
    try:
        return Money.parse(line[columns.cost], columns.unit)
    except MoneyError as error:
        found.append(_finding(table, at, columns.cost, "number", str(error)))
        return None


def _number(
    table: Table, at: int, column: int, line: tuple[str, ...], found: list[Finding]
) -> Decimal | None:
    number = driver_value(line[column])
    if number is None:
        said = f"“{line[column]}”不是数字，或超出可填报的范围" if line[column] else "不能为空"
        found.append(_finding(table, at, column, "number", f"{table.rows[0][column]}{said}"))
    return number


def _at_cell(
    table: Table, columns: _Columns, places: Mapping[tuple[str, int], list[int]], finding: Finding
) -> Finding:
    """Put a finding of the panel where its row, or its driver's column, stands."""
    parts = finding.where.pointer.strip("/").split("/")
    named = {spec.code: column for column, spec in columns.drivers}
    if parts[0] == "rows" and len(parts) in {3, 5} and (parts[1], int(parts[2])) in places:
        rows = places[parts[1], int(parts[2])]
        column = named.get(parts[-1], columns.cost) if len(parts) == 5 else columns.cost
        told = replace(finding, where=table.where(rows[0], column))
        if len(rows) == 1:
            return told
        lines = "、".join(str(table.top + row + 1) for row in rows)
        return replace(told, message=f"{told.message}（第{lines}行）")
    if parts[0] == "drivers" and parts[-1] in named:
        return replace(finding, where=table.where(0, named[parts[-1]]))
    return finding


def _shared(table: Table, columns: _Columns) -> list[Finding]:
    """Refuse a number written once over several rows: it is not each row's."""
    numbers = {columns.cost, *(column for column, _ in columns.drivers)}
    text = "这一格在合并单元格之内，所示的数不是本行自己的，请取消合并，逐行填写"
    return [
        _finding(table, at, column, "merged", text)
        for at in range(1, len(table.rows))
        for column in sorted(numbers)
        if (table.top + at, column) in table.covered
    ]


def _two_names(
    table: Table, columns: _Columns, panel: CostPanel, places: Mapping[tuple[str, int], list[int]]
) -> list[Finding]:
    """Warn of a code whose name is not that of its first row: perhaps two units under one code."""
    names: dict[str, str] = {}
    return [
        Finding(
            "cost_panel.name",
            Severity.WARNING,
            table.where(places[row.dmu, row.year][0], columns.fixed.get(NAME, columns.fixed[CODE])),
            f"单元编码“{row.dmu}”有两个名称：“{names[row.dmu]}”“{row.name}”，请核对是否为同一单元",
        )
        for row in panel.rows
        if names.setdefault(row.dmu, row.name) != row.name
    ]


def _percents(
    table: Table, columns: _Columns, panel: CostPanel, places: Mapping[tuple[str, int], list[int]]
) -> list[Finding]:
    """Tell of 45 among 0.3 to 0.9: an error where the unit of measure is a share, else a warning."""
    found = []
    for column, driver in columns.drivers:
        values = sorted(abs(row.drivers[driver.code]) for row in panel.rows)
        if driver.logged or values[len(values) * 3 // 4] > 1:
            continue
        severity = Severity.ERROR if driver.uom in SHARES else Severity.WARNING
        found += [
            Finding(
                "cost_panel.percent",
                severity,
                table.where(places[row.dmu, row.year][0], column),
                f"{driver.label}“{row.drivers[driver.code]}”大于1，其余多在0与1之间，像是把百分数填成了比例，请核对",
            )
            for row in panel.rows
            if row.drivers[driver.code] > 1
        ]
    return found


def _finding(table: Table, row: int, column: int, code: str, text: str) -> Finding:
    return Finding(f"cost_panel.{code}", Severity.ERROR, table.where(row, column), text)


def told_of_broken(table: Table) -> list[Finding]:
    """Tell of each cell with an error value or a formula without a result."""
    text = "单元格是公式错误值（如 #REF!）或没有计算结果的公式，请改正公式、用 Excel 保存后再上传，或直接填数"
    return [
        Finding("cost_panel.formula", Severity.ERROR, Where(sheet=table.name, cell=address(place)), text)
        for place in table.broken
    ]


def _refused(table: Table, found: Iterable[Finding]) -> Invalid:
    """Return the refusal; of a cell without a result nothing else is told."""
    broken = {address(place) for place in table.broken}
    errors = tuple(
        one
        for one in found
        if one.severity is Severity.ERROR
        and (one.code == "cost_panel.formula" or one.where.cell not in broken)
    )
    return Invalid("cost_panel.table", f"“{table.name}”有{len(errors)}处错误，改正后再试", errors)
