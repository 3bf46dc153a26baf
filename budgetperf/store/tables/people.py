"""Who: the organisation tree, people, their role grants and how they sign in."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from budgetperf.evaluands import OrganisationKind
from budgetperf.permissions import Role
from budgetperf.scoring.exante import Specialism
from budgetperf.store.tables.columns import exact, instant, key, ref, term


class Organisation(SQLModel, table=True):
    """A node of the organisation tree; ``path`` is the dotted chain of codes from the top."""

    __tablename__ = "organisation"

    id: str = key()
    code: str = exact(unique=True)
    name: str
    kind: OrganisationKind = term(OrganisationKind)
    parent_id: str | None = ref("organisation", nullable=True)
    path: str = exact(unique=True)


class Person(SQLModel, table=True):
    """Somebody who signs in. ``specialism`` is set for experts of the pool."""

    __tablename__ = "person"

    id: str = key()
    login: str = exact(unique=True)
    name: str
    organisation_id: str = ref("organisation")
    specialism: Specialism | None = term(Specialism, nullable=True)
    active: bool = True


class Credential(SQLModel, table=True):
    """An argon2 password hash, kept apart from the person."""

    __tablename__ = "credential"

    person_id: str = ref("person", primary=True)
    password_hash: str


class RoleGrant(SQLModel, table=True):
    """A role over one branch of the tree."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "scope"),)

    id: str = key()
    person_id: str = ref("person")
    role: Role = term(Role)
    scope: str = exact()


class SignInSession(SQLModel, table=True):
    """A page session; only the digest of its cookie is kept."""

    __tablename__ = "sign_in_session"

    token_digest: str = key()
    person_id: str = ref("person")
    csrf: str
    created_at: datetime = instant()
    expires_at: datetime = instant()


class ApiToken(SQLModel, table=True):
    """A bearer token for the API; only its digest is kept."""

    __tablename__ = "api_token"

    token_digest: str = key()
    person_id: str = ref("person")
    label: str
    created_at: datetime = instant()
    expires_at: datetime = instant()
    revoked_at: datetime | None = instant(nullable=True)


class SignInFailure(SQLModel, table=True):
    """Failed sign-ins per login or address, for the rate limit."""

    __tablename__ = "sign_in_failure"

    subject: str = key()
    failures: int = Field(default=0)
    last_at: datetime = instant()
