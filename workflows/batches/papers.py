"""Printing: a paper of a record or a round as PDF and as XLSX, kept by digest.

The page is built once per step from stored facts (``actions.papers``); the same facts give the
same bytes, so printing again keeps nothing new. What a run answers is the digest and the name of
each file.
"""

from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_own_file
from budgetperf.actions.papers.evaluation_report import evaluation_report_page
from budgetperf.actions.papers.limits_notice import limits_notice_page
from budgetperf.actions.papers.self_evaluation import self_evaluation_page
from budgetperf.evidence.attachments import MediaType
from budgetperf.forms import Form, Line, ask
from budgetperf.provenance import Json
from budgetperf.reports.notice import LimitsNoticePage
from budgetperf.reports.pages import EvaluationReportPage, SelfEvaluationPage
from budgetperf.store.budget import round_of
from budgetperf.store.organisations import organisation_at
from budgetperf.store.records import get_record
from workflows.about import About

PDF, XLSX = "pdf", "xlsx"

Page = SelfEvaluationPage | EvaluationReportPage | LimitsNoticePage


class SelfEvaluationOrder(Form):
    """Which self-evaluation is printed."""

    record_id: Line = ask("自评记录")


class EvaluationReportOrder(Form):
    """Which finance evaluation is printed, and who signs it."""

    record_id: Line = ask("财政评价记录")
    evaluator: Line = ask("评价机构")


class NoticeOrder(Form):
    """Which department is told of its limits, by whom, under which number."""

    round_id: Line = ask("控制数轮次")
    department_path: Line = ask("主管部门")
    issuer: Line = ask("发文机关")
    document_number: Line = ask("文号")


def about_record(ctx: Context, order: SelfEvaluationOrder | EvaluationReportOrder) -> About:
    """Name the record that is printed."""
    record = get_record(ctx.session, ctx.actor, order.record_id)
    return About(f"打印“{record.name}”{record.fiscal_year}年度{record.stage.label}材料", record.path)


def about_round(ctx: Context, order: NoticeOrder) -> About:
    """Name the department and the year of a notice."""
    department = organisation_at(ctx.session, order.department_path)
    year = round_of(ctx.session, order.round_id).fiscal_year
    return About(f"打印{department.name}{year}年度预算控制数下达通知", department.path)


def self_evaluation(ctx: Context, order: SelfEvaluationOrder, step: str) -> Json:
    """Print a confirmed self-evaluation."""
    record = get_record(ctx.session, ctx.actor, order.record_id)
    page = self_evaluation_page(ctx, record)
    return _keep(ctx, page, step, name=f"{record.subject}-{record.fiscal_year}年度自评表")


def evaluation_report(ctx: Context, order: EvaluationReportOrder, step: str) -> Json:
    """Print a confirmed finance evaluation."""
    record = get_record(ctx.session, ctx.actor, order.record_id)
    page = evaluation_report_page(ctx, record, evaluator=order.evaluator)
    return _keep(ctx, page, step, name=f"{record.subject}-{record.fiscal_year}年度评价报告")


def limits_notice(ctx: Context, order: NoticeOrder, step: str) -> Json:
    """Print the notice of limits of one department."""
    facts = round_of(ctx.session, order.round_id)
    page = limits_notice_page(
        ctx, facts, order.department_path, issuer=order.issuer, document_number=order.document_number
    )
    return _keep(ctx, page, step, name=f"{page.department}-{facts.fiscal_year}年度控制数通知")


def _keep(ctx: Context, page: Page, step: str, *, name: str) -> Json:
    from budgetperf.reports.renderers import render  # loads reportlab: the worker only
    from budgetperf.workbooks.books import book  # loads XlsxWriter: the worker only

    content = render(page) if step == PDF else book(page)
    digest = keep_own_file(ctx, content, (MediaType.PDF if step == PDF else MediaType.XLSX).value)
    return {"digest": digest, "filename": f"{name}.{step}"}
