"""One account for administrators: roles given and taken, password reset, tokens revoked, closed."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.answers import Digest, Key
from api.desks.frame import answer, frame_of, onward
from api.guards import demand
from api.resources import resources_of
from api.screens.page import Option
from api.screens.person import HeldGrant, PersonPage, TokenLine
from api.sign_in import LONGEST_PASSWORD
from api.transaction import Work
from budgetperf.actions import access
from budgetperf.actions.accounts import MIN_PASSWORD, GrantForm, deactivate
from budgetperf.errors import Invalid, NotFound
from budgetperf.forms import read
from budgetperf.permissions import Role
from budgetperf.store.listings import get_person, grants_of
from budgetperf.store.organisations import organisations
from budgetperf.store.people import tokens_of

router = APIRouter(prefix="/people/{person_id}")
MANAGE = "accounts:person:manage"
CITY = "全市"
Typed = Annotated[str, Form(max_length=200)]


@router.get("")
def show(request: Request, ctx: Work, person_id: Key) -> HTMLResponse:
    """Show the account."""
    demand(ctx.actor, MANAGE, "管理账号")
    person = get_person(ctx.session, person_id)
    names = {"": CITY} | {node.path: node.name for node in organisations(ctx.session)}
    screen = PersonPage(
        frame_of(request, ctx),
        id=person.id,
        login=person.login,
        name=person.name,
        organisation=person.organisation,
        active=person.active,
        own=person.id == ctx.actor.id,
        grants=tuple(
            HeldGrant(grant.role, grant.scope, names.get(grant.scope, grant.scope))
            for grant in grants_of(ctx.session, [person.id]).get(person.id, ())
        ),
        roles=tuple(Option(role.value, role.label) for role in Role),
        places=tuple(Option(path, name) for path, name in names.items() if not path or "." in path),
        tokens=tuple(
            TokenLine(one.token_digest, one.label, one.created_at, one.expires_at)
            for one in tokens_of(ctx.session, person.id, ctx.now)
        ),
        shortest=MIN_PASSWORD,
    )
    return answer(screen)


@router.post("/password")
def reset(
    request: Request,
    ctx: Work,
    person_id: Key,
    password: Annotated[str, Form(max_length=LONGEST_PASSWORD)] = "",
) -> RedirectResponse:
    """Reset the password; sessions and tokens of the account end."""
    demand(ctx.actor, MANAGE, "重置密码")
    access.check_password(password)
    access.reset_password(ctx, person_id, resources_of(request).hasher.hash(password))
    return _back(person_id)


@router.post("/grants")
def grant(ctx: Work, person_id: Key, role: Typed = "", scope: Typed = "") -> RedirectResponse:
    """Give a role over a branch."""
    access.add_grant(ctx, person_id, _grant(role, scope))
    return _back(person_id)


@router.post("/grants/end")
def end(ctx: Work, person_id: Key, role: Typed = "", scope: Typed = "") -> RedirectResponse:
    """Take a role over a branch."""
    access.end_grant(ctx, person_id, _grant(role, scope))
    return _back(person_id)


@router.post("/tokens/{digest}/revoke")
def revoke(ctx: Work, person_id: Key, digest: Digest) -> RedirectResponse:
    """Revoke a token."""
    demand(ctx.actor, MANAGE, "吊销令牌")
    if not access.revoke_token(ctx, person_id, digest):
        raise NotFound("accounts.token", "没有该令牌，或已吊销")
    return _back(person_id)


@router.post("/deactivate")
def close(ctx: Work, person_id: Key) -> RedirectResponse:
    """Close the account; one's own cannot be closed."""
    demand(ctx.actor, MANAGE, "停用账号")
    deactivate(ctx, person_id)
    return onward("/people", "account")


def _grant(role: str, scope: str) -> GrantForm:
    form, findings = read(GrantForm, {"role": role, "scope": scope})
    if form is None:
        raise Invalid("accounts.grant", "；".join(one.message for one in findings), findings)
    return form


def _back(person_id: str) -> RedirectResponse:
    return onward(f"/people/{person_id}", "account")
