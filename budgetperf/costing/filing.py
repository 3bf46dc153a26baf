"""What is asked of a cost panel when it is handed in, whichever way it comes: by file, by API, on the command line.

Beyond ``CostPanel.check``, which every fit asks again: here are slips of the hand, and what the price index
and the edition in force would refuse later. Imports nothing heavy.
"""

from collections.abc import Collection

from budgetperf.costing.panel import CostPanel, PanelRow
from budgetperf.costing.prices import PriceIndex
from budgetperf.findings import Finding, Severity, Where

SHARES = frozenset({"比例", "比率", "占比"})
PER_ROW = frozenset({"costing.duplicate", "costing.cost", "costing.driver", "costing.unit"})
"""Findings of ``CostPanel.check`` that hold of a row whatever the others say."""


def check_slips(panel: CostPanel) -> tuple[Finding, ...]:
    """Return what looks like a slip: two names of a unit, percents among shares."""
    return (*check_names(panel), *check_percents(panel))


def check_usable(
    panel: CostPanel, *, prices: PriceIndex | None, treatments: Collection[str] | None
) -> tuple[Finding, ...]:
    """Return why a panel could never be fitted.

    Parameters
    ----------
    panel : CostPanel
    prices : PriceIndex or None
        The costs are to be brought to the base year by; None where they are not.
    treatments : collection of str or None
        Keys of the special cases the edition knows; None where there is no edition yet.
    """
    return (*check_prices(panel, prices), *check_treatments(panel, treatments))


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


def check_prices(panel: CostPanel, prices: PriceIndex | None) -> tuple[Finding, ...]:
    """The index covers the base year, and the year and region of every row."""
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
