"""Long work with its progress, and the files it made."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.answers import Key
from api.desks.files import download
from api.desks.frame import answer, frame_of
from api.desks.openings import opening_links
from api.screens.buttons import Link
from api.screens.record import RunLine, Runs
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.errors import NotFound
from budgetperf.store.people import names_of
from budgetperf.store.runs import RunFacts, RunState, effects_of, get_run, runs

router = APIRouter()
BY_WORKER = frozenset({"/open/quarter", "/open/baseline"})


@router.get("/runs")
def show(request: Request, ctx: Work) -> HTMLResponse:
    """Show the newest visible runs."""
    found = runs(ctx.session)
    names = names_of(ctx.session, {item.started_by for item in found})
    screen = Runs(
        frame_of(request, ctx),
        runs=tuple(_line(ctx, item, names) for item in found),
        running=any(item.state in {RunState.WAITING, RunState.RUNNING} for item in found),
        openings=tuple(link for link in opening_links(ctx.actor) if link.href in BY_WORKER),
    )
    return answer(screen)


def _made(ctx: Context, run: RunFacts) -> list[Mapping[str, object]]:
    """Return what the steps of a run say of the files they made."""
    if run.finished_at is None or not run.kind.startswith("batch."):
        return []
    return [
        item
        for item in effects_of(ctx.session, run.id).values()
        if isinstance(item, Mapping) and "digest" in item
    ]


def _line(ctx: Context, run: RunFacts, names: dict[str, str]) -> RunLine:
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
        files=tuple(
            Link(str(item.get("filename", "文件")), f"/runs/{run.id}/files/{item['digest']}")
            for item in _made(ctx, run)
            if "filename" in item
        ),
    )


@router.get("/runs/{run_id}/files/{digest}")
def fetch(ctx: Work, run_id: Key, digest: str) -> Response:
    """Return a file a run made."""
    made = _made(ctx, get_run(ctx.session, run_id))
    found = next((item for item in made if item["digest"] == digest and "filename" in item), None)
    if found is None:
        raise NotFound("file.not_found", "该任务没有生成这个文件")
    return download(ctx.files.get(digest), str(found["filename"]))
