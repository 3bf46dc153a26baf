"""The log nobody can rewrite: events, chain heads, anchors; files by digest and attachments."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from budgetperf.store.tables.columns import document, exact, instant, key, ref, serial


class EventRow(SQLModel, table=True):
    """One event of one chain. Append-only."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    sequence: int | None = serial()
    chain: str = exact()
    number: int
    kind: str = exact()
    actor: str = exact()
    at: datetime = instant()
    payload: Any = document()
    prev: str = exact()
    hash: str = exact()


class ChainHeadRow(SQLModel, table=True):
    """The newest event of a chain; locked while one is appended."""

    __tablename__ = "chain_head"

    chain: str = key()
    number: int
    hash: str = exact()
    sequence: int = Field(sa_type=BigInteger, index=True)


class AnchorRow(SQLModel, table=True):
    """A Merkle root over the heads that changed, chained to the anchor before. Append-only."""

    __tablename__ = "anchor"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    from_sequence: int = Field(sa_type=BigInteger)
    to_sequence: int = Field(sa_type=BigInteger)
    heads: Any = document()
    root: str = exact()
    prev: str = exact()
    hash: str = exact()
    at: datetime = instant()


class StoredFileRow(SQLModel, table=True):
    """A file kept under its SHA-256. Append-only."""

    __tablename__ = "stored_file"

    digest: str = key()
    size: int = Field(sa_type=BigInteger)
    media_type: str
    stored_at: datetime = instant()


class AttachmentRow(SQLModel, table=True):
    """A file as evidence of an evaluand; the day it speaks of is not the day it came. Append-only."""

    __tablename__ = "attachment"

    id: str = key()
    evaluand_id: str = ref("evaluand")
    record_id: str | None = ref("record", nullable=True)
    digest: str = Field(foreign_key="stored_file.digest", index=True)
    filename: str
    describes: str
    effective_on: date
    uploaded_at: datetime = instant()
    uploaded_by: str = ref("person")
