"""Expert panels: who sits, what they declared, and their sheets (blind by row-level security)."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from budgetperf.scoring.exante import Specialism
from budgetperf.store.tables.columns import document, exact, instant, key, ref, term


class PanelRow(SQLModel, table=True):
    """One panel, drawn from the pool by a public seed."""

    __tablename__ = "panel"

    id: str = key()
    record_id: str = ref("record")
    evaluand_id: str = ref("evaluand")
    seed: str
    edition: str = exact()
    pool_digest: str = exact()
    drawn_at: datetime = instant()


class PanelSeat(SQLModel, table=True):
    """One expert of a panel; ``conflict`` true means recused and replaced by the next drawn."""

    __tablename__ = "panel_seat"
    __table_args__ = (UniqueConstraint("panel_id", "person_id"),)

    id: str = key()
    panel_id: str = ref("panel")
    record_id: str = ref("record")
    evaluand_id: str = ref("evaluand")
    person_id: str = ref("person")
    specialism: Specialism = term(Specialism)
    position: int
    declared_at: datetime | None = instant(nullable=True)
    conflict: bool = False
    statement: str = ""
    submitted_at: datetime | None = instant(nullable=True)


class PanelRating(SQLModel, table=True):
    """One expert's sheet. Append-only; hidden from fellow experts until their own is in."""

    __tablename__ = "panel_rating"

    seat_id: str = ref("panel_seat", primary=True)
    panel_id: str = ref("panel")
    person_id: str = ref("person")
    document: Any = document()
    digest: str = exact()
    submitted_at: datetime = instant()
