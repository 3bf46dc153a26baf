"""Files as answers: always to be saved under their Chinese name, never shown as a page of ours."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from fastapi.responses import Response

from budgetperf.actions.context import Context
from budgetperf.errors import NotFound
from budgetperf.store.runs import RunFacts, effects_of, get_run

ANY = "application/octet-stream"


def download(content: bytes, filename: str, media_type: str = ANY) -> Response:
    """Answer with a file to be saved."""
    said = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": said})


def files_of(ctx: Context, run: RunFacts) -> Mapping[str, str]:
    """Return the files the steps of an ended run made: their names by digest."""
    return dict(_made(ctx, run)) if run.finished_at is not None and run.kind.startswith("batch.") else {}


def _made(ctx: Context, run: RunFacts) -> Iterator[tuple[str, str]]:
    for item in effects_of(ctx.session, run.id).values():
        if isinstance(item, Mapping) and "digest" in item and "filename" in item:
            yield str(item["digest"]), str(item["filename"])


def run_file(ctx: Context, run_id: str, digest: str) -> Response:
    """Answer with a file a visible run made.

    Raises
    ------
    NotFound
    """
    made = files_of(ctx, get_run(ctx.session, run_id))
    if digest not in made:
        raise NotFound("file.not_found", "该任务没有生成这个文件")
    return download(ctx.files.get(digest), made[digest])
