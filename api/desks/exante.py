"""The desk of one ex-ante evaluation; the database keeps fellow experts' sheets from each other."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.frame import answer, frame_of
from api.desks.moves import offered
from api.screens.buttons import Link
from api.screens.exante import Exante, MeanLine, SeatLine
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.exante import panel_result
from budgetperf.actions.goals import filed_goals
from budgetperf.actions.rules import named
from budgetperf.errors import Conflict, Invalid, NotFound
from budgetperf.lifecycle.exante.form import ConclusionForm, ScoreForm
from budgetperf.process.stages import Stage
from budgetperf.scoring.exante import ExanteResult, ExanteRules
from budgetperf.store.exante import PanelFacts, SeatFacts, panel_of, ratings_of, seats_of
from budgetperf.store.records import RecordFacts, find_record, get_record, latest_filing, steps_of

router = APIRouter()


@router.get("/exante/{record_id}")
def show(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show one ex-ante evaluation."""
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not Stage.EXANTE:
        raise NotFound("record.not_found", "没有找到该评估，或您无权查看")
    panel = panel_of(ctx.session, record.id)
    seats = seats_of(ctx.session, record.id) if panel else []
    own = next((seat for seat in seats if seat.person_id == ctx.actor.id), None)
    sheets = _sheets(ctx, panel)
    result = _result(ctx, record, seats, len(sheets)) if own is None else None
    filing = latest_filing(ctx.session, record.id, "ConclusionForm")
    concluded = ConclusionForm.model_validate(filing.document) if filing else None
    moves, barred = offered(record, steps_of(ctx.session, [record.id]), ctx.actor)
    request_record = find_record(
        ctx.session, ctx.actor, record.subject, fiscal_year=record.fiscal_year, stage=Stage.REQUEST
    )
    screen = Exante(
        frame_of(request, ctx),
        code=record.subject,
        name=record.name,
        status=record.status,
        request=filed_goals(ctx, request_record).request if request_record else None,
        project=f"/projects/{record.subject}?year={record.fiscal_year}",
        seats=tuple(_seat(seat, sheets, own) for seat in seats),
        submitted=sum(seat.submitted_at is not None for seat in seats),
        blind=own is not None,
        seed=panel.seed if panel and own is None else "",
        means=_means(ctx, panel, result) if panel and result else (),
        total=result.means.total.mean if result else None,
        suggested=result.suggested if result else None,
        conclusion=concluded.conclusion if concluded else None,
        recommended=concluded.recommended if concluded else None,
        explanation=concluded.explanation if concluded else "",
        moves=moves,
        barred=barred if own is None else (),
        papers=(
            Link("项目页", f"/projects/{record.subject}?year={record.fiscal_year}"),
            Link("绩效目标", f"/projects/{record.subject}?year={record.fiscal_year}#goals"),
            Link("佐证材料", f"/projects/{record.subject}?year={record.fiscal_year}#files"),
        ),
    )
    return answer(screen)


def _sheets(ctx: Context, panel: PanelFacts | None) -> dict[str, ScoreForm]:
    if panel is None:
        return {}
    return {
        item.seat_id: ScoreForm.model_validate(item.document) for item in ratings_of(ctx.session, panel.id)
    }


def _seat(seat: SeatFacts, sheets: dict[str, ScoreForm], own: SeatFacts | None) -> SeatLine:
    sheet = sheets.get(seat.id)
    return SeatLine(
        position=seat.position,
        name=seat.name,
        specialism=seat.specialism,
        status=seat.status,
        declared_at=seat.declared_at,
        submitted_at=seat.submitted_at,
        own=own is not None and seat.id == own.id,
        total=sum((row.points for row in sheet.rows), start=0 * sheet.rows[0].points)
        if sheet and sheet.rows
        else None,
        recommended=sheet.recommended if sheet else None,
        opinion=sheet.opinion if sheet else "",
    )


def _result(ctx: Context, record: RecordFacts, seats: list[SeatFacts], sheets: int) -> ExanteResult | None:
    """Return the panel's means once every sheet that counts is in."""
    sitting = [seat for seat in seats if not seat.conflict]
    if not sitting or sheets < len(sitting):
        return None
    try:
        return panel_result(ctx, record)
    except (Conflict, Invalid):
        return None


def _means(ctx: Context, panel: PanelFacts, result: ExanteResult) -> tuple[MeanLine, ...]:
    scheme = named(ctx, panel.edition, ExanteRules).rules.scheme
    group = {criterion.key: item.label for item in scheme.dimensions for criterion in item.criteria}
    return tuple(
        MeanLine(
            group[line.key], line.label, line.weight, line.spread.mean, line.spread.low, line.spread.high
        )
        for line in result.means.lines
    )
