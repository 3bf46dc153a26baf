"""Routes of the verbs that open records, record money or attach nothing to a version seen."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import Response
from pydantic import Field

from api.answers import PREFIX, Answer, Key, YearKey, refusals
from api.conditional import Once, OnceOnly, etag
from api.outcomes import OutcomeAnswer
from api.transaction import Work, undo
from api.verbs import DryRun
from budgetperf.actions.context import Context
from budgetperf.actions.evaluation import open_year
from budgetperf.actions.finance_evaluation import draw_sample
from budgetperf.actions.ledger import BatchForm, record_entries
from budgetperf.actions.limits import open_round
from budgetperf.actions.monitoring import open_quarter
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.objections import file_objection
from budgetperf.actions.rectification import issue_notice
from budgetperf.actions.request import open_request
from budgetperf.actions.rule_editions import open_draft
from budgetperf.actions.rule_from_text import open_draft_from_text
from budgetperf.budget.form import ObjectionForm, RoundForm
from budgetperf.errors import Forbidden
from budgetperf.forms import Form, Line, ask
from budgetperf.lifecycle.evaluation.form import SampleForm
from budgetperf.lifecycle.goals.form import NewRequestForm
from budgetperf.lifecycle.result_use.form import NoticeForm
from budgetperf.permissions import may
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import named
from budgetperf.rulebook.form import EditionForm, NewEditionForm

router = APIRouter(prefix=PREFIX)
Year = Annotated[int, Field(ge=2000, le=2100)]


class QuarterForm(Form):
    """Which quarter's monitoring tasks are opened, and in which branch of the tree."""

    fiscal_year: Year = ask("预算年度")
    quarter: Annotated[int, Field(ge=1, le=4)] = ask("季度")
    scope: Line = ask("范围（单位路径，空为全市）", default="")


class YearForm(Form):
    """Which year's self-evaluations are opened, and until when they are due."""

    fiscal_year: Year = ask("预算年度")
    due_on: date = ask("报送期限")
    scope: Line = ask("范围（单位路径，空为全市）", default="")


class CountAnswer(Answer):
    """How many were opened or recorded."""

    count: int
    dry_run: bool = False


def demand_opening(ctx: Context, stage: Stage, scope: str) -> None:
    """Refuse a bulk opening even when there is nothing to open.

    Raises
    ------
    Forbidden
    """
    row = named(stage, "open")[0]
    reason = may(ctx.actor, row.permission, scope, row.label)
    if reason:
        raise Forbidden("process.forbidden", reason)


def opened(
    ctx: Context, once: Once, response: Response, *, dry_run: bool, act: Callable[[], Outcome]
) -> OutcomeAnswer:
    """Answer an opening: 201, or 200 where it was only tried."""
    response.status_code = 200 if dry_run else 201
    answer = once.answer(
        ctx, response, model=OutcomeAnswer, act=lambda: OutcomeAnswer.of(act(), dry_run=dry_run)
    )
    if dry_run:
        undo(ctx)
    response.headers["ETag"] = etag(answer.version)
    return answer


def _counted(
    ctx: Context, once: Once, response: Response, *, dry_run: bool, act: Callable[[], int]
) -> CountAnswer:
    answer = once.answer(
        ctx, response, model=CountAnswer, act=lambda: CountAnswer(count=act(), dry_run=dry_run)
    )
    if dry_run:
        undo(ctx)
    return answer


@router.post(
    "/request",
    status_code=201,
    summary="新建项目申报",
    tags=[Stage.REQUEST.label],
    responses=refusals(403, 404, 409, 413),
)
def post_request(
    form: NewRequestForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Open a request; a new project gets its code."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: open_request(ctx, form, Seen()))


@router.post(
    "/monitoring",
    summary="下达季度监控任务",
    tags=[Stage.MONITORING.label],
    responses=refusals(403, 404, 409, 413),
)
def post_quarter(
    form: QuarterForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> CountAnswer:
    """Open the monitoring task of every approved project in a branch; opening twice opens once."""
    demand_opening(ctx, Stage.MONITORING, form.scope)

    def act() -> int:
        return open_quarter(ctx, form.fiscal_year, form.quarter, scope=form.scope)

    return _counted(ctx, once, response, dry_run=dry_run, act=act)


@router.post(
    "/self_evaluation",
    summary="下达年度自评任务",
    tags=[Stage.SELF_EVALUATION.label],
    responses=refusals(403, 404, 409, 413),
)
def post_year(
    form: YearForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> CountAnswer:
    """Open the self-evaluation of every approved project in a branch; opening twice opens once."""
    demand_opening(ctx, Stage.SELF_EVALUATION, form.scope)

    def act() -> int:
        return open_year(ctx, form.fiscal_year, form.due_on, scope=form.scope)

    return _counted(ctx, once, response, dry_run=dry_run, act=act)


@router.post(
    "/finance_evaluation",
    summary="抽取财政评价项目",
    tags=[Stage.FINANCE_EVALUATION.label],
    responses=refusals(403, 404, 409, 413),
)
def post_sample(
    form: SampleForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> CountAnswer:
    """Draw the sample by its public seed and open a finance evaluation for each."""
    demand_opening(ctx, Stage.FINANCE_EVALUATION, "")
    return _counted(ctx, once, response, dry_run=dry_run, act=lambda: draw_sample(ctx, form, Seen()))


@router.post(
    "/records/{record_id}/notices",
    status_code=201,
    summary="下达整改通知",
    tags=[Stage.RECTIFICATION.label],
    responses=refusals(403, 404, 409, 413),
)
def post_notice(
    record_id: Key,
    form: NoticeForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Issue a rectification notice on a monitoring or evaluation record."""
    return opened(
        ctx, once, response, dry_run=dry_run, act=lambda: issue_notice(ctx, record_id, form, Seen())
    )


@router.post(
    "/limits",
    status_code=201,
    summary="启动控制数编制",
    tags=[Stage.LIMITS.label],
    responses=refusals(403, 404, 409, 413),
)
def post_round(
    form: RoundForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Open the round of limits of a budget year under its ceiling."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: open_round(ctx, form, Seen()))


@router.post(
    "/limits/{fiscal_year}/lines/{code}/objections",
    status_code=201,
    summary="提出控制数异议",
    tags=[Stage.OBJECTION.label],
    responses=refusals(403, 404, 409, 413),
)
def post_objection(
    fiscal_year: YearKey,
    code: Key,
    form: ObjectionForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Object to one cut of one published line."""

    def act() -> Outcome:
        return file_objection(ctx, code, fiscal_year, form, Seen())

    return opened(ctx, once, response, dry_run=dry_run, act=act)


@router.post(
    "/rule",
    status_code=201,
    summary="起草规则版本",
    tags=[Stage.RULE.label],
    responses=refusals(403, 404, 409, 413),
)
def post_draft(
    form: NewEditionForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Open the draft of an edition as a copy of another."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: open_draft(ctx, form, Seen()))


@router.post(
    "/rule/text",
    status_code=201,
    summary="以全文起草规则版本",
    tags=[Stage.RULE.label],
    responses=refusals(403, 409, 413),
)
def post_draft_text(
    form: EditionForm,
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Open the draft of an edition with its whole text, as a build of an indicator system writes it."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: open_draft_from_text(ctx, form, Seen()))


@router.post("/ledger", summary="登记收支（整批）", tags=["收支台账"], responses=refusals(403, 404, 409, 413))
def post_entries(
    form: Annotated[BatchForm, Body()],
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> CountAnswer:
    """Record a batch of movements, all or nothing."""
    return _counted(ctx, once, response, dry_run=dry_run, act=lambda: record_entries(ctx, form))
