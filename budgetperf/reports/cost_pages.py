"""The pages of costing: a cost panel, a baseline, one unit's own sheet, the movement of a claim."""

from dataclasses import dataclass

from budgetperf.costing.panel import CostPanel
from budgetperf.costing.prices import PriceIndex
from budgetperf.findings import Finding
from budgetperf.reports.baseline_view import BaselineView, DmuSheet
from budgetperf.reports.models import Footer
from budgetperf.reports.movement_view import MovementView


@dataclass(frozen=True, slots=True)
class BaselinePage:
    """成本绩效基线报告."""

    view: BaselineView
    footer: Footer

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return self.view.address


@dataclass(frozen=True, slots=True)
class DmuBaselinePage:
    """One unit's own sheet: where it stands, what each method says, whom it is held against."""

    view: BaselineView
    sheet: DmuSheet
    footer: Footer

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return f"{self.view.address}/{self.sheet.dmu}"


@dataclass(frozen=True, slots=True)
class CostPanelPage:
    """成本面板: its rows with units of measure, in prices of the year and of the base year.

    Parameters
    ----------
    panel : CostPanel
        As filed.
    based : CostPanel or None
        In prices of the base year; None where the index cannot say.
    prices : PriceIndex
        In force.
    findings : tuple of Finding
        Of its checks.
    footer : Footer
    """

    panel: CostPanel
    based: CostPanel | None
    prices: PriceIndex
    findings: tuple[Finding, ...]
    footer: Footer

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return f"cost_panel/{self.panel.spec.code}"


@dataclass(frozen=True, slots=True)
class MovementPage:
    """特殊因素影响测算 of one claim."""

    view: MovementView
    footer: Footer

    @property
    def address(self) -> str:
        """Start of every figure id."""
        return f"movement/{self.view.panel}/{self.view.fiscal_year}"
