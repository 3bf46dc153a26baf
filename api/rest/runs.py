"""Long work: started through the jobs port, watched in table ``run``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request

from api.answers import PREFIX, Answer, Coded, Json, Key, refusals
from api.resources import resources_of
from api.transaction import Work
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


@router.get("/{run_id}", summary="一项任务的进度与结果", responses=refusals(404))
def read(run_id: Key, ctx: Work) -> RunResultAnswer:
    """Return a visible run."""
    run = get_run(ctx.session, run_id)
    fields = {name: getattr(run, name) for name in (*type(run).__slots__, "state")}
    return RunResultAnswer.model_validate({**fields, "results": effects_of(ctx.session, run_id)})


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
