"""A cost panel handed in as a workbook: what is wrong at its cells, what would be kept, kept as one whole."""

import hmac
from base64 import b64encode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from api.desks.frame import answer, frame_of, onward
from api.desks.once import kept_for_its_mark, new_mark, taken_once
from api.desks.panels import FIT, HERE, panel_address, panel_view
from api.desks.verbs import first, multi
from api.downloads import download
from api.guards import PostedForm, csrf_of, demand
from api.problems import STATUSES
from api.screens.buttons import Link
from api.screens.fields import Document, Preset, view
from api.screens.panels import PanelUpload, PanelView, UnitLine
from api.screens.posted import read_posted
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_file, keep_own_file
from budgetperf.actions.panel_files import FiledPanel, PanelHead, read_panel_file
from budgetperf.actions.panels import keep_panel, refuse_taken
from budgetperf.errors import Conflict, Invalid
from budgetperf.evidence.attachments import MediaType
from budgetperf.findings import Finding, Severity, Where
from budgetperf.forms import read
from budgetperf.workbooks.annotated import annotate
from budgetperf.workbooks.package import MAX_FILE_BYTES
from budgetperf.workbooks.panel_writer import write_panel_book

router = APIRouter()
NEW = f"{HERE}/new"
XLSX = MediaType.XLSX.value
CSV = "text/csv"
LONGEST_LINK = 2 * 1024 * 1024  # what browsers still take as a data: address


@router.get(NEW)
def ask(request: Request, ctx: Work) -> HTMLResponse:
    """Show the page on which a panel is handed in."""
    demand(ctx.actor, FIT, "登记成本面板")
    year = ctx.today.year
    start: Document = {"base_year": str(year - 1), "fiscal_year": str(year + 1)}
    return answer(_page(request, ctx, start))


@router.get(f"{NEW}/workbook")
def blank(ctx: Work) -> Response:
    """Return the blank workbook."""
    demand(ctx.actor, FIT, "登记成本面板")
    return download(write_panel_book(), "成本面板（空白）.xlsx", XLSX)


@router.post(NEW)
def take(request: Request, ctx: Work, posted: PostedForm) -> Response:
    """Keep a panel that was read before, or read a file: tell what is wrong, else show what would be kept."""
    demand(ctx.actor, FIT, "登记成本面板")
    typed = multi(posted)
    document = read_posted(PanelHead, typed)
    head, findings = read(PanelHead, document)
    if head is None:
        return _refused(request, ctx, document, Invalid("form", "填写的内容有问题，修改后再提交", findings))
    content, name = b"", ""
    try:
        content, name, fresh = _handed_in(request, ctx, posted)
        with ctx.session.begin_nested():
            filed = read_panel_file(ctx, head, content, name=name)
            if first(typed, "intent") == "keep" and not fresh:
                return taken_once(ctx, NEW, typed, act=lambda: _kept(ctx, filed))
            refuse_taken(ctx, head.code)
    except (Invalid, Conflict) as error:
        return _refused(request, ctx, document, error, content=content, name=name)
    digest = keep_file(ctx, content) if content.startswith(b"PK") else keep_own_file(ctx, content, CSV)
    mark = f"{digest}.{_seal(request, digest)}"
    screen = _page(request, ctx, document, filed=filed, filename=name, file_mark=mark)
    return kept_for_its_mark(answer(screen))


def _handed_in(request: Request, ctx: Context, posted: PostedForm) -> tuple[bytes, str, bool]:
    """Return the file, its name, and whether it comes now, not with the page before.

    Raises
    ------
    Invalid
        There is none, or the page before is of another session.
    """
    upload, mark = posted.get("panel"), str(posted.get("file_mark") or "")
    content = upload.file.read(MAX_FILE_BYTES + 1) if isinstance(upload, UploadFile) else b""
    if isinstance(upload, UploadFile) and content:
        return content, upload.filename or "成本面板", True
    if not mark:
        raise Invalid("panels.file", "请上传成本面板（.xlsx 或 CSV）")
    digest, _, seal = mark.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(request, digest).encode()):
        raise Invalid("panels.file", "页面已过期，请重新上传成本面板")
    return ctx.files.get(digest), str(posted.get("filename") or ""), False


def _seal(request: Request, digest: str) -> str:
    """Tie a file to the session it was handed in with: no other file is read by its digest."""
    return hmac.new(csrf_of(request).encode(), digest.encode(), "sha256").hexdigest()


def _kept(ctx: Context, filed: FiledPanel) -> RedirectResponse:
    keep_panel(ctx, filed.form)
    return onward(panel_address(filed.form.code), "panel")


def _refused(
    request: Request,
    ctx: Context,
    document: Document,
    error: Invalid | Conflict,
    *,
    content: bytes = b"",
    name: str = "",
) -> HTMLResponse:
    """Return the page with what is wrong: of the form at its fields, of the file at its cells."""
    found = error.findings if isinstance(error, Invalid) else (_at_code(error),)
    cells = tuple(one for one in found if one.where.sheet)
    copy = annotate(content, cells) if cells and content.startswith(b"PK") else b""
    screen = _page(
        request,
        ctx,
        document,
        refusal=error.text,
        asked=tuple(one for one in found if not one.where.sheet),
        cells=cells,
        annotated=f"data:{XLSX};base64,{b64encode(copy).decode()}" if copy else "",
        filename=name,
    )
    return answer(screen, STATUSES[type(error)][0])


def _at_code(error: Conflict) -> Finding:
    return Finding(error.code, Severity.ERROR, Where(pointer="/code"), error.text)


def _page(
    request: Request,
    ctx: Context,
    document: Document,
    *,
    refusal: str = "",
    asked: tuple[Finding, ...] = (),
    cells: tuple[Finding, ...] = (),
    annotated: str = "",
    filename: str = "",
    filed: FiledPanel | None = None,
    file_mark: str = "",
) -> PanelUpload:
    return PanelUpload(
        frame_of(request, ctx),
        form=view(PanelHead, Preset(document), findings=asked),
        refusal=refusal,
        findings=cells,
        annotated=annotated if len(annotated) <= LONGEST_LINK else "",
        filename=filename,
        file_mark=file_mark,
        view=_preview(filed) if filed else None,
        once=new_mark(),
        limit_mb=MAX_FILE_BYTES // 1024**2,
    )


def _preview(filed: FiledPanel) -> PanelView:
    codes = [driver.code for driver in filed.form.drivers]
    units = tuple(
        UnitLine(
            Link(unit.project_code, f"/projects/{unit.project_code}"),
            unit.dmu,
            unit.fiscal_year,
            tuple(unit.drivers[code] for code in codes),
        )
        for unit in filed.form.units
    )
    return panel_view(filed.priced, units)
