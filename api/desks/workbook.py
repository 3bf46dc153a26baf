"""The goal form by Excel: fetch the blank one, have a filled one checked, file it when clean."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.answers import Key
from api.desks.errors import lead_back
from api.desks.frame import answer, frame_of, onward
from api.desks.moves import page_of
from api.desks.presets import STARTS
from api.desks.verbs import about, first, may_begin, multi, version_of
from api.downloads import download
from api.guards import PostedForm
from api.problems import STATUSES
from api.screens.form import Upload
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_file
from budgetperf.actions.moves import Seen
from budgetperf.actions.request import file_request, review_goals
from budgetperf.actions.rules import in_force
from budgetperf.errors import Invalid, Stale
from budgetperf.findings import Finding, Severity
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.process.stages import Stage
from budgetperf.scoring.goal_weights import GoalWeightRules
from budgetperf.store.records import RecordFacts, get_record
from budgetperf.workbooks.annotated import annotate
from budgetperf.workbooks.blank import blank_goals
from budgetperf.workbooks.intake import Intake, read_goals
from budgetperf.workbooks.package import MAX_FILE_BYTES

router = APIRouter()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_LINK = 2 * 1024 * 1024  # what browsers still take as a data: address


@router.get("/records/{record_id}/file/workbook/blank")
def blank(ctx: Work, record_id: Key) -> Response:
    """Return the blank workbook, with what is known of the project as its page has it."""
    record = get_record(ctx.session, ctx.actor, record_id)
    total = in_force(ctx, "goal_weights", GoalWeightRules).rules.total
    known = STARTS[Stage.REQUEST, "file"](ctx, record).document
    return download(
        blank_goals(indicator_total=total, known=known), f"绩效目标申报表-{record.fiscal_year}.xlsx", XLSX
    )


@router.get("/records/{record_id}/file/workbook")
def ask(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show the page on which a workbook is handed in."""
    record = get_record(ctx.session, ctx.actor, record_id)
    may_begin(ctx, record, "file")
    return answer(_page(request, ctx, record))


def _page(
    request: Request,
    ctx: Context,
    record: RecordFacts,
    *,
    filename: str = "",
    refusal: str = "",
    findings: tuple[Finding, ...] = (),
    clean: bool = False,
    annotated: bytes = b"",
    version: int | None = None,
) -> Upload:
    here = f"/records/{record.id}/file/workbook"
    link = f"data:{XLSX};base64,{b64encode(annotated).decode()}" if annotated else ""
    return Upload(
        frame_of(request, ctx),
        about=about(record, "Excel 填报"),
        action=here,
        blank=f"{here}/blank",
        form=f"/records/{record.id}/file",
        version=record.version if version is None else version,
        filename=filename,
        refusal=refusal,
        findings=findings,
        clean=clean,
        limit_mb=MAX_FILE_BYTES // 1024**2,
        annotated=link if len(link) <= LONGEST_LINK else "",
    )


@router.post("/records/{record_id}/file/workbook")
def take(
    request: Request, ctx: Work, record_id: Key, form: PostedForm, workbook: Annotated[UploadFile, File()]
) -> Response:
    """Check a workbook; file it when asked to and clean, else tell what is wrong and keep nothing."""
    record = get_record(ctx.session, ctx.actor, record_id)
    lead_back(request, page_of(record))
    may_begin(ctx, record, "file")
    posted = multi(form)
    seen, name = Seen(version_of(posted)), workbook.filename or ""
    content = workbook.file.read()
    try:
        intake = read_goals(content)
        findings = _check(ctx, record, intake)
        if intake.form is not None and first(posted, "intent") == "file":
            with ctx.session.begin_nested():
                outcome = file_request(ctx, record.id, intake.form, seen, file_digest=keep_file(ctx, content))
            return onward(page_of(record), f"{outcome.stage.value}.file")
    except Stale as error:
        record = get_record(ctx.session, ctx.actor, record_id)
        screen = _page(request, ctx, record, filename=name, refusal=error.text)
        return answer(screen, STATUSES[Stale][0])
    except Invalid as error:
        return answer(_refused(request, ctx, record, error=error, content=content, name=name), 422)
    clean = not any(item.severity is Severity.ERROR for item in findings)
    screen = _page(
        request,
        ctx,
        record,
        filename=name,
        refusal="" if clean else count(findings),
        findings=findings,
        clean=clean,
        annotated=annotate(content, findings) if findings else b"",
    )
    return answer(screen, 200 if clean else 422)


def _check(ctx: Context, record: RecordFacts, intake: Intake[GoalForm]) -> tuple[Finding, ...]:
    if intake.form is None:
        return intake.findings
    return (*intake.findings, *intake.locate(review_goals(ctx, record, intake.form)))


def count(findings: tuple[Finding, ...]) -> str:
    """Say how many errors keep a workbook from being filed."""
    errors = sum(item.severity is Severity.ERROR for item in findings)
    return f"发现{errors}处错误，未保存任何内容；请按下表修改后重新上传"


def _refused(
    request: Request, ctx: Context, record: RecordFacts, *, error: Invalid, content: bytes, name: str
) -> Upload:
    """Return the page of a refusal: of the file itself, or of the filing with its findings at their cells."""
    if not error.findings:
        return _page(request, ctx, record, filename=name, refusal=error.text)
    intake = read_goals(content)
    findings = (*intake.findings, *intake.locate(error.findings))
    copy = annotate(content, findings)
    return _page(
        request, ctx, record, filename=name, refusal=count(findings), findings=findings, annotated=copy
    )
