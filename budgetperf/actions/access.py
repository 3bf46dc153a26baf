"""How an account gets in and what it may do, changed later: passwords, grants, tokens. Makes and closes no account."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from budgetperf.actions.accounts import CHAIN, MIN_PASSWORD, GrantForm, check_grants, set_password
from budgetperf.actions.context import Context
from budgetperf.actions.payloads import PersonChanged
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.permissions import Permission, may
from budgetperf.store.evidence import write_event
from budgetperf.store.listings import GrantFacts, grants_of
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.people import ApiToken, Person, RoleGrant, SignInSession


def check_password(password: str) -> None:
    """Refuse a password that is too short.

    Raises
    ------
    Invalid
    """
    if len(password) < MIN_PASSWORD:
        raise Invalid("accounts.password", f"密码至少{MIN_PASSWORD}位，请换一个更长的密码")


def change_own_password(ctx: Context, password_hash: str, *, keep_session: str) -> None:
    """Set the actor's own password; every other page session of theirs ends.

    Parameters
    ----------
    ctx : Context
    password_hash : str
        Of the new password; that the old one was right is the caller's to know.
    keep_session : str
        Digest of the session that goes on.
    """
    set_password(ctx, ctx.actor.id, password_hash)
    _end_sessions(ctx, ctx.actor.id, but=(keep_session,))
    _log(ctx, ctx.actor.id, "password_changed")


def reset_password(ctx: Context, person_id: str, password_hash: str) -> None:
    """Set somebody's password as an administrator; their page sessions and API tokens end.

    One's own change of password leaves the tokens alone: machines go on, and one can revoke them.

    Raises
    ------
    Forbidden, NotFound
    """
    _allow(ctx, person_id)
    set_password(ctx, person_id, password_hash)
    _end_sessions(ctx, person_id)
    ctx.session.connection().execute(
        update(table_of(ApiToken))
        .where(col(ApiToken.person_id) == person_id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=ctx.now)
    )
    _log(ctx, person_id, "password_reset")


def add_grant(ctx: Context, person_id: str, grant: GrantForm) -> None:
    """Give somebody a role over a branch.

    Raises
    ------
    Forbidden, NotFound
    Conflict
        They hold it already.
    Invalid
        The role does not go together with those they hold.
    """
    _allow(ctx, person_id)
    held = _grants(ctx, person_id)
    if any((one.role, one.scope) == (grant.role, grant.scope) for one in held):
        raise Conflict("accounts.grant", f"该账号在此范围内已有“{grant.role.label}”岗位")
    check_grants(ctx, (*(GrantForm(role=one.role, scope=one.scope) for one in held), grant))
    ctx.session.connection().execute(
        insert(table_of(RoleGrant)).values(
            id=ctx.ids.new(), person_id=person_id, role=grant.role, scope=grant.scope
        )
    )
    _log(ctx, person_id, "grant_added", grant)


def end_grant(ctx: Context, person_id: str, grant: GrantForm) -> None:
    """Take a role over a branch from somebody.

    Raises
    ------
    Forbidden
    NotFound
        No such account, or it holds no such grant.
    Conflict
        It is the actor's own: one cannot lock oneself out.
    """
    _allow(ctx, person_id)
    if person_id == ctx.actor.id:
        raise Conflict("accounts.own", "不能收回自己的岗位，请由另一位系统管理员办理")
    ended = ctx.session.connection().execute(
        delete(table_of(RoleGrant)).where(
            col(RoleGrant.person_id) == person_id,
            col(RoleGrant.role) == grant.role,
            col(RoleGrant.scope) == grant.scope,
        )
    )
    if not ended.rowcount:
        raise NotFound("accounts.grant", f"该账号在此范围内没有“{grant.role.label}”岗位")
    _log(ctx, person_id, "grant_ended", grant)


def revoke_token(ctx: Context, person_id: str, token_digest: str) -> bool:
    """Revoke a live token of one's own, or as an administrator anybody's; False when there is none.

    Raises
    ------
    Forbidden, NotFound
    """
    if person_id != ctx.actor.id:
        _allow(ctx, person_id)
    revoked = ctx.session.connection().execute(
        update(table_of(ApiToken))
        .where(
            col(ApiToken.token_digest) == token_digest,
            col(ApiToken.person_id) == person_id,
            col(ApiToken.revoked_at).is_(None),
        )
        .values(revoked_at=ctx.now)
    )
    if revoked.rowcount:
        _log(ctx, person_id, "token_revoked")
    return bool(revoked.rowcount)


def _grants(ctx: Context, person_id: str) -> Collection[GrantFacts]:
    return grants_of(ctx.session, [person_id]).get(person_id, ())


def _end_sessions(ctx: Context, person_id: str, *, but: Collection[str] = ()) -> None:
    ctx.session.connection().execute(
        delete(table_of(SignInSession)).where(
            col(SignInSession.person_id) == person_id, col(SignInSession.token_digest).not_in(but)
        )
    )


def _allow(ctx: Context, person_id: str) -> None:
    reason = may(ctx.actor, Permission("accounts:person:manage"), "", "管理账号")
    if reason:
        raise Forbidden("accounts.forbidden", reason)
    wanted = select(col(Person.id)).where(col(Person.id) == person_id).with_for_update(key_share=True)
    if ctx.session.connection().execute(wanted).first() is None:
        raise NotFound("accounts.person", "没有找到该账号")


def _log(ctx: Context, person_id: str, change: str, *grants: GrantForm) -> None:
    told = tuple(f"{grant.role.value}@{grant.scope}" for grant in grants)
    payload = PersonChanged(person_id, "", change, told)
    write_event(
        ctx.session, CHAIN, kind=f"accounts.{change}", actor=ctx.actor.id, at=ctx.now, payload=payload
    )
