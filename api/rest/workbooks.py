"""The goal form as Excel: the blank one out, the filled one in, with findings at sheet and cell.

Nothing is stored unless the form is filed; what is refused comes back annotated on request.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Key, refusals
from api.conditional import Once, SeenVersion, etag
from api.downloads import download
from api.outcomes import OutcomeAnswer
from api.problems import FindingAnswer
from api.rest.files import content_of
from api.transaction import Work, undo
from api.verbs import DryRun
from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_file
from budgetperf.actions.moves import Seen
from budgetperf.actions.request import file_request, review_goals
from budgetperf.actions.rules import goal_check_rules
from budgetperf.errors import Invalid
from budgetperf.evidence.attachments import MediaType
from budgetperf.findings import Finding
from budgetperf.lifecycle.goals.form import GoalForm
from budgetperf.process.stages import Stage
from budgetperf.store.records import get_record
from budgetperf.workbooks.annotated import annotate
from budgetperf.workbooks.blank import blank_goals
from budgetperf.workbooks.intake import Intake, read_goals

router = APIRouter(prefix=f"{PREFIX}/request", tags=[Stage.REQUEST.label])


class IntakeAnswer(Answer):
    """What a workbook says, without filing it; ``readable`` false when an error keeps it from being a form."""

    readable: bool
    template_version: str
    source_digest: str
    findings: list[FindingAnswer]


def intake_of(ctx: Context, record_id: str, content: bytes) -> tuple[Intake[GoalForm], tuple[Finding, ...]]:
    """Read a workbook for a request and run every check; findings carry sheet and cell."""
    record = get_record(ctx.session, ctx.actor, record_id)
    intake = read_goals(content)
    checked = review_goals(ctx, record, intake.form) if intake.form else ()
    return intake, intake.locate((*intake.findings, *checked))


@router.get(
    "/workbook/blank",
    summary="下载空白申报表",
    response_class=Response,
    responses={**refusals(), **content_of(MediaType.XLSX)},
)
def blank(ctx: Work) -> Response:
    """Return the blank form under the edition in force."""
    content = blank_goals(indicator_total=goal_check_rules(ctx).indicator_total)
    return download(content, "绩效目标申报表.xlsx", MediaType.XLSX.value)


@router.post("/{record_id}/workbook/check", summary="校验申报表（不报送）", responses=refusals(404, 413))
def check(record_id: Key, file: UploadFile, ctx: Work) -> IntakeAnswer:
    """Read and check a filled form; nothing is stored."""
    intake, findings = intake_of(ctx, record_id, file.file.read())
    return IntakeAnswer(
        readable=intake.form is not None,
        template_version=intake.template_version,
        source_digest=intake.source_digest,
        findings=[FindingAnswer.of(finding) for finding in findings],
    )


@router.post(
    "/{record_id}/workbook/annotated",
    summary="取回标注问题的申报表",
    response_class=Response,
    responses={**refusals(404, 413), **content_of(MediaType.XLSX)},
)
def annotated(record_id: Key, file: UploadFile, ctx: Work) -> Response:
    """Return the uploaded form with its findings marked at their cells; nothing is stored."""
    content = file.file.read()
    _, findings = intake_of(ctx, record_id, content)
    return download(annotate(content, findings), "绩效目标申报表（校验结果）.xlsx", MediaType.XLSX.value)


@router.post(
    "/{record_id}/workbook", summary="以申报表报送", responses=refusals(403, 404, 409, 412, 413, 428)
)
def file_workbook(
    record_id: Key,
    file: UploadFile,
    ctx: Work,
    version: SeenVersion,
    once: Annotated[Once, Depends()],
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
) -> OutcomeAnswer:
    """File the form of a workbook and keep the workbook by its digest; with an error nothing is stored."""
    content = file.file.read()

    def act() -> OutcomeAnswer:
        intake, findings = intake_of(ctx, record_id, content)
        if intake.form is None:
            raise Invalid("workbook.findings", f"申报表有{len(findings)}处问题，未报送", findings)
        kept = keep_file(ctx, content)
        try:
            outcome = file_request(ctx, record_id, intake.form, Seen(version), file_digest=kept)
        except Invalid as error:
            raise Invalid(
                error.code, error.text, intake.locate((*intake.findings, *error.findings))
            ) from error
        return OutcomeAnswer.of(outcome, dry_run=dry_run)

    answer = once.answer(ctx, response, model=OutcomeAnswer, act=act)
    if dry_run:
        undo(ctx)
    response.headers["ETag"] = etag(answer.version)
    return answer
