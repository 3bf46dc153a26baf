"""Queries on the ledger: entries, and the totals they add up to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, select
from sqlmodel import Session, col

from budgetperf.classification import FundSource
from budgetperf.ledger import Entry, EntryKind, Execution, execution
from budgetperf.money import Money
from budgetperf.store.fetch import fetch
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import LedgerEntry


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """A ledger entry as read."""

    id: str
    evaluand_id: str
    fiscal_year: int
    kind: EntryKind
    on_date: date
    amount_fen: int
    source: FundSource
    economic_code: str
    document_number: str


def entries_of(session: Session, evaluand_id: str, fiscal_year: int) -> list[EntryFacts]:
    """Return the entries of one evaluand and year, by date."""
    statement = (
        select(table_of(LedgerEntry))
        .where(col(LedgerEntry.evaluand_id) == evaluand_id, col(LedgerEntry.fiscal_year) == fiscal_year)
        .order_by(col(LedgerEntry.on_date), col(LedgerEntry.id))
    )
    return fetch(session, statement, EntryFacts)


def entries_of_many(session: Session, evaluand_ids: Iterable[str], fiscal_year: int) -> list[EntryFacts]:
    """Return the entries of some evaluands in a year, in one query."""
    statement = select(table_of(LedgerEntry)).where(
        col(LedgerEntry.evaluand_id).in_(list(evaluand_ids)), col(LedgerEntry.fiscal_year) == fiscal_year
    )
    return fetch(session, statement, EntryFacts)


def execution_of(session: Session, evaluand_id: str, fiscal_year: int, *, until: date) -> Execution:
    """Return the totals of one evaluand before ``until``."""
    entries = entries_of(session, evaluand_id, fiscal_year)
    return execution((Entry(e.kind, e.on_date, Money(e.amount_fen), e.source) for e in entries), until)


def executions(session: Session, fiscal_year: int, *, until: date) -> dict[str, Execution]:
    """Return the totals of every visible evaluand before ``until``, by evaluand id, in one query."""

    def total(kind: EntryKind) -> ColumnElement[Any]:
        amount = case((col(LedgerEntry.kind) == kind, col(LedgerEntry.amount_fen)), else_=0)
        return func.sum(amount).label(kind.value)

    statement = (
        select(col(LedgerEntry.evaluand_id), *(total(kind) for kind in EntryKind))
        .where(col(LedgerEntry.fiscal_year) == fiscal_year, col(LedgerEntry.on_date) < until)
        .group_by(col(LedgerEntry.evaluand_id))
    )
    return {
        row["evaluand_id"]: execution(
            (Entry(kind, date.min, Money(int(row[kind.value]))) for kind in EntryKind), until
        )
        for row in session.connection().execute(statement).mappings()
    }


def write_entries(session: Session, entries: Iterable[LedgerEntry]) -> None:
    """Add entries."""
    rows = [entry.model_dump() for entry in entries]
    if rows:
        session.connection().execute(insert(table_of(LedgerEntry)), rows)
