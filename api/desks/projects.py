"""The list of projects."""

from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.desks.filters import ChosenPage
from api.desks.frame import answer, frame_of, holds
from api.screens.page import Option
from api.screens.projects import ProjectRow, Projects
from api.transaction import begin
from budgetperf.evaluands import OrganisationKind
from budgetperf.forms import NO_NUL
from budgetperf.money import Money
from budgetperf.process.stages import Stage, Status
from budgetperf.process.transitions import TRANSITIONS
from budgetperf.scoring.grade import Grade
from budgetperf.store.listings import ProjectFilter, ProjectListing, project_listing
from budgetperf.store.organisations import OrganisationFacts, organisations

router = APIRouter()
ROWS = 50
_STATUSES = tuple(
    dict.fromkeys(row.target for row in TRANSITIONS if row.stage not in {Stage.LIMITS, Stage.BASELINE})
)


@router.get("/projects")
def show(
    request: Request,
    text: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    department: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    status: str = "",
    page: ChosenPage = None,
) -> HTMLResponse:
    """Show one page of visible projects."""
    page = page or 1
    wanted = ProjectFilter(
        text.strip(), department, next((item for item in Status if item.value == status), None)
    )
    with begin(request) as ctx:
        found, total = project_listing(ctx.session, ctx.actor, wanted, offset=(page - 1) * ROWS, limit=ROWS)
        nodes = organisations(ctx.session)
        frame = frame_of(request, ctx)
        opening = "/open/request" if holds(ctx.actor, "request:form:open") else ""
    pages = max(1, ceil(total / ROWS))
    screen = Projects(
        frame,
        text=text,
        departments=department_options(nodes, department),
        statuses=tuple(Option(item.value, item.label, item.value == status) for item in _STATUSES),
        rows=tuple(_row(item) for item in found),
        total=total,
        page=page,
        pages=pages,
        before=_address(text, department, status, page - 1) if page > 1 else "",
        after=_address(text, department, status, page + 1) if page < pages else "",
        opening=opening,
    )
    return answer(screen)


def department_options(nodes: list[OrganisationFacts], chosen: str) -> tuple[Option, ...]:
    """Return the departments of the tree as options."""
    return tuple(
        Option(node.path, node.name, node.path == chosen)
        for node in nodes
        if node.kind is OrganisationKind.DEPARTMENT
    )


def _row(item: ProjectListing) -> ProjectRow:
    return ProjectRow(
        code=item.code,
        name=item.name,
        agency=item.agency,
        department=item.department,
        year=item.fiscal_year,
        stage=item.stage,
        status=item.status,
        request=None if item.request_fen is None else Money(item.request_fen),
        grade=Grade(item.grade) if item.grade else None,
    )


def _address(text: str, department: str, status: str, page: int) -> str:
    asked = {"text": text, "department": department, "status": status, "page": str(page)}
    return "/projects?" + urlencode({key: value for key, value in asked.items() if value})
