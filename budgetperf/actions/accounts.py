"""Organisations, people, grants, passwords and tokens."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col

from budgetperf.actions.context import Context
from budgetperf.actions.payloads import PersonChanged
from budgetperf.errors import Conflict, Forbidden, Invalid
from budgetperf.evaluands import OrganisationKind
from budgetperf.forms import Form, Line, ask
from budgetperf.permissions import Actor, Grant, Permission, Role, may
from budgetperf.scoring.exante import Specialism
from budgetperf.store.evidence import write_event
from budgetperf.store.organisations import OrganisationFacts, organisation_at
from budgetperf.store.people import anybody, login_of, person_by_login
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.people import (
    ApiToken,
    Credential,
    Organisation,
    Person,
    RoleGrant,
    SignInFailure,
    SignInSession,
)

CHAIN = "ACCOUNTS"
SESSION_HOURS = 12
MIN_PASSWORD = 10


class OrganisationForm(Form):
    """A node of the organisation tree."""

    code: Line = ask("单位编码")
    name: Line = ask("单位名称")
    kind: OrganisationKind = ask("类型")
    parent_path: Line = ask("上级路径", default="")


class GrantForm(Form):
    """A role over one branch."""

    role: Role = ask("岗位")
    scope: Line = ask("范围（单位路径，空为全市）", default="")


class PersonForm(Form):
    """An account."""

    login: Line = ask("登录名")
    name: Line = ask("姓名")
    organisation_path: Line = ask("所在单位路径")
    grants: tuple[GrantForm, ...] = ask("岗位")
    specialism: Specialism | None = ask("专家类别", default=None)


def create_organisation(ctx: Context, form: OrganisationForm) -> OrganisationFacts:
    """Add a node below ``parent_path``."""
    _allow(ctx)
    parent = organisation_at(ctx.session, form.parent_path) if form.parent_path else None
    if "." in form.code or "," in form.code or "*" in form.code or not form.code:
        raise Invalid("accounts.code", f"单位编码“{form.code}”不得为空，且不得含有点、逗号和星号")
    facts = OrganisationFacts(
        id=ctx.ids.new(),
        code=form.code,
        name=form.name,
        kind=form.kind,
        parent_id=parent.id if parent else None,
        path=f"{parent.path}.{form.code}" if parent else form.code,
    )
    values = {name: getattr(facts, name) for name in OrganisationFacts.__slots__}
    ctx.session.connection().execute(insert(table_of(Organisation)).values(values))
    _log(ctx, PersonChanged("", form.code, "organisation_created"))
    return facts


def found_city(ctx: Context, city: OrganisationForm, admin: PersonForm, password_hash: str | None) -> Actor:
    """Make the city and its first administrator, who is the actor of both; once per database.

    Raises
    ------
    Conflict
        There are people already: an administrator adds further ones.
    """
    if anybody(ctx.session):
        raise Conflict("accounts.founded", "系统中已有账号，请由系统管理员登录后新增人员")
    founder = Actor(ctx.ids.new(), admin.name, (Grant(Role.ADMINISTRATOR, ""),))
    founding = ctx.acting(founder, ctx.now)
    create_organisation(founding, city)
    create_person(founding, admin, password_hash, person_id=founder.id)
    return founder


APART = (Role.EXPERT, Role.ADMINISTRATOR, Role.AUDITOR)
WHOLE = (Role.PARTICIPANT, Role.ASSESSMENT_OFFICE, Role.ASSESSMENT_HEAD)
"""Roles whose work belongs to no branch of the tree."""
"""Roles nobody holds beside another: who judges, who grants, who audits."""


def check_grants(ctx: Context, grants: tuple[GrantForm, ...]) -> None:
    """Refuse grants that do not go together, or over a branch that does not exist.

    Raises
    ------
    Invalid
        A role that must stand alone is joined with another; a scope names the city, which is left blank, or
        narrows a role that belongs to no branch.
    NotFound
        A scope is no organisation's path.
    """
    roles = {grant.role for grant in grants}
    alone = next((role for role in APART if role in roles), None)
    if alone and len(roles) > 1:
        raise Invalid("accounts.apart", f"“{alone.label}”不得与其他岗位由同一人担任")
    if narrowed := next((g.role for g in grants if g.role in WHOLE and g.scope), None):
        raise Invalid("accounts.scope", f"“{narrowed.label}”不限于某一单位，范围请留空")
    for scope in {grant.scope for grant in grants if grant.scope}:
        if organisation_at(ctx.session, scope).parent_id is None:
            raise Invalid("accounts.scope", "范围为全市的，请留空，不填市的路径")


def create_person(
    ctx: Context, form: PersonForm, password_hash: str | None, *, person_id: str | None = None
) -> str:
    """Add an account with its grants; without a password hash it cannot sign in yet.

    Raises
    ------
    Conflict
        The login is taken.
    """
    _allow(ctx)
    if person_by_login(ctx.session, form.login):
        raise Conflict("accounts.login", f"登录名“{form.login}”已被使用")
    check_grants(ctx, form.grants)
    person_id = person_id or ctx.ids.new()
    connection = ctx.session.connection()
    connection.execute(
        insert(table_of(Person)).values(
            id=person_id,
            login=form.login,
            name=form.name,
            organisation_id=organisation_at(ctx.session, form.organisation_path).id,
            specialism=form.specialism,
            active=True,
        )
    )
    if form.grants:
        connection.execute(
            insert(table_of(RoleGrant)),
            [
                {"id": ctx.ids.new(), "person_id": person_id, "role": g.role, "scope": g.scope}
                for g in form.grants
            ],
        )
    if password_hash:
        set_password(ctx, person_id, password_hash)
    _log(
        ctx,
        PersonChanged(
            person_id, form.login, "created", tuple(f"{g.role.value}@{g.scope}" for g in form.grants)
        ),
    )
    return person_id


def set_password(ctx: Context, person_id: str, password_hash: str) -> None:
    """Set the password hash of an account."""
    statement = upsert(table_of(Credential)).values(person_id=person_id, password_hash=password_hash)
    ctx.session.connection().execute(
        statement.on_conflict_do_update(index_elements=["person_id"], set_={"password_hash": password_hash})
    )


def deactivate(ctx: Context, person_id: str) -> None:
    """Close an account; its history stays, its sessions and tokens end.

    Raises
    ------
    Forbidden, NotFound
    Conflict
        It is the actor's own.
    """
    _allow(ctx)
    login = login_of(ctx.session, person_id)
    if person_id == ctx.actor.id:
        raise Conflict("accounts.own", "不能停用自己的账号，请由另一位系统管理员办理")
    connection = ctx.session.connection()
    connection.execute(update(table_of(Person)).where(col(Person.id) == person_id).values(active=False))
    connection.execute(delete(table_of(SignInSession)).where(col(SignInSession.person_id) == person_id))
    _log(ctx, PersonChanged(person_id, login, "deactivated"))


def token_digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(ctx: Context, person_id: str) -> str:
    """Begin a page session and return the cookie's secret."""
    token = secrets.token_urlsafe(32)
    ctx.session.connection().execute(
        insert(table_of(SignInSession)).values(
            token_digest=token_digest(token),
            person_id=person_id,
            csrf=secrets.token_urlsafe(32),
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(hours=SESSION_HOURS),
        )
    )
    return token


def sign_out(ctx: Context, token: str) -> None:
    """End a page session."""
    ctx.session.connection().execute(
        delete(table_of(SignInSession)).where(col(SignInSession.token_digest) == token_digest(token))
    )


def issue_token(ctx: Context, person_id: str, label: str, *, days: int) -> str:
    """Issue a bearer token and return it; only its digest is kept."""
    token = "bp_" + secrets.token_urlsafe(32)
    ctx.session.connection().execute(
        insert(table_of(ApiToken)).values(
            token_digest=token_digest(token),
            person_id=person_id,
            label=label,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(days=days),
        )
    )
    _log(ctx, PersonChanged(person_id, "", "token_issued"))
    return token


def note_failure(ctx: Context, subject: str) -> None:
    """Count a failed sign-in of a login or an address."""
    table = table_of(SignInFailure)
    statement = upsert(table).values(subject=subject, failures=1, last_at=ctx.now)
    ctx.session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["subject"], set_={"failures": table.c.failures + 1, "last_at": ctx.now}
        )
    )


def forget_failures(ctx: Context, subject: str) -> None:
    """Forget the failures of a subject after a good sign-in."""
    ctx.session.connection().execute(
        delete(table_of(SignInFailure)).where(col(SignInFailure.subject) == subject)
    )


def _allow(ctx: Context) -> None:
    reason = may(ctx.actor, Permission("accounts:person:manage"), "", "管理账号")
    if reason:
        raise Forbidden("accounts.forbidden", reason)


def _log(ctx: Context, payload: PersonChanged) -> None:
    write_event(
        ctx.session, CHAIN, kind="accounts." + payload.change, actor=ctx.actor.id, at=ctx.now, payload=payload
    )
