"""The page of one account: its roles, its password, its tokens. Changes nothing itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.screens.page import Option, Screen, told
from budgetperf.permissions import Role


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A role the account holds, with what takes it away."""

    role: Role = told("role")
    scope: str = told("organisation path; empty for the whole city")
    place: str = told("name of the branch")


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A live token, by the digest that is kept of it."""

    digest: str = told("SHA-256 of the token")
    label: str = told("what it is for")
    created_at: datetime = told("when it was issued")
    expires_at: datetime = told("when it ends by itself")


@dataclass(frozen=True, slots=True)
class PersonPage(Screen):
    """One account and what an administrator may do with it."""

    template: ClassVar[str] = "person.html"

    id: str = told("person id")
    login: str = told("login")
    name: str = told("name")
    organisation: str = told("organisation")
    active: bool = told("whether it can sign in")
    own: bool = told("whether it is the reader's own account, whose roles and life others decide")
    grants: tuple[HeldGrant, ...] = told("roles it holds")
    roles: tuple[Option, ...] = told("roles that can be given")
    places: tuple[Option, ...] = told("branches a role can be given over")
    tokens: tuple[TokenLine, ...] = told("live tokens")
    shortest: int = told("fewest characters of a password")
