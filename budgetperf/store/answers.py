"""The answer already given to an Idempotency-Key: claimed first, kept with the work itself, read on a replay."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from budgetperf.provenance import Json
from budgetperf.store.fetch import fetch
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.runs import IdempotentAnswer

KEPT = timedelta(days=7)
_ANSWERS = table_of(IdempotentAnswer)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was asked, as a digest, and what was answered."""

    request_digest: str
    status: int
    body: Json


def claim(
    session: Session, person_id: str, key: str, *, request_digest: str, now: datetime
) -> KeptAnswer | None:
    """Take a key for this transaction, or return the answer it already has.

    Waits while another transaction holds the key; when that one fails, the key is ours.
    """
    connection = session.connection()
    connection.execute(delete(_ANSWERS).where(_ANSWERS.c.person_id == person_id, _ANSWERS.c.at < now - KEPT))
    claimed = connection.execute(
        upsert(_ANSWERS)
        .values(person_id=person_id, key=key, request_digest=request_digest, status=0, body={}, at=now)
        .on_conflict_do_nothing()
        .returning(_ANSWERS.c.key)
    )
    if claimed.first() is not None:
        return None
    statement = select(_ANSWERS).where(
        col(IdempotentAnswer.person_id) == person_id, col(IdempotentAnswer.key) == key
    )
    return fetch(session, statement, KeptAnswer)[0]


def keep(session: Session, person_id: str, key: str, *, status: int, body: Json) -> None:
    """Keep the answer to a claimed key, in the transaction of the work it answers."""
    session.connection().execute(
        update(_ANSWERS)
        .where(_ANSWERS.c.person_id == person_id, _ANSWERS.c.key == key)
        .values(status=status, body=body)
    )
