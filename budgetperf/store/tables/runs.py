"""Long work and repeated requests: runs with progress, effects done once, idempotent answers."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from budgetperf.store.tables.columns import document, exact, instant, key, ref


class RunRow(SQLModel, table=True):
    """A campaign or batch with its progress; ``wakes_at`` is set while it sleeps until a day of its calendar."""

    __tablename__ = "run"

    id: str = key()
    kind: str = exact()
    title: str
    started_by: str = ref("person")
    started_at: datetime = instant()
    finished_at: datetime | None = instant(nullable=True)
    total: int = 0
    done: int = 0
    note: str = ""
    wakes_at: datetime | None = instant(nullable=True)


class EffectRow(SQLModel, table=True):
    """A step of a run whose effect is committed; its key makes a repeated step do nothing."""

    __tablename__ = "effect"

    run_id: str = ref("run", primary=True)
    name: str = key()
    at: datetime = instant()
    result: Any = document()


class IdempotentAnswer(SQLModel, table=True):
    """The answer already given to an Idempotency-Key of one person."""

    __tablename__ = "idempotent_answer"

    person_id: str = ref("person", primary=True)
    key: str = key()
    request_digest: str = exact()
    status: int = Field(default=200)
    body: Any = document()
    at: datetime = instant()
