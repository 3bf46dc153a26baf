"""Costs only one unit has (特殊因素): claimed by year, set aside from a panel, given back to a baseline.

Records and exact arithmetic on them. Imports nothing heavy: the web process checks claims with it, and shows
their movements.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from budgetperf.costing.cost_baseline import DmuBaseline, MethodEstimate
from budgetperf.costing.panel import CostPanel, PanelRow
from budgetperf.costing.prices import PriceIndex
from budgetperf.costing.rounding import half_up
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import ZERO, Money, MoneyUnit


@dataclass(frozen=True, slots=True)
class SpecialFactor:
    """What a unit claims.

    Parameters
    ----------
    dmu, label : str
        Whose cost, and what for: ``"D07"``, ``"山区桥隧保洁"``.
    amounts : mapping of int to Money
        Part of the unit's cost by year, in money of the year.
    """

    dmu: str
    label: str
    amounts: Mapping[int, Money]


@dataclass(frozen=True, slots=True)
class Movement:
    """One target's baseline before and after a claim.

    Parameters
    ----------
    before, after : DmuBaseline
        After: with ``given_back`` on the point and both ends of the band.
    given_back : Money
        The factor's cost in the year and prices of the target; zero for everybody but the claimant.
    """

    before: DmuBaseline
    after: DmuBaseline
    given_back: Money

    @property
    def change(self) -> Money:
        """What the point moved by."""
        return self.after.point - self.before.point

    @property
    def by_model(self) -> Money:
        """The part of it that comes from the methods fitted without the claimed cost."""
        return self.change - self.given_back


def set_aside(panel: CostPanel, factors: Sequence[SpecialFactor]) -> CostPanel:
    """Return the panel without the claimed costs, one claim after the other.

    Raises
    ------
    Invalid
        ``costing.special_factor`` with a finding a year: the unit has no row, or the amount is not between
        zero and what is left of its cost.
    """
    for at, factor in enumerate(factors):
        panel = _without(panel, factor, factors[:at])
    return panel


def _without(panel: CostPanel, factor: SpecialFactor, before: Sequence[SpecialFactor]) -> CostPanel:
    if not factor.amounts:
        raise Invalid("costing.special_factor", "特殊因素须至少写明一年的金额")
    rows = {row.year: row for row in panel.rows if row.dmu == factor.dmu}
    errors = tuple(
        Finding("costing.special_factor", Severity.ERROR, Where(pointer=f"/amounts/{year}"), text)
        for year, amount in factor.amounts.items()
        if (
            text := refusal(
                factor.dmu, year, amount, rows.get(year), less=claimed_in(before, factor.dmu, year)
            )
        )
    )
    if errors:
        text = f"特殊因素“{factor.label}”有{len(errors)}处错误，未作测算"
        raise Invalid("costing.special_factor", text, errors)
    return replace(
        panel,
        rows=tuple(
            replace(row, cost=row.cost - factor.amounts[row.year])
            if row.dmu == factor.dmu and row.year in factor.amounts
            else row
            for row in panel.rows
        ),
    )


def refusal(dmu: str, year: int, amount: Money, row: PanelRow | None, *, less: Money = ZERO) -> str:
    """Say why an amount cannot be set aside from a row of the panel; empty when it can.

    Parameters
    ----------
    dmu : str
    year : int
    amount : Money
    row : PanelRow or None
        None where the unit has none of that year.
    less : Money
        What admitted claims took from the row's cost already.
    """
    if row is None:
        return f"成本面板没有单元 {dmu} {year}年的数据，无从扣除"
    if not 0 < amount.fen < row.cost.fen:
        after = f"扣除已认定特殊因素{_both(less)}后的" if less else ""
        return (
            f"单元 {dmu} {year}年的特殊因素为{_both(amount)}，应大于0且小于该年成本{after}{_both(row.cost)}"
        )
    return ""


def _both(amount: Money) -> str:
    """Write an amount exactly in either unit a claim may be filled in."""
    return f"{amount.in_unit(MoneyUnit.WAN):f}万元（{amount}元）"


def given_back(
    factors: Sequence[SpecialFactor], dmu: str, year: int, *, prices: PriceIndex | None = None
) -> Money:
    """Return what a unit gets back in the prices of ``year``: of that year, else of each claim's latest year."""
    return Money.total(_of_year(one, year, prices) for one in factors if one.dmu == dmu)


def _of_year(factor: SpecialFactor, year: int, prices: PriceIndex | None) -> Money:
    near = year if year in factor.amounts else max(factor.amounts)
    amount = factor.amounts[near]
    if prices is None or near == year:
        return amount
    return Money(half_up(amount.fen * prices.factor(near, to=year)))


def claimed_in(factors: Sequence[SpecialFactor], dmu: str, year: int) -> Money:
    """Return what was set aside from a unit's cost of one year, in money of that year."""
    return Money.total(one.amounts.get(year, ZERO) for one in factors if one.dmu == dmu)


def lifted(baseline: DmuBaseline, amount: Money) -> DmuBaseline:
    """Return a baseline with an amount on its point, its band and every method's, so that no request is cut by it."""
    estimates = tuple(replace(one, **_lifted_ends(one, amount)) for one in baseline.estimates)
    return replace(baseline, estimates=estimates, **_lifted_ends(baseline, amount))


def _lifted_ends(one: DmuBaseline | MethodEstimate, amount: Money) -> dict[str, Any]:
    return {"point": one.point + amount, "lower": one.lower + amount, "upper": one.upper + amount}
