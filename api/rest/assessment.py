"""Assessments of units and staff: where a campaign stands, its units with results and trace, ranking, facts.

Every answer holds what row-level security shows the reader; numbers are those stored, printed as they are.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Exact, Json, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, etag, tagged
from api.downloads import download
from api.guards import demand
from api.problems import FindingAnswer
from api.rest.files import content_of
from api.transaction import Work
from budgetperf.actions.campaign_files import may_know
from budgetperf.actions.campaign_results import gather
from budgetperf.actions.campaign_work import Work as Campaigning
from budgetperf.actions.campaign_work import begun_phases, unsettled
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.errors import NotFound
from budgetperf.evidence.attachments import MediaType, detect_media_type
from budgetperf.lifecycle.unit_assessment.rules import Phase, Task
from budgetperf.provenance import Json as Stored
from budgetperf.provenance import canonical_json
from budgetperf.store.campaigns import (
    NO_UNIT,
    CampaignFacts,
    ResultFacts,
    UnitFacts,
    campaign_file,
    campaigns,
    files_of,
    get_campaign,
    get_unit,
    result_of,
    results_of,
)
from budgetperf.store.records import get_record, list_records
from budgetperf.store.session import assesses

router = APIRouter(prefix=f"{PREFIX}/assessment", tags=["年度考评"])


class CampaignAnswer(Answer):
    """A campaign of a place and year; ``scheme`` and ``rules`` are its editions, ``version`` its ETag."""

    id: str
    subject: str
    fiscal_year: int
    jurisdiction: str
    scheme: str
    rules: str
    started_on: date | None
    contest_ends_on: date | None
    approved_on: date | None
    archived_on: date | None
    told_to_all: bool
    status: Coded
    version: int


class TaskAnswer(Answer):
    """Work of one kind and period."""

    what: str
    period: str


class PhaseAnswer(Answer):
    """A phase with its dates; ``lacking`` names what of its gate the reader sees unsettled, once it has begun."""

    key: str
    label: str
    begins_on: date
    ends_on: date
    today: bool
    opens: list[TaskAnswer]
    gate: list[TaskAnswer]
    lacking: list[FindingAnswer]


class CampaignStandAnswer(CampaignAnswer):
    """A campaign with its phases."""

    phases: list[PhaseAnswer]


class UnitResultAnswer(Answer):
    """The newest result of a unit."""

    total: Exact | None
    rank: int | None
    grade: str
    grade_label: str


class AssessedAnswer(Answer):
    """A unit or person assessed; ``result`` is null where there is none or it is not the reader's."""

    code: str
    name: str
    subject: str
    track: str
    group: str
    path: str
    owner: str
    result: UnitResultAnswer | None


class UnitRecordAnswer(Answer):
    """A record of a unit: task book, progress, claim, appeal, rectification."""

    id: str
    stage: Coded
    name: str
    period: str
    serial: int
    status: Coded
    version: int
    due_on: date | None


class UnitFileAnswer(Answer):
    """A document of a unit."""

    id: str
    digest: str
    filename: str
    describes: str
    effective_on: date
    uploaded_at: datetime


class UnitAnswer(AssessedAnswer):
    """A unit with what the reader sees of it; ``trace`` tells every point of its result."""

    records: list[UnitRecordAnswer]
    files: list[UnitFileAnswer]
    trace: Json
    decision: str | None


class GroupRankingAnswer(Answer):
    """The visible units of one group, best first; units without rank last."""

    track: str
    track_label: str
    group: str
    group_label: str
    units: list[AssessedAnswer]


class FactAnswer(Answer):
    """One fact of the long table and the record it came from; raters stand as numbers."""

    unit: str
    item: str
    period: str
    rater: str
    value: str
    standard: str
    note: str
    origin: str


@router.get("", summary="各年度考评")
def read_all(ctx: Work) -> list[CampaignAnswer]:
    """Return the campaigns, newest year first."""
    return [CampaignAnswer.model_validate(_campaign(ctx, one)) for one in campaigns(ctx.session)]


@router.get("/{key}", summary="某次年度考评的阶段与进度", responses=refusals(404))
def read(key: Key, ctx: Work, response: Response) -> CampaignStandAnswer:
    """Return a campaign with its phases, today's phase, its gates and what is lacking."""
    campaign = get_campaign(ctx.session, key)
    values = _campaign(ctx, campaign)
    answer = CampaignStandAnswer.model_validate({**values, "phases": _phases(ctx, work_for(ctx, campaign))})
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get("/{key}/units", summary="考评对象", responses=refusals(404))
def read_units(key: Key, ctx: Work) -> list[AssessedAnswer]:
    """Return the visible units with their visible results, by code."""
    return list(_assessed(ctx, work_for(ctx, get_campaign(ctx.session, key))))


@router.get(
    "/{key}/units/{code}",
    summary="一个考评对象及其结果的来历",
    response_model=UnitAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read_unit(key: Key, code: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return a unit with its records, documents and result with trace."""
    campaign = get_campaign(ctx.session, key)
    unit = get_unit(ctx.session, campaign.id, code)
    if not may_know(ctx, unit):
        raise NotFound("campaign.unit", NO_UNIT)
    result = result_of(ctx.session, unit.id)
    answer = UnitAnswer(
        **_told(work_for(ctx, campaign), unit, result).model_dump(),
        records=[
            UnitRecordAnswer.model_validate(record)
            for record in list_records(ctx.session, ctx.actor, subject=unit.subject)
        ],
        files=[UnitFileAnswer.model_validate(one) for one in files_of(ctx.session, unit.id)],
        trace=_trace(ctx, result.document) if result else None,
        decision=result.package if result else None,
    )
    return tagged(answer, seen)


@router.get(
    "/{key}/units/{code}/files/{file_id}",
    summary="下载考评材料",
    response_class=Response,
    responses={**refusals(404), **content_of(*MediaType)},
)
def fetch(key: Key, code: Key, file_id: Key, ctx: Work) -> Response:
    """Return a document of a unit; always to be saved, never to be shown as a page of ours."""
    unit = get_unit(ctx.session, get_campaign(ctx.session, key).id, code)
    found = campaign_file(ctx.session, file_id)
    if found.unit_id != unit.id:
        raise NotFound("file.not_found", f"“{unit.name}”没有该材料")
    content = ctx.files.get(found.digest)
    return download(content, found.filename, detect_media_type(content).value)


@router.get("/{key}/ranking", summary="考评排名", responses=refusals(404))
def read_ranking(key: Key, ctx: Work) -> list[GroupRankingAnswer]:
    """Return the visible results by track and group, best first."""
    work = work_for(ctx, get_campaign(ctx.session, key))
    units = [unit for unit in _assessed(ctx, work) if unit.result is not None]
    return [
        GroupRankingAnswer(
            track=track.key,
            track_label=track.label,
            group=leaf.key,
            group_label=leaf.label,
            units=sorted((unit for unit in units if unit.group == leaf.key), key=_place),
        )
        for track in work.scheme.tracks
        for leaf in track.leaves()
        if any(unit.group == leaf.key for unit in units)
    ]


@router.get("/{key}/facts", summary="考评数据汇总", responses=refusals(403, 404))
def read_facts(key: Key, ctx: Work) -> list[FactAnswer]:
    """Return everything brought so far, the raters' marks too, as the long table a result is computed from."""
    demand(ctx.actor, "rating:sheet:open", "查看考评数据汇总")
    work = work_for(ctx, get_campaign(ctx.session, key))
    return [FactAnswer.model_validate(line) for line in sorted(gather(ctx, work), key=lambda line: line.cell)]


def _campaign(ctx: Context, facts: CampaignFacts) -> dict[str, object]:
    record = get_record(ctx.session, ctx.actor, facts.id)
    values = {name: getattr(facts, name) for name in type(facts).__slots__}
    return {**values, "status": record.status, "version": record.version}


def _phases(ctx: Context, work: Campaigning) -> list[PhaseAnswer]:
    year = work.campaign.fiscal_year
    begun = begun_phases(work.rules, year, ctx.today) if work.campaign.started_on else ()
    tasks = dict.fromkeys(task for phase in begun for task in phase.gate)
    lacking = {task: unsettled(ctx, work.campaign, [task]) for task in tasks}

    def told(phase: Phase) -> PhaseAnswer:
        begins, ends = phase.begins.on(year), phase.ends.on(year)
        return PhaseAnswer(
            key=phase.key,
            label=phase.label,
            begins_on=begins,
            ends_on=ends,
            today=begins <= ctx.today <= ends,
            opens=_tasks(phase.opens),
            gate=_tasks(phase.gate),
            lacking=[FindingAnswer.of(one) for task in phase.gate for one in lacking.get(task, ())],
        )

    return [told(phase) for phase in work.rules.cycle.phases]


def _tasks(tasks: Iterable[Task]) -> list[TaskAnswer]:
    return [TaskAnswer(what=task.what, period=task.period) for task in tasks]


def _assessed(ctx: Context, work: Campaigning) -> Iterable[AssessedAnswer]:
    results = {one.unit_id: one for one in results_of(ctx.session, work.campaign.id)}
    return (_told(work, unit, results.get(unit.id)) for unit in work.units if may_know(ctx, unit))


def _told(work: Campaigning, unit: UnitFacts, result: ResultFacts | None) -> AssessedAnswer:
    track = work.scheme.track_of(unit.group_key)
    return AssessedAnswer(
        code=unit.code,
        name=unit.name,
        subject=unit.subject,
        track=track.key if track else "",
        group=unit.group_key,
        path=unit.path,
        owner=unit.owner,
        result=UnitResultAnswer.model_validate(result) if result else None,
    )


def _trace(ctx: Context, trace: Stored) -> Stored:
    """Return a trace; raters stand by number for those who assess, else by group in an order that tells nothing."""
    return trace if assesses(ctx.actor) else without_numbers(trace)


def without_numbers(value: Stored) -> Stored:
    """Return a document in which raters stand by their group alone."""
    if isinstance(value, Mapping):
        return {
            name: one.partition("/")[0] if name == "rater" and isinstance(one, str) else without_numbers(one)
            for name, one in value.items()
        }
    if isinstance(value, list):
        found = [without_numbers(one) for one in value]
        rated = any(isinstance(one, Mapping) and "rater" in one for one in found)
        return sorted(found, key=canonical_json) if rated else found
    return value


def _place(unit: AssessedAnswer) -> tuple[bool, int, str]:
    rank = unit.result.rank if unit.result else None
    return rank is None, rank or 0, unit.code
