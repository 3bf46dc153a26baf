"""Results: decision packages, and typed rows of scores and lights for queries. Append-only."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind
from budgetperf.store.tables.columns import document, exact, instant, key, points, ref, term


class Decision(SQLModel, table=True):
    """A decision package: facts, rule and result of one decision."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_subject_period_kind", "subject", "period", "kind"),)

    id: str = key()
    kind: DecisionKind = term(DecisionKind)
    record_id: str = ref("record")
    evaluand_id: str | None = ref("evaluand", nullable=True)
    subject: str = exact()
    period: str = exact()
    edition: str = exact()
    edition_digest: str = exact()
    method: str = exact()
    facts: Any = document()
    result: Any = document()
    seed: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    environment: str = ""
    digest: str = exact(index=True)
    decided_at: datetime = instant()


class ScoreRow(SQLModel, table=True):
    """A confirmed score with its grade."""

    __tablename__ = "score"

    record_id: str = ref("record", primary=True)
    evaluand_id: str = ref("evaluand")
    fiscal_year: int
    stage: Stage = term(Stage)
    total: Decimal = points()
    grade: str = exact()
    decision_id: str = ref("decision")


class LightRow(SQLModel, table=True):
    """The two lights of one period."""

    __tablename__ = "light"

    record_id: str = ref("record", primary=True)
    evaluand_id: str = ref("evaluand")
    fiscal_year: int
    period: str = exact()
    execution: str = exact()
    goals: str = exact()
    execution_reason: str
    goals_reason: str
    warnings: str
    decision_id: str = ref("decision")
