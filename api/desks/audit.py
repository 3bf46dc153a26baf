"""The public page that audits a filled self-evaluation form: no sign-in, no set-up, nothing stored."""

import base64
from collections import Counter
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.audits import MAX_BYTES, audited, too_large
from api.desks.frame import answer, language_of
from api.downloads import download
from api.guards import posted_form
from api.refusals import TooManyAttempts
from api.resources import resources_of
from api.screens.audit import Audit, AuditRow, AuditSheet, Download
from api.screens.page import Frame
from budgetperf.actions.audit_form import audit_file
from budgetperf.errors import Invalid
from budgetperf.evidence.attachments import MediaType
from budgetperf.findings import Finding, Severity
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.evaluation.audit_answer import AuditAnswer, AuditedForm, AuditFinding
from budgetperf.lifecycle.evaluation.audit_recompute import Basis
from budgetperf.workbooks.audit_book import audit_book

PAGE, EXAMPLE, SAMPLE = "/audit", "/audit/example.json", "/audit/sample.xlsx"
JSON = "application/json"
XLSX = MediaType.XLSX.value
LONGEST_LINK = 1_500_000
"""Signs of an address; browsers give up on those near two million."""
UNCHECKED = frozenset({Basis.AS_PRINTED.value, Basis.NOT_SCORED.value})
_EXAMPLE_FILE = Path(__file__).with_name("audit_example.json")
_SAMPLE_FILE = Path(__file__).with_name("audit_sample.xlsx")

router = APIRouter()


@cache
def example() -> bytes:
    """Return a real form as a finance bureau published it, in the layout that is read as JSON."""
    return _EXAMPLE_FILE.read_bytes()


@router.get(PAGE)
def ask(request: Request) -> HTMLResponse:
    """Show where a form is handed in, and what is found in the example."""
    held = resources_of(request)
    today = held.clock().astimezone(SHANGHAI).date()
    return answer(_page(request, audit_file(example(), held.rules, today=today)))


@router.get(EXAMPLE)
def fetch_example() -> Response:
    """Return the example to be saved, filled anew and handed in."""
    return download(example(), "自评表样例.json", JSON)


@router.get(SAMPLE)
def fetch_sample() -> Response:
    """Return a filled form in the national layout, as a workbook."""
    return download(_SAMPLE_FILE.read_bytes(), "自评表样例.xlsx", XLSX)


async def handed_in(request: Request) -> AsyncIterator[UploadFile | Invalid]:
    """Give the file handed in, closed when the response is out, or why there is none.

    A dependency cannot answer with the page, so the refusal is given, not raised.
    """
    try:
        file = (await posted_form(request)).get("file")
    except HTTPException as error:
        if error.status_code != 413:
            raise
        yield too_large()
        return
    try:
        absent = Invalid("audit.no_file", "没有收到文件，请选择一张自评表再提交")
        yield file if isinstance(file, UploadFile) and file.filename else absent
    finally:
        await request.close()


@router.post(PAGE)
def take(request: Request, file: Annotated[UploadFile | Invalid, Depends(handed_in)]) -> HTMLResponse:
    """Audit a file and show row by row what is wrong; 422 when it cannot be read, 413 when it is too large."""
    name = (file.filename or "") if isinstance(file, UploadFile) else ""
    try:
        if isinstance(file, Invalid):
            raise file
        return answer(_page(request, audited(request, file.file), filename=name))
    except Invalid as error:
        screen = _page(request, None, filename=name, refusal=error.text, problems=error.findings)
        return answer(screen, 413 if error.code == too_large().code else 422)
    except TooManyAttempts as error:
        page = answer(_page(request, None, filename=name, refusal=error.text), 429)
        page.headers["Retry-After"] = str(error.wait_seconds)
        return page


def _page(
    request: Request,
    found: AuditAnswer | None,
    *,
    filename: str = "",
    refusal: str = "",
    problems: tuple[Finding, ...] = (),
) -> Audit:
    return Audit(
        Frame(language=language_of(request), path=PAGE),
        filename=filename,
        refusal=refusal,
        problems=problems,
        sheets=tuple(_sheet(form) for form in found.forms) if found else (),
        downloads=_downloads(found, filename) if found and filename else (),
        sample=SAMPLE,
        example=EXAMPLE,
        megabytes=MAX_BYTES // 1024**2,
    )


def _downloads(found: AuditAnswer, filename: str) -> tuple[Download, ...]:
    """Return the answer as files; one too long for an address is left to the API."""
    name = f"{PurePath(filename).stem}-复算"
    made = (
        ("下载 Excel", f"{name}.xlsx", XLSX, audit_book(found)),
        ("下载 JSON", f"{name}.json", JSON, found.model_dump_json(indent=2).encode()),
    )
    files = (Download(label, saved_as, _address(content, kind)) for label, saved_as, kind, content in made)
    return tuple(file for file in files if len(file.href) <= LONGEST_LINK)


def _address(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _sheet(form: AuditedForm) -> AuditSheet:
    def told(*rows: str) -> tuple[AuditFinding, ...]:
        return tuple(finding for finding in form.findings if finding.row in rows)

    found = Counter(finding.severity for finding in form.findings)
    rows = tuple(
        AuditRow(line=line, checked=line.basis.code not in UNCHECKED, findings=told(f"指标{line.row}"))
        for line in form.indicators
    )
    return AuditSheet(
        form=form,
        errors=found[Severity.ERROR],
        warnings=found[Severity.WARNING],
        notes=found[Severity.NOTE],
        unchecked=sum(not row.checked for row in rows) + (form.execution.rate_ratio is None),
        whole=told("全表", "绩效指标"),
        money=told("预算执行"),
        goal=told("年度总体目标"),
        rows=rows,
        foot=told("总分", "评价等级"),
    )
