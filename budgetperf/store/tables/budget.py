"""A round of next year's limits: lines, cuts by ground, adjustments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from budgetperf.store.tables.columns import document, exact, fen, instant, key, ref


class LimitRound(SQLModel, table=True):
    """A round: its ceiling, rules and what stays unallocated. ``id`` is the record's."""

    __tablename__ = "limit_round"

    id: str = ref("record", primary=True)
    fiscal_year: int = Field(unique=True)
    result_year: int
    ceiling_fen: int = fen()
    unallocated_fen: int = fen()
    edition: str = exact()
    published_at: datetime | None = instant(nullable=True)
    window_ends_on: date | None = None
    issued_at: datetime | None = instant(nullable=True)


class BudgetLine(SQLModel, table=True):
    """One line of a round: request, cuts, adjustments, limit; ``facts`` are what the cuts saw."""

    __tablename__ = "budget_line"
    __table_args__ = (UniqueConstraint("round_id", "evaluand_id"),)

    id: str = key()
    round_id: str = Field(foreign_key="limit_round.id", index=True)
    evaluand_id: str = ref("evaluand")
    path: str = exact()
    request_fen: int = fen()
    cuts_fen: int = fen()
    adjustments_fen: int = fen()
    limit_fen: int = fen()
    facts: Any = document()
    result: Any = document()


class CutLine(SQLModel, table=True):
    """One cut of one line by one ground."""

    __tablename__ = "cut_line"

    line_id: str = ref("budget_line", primary=True)
    ground: str = key()
    position: int
    claimed_fen: int = fen()
    applied_fen: int = fen()
    reason: str


class AdjustmentLine(SQLModel, table=True):
    """What an upheld objection gave back."""

    __tablename__ = "adjustment_line"

    objection_id: str = ref("record", primary=True)
    line_id: str = ref("budget_line")
    amount_fen: int = fen()
    reason: str
