"""Accounts and their grants, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.desks.frame import answer, frame_of
from api.guards import demand
from api.screens.page import Option
from api.screens.record import GrantLine, People, PersonLine
from api.transaction import Work
from budgetperf.forms import NO_NUL
from budgetperf.permissions import Role
from budgetperf.store.listings import grants_of, people
from budgetperf.store.organisations import organisations

router = APIRouter()
ACTION = "管理账号"


@router.get("/people")
def show(
    request: Request,
    ctx: Work,
    text: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    role: str = "",
) -> HTMLResponse:
    """Show accounts with their grants."""
    demand(ctx.actor, "accounts:person:manage", ACTION)
    chosen = next((item for item in Role if item.value == role), None)
    found = people(ctx.session, text=text.strip(), role=chosen)
    grants = grants_of(ctx.session, [item.id for item in found])
    names = {node.path: node.name for node in organisations(ctx.session)} | {"": "全市"}
    screen = People(
        frame_of(request, ctx),
        text=text,
        roles=tuple(Option(item.value, item.label, item is chosen) for item in Role),
        people=tuple(
            PersonLine(
                id=item.id,
                login=item.login,
                name=item.name,
                organisation=item.organisation,
                grants=tuple(
                    GrantLine(grant.role, names.get(grant.scope, grant.scope))
                    for grant in grants.get(item.id, ())
                ),
                active=item.active,
            )
            for item in found
        ),
    )
    return answer(screen)
