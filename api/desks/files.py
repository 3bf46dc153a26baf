"""Evidence of a project: brought, fetched, and handed on as a bundle."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from api.answers import Key
from api.desks.frame import onward
from api.downloads import download
from api.resources import resources_of
from api.transaction import Work
from budgetperf.actions.files import MAX_BYTES, attach
from budgetperf.errors import NotFound
from budgetperf.forms import ONE_LINE
from budgetperf.store.evidence import attachments_of
from budgetperf.store.records import get_evaluand

router = APIRouter()


@router.post("/projects/{code}/files")
def bring(
    ctx: Work,
    code: Key,
    file: Annotated[UploadFile, File()],
    describes: Annotated[str, Form(max_length=200, pattern=ONE_LINE)],
    effective_on: Annotated[date, Form()],
) -> RedirectResponse:
    """Attach a file to a project."""
    content = file.file.read(MAX_BYTES + 1)
    attach(
        ctx, code, content, filename=file.filename or "附件", describes=describes, effective_on=effective_on
    )
    return onward(f"/projects/{code}#files", "attach")


@router.get("/projects/{code}/files/{attachment_id}")
def fetch(ctx: Work, code: Key, attachment_id: Key) -> Response:
    """Return a file of a project."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    found = next((item for item in attachments_of(ctx.session, project.id) if item.id == attachment_id), None)
    if found is None:
        raise NotFound("file.not_found", "没有找到该材料，或您无权查看")
    return download(ctx.files.get(found.digest), found.filename)


@router.post("/projects/{code}/bundle")
def bundle(request: Request, ctx: Work, code: Key) -> RedirectResponse:
    """Order an evidence bundle; it is made by the worker."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    key = f"{project.code}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, "batch.bundle", {"subject": project.code}, key=key)
    return onward("/runs", "run")
