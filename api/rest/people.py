"""Accounts for administrators: listed, closed, their passwords reset, grants and tokens changed; tokens also by oneself."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Digest, Key, refusals
from api.conditional import OnceOnly
from api.guards import demand
from api.resources import resources_of
from api.transaction import Work
from budgetperf.actions import access
from budgetperf.actions.accounts import GrantForm, deactivate
from budgetperf.errors import NotFound
from budgetperf.forms import Form, Line, ask
from budgetperf.store.listings import PersonFacts, grants_of, people
from budgetperf.store.people import login_of, tokens_of

router = APIRouter(prefix=f"{PREFIX}/people", tags=["人员与岗位"])
MANAGE = "accounts:person:manage"
REFUSALS = refusals(403, 404, 409, 413)


class PasswordForm(Form):
    """A password that an administrator hands over."""

    password: Line = ask("新密码", "至少10位；请当面或以安全方式交给本人")


class GrantAnswer(Answer):
    """A role over a branch."""

    role: Coded
    scope: str


class PersonAnswer(Answer):
    """An account with its grants."""

    id: str
    login: str
    name: str
    organisation: str
    active: bool
    grants: list[GrantAnswer]


class LiveTokenAnswer(Answer):
    """A live token, by the digest that is kept of it."""

    token_digest: str
    label: str
    created_at: datetime
    expires_at: datetime


class ChangedAnswer(Answer):
    """The account that was changed."""

    person_id: str


@router.get("", summary="账号与岗位", responses=refusals(403))
def listed(ctx: Work) -> list[PersonAnswer]:
    """Return the accounts with their grants, by login."""
    demand(ctx.actor, MANAGE, "查看账号")
    found = people(ctx.session)
    grants = grants_of(ctx.session, [one.id for one in found])
    return [_person(one, [GrantAnswer.model_validate(g) for g in grants.get(one.id, ())]) for one in found]


def _person(facts: PersonFacts, grants: list[GrantAnswer]) -> PersonAnswer:
    fields = {name: getattr(facts, name) for name in type(facts).__slots__}
    return PersonAnswer.model_validate({**fields, "grants": grants})


@router.post("/{person_id}/password", summary="重置密码", responses=REFUSALS)
def reset(
    request: Request, person_id: Key, form: Annotated[PasswordForm, Body()], ctx: Work
) -> ChangedAnswer:
    """Reset somebody's password; their page sessions and tokens end. Doing it twice changes nothing more."""
    demand(ctx.actor, MANAGE, "重置密码")
    access.check_password(form.password)
    access.reset_password(ctx, person_id, resources_of(request).hasher.hash(form.password))
    return ChangedAnswer(person_id=person_id)


@router.post("/{person_id}/grants", status_code=201, summary="授予岗位", responses=REFUSALS)
def grant(
    person_id: Key, form: Annotated[GrantForm, Body()], ctx: Work, once: OnceOnly, response: Response
) -> ChangedAnswer:
    """Give somebody a role over a branch."""

    def act() -> ChangedAnswer:
        access.add_grant(ctx, person_id, form)
        return ChangedAnswer(person_id=person_id)

    return once.answer(ctx, response, model=ChangedAnswer, act=act)


@router.post("/{person_id}/grants/end", summary="收回岗位", responses=REFUSALS)
def end(
    person_id: Key, form: Annotated[GrantForm, Body()], ctx: Work, once: OnceOnly, response: Response
) -> ChangedAnswer:
    """Take a role over a branch from somebody."""

    def act() -> ChangedAnswer:
        access.end_grant(ctx, person_id, form)
        return ChangedAnswer(person_id=person_id)

    return once.answer(ctx, response, model=ChangedAnswer, act=act)


@router.post("/{person_id}/deactivate", summary="停用账号", responses=REFUSALS)
def close(person_id: Key, ctx: Work) -> ChangedAnswer:
    """Close somebody's account; closing it twice closes it once."""
    deactivate(ctx, person_id)
    return ChangedAnswer(person_id=person_id)


@router.get("/{person_id}/tokens", summary="有效的令牌", responses=refusals(403, 404))
def tokens(person_id: Key, ctx: Work) -> list[LiveTokenAnswer]:
    """Return one's own live tokens, or as an administrator anybody's."""
    if person_id != ctx.actor.id:
        demand(ctx.actor, MANAGE, "查看他人令牌")
    login_of(ctx.session, person_id)
    return [LiveTokenAnswer.model_validate(one) for one in tokens_of(ctx.session, person_id, ctx.now)]


@router.post("/{person_id}/tokens/{digest}/revoke", summary="吊销令牌", responses=REFUSALS)
def revoke(person_id: Key, digest: Digest, ctx: Work) -> ChangedAnswer:
    """Revoke one's own token, or as an administrator anybody's."""
    if not access.revoke_token(ctx, person_id, digest):
        raise NotFound("accounts.token", "没有该令牌，或已吊销")
    return ChangedAnswer(person_id=person_id)
