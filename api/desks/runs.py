"""Long work with its progress, and the files it made."""

from collections.abc import Mapping
from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.answers import Key
from api.desks.frame import answer, frame_of, onward
from api.desks.openings import opening_links
from api.downloads import files_of, run_file
from api.resources import resources_of
from api.screens.buttons import Link
from api.screens.record import RunLine, Runs
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.store.people import names_of
from budgetperf.store.runs import ORDER, RunFacts, RunState, effects_of, runs

router = APIRouter()
BY_WORKER = frozenset({"/open/quarter", "/open/baseline"})


@router.get("/runs")
def show(request: Request, ctx: Work) -> HTMLResponse:
    """Show the newest visible runs."""
    found = runs(ctx.session)
    jobs = resources_of(request).jobs
    steered = {item.id for item in found if item.finished_at is None and jobs.may_steer(ctx, item)}
    names = names_of(ctx.session, {item.started_by for item in found})
    screen = Runs(
        frame_of(request, ctx),
        runs=tuple(_line(ctx, item, names, steered=item.id in steered) for item in found),
        running=any(item.state in {RunState.WAITING, RunState.RUNNING} for item in found),
        openings=tuple(link for link in opening_links(ctx.actor) if link.href in BY_WORKER),
    )
    return answer(screen)


def _line(ctx: Context, run: RunFacts, names: dict[str, str], *, steered: bool) -> RunLine:
    return RunLine(
        id=run.id,
        title=run.title,
        by=names.get(run.started_by, ""),
        started_at=run.started_at,
        finished_at=run.finished_at,
        total=run.total,
        done=run.done,
        note=run.note,
        state=run.state,
        files=(
            *(
                Link(filename, f"/runs/{run.id}/files/{digest}")
                for digest, filename in files_of(ctx, run).items()
            ),
            *_made(ctx, run),
        ),
        cancellable=steered,
        retriable=steered and run.state is RunState.HALTED,
        preparing=run.state in {RunState.WAITING, RunState.RUNNING} and run.total <= 1,
    )


def _made(ctx: Context, run: RunFacts) -> tuple[Link, ...]:
    """Lead to the baseline a run fitted, or to the claim whose movement it computes."""
    if run.kind not in {"batch.baseline", "batch.movement"}:
        return ()
    left = effects_of(ctx.session, run.id)
    if run.kind == "batch.baseline":
        return (Link("查看测算结果", f"/baselines/{left['fit']}"),) if "fit" in left else ()
    order = cast("Mapping[str, str]", left[ORDER])
    label = "影响已测算，查看特殊因素申请" if "compute" in left else "查看特殊因素申请"
    return (Link(label, f"/special-factor-claims/{order['record_id']}"),)


@router.get("/runs/{run_id}/files/{digest}")
def fetch(ctx: Work, run_id: Key, digest: str) -> Response:
    """Return a file a run made."""
    return run_file(ctx, run_id, digest)


@router.post("/runs/{run_id}/cancel")
def cancel(request: Request, ctx: Work, run_id: Key) -> RedirectResponse:
    """End a run before its time."""
    resources_of(request).jobs.cancel(ctx, run_id)
    return onward("/runs", "run.cancel")


@router.post("/runs/{run_id}/retry")
def retry(request: Request, ctx: Work, run_id: Key) -> RedirectResponse:
    """Let a halted run try its step again."""
    resources_of(request).jobs.retry(ctx, run_id)
    return onward("/runs", "run.retry")
