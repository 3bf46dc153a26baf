"""Files as evidence: brought, listed and fetched by digest; the day they speak of apart from the day they came."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Digest, Key, refusals
from api.conditional import Once
from api.downloads import download
from api.transaction import Work
from budgetperf.actions.files import attach
from budgetperf.errors import NotFound
from budgetperf.evidence.attachments import MediaType, detect_media_type
from budgetperf.forms import ONE_LINE
from budgetperf.store.evidence import attachments_of
from budgetperf.store.records import get_evaluand

router = APIRouter(prefix=f"{PREFIX}/projects", tags=["佐证材料"])
BINARY = {"schema": {"type": "string", "format": "binary"}}


def content_of(*kinds: MediaType) -> dict[int | str, dict[str, Any]]:
    """Document an answer that is a file of one of some kinds."""
    return {200: {"description": "文件", "content": {kind.value: BINARY for kind in kinds}}}


class AttachmentAnswer(Answer):
    """A file put to a project."""

    id: str
    record_id: str | None
    digest: str
    filename: str
    describes: str
    effective_on: date
    uploaded_at: datetime
    uploaded_by: str


class KeptFileAnswer(Answer):
    """The digest a file is kept under."""

    digest: str


@router.get("/{code}/files", summary="项目的佐证材料", responses=refusals(404))
def read(code: Key, ctx: Work) -> list[AttachmentAnswer]:
    """Return the attachments of a project, by the day they speak of."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    return [AttachmentAnswer.model_validate(one) for one in attachments_of(ctx.session, project.id)]


@router.post("/{code}/files", status_code=201, summary="上传佐证材料", responses=refusals(403, 404, 409, 413))
def post(
    code: Key,
    file: UploadFile,
    describes: Annotated[str, Form(max_length=200, pattern=ONE_LINE, description="材料说明")],
    effective_on: Annotated[date, Form(description="材料形成日期，不是上传日期")],
    ctx: Work,
    once: Annotated[Once, Depends()],
    response: Response,
) -> KeptFileAnswer:
    """Attach a file; it is kept once, under its SHA-256."""
    content = file.file.read()

    def act() -> KeptFileAnswer:
        name = file.filename or ""
        return KeptFileAnswer(
            digest=attach(ctx, code, content, filename=name, describes=describes, effective_on=effective_on)
        )

    return once.answer(ctx, response, model=KeptFileAnswer, act=act)


@router.get(
    "/{code}/files/{digest}",
    summary="下载佐证材料",
    response_class=Response,
    responses={**refusals(404), **content_of(*MediaType)},
)
def fetch(code: Key, digest: Digest, ctx: Work) -> Response:
    """Return an attachment of a project; always to be saved, never to be shown as a page of ours."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    found = next((one for one in attachments_of(ctx.session, project.id) if one.digest == digest), None)
    if found is None:
        raise NotFound("file.not_found", f"该项目没有摘要为 {digest[:12]}… 的材料")
    content = ctx.files.get(digest)
    return download(content, found.filename, detect_media_type(content).value)
