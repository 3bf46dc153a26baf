"""Long work: started, cancelled and retried through the jobs port, watched in table ``run``."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Digest, Json, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, Once, tagged
from api.downloads import ANY, run_file
from api.resources import resources_of
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.store.runs import effects_of, get_run, runs

router = APIRouter(prefix=f"{PREFIX}/runs", tags=["任务"])


class RunAnswer(Answer):
    """A run with its progress."""

    id: str
    kind: str
    title: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    note: str
    state: Coded


class RunResultAnswer(RunAnswer):
    """A run with what its steps left, by the steps' names."""

    results: dict[str, Json]


class QueuedAnswer(Answer):
    """The run that was queued, or the one the key already stands for."""

    run_id: str


@router.get("", summary="任务列表", responses=refusals())
def newest(ctx: Work) -> list[RunAnswer]:
    """Return the newest visible runs."""
    return [RunAnswer.model_validate(run) for run in runs(ctx.session)]


@router.get(
    "/{run_id}",
    summary="一项任务的进度与结果",
    response_model=RunResultAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read(run_id: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return a visible run."""
    run = get_run(ctx.session, run_id)
    fields = {name: getattr(run, name) for name in (*type(run).__slots__, "state")}
    answer = RunResultAnswer.model_validate({**fields, "results": effects_of(ctx.session, run_id)})
    return tagged(answer, seen)


@router.get(
    "/{run_id}/files/{digest}",
    summary="下载任务生成的文件",
    response_class=Response,
    responses={
        **refusals(404),
        200: {"description": "文件", "content": {ANY: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def fetch(run_id: Key, digest: Digest, ctx: Work) -> Response:
    """Return a file that a run made."""
    return run_file(ctx, run_id, digest)


@router.post("/{run_id}/cancel", summary="取消任务", responses=refusals(403, 404, 409, 413))
def cancel(
    request: Request, run_id: Key, ctx: Work, once: Annotated[Once, Depends()], response: Response
) -> RunAnswer:
    """End a run before its time; steps already done stay."""
    return _steered(ctx, once, response, run_id=run_id, steer=resources_of(request).jobs.cancel)


@router.post("/{run_id}/retry", summary="重试已停下的任务", responses=refusals(403, 404, 409, 413))
def retry(
    request: Request, run_id: Key, ctx: Work, once: Annotated[Once, Depends()], response: Response
) -> RunAnswer:
    """Let a halted run try its step again."""
    return _steered(ctx, once, response, run_id=run_id, steer=resources_of(request).jobs.retry)


def _steered(
    ctx: Context, once: Once, response: Response, *, run_id: str, steer: Callable[[Context, str], None]
) -> RunAnswer:
    def act() -> RunAnswer:
        steer(ctx, run_id)
        return RunAnswer.model_validate(get_run(ctx.session, run_id))

    return once.answer(ctx, response, model=RunAnswer, act=act)


@router.post(
    "/{kind}",
    status_code=202,
    summary="启动任务（季度部署、基线测算等）",
    responses=refusals(403, 404, 409, 413),
)
def start(
    request: Request,
    kind: Annotated[
        str, Path(pattern=r"^[a-z_]+\.[a-z_]+$", examples=["campaign.quarter", "batch.baseline"])
    ],
    arguments: Mapping[str, str],
    ctx: Work,
    idempotency_key: Annotated[
        str,
        Header(
            min_length=8,
            max_length=100,
            pattern=r"^[\x21-\x7e]+$",
            description="同一个键是同一项任务，重复提交只启动一次",
        ),
    ],
) -> QueuedAnswer:
    """Queue a run in this request's transaction; a worker does it."""
    jobs = resources_of(request).jobs
    return QueuedAnswer(
        run_id=jobs.enqueue_in_transaction(ctx, kind, arguments, key=f"{ctx.actor.id}/{idempotency_key}")
    )
