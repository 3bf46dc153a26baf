"""One's own sheet of marks as it was submitted: nobody else's, and none that was forgotten."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.assessment_presets import item_labels
from api.desks.assessments import demand_sight
from api.desks.frame import answer, frame_of
from api.desks.moves import assessment_page
from api.desks.periods import period_namer
from api.screens.assessed_sheet import GivenMark, GivenSheet
from api.screens.buttons import Link
from api.transaction import Work
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.ratings import improved_of, own_sheet
from budgetperf.errors import NotFound
from budgetperf.lifecycle.unit_assessment.form import RatingForm
from budgetperf.store.campaigns import get_campaign
from budgetperf.store.records import get_record

router = APIRouter()


@router.get("/assessment/{subject}/sheets/{record_id}")
def show(request: Request, ctx: Work, subject: Key, record_id: Key) -> HTMLResponse:
    """Show what one gave."""
    demand_sight(ctx.actor)
    campaign = get_campaign(ctx.session, subject)
    sheet, _ = own_sheet(ctx, record_id)
    if sheet.campaign_id != campaign.id:
        raise NotFound("rating.seat", "没有找到该评分表，或您无权查看")
    record, work = get_record(ctx.session, ctx.actor, record_id), work_for(ctx, campaign)
    names, problems = {unit.code: unit.name for unit in work.units}, improved_of(sheet)
    labels = item_labels(work.scheme)
    screen = GivenSheet(
        frame_of(request, ctx),
        name=record.name,
        period=period_namer(ctx)(record.stage, record.subject, sheet.period),
        submitted_at=sheet.submitted_at,
        campaign=Link(
            ctx.rules.by_id(campaign.scheme).title, assessment_page(subject), str(campaign.fiscal_year)
        ),
        marks=tuple(
            GivenMark(
                names.get(row.unit, row.unit),
                problems.get((row.unit, row.item)) or labels.get(row.item, row.item),
                row.value,
                row.note,
            )
            for row in RatingForm.model_validate(sheet.document).rows
        ),
    )
    return answer(screen)
