"""The only door between Money and Decimal on one side and pandas on the other: panels and drivers as frames."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pandas as pd

from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec, driver_value
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money, MoneyError, MoneyUnit

DMU, YEAR, COST, NAME, REGION, TREATMENT = "dmu", "year", "cost", "name", "region", "treatment"
KNOWN = (DMU, YEAR, COST, NAME, REGION, TREATMENT)


def panel_frame(panel: CostPanel) -> pd.DataFrame:
    """Return floats, one line per row, indexed by (dmu, year) in sorted order.

    Returns
    -------
    DataFrame
        ``cost`` (yuan, prices as the panel's) and one column per driver code.

    Raises
    ------
    Invalid
        If a finding of severity error stands; the findings come with it.
    """
    errors = tuple(f for f in panel.check() if f.severity is Severity.ERROR)
    if errors:
        raise Invalid(
            "costing.panel", f"成本面板{panel.spec.code}有{len(errors)}处错误，改正后才能测算", errors
        )
    rows = sorted(panel.rows, key=lambda row: (row.dmu, row.year))
    index = pd.MultiIndex.from_tuples([(row.dmu, row.year) for row in rows], names=[DMU, YEAR])
    frame = drivers_frame((row.drivers for row in rows), panel.spec).set_index(index)
    frame.insert(0, COST, [row.cost.fen / 100 for row in rows])
    return frame


def drivers_frame(drivers: Iterable[Mapping[str, Decimal]], spec: PanelSpec) -> pd.DataFrame:
    """Return declared drivers as floats, one line per mapping, columns in declared order."""
    lines = [[float(values[code]) for code in spec.codes] for values in drivers]
    return pd.DataFrame(lines, columns=spec.codes, dtype="float64")


def panel_from_frame(table: pd.DataFrame, *, spec: PanelSpec | None = None) -> CostPanel:
    """Return the panel a frame holds, to the fen: nothing is rounded.

    Parameters
    ----------
    table : DataFrame (n, 3 + n_drivers)
        ``dmu``, ``year``, ``cost`` in yuan, a column per driver; ``name``, ``region`` and ``treatment``
        where there are. These may also be levels of the index.
    spec : PanelSpec, optional
        Which columns are drivers and how they enter. By default every other column is work done, in
        logarithms, and the base year is the latest.

    Raises
    ------
    Invalid
        ``costing.frame``: a column is missing or repeated, or values cannot be used (a cost with a
        fraction of a fen among them), each with its row and column.

    Examples
    --------
    >>> table = pd.DataFrame({"dmu": ["甲"], "year": [2025], "cost": [1234.5], "area": [20.0]})
    >>> panel_from_frame(table).rows[0].cost
    Money(fen=123450)
    """
    if not isinstance(table, pd.DataFrame):
        raise Invalid("costing.frame", f"成本面板须为DataFrame，现为{type(table).__name__}")
    inside = [name for name in table.index.names if name in KNOWN]
    names = [*inside, *table.columns]
    declared = spec or _spec_of(names)
    _require_columns(names, declared, len(table))
    table = table.reset_index(level=inside) if inside else table
    reading = _Reading({str(name): table[name].tolist() for name in table.columns}, declared)
    rows = [row for at in range(len(table)) if (row := reading.row(at))]
    if reading.found:
        text = f"数据框有{len(reading.found)}处错误，改正后才能测算；首先是：{reading.found[0].message}"
        raise Invalid("costing.frame", text, tuple(reading.found))
    latest = max(row.year for row in rows)
    return CostPanel(declared if spec else replace(declared, base_year=latest), tuple(rows))


def _spec_of(names: Sequence[Hashable]) -> PanelSpec:
    drivers = tuple(DriverSpec(str(name), str(name), "") for name in names if name not in KNOWN)
    return PanelSpec("panel", "成本面板", "成本", drivers, 0)


def _require_columns(names: Sequence[Hashable], spec: PanelSpec, n_rows: int) -> None:
    """Refuse a frame without rows, without its columns, or with two of one name."""
    texts = [str(name) for name in names]
    missing = [name for name in (DMU, YEAR, COST, *spec.codes) if name not in texts]
    twice = sorted({name for name in texts if texts.count(name) > 1})
    wrong = [f"缺少列：{'、'.join(missing)}"] if missing else []
    wrong += [f"列名重复：{'、'.join(twice)}"] if twice else []
    wrong += [] if spec.drivers else ["至少要有一列成本动因"]
    wrong += [] if n_rows else ["没有数据行"]
    if wrong:
        found = tuple(Finding("costing.frame", Severity.ERROR, Where(pointer="/"), text) for text in wrong)
        raise Invalid("costing.frame", f"数据框{'；'.join(wrong)}；须有{DMU}、{YEAR}、{COST}和动因", found)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The columns of a frame being read, with what is wrong so far."""

    columns: Mapping[str, Sequence[object]]
    spec: PanelSpec
    found: list[Finding] = field(default_factory=list)

    def row(self, at: int) -> PanelRow | None:
        """Return a row, None after telling what is wrong with it."""
        before = len(self.found)
        dmu, year, cost = self._text(at, DMU), self._year(at), self._cost(at)
        if not dmu:
            self._wrong(at, DMU, "单元编码不能为空")
        drivers = {code: self._number(at, code) for code in self.spec.codes}
        if len(self.found) > before or year is None or cost is None:
            return None
        given = {code: value for code, value in drivers.items() if value is not None}
        name, group, treatment = (self._text(at, column) for column in (NAME, REGION, TREATMENT))
        return PanelRow(dmu, name or dmu, year, cost, given, group, treatment)

    def _text(self, at: int, column: str) -> str:
        value = self.columns[column][at] if column in self.columns else ""
        return "" if _missing(value) else str(value).strip()

    def _year(self, at: int) -> int | None:
        number = self._number(at, YEAR)
        if number is None:
            return None
        if number != int(number) or not 1990 <= number <= 2100:
            self._wrong(at, YEAR, "年度应为四位数字，如2025")
            return None
        return int(number)

    def _cost(self, at: int) -> Money | None:
        """Return a cost in yuan; a float that is the nearest to a whole number of fen is that number."""
        number = self._number(at, COST)
        if number is None:
            return None
        value = self.columns[COST][at]
        whole = number.quantize(Decimal("0.01"))
        if isinstance(value, float) and abs(float(whole) - value) <= 2 * math.ulp(value):
            number = whole
        try:
            return Money.parse(number, MoneyUnit.YUAN)
        except MoneyError as error:
            self._wrong(at, COST, str(error))
            return None

    def _number(self, at: int, column: str) -> Decimal | None:
        value = self.columns[column][at]
        if _missing(value):
            self._wrong(at, column, "不能为空")
            return None
        number = None if isinstance(value, bool) else driver_value(str(value))
        if number is None:
            self._wrong(at, column, f"“{value}”不是数字，或超出可用的范围")
        return number

    def _wrong(self, at: int, column: str, text: str) -> None:
        who = f"第{at + 1}行（{self._text(at, DMU) or '无编码'}）的“{column}”"
        where = Where(pointer=f"/rows/{at}/{column}")
        self.found.append(Finding("costing.frame", Severity.ERROR, where, f"{who}：{text}"))


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value or value == ""  # noqa: PLR0124
