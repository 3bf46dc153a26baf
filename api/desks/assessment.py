"""The page of one campaign: its phases and gates, records, roster, ranking, bonuses open to objection, appeals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.answers import Key
from api.desks.assessment_phases import Progress, days_unknown, lacking, phase_lines, today_mark
from api.desks.assessment_presets import item_labels
from api.desks.assessment_ranking import SHOWN, track_tables
from api.desks.assessments import demand_sight, phase_today
from api.desks.frame import answer, frame_of, holds
from api.desks.moves import assessment_page, offered, page_of, sheet_page
from api.downloads import download
from api.screens.assessment import CampaignPage, OpenBonus, RecordLine, Tally, UnitLine
from api.screens.buttons import Barred, Button, Link
from api.screens.page import Option
from api.transaction import Work as Transaction
from budgetperf.actions.campaign_files import is_theirs, may_know
from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import filed, last_day
from budgetperf.actions.context import Context
from budgetperf.actions.papers.assessment import ranking_book
from budgetperf.actions.ratings import kept_long_enough
from budgetperf.errors import NotFound
from budgetperf.evidence.attachments import MediaType
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import exemption_labels, period_labels, rater_groups
from budgetperf.lifecycle.unit_assessment.form import AdmissionForm, BonusForm
from budgetperf.permissions import Actor, Permission, may
from budgetperf.process.stages import ASSESSMENT_STAGES, Guard, Stage, Status
from budgetperf.store.campaigns import (
    CampaignFacts,
    ResultFacts,
    SeatFacts,
    UnitFacts,
    campaign_file,
    get_campaign,
    results_of,
    seats_of,
    sheets_of,
    suppliers_of,
)
from budgetperf.store.listings import files_by_digest
from budgetperf.store.organisations import organisations
from budgetperf.store.people import names_of
from budgetperf.store.records import RecordFacts, StepFacts, get_record, steps_of
from budgetperf.store.session import assesses

router = APIRouter()
PRINTS = "result:paper:view"
_JUDGED = frozenset({Stage.BONUS, Stage.PENALTY, Stage.APPEAL})
"""Claims and appeals: looked at on the page of their unit, with the days to contest, before anything is done."""
_TOLD = frozenset({Status.OPENLY, Status.FINAL, Status.APPROVED, Status.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Filter:
    """What the lists of the page are narrowed to."""

    stage: str = ""
    group: str = ""
    text: str = ""


@router.get("/assessment/{subject}")
def show(
    request: Request, ctx: Transaction, subject: Key, stage: str = "", group: str = "", text: str = ""
) -> HTMLResponse:
    """Show one campaign."""
    demand_sight(ctx.actor)
    campaign = get_campaign(ctx.session, subject)
    record = get_record(ctx.session, ctx.actor, campaign.id)
    work, whole = work_for(ctx, campaign), bool(assesses(ctx.actor))
    seats = seats_of(ctx.session, campaign.id)
    records = {one: records_of(ctx, campaign, one) for one in Stage if one in ASSESSMENT_STAGES}
    progress = Progress(work, record.status, records, _raters(ctx, campaign, seats), ctx.today, whole)
    moves, barred = _moves(ctx, record, progress)
    wanted = Filter(stage, group, text.strip())
    listed = next((one for one in Stage if one.value == stage and one in records), None)
    steps = steps_of(ctx.session, [one.id for one in _moving(records, listed)])
    seen = [unit for unit in work.units if may_know(ctx, unit)]
    chosen = [unit for unit in seen if _matches(unit, wanted)]
    phase = phase_today(ctx, campaign, work.rules)
    results = results_of(ctx.session, campaign.id)
    screen = CampaignPage(
        frame_of(request, ctx),
        subject=campaign.subject,
        title=ctx.rules.by_id(campaign.scheme).title,
        year=campaign.fiscal_year,
        status=record.status,
        record=record.id,
        office=whole,
        phase=phase.label if phase else "",
        today=ctx.today,
        mark=today_mark(progress),
        phases=phase_lines(progress),
        lacking=tuple(lacking(progress)) if whole and record.status is Status.RUNNING else (),
        days=_days(campaign, work),
        editions=tuple(
            Link(ctx.rules.by_id(one).title, f"/rules/{one}", one)
            for one in (campaign.scheme, campaign.rules)
        ),
        moves=moves,
        barred=barred,
        exports=_exports(ctx.actor, record, results),
        hint=_hint(record, work, whole=whole),
        sheets=_own_sheets(ctx, records[Stage.RATING], campaign, seats),
        tallies=tuple(
            _tally(campaign, one, found, here=one is listed)
            for one, found in records.items()
            if found and one is not Stage.ASSESSMENT
        ),
        listed=_lines(ctx, records[listed][:SHOWN], steps, work, raters=progress.raters) if listed else (),
        listed_stage=listed,
        units=_unit_lines(ctx, chosen[:SHOWN], work),
        units_found=len(chosen),
        group=tuple(
            Option(leaf.key, leaf.label, leaf.key == group)
            for track in work.scheme.tracks
            for leaf in track.leaves()
            if any(unit.group_key == leaf.key for unit in seen)
        ),
        text=text,
        suppliers=_suppliers(ctx, work),
        seats=_seat_counts(work, seats) if whole else (),
        tracks=track_tables(work.scheme, seen, results),
        unpublished=record.status not in _TOLD,
        bonuses=_open_bonuses(ctx, records[Stage.BONUS], steps, work),
        appeals=_lines(ctx, records[Stage.APPEAL][:SHOWN], steps, work, raters={}),
    )
    return answer(screen)


@router.get("/assessment/{subject}/files/{file_id}")
def fetch(ctx: Transaction, subject: Key, file_id: Key) -> Response:
    """Return a document of a campaign."""
    found = campaign_file(ctx.session, file_id)
    if found.campaign_id != get_campaign(ctx.session, subject).id:
        raise NotFound("file.not_found", "没有找到该材料，或您无权查看")
    return download(ctx.files.get(found.digest), found.filename)


def _exports(actor: Actor, record: RecordFacts, results: Sequence[ResultFacts]) -> tuple[Link, ...]:
    if not results:
        return ()
    page = f"/assessment/{record.subject}"
    printed = (Link("打印排名表", f"{page}/print/ranking"),) if holds(actor, PRINTS) else ()
    return (Link("排名表 Excel", f"{page}/ranking"), *printed)


@router.get("/assessment/{subject}/ranking")
def fetch_ranking(ctx: Transaction, subject: Key) -> Response:
    """Return the ranking of what the reader may see as a workbook."""
    demand_sight(ctx.actor)
    record = get_record(ctx.session, ctx.actor, get_campaign(ctx.session, subject).id)
    return download(ranking_book(ctx, record), f"{record.name}排名表.xlsx", MediaType.XLSX.value)


def _moving(records: Mapping[Stage, list[RecordFacts]], listed: Stage | None) -> list[RecordFacts]:
    """Return the records whose moves the page tells."""
    shown = [*records[Stage.APPEAL], *records[Stage.BONUS], *records[Stage.RATING]]
    return shown + (records[listed] if listed else [])


def _matches(unit: UnitFacts, wanted: Filter) -> bool:
    named = not wanted.text or wanted.text in unit.code or wanted.text in unit.name
    return named and (not wanted.group or unit.group_key == wanted.group)


def _raters(ctx: Context, campaign: CampaignFacts, seats: Iterable[SeatFacts]) -> dict[str, str]:
    """Return by sheet whose it is, for who runs the campaign: whom to remind."""
    if assesses(ctx.actor) != "writes":
        return {}
    known = {seat.id: seat.person_id or "" for seat in seats}
    names = names_of(ctx.session, set(known.values()))
    return {
        sheet.record_id: names.get(known.get(sheet.seat_id, ""), "")
        for sheet in sheets_of(ctx.session, campaign.id)
    }


# ------------------------------------------------------------------------- moves


def _moves(
    ctx: Context, record: RecordFacts, progress: Progress
) -> tuple[tuple[Button, ...], tuple[Barred, ...]]:
    """Return the moves open, and those that are not with the reason: role, second person, or what is lacking."""
    moves, barred = offered(record, steps_of(ctx.session, [record.id]), ctx.actor)
    held = {f"/records/{record.id}/{verb}": reason for verb, reason in _held_up(ctx, progress)}
    stopped = tuple(Barred(one.label, held[one.href]) for one in moves if one.href in held)
    calendar = Button("按日程推进", f"/assessment/{record.subject}/calendar", main=False)
    runs = record.status is Status.RUNNING and holds(ctx.actor, "assessment:run:start")
    return (
        (*(one for one in moves if one.href not in held), *((calendar,) if runs else ())),
        (*stopped, *(barred if progress.whole else ())),
    )


def _held_up(ctx: Context, progress: Progress) -> Iterable[tuple[str, str]]:
    """Yield the verbs that the facts of the campaign hold up, with the reason."""
    campaign, begun = progress.work.campaign, progress.begun()
    if not progress.work.units:
        yield "start", "尚未登记考评对象，请先登记"
    if any(progress.open(task) for phase in begun[:-1] for task in phase.gate):
        yield "advance", "此前阶段仍有未办结事项，见“尚未办结”"
    phases = progress.work.rules.cycle.phases
    later = next(
        (one for one in phases[len(begun) :] if any(t.what in {"reports", "ratings"} for t in one.opens)),
        None,
    )
    if later is not None:
        yield "compute", f"“{later.label}”{later.begins.on(campaign.fiscal_year)}才开始，该阶段的数据尚未产生"
    elif progress.status is Status.RUNNING and any(lacking(progress)):
        yield "compute", "仍有未办结事项，见“尚未办结”"
    if progress.status in {Status.RUNNING, Status.COMPUTED} and (unknown := days_unknown(ctx, progress)):
        yield "publish", unknown
    waiting = [one for one in progress.records[Stage.APPEAL] if one.status is Status.FILED]
    last = campaign.contest_ends_on
    if waiting or (last is not None and ctx.today <= last):
        yield "finalise", f"{Guard.CONTEST_OVER.label}（公示至{last}，未答复{len(waiting)}件）"


def _hint(record: RecordFacts, work: Work, *, whole: bool) -> str:
    if record.status is not Status.DRAFT:
        return ""
    if not whole:
        return "考评办公室正在登记考评对象，下达后您的任务会出现在待办事项中。"
    if not work.units:
        return "请先“登记考评对象”：填写考评对象、数据提供单位和评分人，也可以用 Excel 填报。"
    return "登记完成后，由考评领导小组“下达考评任务”，各项工作随即下发。"


def _days(campaign: CampaignFacts, work: Work) -> tuple[Link, ...]:
    kept = work.rules.retention
    known = (
        ("下达日期", campaign.started_on),
        ("公示截止", campaign.contest_ends_on),
        ("审定日期", campaign.approved_on),
        ("归档日期", campaign.archived_on),
        ("评分人信息保存至", kept.until(campaign.archived_on) if campaign.archived_on else None),
    )
    return tuple(Link(label, "", str(day)) for label, day in known if day is not None)


# ------------------------------------------------------------------------- lists


def _tally(campaign: CampaignFacts, stage: Stage, records: list[RecordFacts], *, here: bool) -> Tally:
    counts: dict[Status, int] = {}
    for one in records:
        counts[one.status] = counts.get(one.status, 0) + 1
    href = f"/assessment/{campaign.subject}?stage={stage.value}#records"
    return Tally(stage, tuple(counts.items()), len(records), href, here)


def _lines(
    ctx: Context,
    records: Iterable[RecordFacts],
    steps: Iterable[StepFacts],
    work: Work,
    *,
    raters: Mapping[str, str],
) -> tuple[RecordLine, ...]:
    labels, known = period_labels(work.scheme), list(steps)
    over = kept_long_enough(ctx, work.campaign)
    return tuple(
        RecordLine(
            one.id,
            f"{one.name}（{raters[one.id]}）" if raters.get(one.id) else one.name,
            labels.get(one.period, one.period),
            one.status,
            one.due_on,
            page_of(one) if ".U." in one.subject or one.stage is Stage.FACT_REPORT else "",
            ()
            if one.stage in _JUDGED
            else tuple(
                move
                for move in offered(one, known, ctx.actor)[0]
                if over or not move.href.endswith("/forget")
            ),
        )
        for one in records
    )


def _own_sheets(
    ctx: Context, records: Iterable[RecordFacts], campaign: CampaignFacts, seats: Iterable[SeatFacts]
) -> tuple[RecordLine, ...]:
    own = {seat.id for seat in seats if seat.person_id == ctx.actor.id}
    sheets = {one.record_id: one for one in sheets_of(ctx.session, campaign.id) if one.seat_id in own}
    labels = period_labels(work_for(ctx, campaign).scheme) if sheets else {}
    return tuple(
        RecordLine(
            one.id,
            one.name,
            labels.get(one.period, one.period),
            one.status,
            one.due_on,
            "",
            (Button("查看", sheet_page(one), main=False),)
            if one.status is Status.FILED
            else tuple(move for move in offered(one, (), ctx.actor)[0] if move.href.endswith("/submit")),
        )
        for one in records
        if one.id in sheets
    )


def _unit_lines(ctx: Context, units: Iterable[UnitFacts], work: Work) -> tuple[UnitLine, ...]:
    known = list(units)
    leaders = names_of(ctx.session, {unit.leader_id for unit in known if unit.leader_id})
    paths = {node.path: node.name for node in organisations(ctx.session)}
    groups = {group.key: group.label for track in work.scheme.tracks for group in track.groups}
    exemptions = exemption_labels(work.scheme)
    return tuple(
        UnitLine(
            unit.code,
            unit.name,
            groups.get(unit.group_key, unit.group_key),
            paths.get(unit.path, unit.path),
            leaders.get(unit.leader_id or "", ""),
            unit.owner,
            assessment_page(unit.subject),
            exemptions.get(unit.exempt, unit.exempt),
        )
        for unit in known
    )


def _suppliers(ctx: Context, work: Work) -> tuple[Link, ...]:
    paths = {node.path: node.name for node in organisations(ctx.session)}
    labels = {one.key: one.label for one in work.rules.suppliers}
    return tuple(
        Link(labels.get(one.supplier, one.supplier), "", paths.get(one.path, one.path))
        for one in suppliers_of(ctx.session, work.campaign.id)
    )


def _seat_counts(work: Work, seats: Iterable[SeatFacts]) -> tuple[tuple[str, int], ...]:
    known = list(seats)
    return tuple(
        (label, count)
        for key, label in rater_groups(work.scheme).items()
        if (count := sum(seat.rater_group == key for seat in known))
    )


def _open_bonuses(
    ctx: Context, records: Iterable[RecordFacts], steps: Iterable[StepFacts], work: Work
) -> tuple[OpenBonus, ...]:
    known, labels = list(steps), item_labels(work.scheme)
    mine = [
        unit
        for unit in work.units
        if is_theirs(ctx, unit)
        and may(ctx.actor, Permission("appeal:form:file"), unit.path, "提出异议") is None
    ]
    found = []
    for one in records:
        if one.status is not Status.OPENLY:
            continue
        claim, until = filed(ctx, one, BonusForm), last_day(ctx, work.rules, one, known)
        found.append(
            OpenBonus(
                one.id,
                one.name,
                labels.get(claim.item, claim.item),
                plain_number(claim.value),
                plain_number(filed(ctx, one, AdmissionForm).value),
                claim.statement,
                tuple(
                    Link(file.filename, f"/assessment/{work.campaign.subject}/files/{file.id}")
                    for file in files_by_digest(ctx.session, work.campaign.id, claim.evidence)
                ),
                until,
                _objecting(mine, one) if until is not None and ctx.today <= until else (),
            )
        )
    return tuple(found)


def _objecting(mine: Iterable[UnitFacts], record: RecordFacts) -> tuple[Link, ...]:
    return tuple(
        Link(unit.name, f"{assessment_page(unit.subject)}/appeal?about=bonus&record={quote(record.id)}")
        for unit in mine
        if unit.subject != record.subject
    )
