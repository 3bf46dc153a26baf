"""Queries on the editions published in the service: what there is, the texts, and one more. Reads no YAML."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from budgetperf.store.fetch import fetch
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.rules import PublishedEdition


@dataclass(frozen=True, slots=True)
class PublishedFacts:
    """A published edition as stored."""

    id: str
    digest: str
    text: str
    published_at: datetime
    record_id: str


_DIGESTS = select(col(PublishedEdition.id), col(PublishedEdition.digest)).order_by(col(PublishedEdition.id))


def published_digests(session: Session) -> dict[str, str]:
    """Return the digest of every published edition by id."""
    return {row.id: row.digest for row in session.connection().execute(_DIGESTS)}


def published_texts(session: Session, ids: Collection[str]) -> list[PublishedFacts]:
    """Return the published ones among ``ids``, by id."""
    table = table_of(PublishedEdition)
    statement = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    return fetch(session, statement, PublishedFacts) if ids else []


def lock_publication(session: Session) -> None:
    """Let one transaction at a time publish: an overlap is seen only side by side."""
    session.connection().execute(
        select(func.pg_advisory_xact_lock(func.hashtext(PublishedEdition.__tablename__)))
    )


def write_published(session: Session, facts: PublishedFacts) -> None:
    """Keep one more published edition."""
    values = {name: getattr(facts, name) for name in PublishedFacts.__slots__}
    session.connection().execute(insert(table_of(PublishedEdition)), values)
