"""Printing what costing came to: panel, baseline, one unit's own sheet, a claim's movement, each as PDF and as workbook.

A step reads as the person who ordered it, so nobody prints what is not theirs to see.
"""

from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_own_file
from budgetperf.actions.papers.costing import baseline_page, dmu_page, movement_page, panel_page
from budgetperf.evidence.attachments import MediaType
from budgetperf.forms import Form, Line, ask
from budgetperf.provenance import Json
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from workflows.about import About
from workflows.batches.papers import PDF

Page = BaselinePage | DmuBaselinePage | CostPanelPage | MovementPage


class PanelPaperOrder(Form):
    """Which cost panel is printed."""

    panel_code: Line = ask("成本面板编码")


class BaselinePaperOrder(Form):
    """Which baseline is printed."""

    record_id: Line = ask("成本基线记录")


class DmuPaperOrder(Form):
    """Of which baseline which unit's own sheet is printed."""

    record_id: Line = ask("成本基线记录")
    dmu: Line = ask("单元编码")


class MovementPaperOrder(Form):
    """Of which special-factor claim the movement is printed."""

    record_id: Line = ask("特殊因素申请记录")


def about_panel(ctx: Context, order: PanelPaperOrder) -> About:
    """Name the panel; it is about the whole city."""
    return About(f"打印{panel_page(ctx, order.panel_code).panel.spec.service}成本面板")


def about_baseline(ctx: Context, order: BaselinePaperOrder) -> About:
    """Name the baseline; it is about the whole city."""
    view = baseline_page(ctx, order.record_id).view
    return About(f"打印{view.package.period}年度{view.title}报告")


def about_dmu(ctx: Context, order: DmuPaperOrder) -> About:
    """Name the unit, if its sheet may be seen: what may be seen is asked of the baseline, not of a place."""
    page = dmu_page(ctx, order.record_id, order.dmu)
    place = next((grant.scope for grant in ctx.actor.grants), "")
    return About(f"打印{page.sheet.name}{page.view.package.period}年度成本基线", place)


def about_movement(ctx: Context, order: MovementPaperOrder) -> About:
    """Name the claim; who moves is about the whole city."""
    view = movement_page(ctx, order.record_id).view
    return About(f"打印特殊因素“{view.label}”影响测算")


def panel(ctx: Context, order: PanelPaperOrder, step: str) -> Json:
    """Print a panel."""
    return _keep(ctx, panel_page(ctx, order.panel_code), step, name=f"{order.panel_code}-成本面板")


def baseline(ctx: Context, order: BaselinePaperOrder, step: str) -> Json:
    """Print the report of a baseline."""
    page = baseline_page(ctx, order.record_id)
    package = page.view.package
    return _keep(ctx, page, step, name=f"{package.subject}-{package.period}年度成本基线报告")


def dmu(ctx: Context, order: DmuPaperOrder, step: str) -> Json:
    """Print one unit's own sheet."""
    page = dmu_page(ctx, order.record_id, order.dmu)
    package = page.view.package
    return _keep(ctx, page, step, name=f"{package.subject}-{package.period}年度成本基线-{order.dmu}")


def movement(ctx: Context, order: MovementPaperOrder, step: str) -> Json:
    """Print the movement of a claim."""
    page = movement_page(ctx, order.record_id)
    name = f"{page.view.panel}-{page.view.fiscal_year}年度特殊因素影响测算-{page.view.own.dmu}"
    return _keep(ctx, page, step, name=name)


def _keep(ctx: Context, page: Page, step: str, *, name: str) -> Json:
    from budgetperf.reports.renderers import render  # loads reportlab: the worker only
    from budgetperf.workbooks.cost_books import cost_book  # loads XlsxWriter: the worker only

    content = render(page) if step == PDF else cost_book(page)
    digest = keep_own_file(ctx, content, (MediaType.PDF if step == PDF else MediaType.XLSX).value)
    return {"digest": digest, "filename": f"{name}.{step}"}
