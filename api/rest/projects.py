"""Projects: found by code or name, one with where it stands, one with its whole life."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Exact, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, tagged
from api.rest.decisions import DecisionHeadAnswer
from api.rest.records import FilingAnswer, StepAnswer
from api.transaction import Work, begin
from budgetperf.forms import NO_NUL
from budgetperf.store.records import filings_of, get_evaluand, list_evaluands, records_of, steps_of
from budgetperf.store.results import decisions_of, lights, scores

router = APIRouter(prefix=f"{PREFIX}/projects", tags=["项目"])


class ProjectAnswer(Answer):
    """A project and who owns it."""

    id: str
    code: str
    name: str
    kind: Coded
    path: str
    agency: str
    department: str
    department_path: str
    function_code: str
    nature: Coded
    origin: Coded


class RecordHeadAnswer(Answer):
    """Where one stage of a project stands."""

    id: str
    fiscal_year: int
    stage: Coded
    period: str
    serial: int
    status: Coded
    version: int
    due_on: date | None
    opened_at: datetime


class ProjectPageAnswer(Answer):
    """A page of projects; ``next_offset`` is null on the last one."""

    projects: list[ProjectAnswer]
    next_offset: int | None


class StandingAnswer(Answer):
    """A project with where each of its stages stands."""

    project: ProjectAnswer
    records: list[RecordHeadAnswer]


class LightsAnswer(Answer):
    """Both lights of one period, with their reasons."""

    record_id: str
    fiscal_year: int
    period: str
    execution: str
    goals: str
    execution_reason: str
    goals_reason: str
    warnings: str


class ScoreAnswer(Answer):
    """A confirmed score with its grade."""

    record_id: str
    fiscal_year: int
    stage: Coded
    total: Exact
    grade: str


class LifeAnswer(StandingAnswer):
    """A project's life: every stage, step, filing, light, score and decision the reader may see."""

    steps: list[StepAnswer]
    filings: list[FilingAnswer]
    lights: list[LightsAnswer]
    scores: list[ScoreAnswer]
    decisions: list[DecisionHeadAnswer]


@router.get("", summary="查找项目", responses=refusals())
def find(
    ctx: Work,
    text: Annotated[str, Query(max_length=100, pattern=NO_NUL, description="编码或名称中的文字")] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ProjectPageAnswer:
    """Return visible projects whose code or name holds the text, by code."""
    found = list_evaluands(ctx.session, ctx.actor, text=text, offset=offset, limit=limit + 1)
    return ProjectPageAnswer(
        projects=[ProjectAnswer.model_validate(one) for one in found[:limit]],
        next_offset=offset + limit if len(found) > limit else None,
    )


@router.get(
    "/{code}",
    summary="项目及其各环节现状",
    response_model=StandingAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read(request: Request, code: Key, seen: IfNoneMatch = None) -> Response:
    """Return a project and where each of its stages stands.

    Read more often than anything else: the transaction is opened in the route (see ``begin``).
    """
    with begin(request) as ctx:
        project = get_evaluand(ctx.session, ctx.actor, code)
        records = records_of(ctx.session, ctx.actor, project.id)
        answer = StandingAnswer(
            project=ProjectAnswer.model_validate(project),
            records=[RecordHeadAnswer.model_validate(one) for one in records],
        )
    return tagged(answer, seen)


@router.get(
    "/{code}/life", summary="项目全周期", response_model=LifeAnswer, responses={**refusals(404), **UNCHANGED}
)
def life(code: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return everything of a project's life that the reader may see."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    records = records_of(ctx.session, ctx.actor, project.id)
    ids = [record.id for record in records]
    answer = LifeAnswer(
        project=ProjectAnswer.model_validate(project),
        records=[RecordHeadAnswer.model_validate(one) for one in records],
        steps=[StepAnswer.model_validate(one) for one in steps_of(ctx.session, ids)],
        filings=[FilingAnswer.model_validate(one) for id_ in ids for one in filings_of(ctx.session, id_)],
        lights=[LightsAnswer.model_validate(one) for one in lights(ctx.session, evaluand_id=project.id)],
        scores=[ScoreAnswer.model_validate(one) for one in scores(ctx.session, evaluand_id=project.id)],
        decisions=[
            DecisionHeadAnswer.model_validate(one) for one in decisions_of(ctx.session, subject=project.code)
        ],
    )
    return tagged(answer, seen)
