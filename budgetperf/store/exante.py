"""Queries on panels: seats and sheets."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from budgetperf.provenance import Json
from budgetperf.scoring.exante import Specialism
from budgetperf.store.fetch import fetch
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.exante import PanelRating, PanelRow, PanelSeat
from budgetperf.store.tables.people import Person


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """A panel as drawn."""

    id: str
    record_id: str
    evaluand_id: str
    seed: str
    edition: str
    pool_digest: str
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """One seat with the name of its expert."""

    id: str
    panel_id: str
    person_id: str
    name: str
    login: str
    specialism: Specialism
    position: int
    declared_at: datetime | None
    conflict: bool
    statement: str
    submitted_at: datetime | None

    @property
    def status(self) -> str:
        """Where the seat stands, in Chinese."""
        if self.conflict:
            return "已回避"
        if self.submitted_at:
            return "已提交评分"
        return "已承诺，待评分" if self.declared_at else "待签署承诺"


@dataclass(frozen=True, slots=True)
class RatingFacts:
    """One expert's sheet."""

    seat_id: str
    person_id: str
    document: Json
    digest: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """The sheet of an expert who did not recuse themselves, by the number of the seat."""

    record_id: str
    position: int
    document: Json


def panel_of(session: Session, record_id: str) -> PanelFacts | None:
    """Return the panel of an ex-ante record, or None."""
    statement = select(table_of(PanelRow)).where(col(PanelRow.record_id) == record_id)
    return next(iter(fetch(session, statement, PanelFacts)), None)


def seats_of(session: Session, record_id: str) -> list[SeatFacts]:
    """Return the visible seats of a record's panel by position: all for finance, an expert's own."""
    statement = (
        select(table_of(PanelSeat), col(Person.name), col(Person.login))
        .join(Person, col(Person.id) == PanelSeat.person_id)
        .where(col(PanelSeat.record_id) == record_id)
        .order_by(col(PanelSeat.position))
    )
    return fetch(session, statement, SeatFacts)


def ratings_of(session: Session, panel_id: str) -> list[RatingFacts]:
    """Return the visible sheets of a panel (row-level security keeps the others' blind)."""
    statement = (
        select(table_of(PanelRating))
        .where(col(PanelRating.panel_id) == panel_id)
        .order_by(col(PanelRating.seat_id))
    )
    return fetch(session, statement, RatingFacts)


def sheets_of(session: Session, record_ids: Iterable[str]) -> list[SheetFacts]:
    """Return the visible sheets of many records' panels by record and seat."""
    statement = (
        select(col(PanelSeat.record_id), col(PanelSeat.position), col(PanelRating.document))
        .join(PanelSeat, col(PanelSeat.id) == PanelRating.seat_id)
        .where(col(PanelSeat.record_id).in_(list(record_ids)), ~col(PanelSeat.conflict))
        .order_by(col(PanelSeat.record_id), col(PanelSeat.position))
    )
    return fetch(session, statement, SheetFacts)
