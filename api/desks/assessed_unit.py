"""The page of one unit or person in a campaign; a person's page is theirs, their leader's and the campaign's."""

from collections.abc import Iterable

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.assessed_claims import Desk, appeal_line, claim_line, improvement_line, may_appeal
from api.desks.assessed_life import unit_life
from api.desks.assessed_result import facts_so_far, past_years, result_view
from api.desks.assessment_presets import group_name
from api.desks.assessments import demand_sight
from api.desks.frame import answer, frame_of, holds
from api.desks.moves import assessment_page
from api.screens.assessed_unit import Brought, TaskLine, UnitPage
from api.screens.buttons import Barred, Button, Link
from api.screens.project import FileLine, StepLine
from api.transaction import Work as Transaction
from budgetperf.actions.campaign_files import acts_for, is_theirs, may_attach, may_know
from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import side_of
from budgetperf.actions.context import Context
from budgetperf.actions.task_books import task_rows
from budgetperf.errors import NotFound
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import exemption_labels
from budgetperf.lifecycle.unit_assessment.form import ProgressForm, ProgressRow, TaskRow
from budgetperf.permissions import Permission, may
from budgetperf.process.stages import Stage, Status
from budgetperf.process.transitions import named
from budgetperf.store.campaigns import (
    NO_UNIT,
    CampaignFileFacts,
    UnitFacts,
    files_of,
    get_campaign,
    get_unit,
    results_of,
)
from budgetperf.store.organisations import organisations
from budgetperf.store.people import names_of
from budgetperf.store.records import RecordFacts, StepFacts, get_record, latest_filing, steps_of
from budgetperf.store.session import assesses

router = APIRouter()
TOLD = frozenset({Status.OPENLY, Status.FINAL, Status.APPROVED, Status.ARCHIVED})
_STAGES = (
    Stage.TASK_BOOK, Stage.PROGRESS, Stage.BONUS, Stage.PENALTY, Stage.APPEAL, Stage.IMPROVEMENT
)  # fmt: skip


def unit_for(ctx: Context, subject: str, code: str) -> UnitFacts:
    """Return a unit whose page the reader may open: a rater may know a person's name, not read their page.

    Raises
    ------
    NotFound
    """
    unit = get_unit(ctx.session, get_campaign(ctx.session, subject).id, code)
    if not may_know(ctx, unit):
        raise NotFound("campaign.unit", NO_UNIT)
    return unit


@router.get("/assessment/{subject}/units/{code}")
def show(request: Request, ctx: Transaction, subject: Key, code: Key) -> HTMLResponse:
    """Show one unit of a campaign."""
    return answer(unit_page(request, ctx, subject, code))


def unit_page(
    request: Request, ctx: Context, subject: str, code: str, brought: Brought | None = None
) -> UnitPage:
    """Return the page of a unit; with ``brought``, that of a document that was not taken."""
    demand_sight(ctx.actor)
    campaign = get_campaign(ctx.session, subject)
    unit, work = unit_for(ctx, subject, code), work_for(ctx, campaign)
    record = get_record(ctx.session, ctx.actor, campaign.id)
    own = {stage: _of_unit(records_of(ctx, campaign, stage), unit) for stage in _STAGES}
    every = [one for found in own.values() for one in found]
    steps = steps_of(ctx.session, [one.id for one in every])
    files = files_of(ctx.session, unit.id)
    desk = Desk(ctx, work, record, unit, steps, {one.digest: one for one in files})
    result = next((one for one in results_of(ctx.session, campaign.id) if one.unit_id == unit.id), None)
    buttons, barred = _buttons(ctx, work, unit, record)
    theirs = bool(assesses(ctx.actor)) or is_theirs(ctx, unit)
    track = work.scheme.track_of(unit.group_key)
    told = {one.key: f"{one.label}：{one.outcome}" for one in work.scheme.exemptions}
    exemptions = exemption_labels(work.scheme) | told
    improvements = tuple(improvement_line(desk, one) for one in own[Stage.IMPROVEMENT])
    return UnitPage(
        frame_of(request, ctx),
        code=unit.code,
        name=unit.name,
        group=group_name(track, unit.group_key) if track else unit.group_key,
        place=next((one.name for one in organisations(ctx.session) if one.path == unit.path), ""),
        leader=names_of(ctx.session, [unit.leader_id or ""]).get(unit.leader_id or "", ""),
        exempt=exemptions.get(unit.exempt, unit.exempt),
        campaign=Link(
            f"{campaign.fiscal_year} {ctx.rules.by_id(campaign.scheme).title}",
            f"/assessment/{campaign.subject}",
            record.status.label,
        ),
        theirs=theirs,
        life=unit_life(campaign, record, own, steps, result, today=ctx.today),
        buttons=buttons,
        barred=barred,
        exports=_exports(unit) if result and holds(ctx.actor, "result:paper:view") else (),
        records=tuple(desk.moving(one) for one in (*own[Stage.TASK_BOOK], *_next_first(own[Stage.PROGRESS]))),
        tasks=_tasks(ctx, work, own),
        facts=facts_so_far(ctx, work, unit) if result is None else (),
        result=result_view(work, unit, result) if result else None,
        told_on=_told_on(record, contest_ends_on=str(campaign.contest_ends_on or "")),
        claims=tuple(claim_line(desk, one) for one in (*own[Stage.BONUS], *own[Stage.PENALTY])),
        appeals=tuple(appeal_line(desk, one) for one in own[Stage.APPEAL]),
        improvements=improvements,
        past=past_years(ctx, work, unit),
        files=_files(ctx, campaign.subject, files),
        attach=f"{assessment_page(unit.subject)}/files" if may_attach(ctx, unit) else "",
        brought=brought,
        steps=tuple(_step(one) for one in reversed(steps)),
    )


def _exports(unit: UnitFacts) -> tuple[Link, ...]:
    """Return where the papers of a result are ordered."""
    page = assessment_page(unit.subject)
    return (Link("打印结果通知书", f"{page}/print/notice"), Link("打印计分明细", f"{page}/print/trace"))


def _of_unit(records: Iterable[RecordFacts], unit: UnitFacts) -> list[RecordFacts]:
    return [one for one in records if one.subject == unit.subject]


def _told_on(record: RecordFacts, *, contest_ends_on: str) -> str:
    if record.status not in TOLD:
        return "尚未公示"
    return f"公示截止 {contest_ends_on}" if record.status is Status.OPENLY else record.status.label


# ----------------------------------------------------------------------- buttons


def _buttons(
    ctx: Context, work: Work, unit: UnitFacts, record: RecordFacts
) -> tuple[tuple[Button, ...], tuple[Barred, ...]]:
    """Return what the reader's roles may begin here, and what the campaign does not allow now."""
    page = assessment_page(unit.subject)
    open_, barred = [], []
    for label, name, permission, reason in _offers(ctx, work, unit, record):
        if may(ctx.actor, Permission(permission), unit.path, label) is not None:
            continue
        if reason:
            barred.append(Barred(label, reason))
        else:
            open_.append(Button(label, f"{page}/{name}"))
    return tuple(open_), tuple(barred)


def _offers(
    ctx: Context, work: Work, unit: UnitFacts, record: RecordFacts
) -> Iterable[tuple[str, str, str, str]]:
    """Yield label, address, permission, and why not now."""
    running = "" if record.status is Status.RUNNING else "该年度考评不在实施阶段"
    theirs = acts_for(ctx, unit)
    for stage, name, verb, permission in (
        (Stage.BONUS, "bonus", "file", "bonus:form:file"),
        (Stage.PENALTY, "penalty", "tell", "penalty:notice:write"),
    ):
        if stage is Stage.PENALTY or theirs:
            lacking = "" if side_of(work, unit, stage) else "方案没有这类加减分项目"
            yield named(stage, verb)[0].label, name, permission, lacking or running
    if may_appeal(ctx, unit):
        last = work.campaign.contest_ends_on
        over = record.status is not Status.OPENLY or last is None or ctx.today > last
        reason = "对考评结果的申诉应在公示期内提出" if over else ""
        yield "对结果提出申诉", "appeal?about=result", "appeal:form:file", reason
    early = "" if record.status in TOLD else "考评结果公示后方可下达整改事项"
    yield named(Stage.IMPROVEMENT, "open")[0].label, "improvement", "improvement:notice:write", early


# --------------------------------------------------------------------- task book


def _next_first(records: Iterable[RecordFacts]) -> list[RecordFacts]:
    """Return progress reports: those still to be done by day, then those done, newest first."""
    known = sorted(records, key=lambda one: one.period)
    done = [one for one in known if one.status is Status.AUDITED]
    return [one for one in known if one.status is not Status.AUDITED] + done[::-1]


def _tasks(ctx: Context, work: Work, own: dict[Stage, list[RecordFacts]]) -> tuple[TaskLine, ...]:
    """Return the task book as filed last, beside the newest progress report."""
    book = next(iter(own[Stage.TASK_BOOK]), None)
    form = task_rows(ctx, book) if book else None
    reached = _reached(ctx, own[Stage.PROGRESS])
    track_items = {
        slot.item: slot.label for t in work.scheme.tracks for part in t.components for slot in part.slots
    }
    return tuple(_task(task, reached.get(task.key), track_items) for task in (form.rows if form else ()))


def _reached(ctx: Context, records: Iterable[RecordFacts]) -> dict[str, ProgressRow]:
    found: dict[str, ProgressRow] = {}
    for record in sorted(records, key=lambda one: one.period):
        filing = latest_filing(ctx.session, record.id, ProgressForm.__name__)
        if filing is not None:
            found |= {row.key: row for row in ProgressForm.model_validate(filing.document).rows}
    return found


def _task(task: TaskRow, row: ProgressRow | None, items: dict[str, str]) -> TaskLine:
    measured = task.target is not None and row is not None and row.actual is not None
    return TaskLine(
        task.key,
        task.task,
        items.get(task.item, task.item),
        bool(task.improvement),
        task.measure,
        task.target_text if task.target is None else f"{plain_number(task.target)}{task.uom}",
        task.responsible,
        task.basis,
        task.due_on,
        ""
        if row is None
        else f"{plain_number(row.actual)}{task.uom}"
        if row.actual is not None
        else row.done,
        int(row.actual * 100 / task.target) if measured and row and row.actual and task.target else None,
        row.behind if row else "",
    )


def _files(ctx: Context, subject: str, files: Iterable[CampaignFileFacts]) -> tuple[FileLine, ...]:
    known = list(files)
    names = names_of(ctx.session, {one.uploaded_by for one in known})
    return tuple(
        FileLine(
            one.filename,
            one.describes,
            one.effective_on,
            one.uploaded_at,
            names.get(one.uploaded_by, ""),
            one.digest,
            f"/assessment/{subject}/files/{one.id}",
        )
        for one in known
    )


def _step(item: StepFacts) -> StepLine:
    label = named(item.stage, item.verb)[0].label
    return StepLine(item.at, item.stage, label, item.target, item.actor_name, item.reason)
