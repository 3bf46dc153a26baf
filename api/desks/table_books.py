"""The tables of a campaign by Excel: fetch the prefilled one, have it checked, file it when clean."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.answers import Key
from api.desks.errors import lead_back
from api.desks.frame import answer, frame_of, onward
from api.desks.moves import page_of
from api.desks.verbs import about, first, may_begin, multi, version_of
from api.desks.workbook import LONGEST_LINK, XLSX, count
from api.downloads import download
from api.guards import PostedForm
from api.problems import STATUSES
from api.screens.buttons import Link
from api.screens.form import TableUpload
from api.transaction import Work
from budgetperf.actions.campaign_books import (
    TABLE_VERBS,
    check_table_book,
    file_table_book,
    table_book,
)
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.papers.assessment import ranking_book
from budgetperf.errors import Invalid, NotFound, Stale
from budgetperf.findings import Finding, Severity
from budgetperf.process.stages import Stage
from budgetperf.store.records import RecordFacts, get_record
from budgetperf.workbooks.annotated import annotate
from budgetperf.workbooks.package import MAX_FILE_BYTES
from budgetperf.workbooks.table_form import write_tables

router = APIRouter()


def table_links(record: RecordFacts) -> tuple[Link, ...]:
    """Return where the tables of a record are handed in and fetched; none for a stage without tables."""
    if record.stage not in TABLE_VERBS:
        return ()
    here = f"/records/{record.id}/tables"
    return Link("Excel 填报", here), Link("下载表格", f"{here}/workbook")


def ranking_link(record: RecordFacts) -> Link:
    """Return where the ranking table of a campaign is fetched."""
    return Link("下载排名表", f"/records/{record.id}/ranking/workbook")


def _record(ctx: Context, record_id: str) -> RecordFacts:
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage not in TABLE_VERBS:
        raise NotFound("workbook.stage", f"{record.stage.label}没有 Excel 表格")
    return record


@router.get("/records/{record_id}/tables/workbook")
def fetch(ctx: Work, record_id: Key, blank: bool = False) -> Response:  # noqa: FBT001, FBT002 - a query parameter
    """Return the workbook as filed, or as handed out."""
    book = table_book(ctx, _record(ctx, record_id), blank=blank)
    return download(write_tables(book), f"{book.title}.xlsx", XLSX)


@router.get("/records/{record_id}/ranking/workbook")
def ranking(ctx: Work, record_id: Key) -> Response:
    """Return the ranking table of what results the reader may see."""
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not Stage.ASSESSMENT:
        raise NotFound("record.stage", "没有找到该年度考评，或您无权查看")
    return download(ranking_book(ctx, record), f"{record.name}排名表.xlsx", XLSX)


@router.get("/records/{record_id}/tables")
def ask(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show the page on which a workbook is handed in."""
    record = _record(ctx, record_id)
    may_begin(ctx, record, TABLE_VERBS[record.stage])
    table_book(ctx, record)
    return answer(_page(request, ctx, record))


def _page(
    request: Request,
    ctx: Context,
    record: RecordFacts,
    *,
    filename: str = "",
    refusal: str = "",
    findings: tuple[Finding, ...] = (),
    content: bytes = b"",
) -> TableUpload:
    here = f"/records/{record.id}/tables"
    copy = annotate(content, findings) if findings and content else b""
    link = f"data:{XLSX};base64,{b64encode(copy).decode()}" if copy else ""
    return TableUpload(
        frame_of(request, ctx),
        about=about(ctx, record, "Excel 填报"),
        action=here,
        blank=f"{here}/workbook?blank=true",
        filled=f"{here}/workbook",
        form=f"/records/{record.id}/{TABLE_VERBS[record.stage]}",
        version=record.version,
        filename=filename,
        refusal=refusal,
        findings=findings,
        clean=bool(content) and not refusal,
        limit_mb=MAX_FILE_BYTES // 1024**2,
        annotated=link if len(link) <= LONGEST_LINK else "",
    )


@router.post("/records/{record_id}/tables")
def take(
    request: Request, ctx: Work, record_id: Key, form: PostedForm, workbook: Annotated[UploadFile, File()]
) -> Response:
    """Check a workbook; file it when asked to and clean, else tell what is wrong and keep nothing."""
    record = _record(ctx, record_id)
    lead_back(request, page_of(record))
    verb = TABLE_VERBS[record.stage]
    may_begin(ctx, record, verb)
    posted, name, content = multi(form), workbook.filename or "", workbook.file.read()
    try:
        if first(posted, "intent") == "file":
            with ctx.session.begin_nested():
                file_table_book(ctx, record, content, Seen(version_of(posted)))
            return onward(page_of(record), f"{record.stage.value}.{verb}")
        with ctx.session.begin_nested() as trial:
            _, findings = check_table_book(ctx, record, content)
            trial.rollback()
    except Stale as error:
        fresh = get_record(ctx.session, ctx.actor, record_id)
        return answer(_page(request, ctx, fresh, filename=name, refusal=error.text), STATUSES[Stale][0])
    except Invalid as error:
        refusal = count(error.findings) if error.findings else error.text
        screen = _page(
            request, ctx, record, filename=name, refusal=refusal, findings=error.findings,
            content=content if error.findings else b"",
        )  # fmt: skip
        return answer(screen, 422)
    wrong = any(item.severity is Severity.ERROR for item in findings)
    screen = _page(
        request, ctx, record, filename=name, refusal=count(findings) if wrong else "", findings=findings, content=content
    )  # fmt: skip
    return answer(screen, 422 if wrong else 200)
