"""CostPanel: one row per dmu and year, with cost and declared drivers, and its checks.

It fits nothing, deflates nothing (``prices``) and never drops a row: what is wrong is a finding.
Imports nothing heavy; ``frames`` makes floats of it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from statistics import median, median_high, median_low

from budgetperf.costing.conditioning import check_spans
from budgetperf.costing.words import DriverRole
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import BOUND
from budgetperf.money import Money, written_number

ROWS_PER_DRIVER = 10  # rule of thumb of regression texts; fewer rows give a warning
UNIT_JUMP = 3_000  # 元 in a 万元 column is x 10,000; genuine growth never comes near
UNIT_ALONE = 1_000  # the same between dmus: per work done they differ tenfold, not a thousandfold
RESERVED = frozenset({"const", "cost", "dmu", "year"})
"""What the models call their own columns; no driver may be called so."""
MOST_PLACES = 20  # of a driver: shares have more places than amounts


def driver_value(text: str) -> Decimal | None:
    """Return a driver's value as exactly as a workbook holds it; None when it is no number or too large or fine.

    Examples
    --------
    >>> driver_value("123456789.5"), driver_value("1e15"), driver_value("1e-21")
    (Decimal('123456789.5'), None, None)
    """
    number = written_number(text)
    if number is None or abs(number) >= BOUND:
        return None
    with localcontext(prec=60):  # the usual 28 digits do not hold 20 places of a large number
        return number if number == round(number, MOST_PLACES) else None


@dataclass(frozen=True, slots=True)
class DriverSpec:
    """A declared cost driver.

    Parameters
    ----------
    code, label : str
        ``"area"``, ``"保洁面积"``.
    uom : str
        Unit of measure (计量单位), e.g. ``"万平方米"``.
    logged : bool
        True: enters in logarithms, so it must be positive. False: enters as it is (a share, a
        zero-one mark).
    role : DriverRole
        Work done, or a local condition: methods that envelop work correct for conditions afterwards.
    """

    code: str
    label: str
    uom: str
    logged: bool = True
    role: DriverRole = DriverRole.WORK


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """What a panel measures: one service, one cost, its drivers, its price base."""

    code: str
    service: str
    cost_label: str
    drivers: tuple[DriverSpec, ...]
    base_year: int

    @property
    def codes(self) -> list[str]:
        """Driver codes in declared order."""
        return [driver.code for driver in self.drivers]

    @property
    def levels(self) -> tuple[str, ...]:
        """Codes of the drivers that enter without logarithm."""
        return tuple(driver.code for driver in self.drivers if not driver.logged)

    @property
    def work(self) -> tuple[DriverSpec, ...]:
        """Drivers that measure work done: logged, and no condition."""
        return tuple(one for one in self.drivers if one.logged and one.role is DriverRole.WORK)

    @property
    def conditions(self) -> tuple[DriverSpec, ...]:
        """Local conditions."""
        return tuple(one for one in self.drivers if one.role is DriverRole.CONDITION)


@dataclass(frozen=True, slots=True)
class PanelRow:
    """One dmu in one year; ``drivers`` by code, ``group`` its region, ``treatment`` the key of a special case."""

    dmu: str
    name: str
    year: int
    cost: Money
    drivers: Mapping[str, Decimal]
    group: str = ""
    treatment: str = ""

    @property
    def where(self) -> Where:
        """The row's place in findings."""
        return Where(pointer=f"/rows/{self.dmu}/{self.year}")


@dataclass(frozen=True, slots=True)
class CostPanel:
    """Rows of comparable units.

    Parameters
    ----------
    spec : PanelSpec
    rows : tuple of PanelRow
    price_index : str
        Code of the index that brought the costs to ``spec.base_year``; empty for money of the
        year itself.
    """

    spec: PanelSpec
    rows: tuple[PanelRow, ...]
    price_index: str = ""

    def check(self) -> tuple[Finding, ...]:
        """Return every finding of the panel, in the order of ``CHECKS``."""
        return tuple(finding for check in CHECKS for finding in check(self))


def _finding(rule: str, severity: Severity, where: Where, message: str) -> Finding:
    return Finding(f"costing.{rule}", severity, where, message)


def _of_driver(rule: str, driver: DriverSpec, message: str) -> Finding:
    return _finding(rule, Severity.ERROR, Where(pointer=f"/drivers/{driver.code}"), message)


def check_duplicate(panel: CostPanel) -> tuple[Finding, ...]:
    """One row per dmu and year."""
    counts = Counter((row.dmu, row.year) for row in panel.rows)
    return tuple(
        _finding(
            "duplicate",
            Severity.ERROR,
            Where(pointer=f"/rows/{dmu}/{year}"),
            f"{dmu}在{year}年有{count}行，请只保留一行",
        )
        for (dmu, year), count in counts.items()
        if count > 1
    )


def check_cost(panel: CostPanel) -> tuple[Finding, ...]:
    """Costs are positive."""
    return tuple(
        _finding("cost", Severity.ERROR, row.where, f"{row.name} {row.year}年成本为{row.cost}元，须为正数")
        for row in panel.rows
        if row.cost.fen <= 0
    )


def check_drivers(panel: CostPanel) -> tuple[Finding, ...]:
    """Each declared driver is there, finite, and positive where it enters in logarithms."""
    found = []
    for row in panel.rows:
        for driver in panel.spec.drivers:
            value = row.drivers.get(driver.code)
            if value is None or not value.is_finite():
                text = f"{row.name} {row.year}年缺少“{driver.label}”（{driver.uom}）"
            elif driver.logged and value <= 0:
                text = f"{row.name} {row.year}年“{driver.label}”为{value}{driver.uom}，取对数的因素须为正数"
            else:
                continue
            found.append(
                _finding(
                    "driver",
                    Severity.ERROR,
                    Where(pointer=f"{row.where.pointer}/drivers/{driver.code}"),
                    text,
                )
            )
    return tuple(found)


def check_codes(panel: CostPanel) -> tuple[Finding, ...]:
    """No driver is called as a column of the models is: the constant, cost, or another driver's logarithm."""
    taken = RESERVED | {f"log({one.code})" for one in panel.spec.drivers if one.logged}
    return tuple(
        _of_driver("code", one, f"“{one.label}”不能作成本动因的名称，模型已有同名的列，请改名")
        for one in panel.spec.drivers
        if one.code in taken
    )


def check_rows(panel: CostPanel) -> tuple[Finding, ...]:
    """At least ten rows per driver."""
    n, needed = len(panel.rows), ROWS_PER_DRIVER * len(panel.spec.drivers)
    if n >= needed:
        return ()
    text = f"{len(panel.spec.drivers)}个因素只有{n}行数据，少于{needed}行，结果仅供参考"
    return (_finding("rows", Severity.WARNING, Where(pointer="/rows"), text),)


def check_constant(panel: CostPanel) -> tuple[Finding, ...]:
    """A driver that never varies explains nothing, a cost that never varies needs no explaining."""
    if len(panel.rows) > 1 and len({row.cost for row in panel.rows}) == 1:
        text = f"全部{len(panel.rows)}行成本相同，无从测算，请核对数据"
        return (_finding("constant", Severity.ERROR, Where(pointer="/rows"), text),)
    return tuple(
        _of_driver(
            "constant", driver, f"“{driver.label}”在全部{len(panel.rows)}行中取值相同，不能作为成本动因"
        )
        for driver in panel.spec.drivers
        if len({row.drivers.get(driver.code) for row in panel.rows}) == 1
    )


def check_unit(panel: CostPanel) -> tuple[Finding, ...]:
    """A cost thousands of times the dmu's own other years is in the wrong unit."""
    by_dmu: defaultdict[str, list[PanelRow]] = defaultdict(list)
    for row in panel.rows:
        by_dmu[row.dmu].append(row)
    found = []
    for rows in by_dmu.values():
        for row in rows:
            others = [other.cost.fen for other in rows if other is not row]
            if not others:
                continue
            if 0 < UNIT_JUMP * median_high(others) <= row.cost.fen:
                guess = "像是填大了一万倍"
            elif 0 < UNIT_JUMP * row.cost.fen <= median_low(others):
                guess = "像是填小了一万倍"
            else:
                continue
            text = (
                f"{row.name} {row.year}年成本{row.cost}元与本单位其他年份相差数千倍，{guess}，"
                "或其他年份填错；请核对各年填的是元还是万元"
            )
            found.append(_finding("unit", Severity.ERROR, row.where, text))
    return tuple(found)


def check_span(panel: CostPanel) -> tuple[Finding, ...]:
    """Positive values of a column that lie a million times apart are hardly of one unit of measure."""
    columns = {"成本": [Decimal(row.cost.fen) for row in panel.rows]}
    columns |= {
        one.label: [row.drivers[one.code] for row in panel.rows if one.code in row.drivers]
        for one in panel.spec.drivers
        if one.logged
    }
    return check_spans({label: [one for one in found if one.is_finite()] for label, found in columns.items()})


def check_unit_alone(panel: CostPanel) -> tuple[Finding, ...]:
    """A dmu whose cost per work done is thousands of times, or thousandths of, the others' is in another unit."""
    costs: defaultdict[str, list[Decimal]] = defaultdict(list)
    first: dict[str, PanelRow] = {}
    work = panel.spec.work[:1]
    for row in panel.rows:
        done = row.drivers.get(work[0].code) if work else Decimal(1)
        if done is not None and done.is_finite() and done > 0 and row.cost.fen > 0:
            costs[row.dmu].append(row.cost.fen / done)
            first.setdefault(row.dmu, row)
    typical = {dmu: median(found) for dmu, found in costs.items()}
    ranked = sorted(typical.values())
    found = []
    for dmu, own in typical.items():
        others = _median_without(ranked, own)
        if others and not others / UNIT_ALONE < own < others * UNIT_ALONE:
            per = f"单位“{work[0].label}”成本" if work else "成本"
            text = f"{first[dmu].name}的{per}与其他单位相差上千倍，请核对成本是元还是万元、工作量的计量单位"
            found.append(_finding("unit_alone", Severity.WARNING, first[dmu].where, text))
    return tuple(found)


def _median_without(ranked: list[Decimal], one: Decimal) -> Decimal | None:
    """Return the median of sorted values but for one of them; None of nothing."""
    at = bisect_left(ranked, one)
    rest = len(ranked) - 1
    if not rest:
        return None
    low, high = ((rest - 1) // 2, rest // 2)
    return (ranked[low + (low >= at)] + ranked[high + (high >= at)]) / 2


CHECKS = (
    check_codes,
    check_duplicate,
    check_cost,
    check_drivers,
    check_rows,
    check_constant,
    check_unit,
    check_unit_alone,
    check_span,
)
