"""The pages of costing: a cost panel, a baseline, one unit's own sheet, the movement of a claim."""

from dataclasses import dataclass
from functools import cached_property

from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.findings import Finding
from budgetperf.money import MoneyUnit
from budgetperf.reports.baseline_view import BaselineView, DmuSheet
from budgetperf.reports.models import Footer, MoneyStyle, money_style
from budgetperf.reports.movement_view import MovementView


@dataclass(frozen=True, slots=True)
class BaselinePage:
    """成本绩效基线报告."""

    view: BaselineView
    footer: Footer


@dataclass(frozen=True, slots=True)
class DmuBaselinePage:
    """One unit's own sheet: where it stands, what each method says, whom it is held against."""

    view: BaselineView
    sheet: DmuSheet
    footer: Footer


@dataclass(frozen=True)
class CostPanelPage:
    """成本面板: its rows with units of measure, in prices of the year and of the base year.

    Parameters
    ----------
    panel : CostPanel
        As filed.
    prices : PriceIndex or None
        In force; None: nothing is deflated.
    findings : tuple of Finding
        Of its checks.
    footer : Footer
    """

    panel: CostPanel
    prices: PriceIndex | None
    findings: tuple[Finding, ...]
    footer: Footer

    @cached_property
    def based(self) -> CostPanel:
        """The panel in base-year prices; itself without an index."""
        return at_base_prices(self.panel, self.prices) if self.prices else self.panel

    @cached_property
    def money(self) -> MoneyStyle:
        """How amounts are written."""
        return money_style(MoneyUnit.WAN, (row.cost for one in (self.panel, self.based) for row in one.rows))


@dataclass(frozen=True)
class MovementPage:
    """特殊因素影响测算 of one claim."""

    view: MovementView
    footer: Footer

    @cached_property
    def money(self) -> MoneyStyle:
        """How amounts are written."""
        ends = (
            amount
            for row in self.view.rows
            for one in (row.before, row.after)
            for amount in (one.point, one.lower, one.upper)
        )
        given = (row.given_back for row in self.view.rows)
        claimed = (amount for one in self.view.claimed for amount in (one.amount, one.cost))
        return money_style(MoneyUnit.WAN, (*ends, *given, *claimed))
