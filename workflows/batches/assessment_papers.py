"""Printing what an assessment came to: result notice, score trace, ranking table.

A step reads as the person who ordered it, so nobody prints a result that is not theirs to see.
"""

from typing import Any

from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_own_file
from budgetperf.actions.papers.assessment import (
    assessment_notice_page,
    assessment_ranking_page,
    assessment_trace_page,
    ranking_book,
)
from budgetperf.errors import NotFound
from budgetperf.evidence.attachments import MediaType
from budgetperf.forms import Form, Line, ask
from budgetperf.process.stages import Stage
from budgetperf.provenance import Json
from budgetperf.store.records import RecordFacts, get_record
from workflows.about import About
from workflows.batches.papers import PDF, XLSX


class UnitPaperOrder(Form):
    """Whose result is printed."""

    campaign_id: Line = ask("考评记录")
    unit: Line = ask("考评对象", "编码")


class RankingOrder(Form):
    """Of which campaign the ranking is printed."""

    campaign_id: Line = ask("考评记录")


def _campaign(ctx: Context, order: UnitPaperOrder | RankingOrder) -> RecordFacts:
    record = get_record(ctx.session, ctx.actor, order.campaign_id)
    if record.stage is not Stage.ASSESSMENT:
        raise NotFound("record.stage", "没有找到该年度考评，或您无权查看")
    return record


def _place(ctx: Context) -> str:
    """Return where the actor stands: what they may see is asked of the result itself, not of a place."""
    return next((grant.scope for grant in ctx.actor.grants), "")


def about_notice(ctx: Context, order: UnitPaperOrder) -> About:
    """Name the unit, if its result may be seen."""
    page = assessment_notice_page(ctx, _campaign(ctx, order), order.unit)
    return About(f"打印{page.campaign}{page.line.name}结果通知书", _place(ctx))


def about_trace(ctx: Context, order: UnitPaperOrder) -> About:
    """Name the unit, if its result may be seen."""
    page = assessment_trace_page(ctx, _campaign(ctx, order), order.unit)
    return About(f"打印{page.campaign}{page.line.name}计分明细", _place(ctx))


def about_ranking(ctx: Context, order: RankingOrder) -> About:
    """Name the campaign, if any result of it may be seen."""
    page = assessment_ranking_page(ctx, _campaign(ctx, order))
    return About(f"打印{page.campaign}结果排名表", _place(ctx))


def notice(ctx: Context, order: UnitPaperOrder, _step: str) -> Json:
    """Print the result notice of a unit."""
    page = assessment_notice_page(ctx, _campaign(ctx, order), order.unit)
    return _keep_pdf(ctx, page, f"{page.subject}-考评结果通知书")


def trace(ctx: Context, order: UnitPaperOrder, _step: str) -> Json:
    """Print the score trace of a unit."""
    page = assessment_trace_page(ctx, _campaign(ctx, order), order.unit)
    return _keep_pdf(ctx, page, f"{page.subject}-考评计分明细")


def ranking(ctx: Context, order: RankingOrder, step: str) -> Json:
    """Print the ranking, as PDF and as workbook."""
    record = _campaign(ctx, order)
    name = f"{record.subject}-考评结果排名表"
    if step == PDF:
        return _keep_pdf(ctx, assessment_ranking_page(ctx, record), name)
    digest = keep_own_file(ctx, ranking_book(ctx, record), MediaType.XLSX.value)
    return {"digest": digest, "filename": f"{name}.{XLSX}"}


def _keep_pdf(ctx: Context, page: Any, name: str) -> Json:  # noqa: ANN401 - any page a renderer is known for
    from budgetperf.reports.renderers import render  # loads reportlab: the worker only

    return {
        "digest": keep_own_file(ctx, render(page), MediaType.PDF.value),
        "filename": f"{name}.{PDF}",
    }
