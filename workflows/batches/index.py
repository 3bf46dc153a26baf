"""The indicator-system batch: computed where pandas and statsmodels may be loaded, kept as files.

Each step computes the build anew from the kept tables: it takes a second, and the same tables give
the same outcome. The draft comes last, so that a build without one still leaves its tables.
"""

from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_own_file
from budgetperf.costing.records import record
from budgetperf.evidence.attachments import MediaType
from budgetperf.provenance import Json
from budgetperf.statistics.form import IndexOrder
from workflows.about import About

STEPS = RESULT, TABLES, REPORT, DRAFT = "result", "tables", "report", "draft"
"""The outcome for the page, then a file each."""
MARKDOWN, YAML = "text/markdown", "application/yaml"


def about(_ctx: Context, order: IndexOrder) -> About:
    """Name the indicator system; it is about the whole city."""
    return About(f"建立指标体系“{order.title}”")


def act(ctx: Context, order: IndexOrder, step: str) -> Json:
    """Compute the build and keep what the step is for."""
    from budgetperf.actions.index_build import build, checked_draft  # pandas, statsmodels: the worker only
    from budgetperf.reports.index_report import index_report, markdown
    from budgetperf.workbooks.index_book import index_book  # loads XlsxWriter: the worker only

    outcome = build(ctx, order)
    if step == RESULT:
        return record(outcome)
    if step == DRAFT:
        draft = checked_draft(outcome, order, computed_on=order.computed_on)
        return _kept(ctx, draft.text.encode("utf-8"), YAML, draft.path.replace("/", "-"))
    report = index_report(outcome, order, computed_on=order.computed_on)
    if step == TABLES:
        return _kept(ctx, index_book(report), MediaType.XLSX.value, f"{order.title}-测算表.xlsx")
    return _kept(ctx, markdown(report).encode("utf-8"), MARKDOWN, f"{order.title}-测算报告.md")


def _kept(ctx: Context, content: bytes, media_type: str, filename: str) -> Json:
    return {"digest": keep_own_file(ctx, content, media_type), "filename": filename}
