"""The page of one limit with its trace, its objections and their answers."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key, YearKey
from api.desks.frame import answer, frame_of, holds
from api.desks.moves import offered
from api.guards import demand
from api.screens.buttons import Link
from api.screens.limits import Bar, LimitPage, ObjectionLine, TraceStep
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.objections import deciders, filed_objection
from budgetperf.budget.explain import Decided, chart, trace
from budgetperf.budget.form import DecisionForm
from budgetperf.budget.limits import Limit
from budgetperf.money import Money
from budgetperf.process.stages import Stage, Status
from budgetperf.store.budget import RoundFacts, get_round, line_of
from budgetperf.store.evidence import attachments_of
from budgetperf.store.listings import visible_digests
from budgetperf.store.records import (
    RecordFacts,
    StepFacts,
    get_evaluand,
    get_record,
    latest_filing,
    list_records,
    steps_of,
)
from budgetperf.store.results import limit_package_of

router = APIRouter()


@router.get("/limits/{year}/{code}")
def show(request: Request, ctx: Work, year: YearKey, code: Key) -> HTMLResponse:
    """Show one limit with its trace."""
    demand(ctx.actor, "limits:table:view", "查看控制数")
    found = get_round(ctx.session, year)
    line = line_of(ctx.session, found.id, code)
    record = get_record(ctx.session, ctx.actor, found.id)
    project = get_evaluand(ctx.session, ctx.actor, line.evaluand_id)
    limit = line.limit()
    objected = list_records(
        ctx.session, ctx.actor, stage=Stage.OBJECTION, fiscal_year=year, evaluand_id=line.evaluand_id
    )
    taken = steps_of(ctx.session, [item.id for item in objected])
    decided = deciders(taken)
    barred = _barred(ctx, found, record, limit)
    screen = LimitPage(
        frame_of(request, ctx),
        year=year,
        status=record.status,
        code=code,
        name=line.name,
        agency=project.agency,
        department=project.department,
        project=f"/projects/{code}",
        back=f"/limits/{year}",
        request=limit.request,
        cut=Money(line.cuts_fen),
        adjusted=Money(line.adjustments_fen),
        limit=limit.limit,
        floor=limit.floor,
        steps=_steps(ctx, limit, line.round_id, decided=decided),
        chart=tuple(Bar(item.label, item.start, item.end) for item in chart(limit)),
        objections=_objections(ctx, objected, taken, evaluand_id=line.evaluand_id, code=code),
        window_ends_on=found.window_ends_on,
        object_href="" if barred else f"/limits/{year}/{code}/objection",
        barred=barred if holds(ctx.actor, "objection:form:file") else "",
    )
    return answer(screen)


def _steps(
    ctx: Context, limit: Limit, round_id: str, *, decided: Mapping[str, Decided]
) -> tuple[TraceStep, ...]:
    """Return the trace; a package this person may not open is named, not linked."""
    told = trace(limit, package=limit_package_of(ctx.session, round_id, limit.line), decided=decided)
    known = visible_digests(ctx.session, {item.package for item in told if item.package})
    return tuple(
        TraceStep(
            item.title,
            item.sentence,
            item.change,
            item.balance,
            item.source,
            item.package,
            linked=item.package in known,
            decided=item.decided,
        )
        for item in told
    )


def _barred(ctx: Context, found: RoundFacts, record: RecordFacts, limit: Limit) -> str:
    """Return why this person cannot object, or nothing."""
    if not holds(ctx.actor, "objection:form:file"):
        return "异议由单位经办提出"
    if not any(cut.applied for cut in limit.cuts):
        return "该项目没有核减"
    ends = found.window_ends_on
    if record.status is not Status.PUBLISHED or ends is None or ctx.today > ends:
        return "异议期未开始或已结束"
    return ""


def _objections(
    ctx: Context, records: list[RecordFacts], steps: list[StepFacts], *, evaluand_id: str, code: str
) -> tuple[ObjectionLine, ...]:
    files = {
        item.digest: Link(item.filename, f"/projects/{code}/files/{item.id}")
        for item in attachments_of(ctx.session, evaluand_id)
    }
    return tuple(_objection(ctx, item, steps, files) for item in records)


def _objection(
    ctx: Context, record: RecordFacts, steps: list[StepFacts], files: dict[str, Link]
) -> ObjectionLine:
    form = filed_objection(ctx, record)
    filing = latest_filing(ctx.session, record.id, "DecisionForm")
    decided = DecisionForm.model_validate(filing.document) if filing else None
    moves, barred = offered(record, steps, ctx.actor)
    return ObjectionLine(
        id=record.id,
        status=record.status,
        cause=form.cause,
        contests=form.contests,
        claimed=form.claimed,
        statement=form.statement,
        evidence=tuple(files[digest] for digest in form.evidence if digest in files),
        outcome=decided.outcome if decided else None,
        granted=decided.amount if decided else None,
        reason=decided.reason if decided else "",
        decided=deciders(steps).get(record.id),
        moves=moves,
        barred=barred,
    )
