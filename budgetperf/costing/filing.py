"""What is asked of a cost panel when it is handed in, whichever way it comes: by file, by API, on the command line.

Beyond ``CostPanel.check``, which every fit asks again: here are slips of the hand, and what the price index
and the edition in force would refuse later. Imports nothing heavy.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from operator import mul
from statistics import median, median_high, median_low

from budgetperf.costing.conditioning import ILL_CONDITIONED
from budgetperf.costing.panel import UNIT_JUMP, CostPanel, DriverSpec, PanelRow
from budgetperf.costing.prices import PriceIndex
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import MoneyUnit

SHARES = frozenset({"比例", "比率", "占比"})
DRIVER_JUMP = 5  # work and conditions of a unit hardly change so from year to year; a zero too many is x 10
SPARE_UNITS = 2  # beyond one a driver: the constant, and one to tell the error by
CONSTANT = ""
PER_ROW = frozenset({"costing.duplicate", "costing.cost", "costing.driver", "costing.unit"})
"""Findings of ``CostPanel.check`` that hold of a row whatever the others say."""


def check_slips(panel: CostPanel) -> tuple[Finding, ...]:
    """Return what looks like a slip: two names of a unit, percents among shares, a zero too many."""
    return (*check_names(panel), *check_percents(panel), *check_jumps(panel))


def check_usable(
    panel: CostPanel, *, prices: PriceIndex | None, treatments: Collection[str] | None
) -> tuple[Finding, ...]:
    """Return why a panel could never be fitted, and what in it a fit would not heed.

    Parameters
    ----------
    panel : CostPanel
    prices : PriceIndex or None
        The costs are to be brought to the base year by; None where they are not.
    treatments : collection of str or None
        Keys of the special cases the edition knows; None where there is no edition yet.
    """
    told = (*check_prices(panel, prices), *check_treatments(panel, treatments))
    return (*told, *check_units(panel), *check_repeats(panel))


def check_names(panel: CostPanel) -> tuple[Finding, ...]:
    """Warn of a code whose name is not that of its first row: perhaps two units under one code."""
    names: dict[str, str] = {}
    return tuple(
        _finding(
            "name",
            row,
            "name",
            f"单元编码“{row.dmu}”有两个名称：“{names[row.dmu]}”“{row.name}”，请核对是否为同一单元",
            Severity.WARNING,
        )
        for row in panel.rows
        if names.setdefault(row.dmu, row.name) != row.name
    )


def check_percents(panel: CostPanel) -> tuple[Finding, ...]:
    """Tell of 45 among 0.3 to 0.9: an error where the unit of measure is a share, else a warning."""
    found = []
    for driver in panel.spec.drivers:
        given = [row for row in panel.rows if driver.code in row.drivers]
        values = sorted(abs(row.drivers[driver.code]) for row in given)
        if driver.logged or not values or values[len(values) * 3 // 4] > 1:
            continue
        severity = Severity.ERROR if driver.uom in SHARES else Severity.WARNING
        for row in given:
            value = row.drivers[driver.code]
            text = f"{driver.label}“{value}”大于1，其余多在0与1之间，像是把百分数填成了比例，请核对"
            if value > 1:
                found.append(_finding("percent", row, f"drivers/{driver.code}", text, severity))
    return tuple(found)


def check_jumps(panel: CostPanel) -> tuple[Finding, ...]:
    """Warn of a cost or a driver many times, or a fraction of, what it is in the unit's other years."""
    by_dmu: defaultdict[str, list[PanelRow]] = defaultdict(list)
    for row in panel.rows:
        by_dmu[row.dmu].append(row)
    columns = [one for one in panel.spec.drivers if one.logged]
    return tuple(
        finding
        for rows in by_dmu.values()
        if len({row.year for row in rows}) == len(rows)  # a year given twice is an error of its own
        for finding in (
            *_jumps([(row, row.cost.in_unit(MoneyUnit.YUAN)) for row in rows], "cost", "成本", "元"),
            *(
                finding
                for one in columns
                for finding in _jumps(_driven(rows, one.code), f"drivers/{one.code}", one.label, one.uom)
            ),
        )
    )


def _driven(rows: Iterable[PanelRow], code: str) -> list[tuple[PanelRow, Decimal]]:
    return [(row, row.drivers[code]) for row in rows if code in row.drivers]


def _jumps(given: Sequence[tuple[PanelRow, Decimal]], field: str, label: str, uom: str) -> Iterable[Finding]:
    known = [(row, value) for row, value in given if value > 0]
    for row, value in known:
        others = [one for other, one in known if other is not row]
        if others and not median_low(others) / DRIVER_JUMP < value < median_high(others) * DRIVER_JUMP:
            usual = median(others)
            if field == "cost" and max(value / usual, usual / value) >= UNIT_JUMP:
                continue  # told by ``panel.check_unit``
            times = f"{value / usual:,.1f}" if value > usual else f"{Decimal(f'{value / usual:.2g}'):f}"
            own, theirs = f"“{label}”为{value:f}{uom}", f"中位数{usual:f}"
            if field == "cost":
                own, theirs = f"{label}为{value:.2f}{uom}", f"{label}中位数{usual:.2f}{uom}"
            text = f"{row.name} {row.year}年{own}，是本单位其他年份（{theirs}）的{times}倍，请核对是否多写或少写了零"
            yield _finding("jump", row, field, text, Severity.WARNING)


def check_units(panel: CostPanel) -> tuple[Finding, ...]:
    """Warn of a panel of fewer units than any method can be fitted on: years of one unit are not units."""
    n, k = len({row.dmu for row in panel.rows if not row.treatment}), len(panel.spec.drivers)
    if n >= k + SPARE_UNITS:
        return ()
    text = (
        f"{k}个因素至少要有{k + SPARE_UNITS}个单元才能测算，现有{n}个（按特殊情形处理的不计）；"
        "请补充单元，或减少因素"
    )
    return (Finding("cost_panel.units", Severity.WARNING, Where(pointer="/rows"), text),)


def check_repeats(panel: CostPanel) -> tuple[Finding, ...]:
    """Warn of a driver that others give away: as it is fitted, a multiple or a sum of them."""
    drivers = panel.spec.drivers
    rows = [row for row in panel.rows if not row.treatment and all(_usable(row, one) for one in drivers)]
    if len(rows) <= len(drivers) + 1:
        return ()  # told by ``check_units``
    found, before = [], {CONSTANT: [1.0] * len(rows)}
    for driver in drivers:
        given = [float(row.drivers[driver.code]) for row in rows]
        column = [math.log(one) for one in given] if driver.logged else given
        if len(set(column)) > 1 and _own_part(column, before.values()) < 1 / ILL_CONDITIONED:
            others = [name for name in before if name and not _given_by(column, before, but=name)]
            how = f"几乎可由{'、'.join(others)}算出（重复、倍数或合计）" if others else "各行几乎相同"
            text = f"“{driver.label}”{how}，测算会被拒绝，或系数没有意义；请去掉或合并重复的因素"
            where = Where(pointer=f"/drivers/{driver.code}")
            found.append(Finding("cost_panel.repeat", Severity.WARNING, where, text))
            continue
        before[f"“{driver.label}”"] = column
    return tuple(found)


def _usable(row: PanelRow, driver: DriverSpec) -> bool:
    value = row.drivers.get(driver.code)
    return value is not None and value.is_finite() and (value > 0 or not driver.logged)


def _given_by(column: Sequence[float], others: Mapping[str, Sequence[float]], *, but: str) -> bool:
    rest = (one for name, one in others.items() if name != but)
    return _own_part(column, rest) < 1 / ILL_CONDITIONED


def _own_part(column: Sequence[float], others: Iterable[Sequence[float]]) -> float:
    """Return the part of a column (n,) of unit length that others (n,) leave unexplained (Gram-Schmidt, twice)."""
    basis: list[list[float]] = []
    length = 0.0
    for one in (*others, column):
        size = math.hypot(*one) or 1.0
        rest = [value / size for value in one]
        for axis in (*basis, *basis):
            along = sum(map(mul, rest, axis))
            rest = [value - along * other for value, other in zip(rest, axis, strict=True)]
        length = math.hypot(*rest)
        if length > 1 / ILL_CONDITIONED:
            basis.append([value / length for value in rest])
    return length


def check_prices(panel: CostPanel, prices: PriceIndex | None) -> tuple[Finding, ...]:
    """The index covers the base year, and the year and region of every row; one of no regions heeds none."""
    if prices is None:
        return ()
    found, base, regions = [], panel.spec.base_year, "、".join(prices.regions)
    if base not in prices.values:
        text = f"价格指数{prices.code}没有{base}年的值，请另选基年，或先补充指数"
        found.append(Finding("cost_panel.base_year", Severity.ERROR, Where(pointer="/base_year"), text))
    for row in panel.rows:
        if row.year not in prices.values:
            text = f"价格指数{prices.code}没有{row.year}年的值，无法折算到基年；请先补充指数，或删去此行"
            found.append(_finding("price_year", row, "year", text))
        if prices.regions and row.group not in prices.regions:
            text = f"价格指数{prices.code}没有地区“{row.group}”的值，现有：{regions}"
            found.append(_finding("region", row, "region", text))
    if not prices.regions:
        first = {row.group: row for row in reversed(panel.rows) if row.group}
        for region, row in reversed(first.items()):
            text = f"现行价格指数{prices.code}不分地区，“{region}”的成本不作地区折算，请核对地区名称"
            found.append(_finding("no_regions", row, "region", text, Severity.NOTE))
    return tuple(found)


def check_treatments(panel: CostPanel, known: Collection[str] | None) -> tuple[Finding, ...]:
    """Every special case is one of the edition's."""
    if known is None:
        return ()
    listed = "、".join(sorted(known)) or "无"
    return tuple(
        _finding(
            "treatment",
            row,
            "treatment",
            f"特殊情形“{row.treatment}”不在现行测算口径中，测算时会被拒绝，请核对；可用：{listed}",
        )
        for row in panel.rows
        if row.treatment and row.treatment not in known
    )


def _finding(code: str, row: PanelRow, field: str, text: str, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(f"cost_panel.{code}", severity, Where(pointer=f"{row.where.pointer}/{field}"), text)
