"""The page of one report of facts: what was filed, before it is accepted and after."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.assessment_presets import item_labels
from api.desks.frame import answer, frame_of
from api.desks.moves import assessment_page, offered
from api.desks.verbs import about
from api.screens.assessed_report import ReportedLine, ReportPage
from api.screens.buttons import Link
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.fact_reports import report_of
from budgetperf.errors import NotFound
from budgetperf.lifecycle.unit_assessment.cells import rater_groups
from budgetperf.lifecycle.unit_assessment.form import FactReportForm
from budgetperf.process.stages import Stage
from budgetperf.store.people import names_of
from budgetperf.store.records import RecordFacts, get_record, latest_filing, steps_of

router = APIRouter()
SHOWN = 1000


@router.get("/records/{record_id}/filed")
def show(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show what a supplier reported."""
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not Stage.FACT_REPORT:
        raise NotFound("record.no_page", "该记录没有报送数据的页面")
    filing = latest_filing(ctx.session, record.id, FactReportForm.__name__)
    rows = FactReportForm.model_validate(filing.document).rows if filing else ()
    moves, barred = offered(record, steps_of(ctx.session, [record.id]), ctx.actor)
    campaign = record.subject.partition(".")[0]
    screen = ReportPage(
        frame_of(request, ctx),
        about=about(ctx, record, record.name, back=assessment_page(campaign)),
        campaign=Link(campaign, assessment_page(campaign)),
        due_on=record.due_on,
        filed_by=names_of(ctx.session, [filing.filed_by]).get(filing.filed_by, "") if filing else "",
        rows=_lines(ctx, record, FactReportForm(rows=rows[:SHOWN])),
        found=len(rows),
        moves=moves,
        barred=barred,
        tables=f"/records/{record.id}/file/workbook"
        if any(one.href.endswith("/file") for one in moves)
        else "",
    )
    return answer(screen)


def _lines(ctx: Context, record: RecordFacts, form: FactReportForm) -> tuple[ReportedLine, ...]:
    work = report_of(ctx, record).work
    items, groups = item_labels(work.scheme), rater_groups(work.scheme)
    names = {member.code: member.name for member in work.members}
    return tuple(
        ReportedLine(
            row.unit,
            names.get(row.unit, ""),
            items.get(row.item, row.item),
            groups.get(row.rater.partition("/")[0], row.rater),
            row.value,
            row.standard,
            row.note,
        )
        for row in form.rows
    )
