"""Queries on people: who signs in, with what grants; the expert pool."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session, col

from budgetperf.errors import NotFound
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.scoring.exante import Specialism
from budgetperf.store.fetch import fetch
from budgetperf.store.tables.people import (
    ApiToken,
    Credential,
    Organisation,
    Person,
    RoleGrant,
    SignInFailure,
    SignInSession,
)


@dataclass(frozen=True, slots=True)
class Expert:
    """A person of the expert pool, with the organisation they come from."""

    id: str
    login: str
    name: str
    specialism: Specialism
    path: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live page session of an active person."""

    actor: Actor
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A bearer token that still works, by the digest that is kept of it."""

    token_digest: str
    label: str
    created_at: datetime
    expires_at: datetime


# Asked with every request, so built once.
_PERSON = (
    select(col(Person.id), col(Person.name), col(RoleGrant.role), col(RoleGrant.scope))
    .join(RoleGrant, col(RoleGrant.person_id) == Person.id, isouter=True)
    .where(col(Person.active))
    .order_by(col(RoleGrant.role), col(RoleGrant.scope))
)
_BY_ID = _PERSON.where(col(Person.id) == bindparam("person_id"))
_BY_TOKEN = _PERSON.join(ApiToken, col(ApiToken.person_id) == Person.id).where(
    col(ApiToken.token_digest) == bindparam("digest"),
    col(ApiToken.revoked_at).is_(None),
    col(ApiToken.expires_at) > bindparam("now"),
)
_BY_COOKIE = (
    _PERSON.add_columns(col(SignInSession.csrf), col(SignInSession.expires_at))
    .join(SignInSession, col(SignInSession.person_id) == Person.id)
    .where(
        col(SignInSession.token_digest) == bindparam("digest"),
        col(SignInSession.expires_at) > bindparam("now"),
    )
)


def get_actor(session: Session, person_id: str) -> Actor | None:
    """Return an active person with their grants, or None."""
    return _actor(session.connection().execute(_BY_ID, {"person_id": person_id}).all())


def actor_by_token(session: Session, token_digest: str, now: datetime) -> Actor | None:
    """Return the person behind a live bearer token, or None; one query."""
    return _actor(session.connection().execute(_BY_TOKEN, {"digest": token_digest, "now": now}).all())


def _actor(rows: Sequence[Row[*tuple[Any, ...]]]) -> Actor | None:
    if not rows:
        return None
    return Actor(
        rows[0].id, rows[0].name, tuple(Grant(row.role, row.scope) for row in rows if row.role is not None)
    )


def credential_of(session: Session, login: str) -> tuple[str, str] | None:
    """Return person id and password hash of an active login, or None."""
    row = (
        session.connection()
        .execute(
            select(col(Person.id), col(Credential.password_hash))
            .join(Credential, col(Credential.person_id) == Person.id)
            .where(col(Person.login) == login, col(Person.active))
        )
        .first()
    )
    return (row[0], row[1]) if row else None


def signed_in(session: Session, token_digest: str, now: datetime) -> SignedIn | None:
    """Return the live page session of a cookie with its person, or None; one query."""
    rows = session.connection().execute(_BY_COOKIE, {"digest": token_digest, "now": now}).all()
    actor = _actor(rows)
    return SignedIn(actor, rows[0].csrf, rows[0].expires_at) if actor else None


def expert_pool(session: Session) -> list[Expert]:
    """Return the active experts of the pool, by login."""
    statement = (
        select(
            col(Person.id),
            col(Person.login),
            col(Person.name),
            col(Person.specialism),
            col(Organisation.path),
        )
        .join(Organisation, col(Organisation.id) == Person.organisation_id)
        .join(RoleGrant, (col(RoleGrant.person_id) == Person.id) & (col(RoleGrant.role) == Role.EXPERT))
        .where(col(Person.active), col(Person.specialism).is_not(None))
        .order_by(col(Person.login))
    )
    return fetch(session, statement, Expert)


def names_of(session: Session, person_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of some people."""
    rows = session.connection().execute(
        select(col(Person.id), col(Person.name)).where(col(Person.id).in_(list(person_ids)))
    )
    return {row.id: row.name for row in rows}


def person_by_login(session: Session, login: str) -> str | None:
    """Return the id of a login, active or not, or None."""
    found: str | None = (
        session.connection()
        .execute(select(col(Person.id)).where(col(Person.login) == login))
        .scalar_one_or_none()
    )
    return found


def ids_of(session: Session, logins: Iterable[str]) -> dict[str, str]:
    """Return the ids of active accounts by login; unknown ones are left out."""
    statement = select(col(Person.login), col(Person.id)).where(
        col(Person.login).in_({login for login in logins if login}), col(Person.active)
    )
    return {row[0]: row[1] for row in session.connection().execute(statement)}


def logins_of(session: Session, person_ids: Iterable[str | None]) -> dict[str, str]:
    """Return the logins of some accounts, active or not, by id."""
    statement = select(col(Person.id), col(Person.login)).where(
        col(Person.id).in_({one for one in person_ids if one})
    )
    return {row[0]: row[1] for row in session.connection().execute(statement)}


def login_of(session: Session, person_id: str) -> str:
    """Return the login of an account, active or not.

    Raises
    ------
    NotFound
    """
    statement = select(col(Person.login)).where(col(Person.id) == person_id)
    found: str | None = session.connection().execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound("accounts.person", "没有找到该账号")
    return found


def tokens_of(session: Session, person_id: str, now: datetime) -> list[LiveToken]:
    """Return the live tokens of an account, newest first."""
    statement = (
        select(
            col(ApiToken.token_digest),
            col(ApiToken.label),
            col(ApiToken.created_at),
            col(ApiToken.expires_at),
        )
        .where(
            col(ApiToken.person_id) == person_id,
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > now,
        )
        .order_by(col(ApiToken.created_at).desc(), col(ApiToken.token_digest))
    )
    return fetch(session, statement, LiveToken)


def failures_of(session: Session, subject: str, since: datetime) -> int:
    """Return how many sign-ins of a subject failed, the last one after ``since``."""
    count = (
        session.connection()
        .execute(
            select(col(SignInFailure.failures)).where(
                col(SignInFailure.subject) == subject, col(SignInFailure.last_at) > since
            )
        )
        .scalar_one_or_none()
    )
    return int(count or 0)


def anybody(session: Session) -> bool:
    """Tell whether there is any account at all."""
    return session.connection().execute(select(col(Person.id)).limit(1)).first() is not None
