"""Editions of the rules published in the service. Append-only; those shipped with the program are files."""

from datetime import datetime

from sqlmodel import SQLModel

from budgetperf.store.tables.columns import exact, instant, key, ref


class PublishedEdition(SQLModel, table=True):
    """The exact text of a published edition; ``digest`` is the SHA-256 of its bytes in UTF-8."""

    __tablename__ = "published_edition"

    id: str = key()
    digest: str = exact(unique=True)
    text: str
    published_at: datetime = instant()
    record_id: str = ref("record")
