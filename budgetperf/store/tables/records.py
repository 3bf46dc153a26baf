"""Evaluands, their stage records, steps, filings with typed lines, drafts and the ledger."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Index, Numeric, UniqueConstraint
from sqlmodel import Field, SQLModel

from budgetperf.classification import FundSource
from budgetperf.evaluands import EvaluandKind, ProjectNature, ProjectOrigin, Protection
from budgetperf.indicators import Direction, Level2, Operator
from budgetperf.ledger import EntryKind
from budgetperf.process.stages import Stage, Status
from budgetperf.store.tables.columns import document, exact, fen, instant, key, points, ref, serial, term


class EvaluandRow(SQLModel, table=True):
    """What is evaluated; ``path`` is the organisation path of its agency."""

    __tablename__ = "evaluand"
    __table_args__ = (
        Index(
            "ix_evaluand_name_trgm", "name", postgresql_using="gin", postgresql_ops={"name": "gin_trgm_ops"}
        ),
    )

    id: str = key()
    code: str = exact(unique=True)
    name: str
    kind: EvaluandKind = term(EvaluandKind)
    organisation_id: str = ref("organisation")
    path: str = exact(index=True)
    function_code: str = exact()
    classification_year: int
    nature: ProjectNature = term(ProjectNature)
    origin: ProjectOrigin = term(ProjectOrigin)
    protection: Protection | None = term(Protection, nullable=True)
    protected_fen: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    protection_basis: str = ""


class Record(SQLModel, table=True):
    """One stage of one evaluand's year (or of a panel or round, then without evaluand)."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("subject", "fiscal_year", "stage", "period", "serial"),
        Index("ix_record_stage_status_path", "stage", "status", "path"),
    )

    id: str = key()
    evaluand_id: str | None = ref("evaluand", nullable=True)
    subject: str = exact()
    name: str
    path: str = exact()
    fiscal_year: int = Field(index=True)
    stage: Stage = term(Stage)
    period: str = exact()
    serial: int = 0
    status: Status = term(Status)
    version: int = 1
    due_on: date | None = None
    opened_at: datetime = instant()


class StepRow(SQLModel, table=True):
    """One move of a record: who, when, from where to where, why. Append-only."""

    __tablename__ = "step"

    id: int | None = serial()
    record_id: str = ref("record")
    stage: Stage = term(Stage)
    path: str = exact()
    verb: str = exact()
    source: Status | None = term(Status, nullable=True)
    target: Status = term(Status)
    actor_id: str = ref("person")
    at: datetime = instant()
    reason: str = ""


class Filing(SQLModel, table=True):
    """A filed form: an immutable document. Append-only."""

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    id: str = key()
    record_id: str = ref("record")
    evaluand_id: str | None = ref("evaluand", nullable=True)
    number: int
    form: str = exact()
    document: Any = document()
    digest: str = exact()
    edition: str = exact()
    filed_by: str = ref("person")
    filed_at: datetime = instant()
    file_digest: str | None = Field(default=None, foreign_key="stored_file.digest")


class Draft(SQLModel, table=True):
    """What somebody has typed so far, on which version of the record; saved without checks, gone when filed."""

    __tablename__ = "draft"

    record_id: str = ref("record", primary=True)
    person_id: str = ref("person", primary=True)
    form: str = exact()
    document: Any = document()
    record_version: int
    saved_at: datetime = instant()


class IndicatorLine(SQLModel, table=True):
    """One filed indicator as typed columns, written with its filing."""

    __tablename__ = "indicator_line"

    filing_id: str = ref("filing", primary=True)
    key: str = key()
    evaluand_id: str = ref("evaluand")
    fiscal_year: int
    level2: Level2 = term(Level2)
    name: str
    operator: Operator = term(Operator)
    target: Decimal | None = Field(default=None, sa_type=Numeric(24, 6), nullable=True)
    target_text: str
    uom: str
    weight: Decimal = points()
    direction: Direction = term(Direction)


class FundLineRow(SQLModel, table=True):
    """One source of money of a filed request, written with its filing."""

    __tablename__ = "fund_line"

    filing_id: str = ref("filing", primary=True)
    position: int = Field(primary_key=True)
    evaluand_id: str = ref("evaluand")
    source: FundSource = term(FundSource)
    amount_fen: int = fen()


class LedgerEntry(SQLModel, table=True):
    """One movement of budget or money. Append-only."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_evaluand_year", "evaluand_id", "fiscal_year"),)

    id: str = key()
    evaluand_id: str = ref("evaluand", index=False)
    fiscal_year: int
    kind: EntryKind = term(EntryKind)
    on_date: date
    amount_fen: int = fen()
    source: FundSource = term(FundSource)
    economic_code: str = exact()
    document_number: str
    recorded_by: str = ref("person")
    recorded_at: datetime = instant()
