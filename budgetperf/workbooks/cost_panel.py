"""A cost panel as people keep it: a row a unit and year, a column a driver, the unit of measure in the heading.

``单元编码,单元名称,年度,地区,成本（万元）,保洁面积（万平方米）,人工清扫占比[水平]（比例）,海拔[条件]（米）``. Reads only: what
is wrong is told at its cell, all of it at once, and nothing is kept of a table with an error.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from budgetperf.costing.filing import PER_ROW, check_slips, check_usable
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec, driver_value
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.words import DriverRole
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money, MoneyError, MoneyUnit
from budgetperf.workbooks.cells import address
from budgetperf.workbooks.panel_places import Places
from budgetperf.workbooks.tables import TITLES, Table

CODE, NAME, YEAR, REGION, TREATMENT, COST = "单元编码", "单元名称", "年度", "地区", "特殊情形", "成本"
TOTALS = frozenset({"合计", "总计", "小计", "共计"})
FIXED = (CODE, NAME, YEAR, REGION, TREATMENT)
LEVEL, CONDITION = "[水平]", "[条件]"
_MARK = re.compile(r"[\[［【][^\]］】]*[\]］】]")
_MARKS_LAST = re.compile(
    r"(?P<label>[^（(\[［【]+)(?P<uom>[（(][^）)]+[）)])(?P<marks>(?:\s*[\[［【][^\]］】]*[\]］】])+)"
)
_HEADING = re.compile(r"(?P<label>[^（(]+)[（(](?P<uom>[^）)]+)[）)]")


@dataclass(frozen=True, slots=True)
class PanelTable:
    """A panel as far as it could be read, and what is to be told of it.

    Parameters
    ----------
    panel : CostPanel
        Of the rows without an error; of no row where the heading could not be read.
    found : tuple of Finding
        Of cells and of the panel's own checks, at their cells.
    places : Places or None
        None where the heading could not be read.
    listed : frozenset of str
        Codes of all units, those of rows with an error too.
    """

    panel: CostPanel
    found: tuple[Finding, ...]
    places: Places | None
    listed: frozenset[str]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be mended."""
        return tuple(one for one in self.found if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What must be looked at."""
        return tuple(one for one in self.found if one.severity is not Severity.ERROR)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of the heading stand."""

    fixed: Mapping[str, int]
    cost: int
    unit: MoneyUnit
    drivers: tuple[tuple[int, DriverSpec], ...]

    @property
    def named(self) -> dict[str, int]:
        """Columns as findings of a panel call them."""
        fields = {NAME: "name", YEAR: "year", REGION: "region", TREATMENT: "treatment"}
        fixed = {fields[name]: column for name, column in self.fixed.items() if name in fields}
        return fixed | {"cost": self.cost} | {f"drivers/{one.code}": column for column, one in self.drivers}


def read_cost_panel(
    table: Table,
    *,
    code: str,
    service: str,
    base_year: int | None = None,
    prices: PriceIndex | None = None,
    treatments: Collection[str] | None = None,
) -> PanelTable:
    """Read a panel that can be fitted; see ``panel_of_table`` and ``filing.check_usable``.

    Raises
    ------
    Invalid
        ``cost_panel.table`` with every error at its cell: of the heading, of a value, of the panel.
    """
    read = panel_of_table(table, code=code, service=service, base_year=base_year)
    usable = check_usable(read.panel, prices=prices, treatments=treatments)
    read = replace(read, found=(*read.found, *(read.places.at_cells(usable) if read.places else ())))
    refuse(table.name, read.errors)
    return read


def refuse(name: str, errors: tuple[Finding, ...]) -> None:
    """Refuse a file with its errors, if there are any (``Invalid``)."""
    if errors:
        raise Invalid("cost_panel.table", f"“{name}”有{len(errors)}处错误，改正后再试", errors)


def panel_of_table(table: Table, *, code: str, service: str, base_year: int | None = None) -> PanelTable:
    """Read a panel as far as it can be read.

    Parameters
    ----------
    table : Table
    code, service : str
    base_year : int, optional
        Prices the costs are to be brought to; the latest year of the table by default.

    Notes
    -----
    A driver named with ``[水平]`` enters without logarithm (a share, a mark), one with ``[条件]`` as a local
    condition; both marks may stand. Costs are in the unit the heading names.
    """
    empty = CostPanel(PanelSpec(code, service, COST, (), base_year or 0), ())
    headed = table.under(CODE, YEAR)
    if headed is None:
        text = f"表头（写有“{CODE}”“{YEAR}”等列名的一行）应在前{TITLES}行之内，每个列名占一格"
        return PanelTable(empty, (_finding(table, 0, 0, "heading", text),), None, frozenset())
    table, found = headed, told_of_broken(headed)
    columns = _columns(table, found)
    if columns is None:
        return PanelTable(empty, _sifted(table, found), None, frozenset())
    found += _shared(table, columns)
    lines: dict[tuple[str, int], list[int]] = {}
    rows = []
    for at, line in enumerate(table.rows[1:], start=1):
        if any(line) and (row := _row(table, columns, at, line, found)):
            rows.append(row)
            lines.setdefault((row.dmu, row.year), []).append(at)
    if not rows and not found:
        found.append(_finding(table, 1, 0, "empty", "表中没有数据行"))
    spec = PanelSpec(
        code, service, COST, tuple(driver for _, driver in columns.drivers),
        base_year or max((row.year for row in rows), default=0),
    )  # fmt: skip
    panel, places = CostPanel(spec, tuple(rows)), Places(table, columns.named, lines, columns.unit)
    own = [one for one in panel.check() if not found or one.code in PER_ROW]
    told = _sifted(table, [*found, *places.at_cells((*own, *check_slips(panel)))])
    return PanelTable(panel, told, places, frozenset(line[columns.fixed[CODE]] for line in table.rows[1:]))


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
    for column, written in enumerate(table.rows[0]):
        heading = _MARKS_LAST.sub(r"\g<label>\g<marks>\g<uom>", written)
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


def _finding(table: Table, row: int, column: int, code: str, text: str) -> Finding:
    return Finding(f"cost_panel.{code}", Severity.ERROR, table.where(row, column), text)


def told_of_broken(table: Table) -> list[Finding]:
    """Tell of each cell with an error value or a formula without a result."""
    text = "单元格是公式错误值（如 #REF!）或没有计算结果的公式，请改正公式、用 Excel 保存后再上传，或直接填数"
    return [
        Finding("cost_panel.formula", Severity.ERROR, Where(sheet=table.name, cell=address(place)), text)
        for place in table.broken
    ]


def _sifted(table: Table, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings; of a cell without a result nothing else is told."""
    broken = {address(place) for place in table.broken}
    return tuple(one for one in found if one.code == "cost_panel.formula" or one.where.cell not in broken)
