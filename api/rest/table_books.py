"""The tables of a campaign as Excel: roster, task book, progress, fact report, rating sheet.

One set of routes for each stage whose form is nothing but tables; filing a workbook is filing its form.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, UploadFile
from fastapi.responses import JSONResponse, Response

from api.answers import PREFIX, Key, refusals
from api.conditional import Once, SeenVersion, etag
from api.downloads import download
from api.outcomes import OutcomeAnswer
from api.problems import FindingAnswer
from api.rest.files import content_of
from api.rest.workbooks import IntakeAnswer
from api.transaction import Work, undo
from api.verbs import DryRun
from budgetperf.actions.campaign_books import TABLE_VERBS, check_table_book, file_table_book, table_book
from budgetperf.actions.moves import Seen
from budgetperf.actions.papers.assessment import ranking_book
from budgetperf.errors import NotFound
from budgetperf.evidence.attachments import MediaType
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import named
from budgetperf.store.records import RecordFacts, get_record
from budgetperf.workbooks.annotated import annotate
from budgetperf.workbooks.table_form import write_tables

router = APIRouter(prefix=PREFIX)
XLSX = MediaType.XLSX.value
Blank = Annotated[bool, Query(description="不带已报送的内容，只带系统预填的内容")]


def record_of(ctx: Work, stage: Stage, record_id: str) -> RecordFacts:
    """Return a visible record of a stage.

    Raises
    ------
    NotFound
    """
    record = get_record(ctx.session, ctx.actor, record_id)
    if record.stage is not stage:
        raise NotFound("record.stage", f"没有找到该{stage.label}记录，或您无权查看")
    return record


def _fetch(stage: Stage) -> Callable[..., Response]:
    def fetch(record_id: Key, ctx: Work, blank: Blank = False) -> Response:  # noqa: FBT002 - a query parameter
        """Return the workbook as filed, or as handed out when nothing is filed yet."""
        book = table_book(ctx, record_of(ctx, stage, record_id), blank=blank)
        return download(write_tables(book), f"{book.title}.xlsx", XLSX)

    return fetch


def _check(stage: Stage) -> Callable[..., IntakeAnswer]:
    def check(record_id: Key, file: UploadFile, ctx: Work) -> IntakeAnswer:
        """Read and check a filled workbook as if it were filed; nothing is stored."""
        record = record_of(ctx, stage, record_id)
        intake, findings = check_table_book(ctx, record, file.file.read())
        undo(ctx)
        return IntakeAnswer(
            readable=intake.form is not None,
            template_version=intake.template_version,
            source_digest=intake.source_digest,
            findings=[FindingAnswer.of(finding) for finding in findings],
        )

    return check


def _annotated(stage: Stage) -> Callable[..., Response]:
    def annotated(record_id: Key, file: UploadFile, ctx: Work) -> Response:
        """Return the uploaded workbook with its findings marked at their cells; nothing is stored."""
        content = file.file.read()
        record = record_of(ctx, stage, record_id)
        _, findings = check_table_book(ctx, record, content)
        undo(ctx)
        return download(annotate(content, findings), f"{record.name}（校验结果）.xlsx", XLSX)

    return annotated


def _file(stage: Stage) -> Callable[..., OutcomeAnswer]:
    def file_workbook(
        record_id: Key,
        file: UploadFile,
        ctx: Work,
        version: SeenVersion,
        once: Annotated[Once, Depends()],
        response: Response,
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
    ) -> OutcomeAnswer:
        """File the form of a workbook; with an error nothing is stored and each error names its cell."""
        content = file.file.read()

        def act() -> OutcomeAnswer:
            record = record_of(ctx, stage, record_id)
            return OutcomeAnswer.of(file_table_book(ctx, record, content, Seen(version)), dry_run=dry_run)

        answer = once.answer(ctx, response, model=OutcomeAnswer, act=act)
        if dry_run:
            undo(ctx)
        response.headers["ETag"] = etag(answer.version)
        return answer

    return file_workbook


def add(stage: Stage, verb: str) -> None:
    """Add the routes of one stage."""
    here = f"/{stage.value}/{{record_id}}/workbook"
    label = named(stage, verb)[0].label
    shown = {**refusals(403, 404), **content_of(MediaType.XLSX)}
    marked = {**refusals(403, 404, 409, 413), **content_of(MediaType.XLSX)}
    for path, method, made, said, answers in (
        (here, "GET", _fetch(stage), f"下载表格：{label}", shown),
        (
            f"{here}/check",
            "POST",
            _check(stage),
            f"校验表格（不保存）：{label}",
            refusals(403, 404, 409, 413),
        ),
        (f"{here}/annotated", "POST", _annotated(stage), f"取回标注问题的表格：{label}", marked),
        (here, "POST", _file(stage), f"以表格办理：{label}", refusals(403, 404, 409, 412, 413, 428)),
    ):
        name = f"{stage.value}.workbook.{made.__name__}"
        router.add_api_route(
            path,
            made,
            methods=[method],
            summary=said,
            tags=[stage.label],
            operation_id=name,
            name=name,
            responses=answers,
            response_class=Response if 200 in answers else JSONResponse,
        )


for _stage, _verb in TABLE_VERBS.items():
    add(_stage, _verb)


@router.get(
    f"/{Stage.ASSESSMENT.value}/{{record_id}}/ranking/workbook",
    summary="下载考评结果排名表",
    tags=[Stage.ASSESSMENT.label],
    response_class=Response,
    responses={**refusals(404, 409), **content_of(MediaType.XLSX)},
)
def ranking(record_id: Key, ctx: Work) -> Response:
    """Return the ranking table of what results the reader may see, a sheet for each kind of unit."""
    record = record_of(ctx, Stage.ASSESSMENT, record_id)
    return download(ranking_book(ctx, record), f"{record.name}排名表.xlsx", XLSX)
