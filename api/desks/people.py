"""Accounts and their grants, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.answers import Key
from api.desks.frame import answer, frame_of, onward
from api.guards import demand
from api.screens.page import Option
from api.screens.record import GrantLine, People, PersonLine
from api.transaction import Work
from budgetperf.actions.accounts import deactivate
from budgetperf.errors import Conflict, NotFound
from budgetperf.permissions import Role
from budgetperf.store.listings import grants_of, people
from budgetperf.store.organisations import organisations

router = APIRouter()
ACTION = "管理账号"


@router.get("/people")
def show(
    request: Request,
    ctx: Work,
    text: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
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


@router.post("/people/{person_id}/deactivate")
def close(ctx: Work, person_id: Key) -> RedirectResponse:
    """Close an account; one's own cannot be closed."""
    demand(ctx.actor, "accounts:person:manage", ACTION)
    found = next((item for item in people(ctx.session, limit=100_000) if item.id == person_id), None)
    if found is None:
        raise NotFound("accounts.person", "没有找到该账号")
    if found.id == ctx.actor.id:
        raise Conflict("accounts.own", "不能停用自己的账号，请由另一位系统管理员办理")
    deactivate(ctx, found.id, found.login)
    return onward("/people", "account")
