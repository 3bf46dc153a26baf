"""Queries on the organisation tree."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from budgetperf.evaluands import OrganisationKind
from budgetperf.store.fetch import fetch, fetch_one
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.people import Organisation


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """A node of the organisation tree."""

    id: str
    code: str
    name: str
    kind: OrganisationKind
    parent_id: str | None
    path: str


def organisation_at(session: Session, path: str, *, lock: bool = False) -> OrganisationFacts:
    """Return the organisation at a path, locked until the transaction ends if asked.

    Raises
    ------
    NotFound
    """
    statement = select(table_of(Organisation)).where(col(Organisation.path) == path)
    wanted = statement.with_for_update(key_share=True) if lock else statement
    return fetch_one(session, wanted, OrganisationFacts, missing=f"没有路径为“{path}”的单位")


def organisations(session: Session) -> list[OrganisationFacts]:
    """Return the whole tree, by path."""
    statement = select(table_of(Organisation)).order_by(col(Organisation.path))
    return fetch(session, statement, OrganisationFacts)
