"""Review many records at once: selected, previewed, then all or none."""

from collections.abc import Iterable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.desks.frame import answer, frame_of, holds, onward
from api.guards import PostedForm
from api.screens.buttons import Link
from api.screens.form import Bulk, BulkRow
from api.screens.page import Option
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.goals import goal_form
from budgetperf.actions.moves import Seen
from budgetperf.actions.simple import NoForm
from budgetperf.actions.verbs import VERBS
from budgetperf.errors import BudgetperfError, Conflict, Invalid, NotFound
from budgetperf.money import Money
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import Transition, named
from budgetperf.process.worklist import WorkItem
from budgetperf.store.organisations import organisations
from budgetperf.store.records import RecordFacts, get_record, latest_filings, list_records, work_list

router = APIRouter()

VERBS_IN_BULK: dict[Stage, tuple[str, ...]] = {
    Stage.REQUEST: ("review", "accept", "store"),
    Stage.MONITORING: ("review", "confirm"),
    Stage.SELF_EVALUATION: ("review", "confirm"),
}
"""Moves that ask for nothing but a look, by stage."""


def _rows(actor: Actor, stage: Stage) -> tuple[Transition, ...]:
    return tuple(
        row
        for verb in VERBS_IN_BULK.get(stage, ())
        for row in named(stage, verb)
        if holds(actor, row.permission)
    )


def bulk_links(actor: Actor, items: Sequence[WorkItem]) -> tuple[Link, ...]:
    """Return the bulk reviews that have something to review."""
    waiting = {(item.stage, row.verb) for item in items for row in item.moves}
    return tuple(
        Link("批量审核", f"/review/{stage.value}", stage.label)
        for stage in VERBS_IN_BULK
        if any((stage, row.verb) in waiting for row in _rows(actor, stage))
    )


def _stage(ctx: Context, code: str) -> Stage:
    found = next((item for item in VERBS_IN_BULK if item.value == code and _rows(ctx.actor, item)), None)
    if found is None:
        raise NotFound("bulk.stage", "没有您可以批量审核的这一环节")
    return found


def _chosen(posted: PostedForm, rows: Iterable[Transition]) -> tuple[Transition, list[tuple[str, int]]]:
    verb = str(posted.get("verb", ""))
    row = next((item for item in rows if item.verb == verb), None)
    if row is None:
        raise NotFound("bulk.verb", "没有您可以批量办理的这一操作")
    records = []
    for value in posted.getlist("record"):
        record_id, _, version = str(value).rpartition(":")
        if not version.isdecimal() or len(version) > 9:
            raise Invalid("request.version", "页面缺少版本号，请刷新后重新选择")
        records.append((record_id, int(version)))
    return row, records


@router.get("/review/{stage}")
def ask(request: Request, ctx: Work, stage: str) -> HTMLResponse:
    """Show what can be reviewed together."""
    where = _stage(ctx, stage)
    return answer(_selection(request, ctx, where))


def _selection(request: Request, ctx: Context, stage: Stage, refusal: str = "") -> Bulk:
    rows = _rows(ctx.actor, stage)
    verbs = {row.verb for row in rows}
    waiting = {
        item.record_id
        for item in work_list(ctx.session, ctx.actor, limit=2000)
        if item.stage is stage and verbs & {row.verb for row in item.moves}
    }
    records = [item for item in list_records(ctx.session, ctx.actor, stage=stage) if item.id in waiting]
    return Bulk(
        frame_of(request, ctx),
        title="批量审核",
        stage=stage.label,
        moves=tuple(Option(row.verb, row.label) for row in rows),
        rows=_lines(ctx, records, {}),
        action=f"/review/{stage.value}/preview",
        preview=False,
        blocked=0,
        total=None,
        refusal=refusal,
    )


def _lines(ctx: Context, records: Sequence[RecordFacts], refusals: dict[str, str]) -> tuple[BulkRow, ...]:
    agencies = {node.path: node.name for node in organisations(ctx.session)}
    amounts: dict[tuple[int, str], Money] = {}
    for year in {record.fiscal_year for record in records}:
        for owner, filing in latest_filings(
            ctx.session, stage=Stage.REQUEST, fiscal_year=year, form="GoalForm"
        ).items():
            amounts[year, owner] = goal_form(filing).request
    return tuple(
        BulkRow(
            id=record.id,
            version=record.version,
            code=record.subject,
            name=record.name,
            agency=agencies.get(record.path, ""),
            period=record.period,
            request=amounts.get((record.fiscal_year, record.evaluand_id or "")),
            refusal=refusals.get(record.id, ""),
            chosen=False,
        )
        for record in records
    )


def _try(ctx: Context, row: Transition, chosen: Iterable[tuple[str, int]]) -> dict[str, str]:
    """Take the move on every record, in order of id, and return the refusals."""
    act = VERBS[row.stage, row.verb].act
    refusals = {}
    for record_id, version in sorted(chosen):
        try:
            with ctx.session.begin_nested():
                act(ctx, record_id, NoForm(), Seen(version))
        except BudgetperfError as error:
            refusals[record_id] = error.text
    return refusals


@router.post("/review/{stage}/preview")
def preview(request: Request, ctx: Work, stage: str, posted: PostedForm) -> Response:
    """Try the move on the selection, keep nothing, and show what would happen."""
    where = _stage(ctx, stage)
    row, chosen = _chosen(posted, _rows(ctx.actor, where))
    if not chosen:
        return answer(_selection(request, ctx, where, "请至少选择一条记录"), 422)
    records = [get_record(ctx.session, ctx.actor, record_id) for record_id, _ in chosen]
    trial = ctx.session.begin_nested()
    refusals = _try(ctx, row, chosen)
    trial.rollback()
    lines = _lines(ctx, records, refusals)
    screen = Bulk(
        frame_of(request, ctx),
        title=row.label,
        stage=where.label,
        moves=(Option(row.verb, row.label),),
        rows=lines,
        action=f"/review/{where.value}",
        preview=True,
        blocked=len(refusals),
        total=Money.total(line.request for line in lines if line.request is not None),
        refusal="",
    )
    return answer(screen)


@router.post("/review/{stage}")
def take(ctx: Work, stage: str, posted: PostedForm) -> Response:
    """Take the move on all records of the preview, or on none."""
    where = _stage(ctx, stage)
    row, chosen = _chosen(posted, _rows(ctx.actor, where))
    refusals = _try(ctx, row, chosen)
    if refusals or not chosen:
        first = next(iter(refusals.values()), "没有选择任何记录")
        raise Conflict("bulk.refused", f"本批{len(chosen)}条均未办理：{first}")
    return onward("/work", row.event)
