"""A form by Excel: fetch the workbook, have a filled one checked, file it when clean: goals, and tables of assessments."""

from base64 import b64encode
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.answers import Key
from api.desks.errors import lead_back
from api.desks.frame import answer, frame_of, onward
from api.desks.moves import page_of
from api.desks.presets import STARTS
from api.desks.verbs import about, first, may_begin, multi, version_of, workbook_of
from api.downloads import download
from api.guards import PostedForm
from api.problems import STATUSES
from api.screens.form import TableUpload, Upload
from api.transaction import Work, undo
from budgetperf.actions.campaign_books import (
    check_table_book,
    file_table_book,
    read_table_book,
    table_book,
)
from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_file
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.request import file_request, review_goals
from budgetperf.actions.rules import in_force
from budgetperf.errors import Invalid, NotFound, Stale
from budgetperf.findings import Finding, Severity
from budgetperf.process.stages import Stage
from budgetperf.scoring.goal_weights import GoalWeightRules
from budgetperf.store.records import RecordFacts, get_record
from budgetperf.workbooks.annotated import annotate
from budgetperf.workbooks.blank import blank_goals
from budgetperf.workbooks.intake import Intake, read_goals
from budgetperf.workbooks.package import MAX_FILE_BYTES
from budgetperf.workbooks.table_form import write_tables

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_LINK = 2 * 1024 * 1024  # what browsers still take as a data: address


@router.get("/records/{record_id}/{verb}/workbook/blank")
def blank(ctx: Work, record_id: Key, verb: str, *, bare: bool = False) -> Response:
    """Return the workbook to be filled, with what is known already as the page has it; ``bare``: nothing filed."""
    record = _record(ctx, record_id, verb)
    if record.stage is not Stage.REQUEST:
        book = table_book(ctx, record, blank=bare)
        return download(write_tables(book), f"{book.title}.xlsx", XLSX)
    total = in_force(ctx, "goal_weights", GoalWeightRules).rules.total
    known = STARTS[Stage.REQUEST, "file"](ctx, record).document
    return download(
        blank_goals(indicator_total=total, known=known), f"绩效目标申报表-{record.fiscal_year}.xlsx", XLSX
    )


def _record(ctx: Context, record_id: str, verb: str) -> RecordFacts:
    record = get_record(ctx.session, ctx.actor, record_id)
    if not workbook_of(record, verb):
        raise NotFound("workbook.verb", f"{record.stage.label}的这一操作没有 Excel 表格")
    return record


@router.get("/records/{record_id}/{verb}/workbook")
def ask(request: Request, ctx: Work, record_id: Key, verb: str) -> HTMLResponse:
    """Show the page on which a workbook is handed in."""
    record = _record(ctx, record_id, verb)
    may_begin(ctx, record, verb)
    return answer(_page(request, ctx, record, verb))


def _page(
    request: Request,
    ctx: Context,
    record: RecordFacts,
    verb: str,
    *,
    filename: str = "",
    refusal: str = "",
    findings: tuple[Finding, ...] = (),
    clean: bool = False,
    annotated: bytes = b"",
    version: int | None = None,
) -> Upload:
    here = f"/records/{record.id}/{verb}"
    link = f"data:{XLSX};base64,{b64encode(annotated).decode()}" if annotated else ""
    tables = record.stage is not Stage.REQUEST
    kind = partial(TableUpload, filled=f"{here}/workbook/blank") if tables else Upload
    return kind(
        frame_of(request, ctx),
        about=about(ctx, record, "Excel 填报"),
        action=f"{here}/workbook",
        blank=f"{here}/workbook/blank{'?bare=true' if tables else ''}",
        form=here,
        version=record.version if version is None else version,
        filename=filename,
        refusal=refusal,
        findings=findings,
        clean=clean,
        limit_mb=MAX_FILE_BYTES // 1024**2,
        annotated=link if len(link) <= LONGEST_LINK else "",
    )


@router.post("/records/{record_id}/{verb}/workbook")
def take(
    request: Request,
    ctx: Work,
    record_id: Key,
    verb: str,
    form: PostedForm,
    workbook: Annotated[UploadFile, File()],
) -> Response:
    """Check a workbook; file it when asked to and clean, else tell what is wrong and keep nothing."""
    record = _record(ctx, record_id, verb)
    lead_back(request, page_of(record))
    may_begin(ctx, record, verb)
    posted = multi(form)
    seen, name = Seen(version_of(posted)), workbook.filename or ""
    content = workbook.file.read()
    try:
        intake = _read(ctx, record, content)
        if intake.form is not None and first(posted, "intent") == "file":
            with ctx.session.begin_nested():
                outcome = _file(ctx, record, content, intake, seen)
            return onward(page_of(record), f"{outcome.stage.value}.{verb}")
        findings = _check(ctx, record, content, intake)
    except Stale as error:
        record = get_record(ctx.session, ctx.actor, record_id)
        screen = _page(request, ctx, record, verb, filename=name, refusal=error.text)
        return answer(screen, STATUSES[Stale][0])
    except Invalid as error:
        return answer(_refused(request, ctx, record, verb, error=error, content=content, name=name), 422)
    clean = not any(item.severity is Severity.ERROR for item in findings)
    copy = annotate(content, findings) if findings else b""
    refusal = "" if clean else count(findings)
    told: dict[str, Any] = {"findings": findings, "clean": clean, "annotated": copy}
    screen = _page(request, ctx, record, verb, filename=name, refusal=refusal, **told)
    return answer(screen, 200 if clean else 422)


def _read(ctx: Context, record: RecordFacts, content: bytes) -> Intake[Any]:
    return read_goals(content) if record.stage is Stage.REQUEST else read_table_book(ctx, record, content)


def _file(ctx: Context, record: RecordFacts, content: bytes, intake: Intake[Any], seen: Seen) -> Outcome:
    if record.stage is Stage.REQUEST:
        assert intake.form is not None
        return file_request(ctx, record.id, intake.form, seen, file_digest=keep_file(ctx, content))
    return file_table_book(ctx, record, content, seen)


def _check(ctx: Context, record: RecordFacts, content: bytes, intake: Intake[Any]) -> tuple[Finding, ...]:
    if intake.form is None:
        return intake.findings
    if record.stage is Stage.REQUEST:
        return (*intake.findings, *intake.locate(review_goals(ctx, record, intake.form)))
    try:
        return check_table_book(ctx, record, content)[1]
    finally:
        undo(ctx)


def count(findings: tuple[Finding, ...]) -> str:
    """Say how many errors keep a workbook from being filed."""
    errors = sum(item.severity is Severity.ERROR for item in findings)
    return f"发现{errors}处错误，未保存任何内容；请按下表修改后重新上传"


def _refused(
    request: Request,
    ctx: Context,
    record: RecordFacts,
    verb: str,
    *,
    error: Invalid,
    content: bytes,
    name: str,
) -> Upload:
    """Return the page of a refusal: of the file itself, or of the filing with its findings at their cells."""
    if not error.findings:
        return _page(request, ctx, record, verb, filename=name, refusal=error.text)
    findings = error.findings
    if record.stage is Stage.REQUEST:
        intake = read_goals(content)
        findings = (*intake.findings, *intake.locate(findings))
    copy = annotate(content, findings)
    return _page(
        request, ctx, record, verb, filename=name, refusal=count(findings), findings=findings, annotated=copy
    )
