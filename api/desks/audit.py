"""The public page that audits a filled self-evaluation form: no sign-in, no set-up, nothing stored."""

from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from api.audits import MAX_BYTES, audited
from api.desks.frame import answer, language_of
from api.downloads import download
from api.refusals import TooManyAttempts
from api.resources import resources_of
from api.screens.audit import Audit, AuditRow, AuditSheet
from api.screens.page import Frame
from budgetperf.actions.audit_form import audit_file
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.evaluation.audit_answer import AuditAnswer, AuditedForm, AuditFinding
from budgetperf.lifecycle.evaluation.audit_recompute import Basis

PAGE, EXAMPLE = "/audit", "/audit/example.json"
_EXAMPLE_FILE = Path(__file__).with_name("audit_example.json")

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
    return download(example(), "自评表样例.json", "application/json")


@router.post(PAGE)
def take(request: Request, file: Annotated[UploadFile, File()]) -> HTMLResponse:
    """Audit a file and show row by row what is wrong; 422 when it cannot be read."""
    name = file.filename or ""
    try:
        return answer(_page(request, audited(request, file.file), filename=name))
    except Invalid as error:
        screen = _page(request, None, filename=name, refusal=error.text, problems=error.findings)
        return answer(screen, 422)
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
        example=EXAMPLE,
        megabytes=MAX_BYTES // 1024**2,
    )


def _sheet(form: AuditedForm) -> AuditSheet:
    def told(*starts: str) -> tuple[AuditFinding, ...]:
        return tuple(finding for finding in form.findings if finding.pointer.startswith(starts))

    return AuditSheet(
        form=form,
        errors=sum(finding.severity is Severity.ERROR for finding in form.findings),
        whole=tuple(finding for finding in form.findings if not finding.pointer),
        money=told("/budget"),
        goal=told("/overall_goal"),
        rows=tuple(
            AuditRow(
                line=line,
                checked=line.basis.code != Basis.AS_PRINTED,
                findings=told(f"/indicators/{line.row - 1}/"),
            )
            for line in form.indicators
        ),
        foot=told("/total", "/grade"),
    )
