"""Write and read the log: one event appended under the lock of its chain's head."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from budgetperf.evidence.anchors import Anchor
from budgetperf.evidence.chain import ChainHead, append
from budgetperf.evidence.events import Event, EventPayload, genesis
from budgetperf.store.fetch import fetch
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.evidence import AnchorRow, AttachmentRow, ChainHeadRow, EventRow

_HEADS = table_of(ChainHeadRow)
_EVENTS = table_of(EventRow)

_LOCK = text(
    "SELECT number, hash, nextval('event_sequence_seq') AS sequence FROM chain_head WHERE chain = :chain FOR UPDATE"
)
_MOVE = update(_HEADS).where(_HEADS.c.chain == bindparam("moved"))


def write_event(
    session: Session, chain: str, *, kind: str, actor: str, at: datetime, payload: EventPayload
) -> Event:
    """Append one event to ``chain`` in the running transaction.

    Callers that touch several chains do so in sorted order, so that no two wait for each other.
    """
    connection = session.connection()
    row = connection.execute(_LOCK, {"chain": chain}).first()
    if row is None:
        connection.execute(
            upsert(_HEADS)
            .values(chain=chain, number=0, hash=genesis(chain), sequence=0)
            .on_conflict_do_nothing()
        )
        row = connection.execute(_LOCK, {"chain": chain}).one()
    event = append(
        ChainHead(chain, row.number, row.hash), chain, kind=kind, actor=actor, at=at, payload=payload
    )
    connection.execute(
        insert(_EVENTS),
        {
            "sequence": row.sequence,
            "chain": event.chain,
            "number": event.number,
            "kind": event.kind,
            "actor": event.actor,
            "at": event.at,
            "payload": event.payload,
            "prev": event.prev,
            "hash": event.hash,
        },
    )
    moved = {"moved": chain, "number": event.number, "hash": event.hash, "sequence": row.sequence}
    connection.execute(_MOVE, moved)
    return event


_EVENT = (
    col(EventRow.chain),
    col(EventRow.number),
    col(EventRow.kind),
    col(EventRow.actor),
    col(EventRow.at),
    col(EventRow.payload),
    col(EventRow.prev),
    col(EventRow.hash),
)


def events_of(session: Session, chain: str) -> list[Event]:
    """Return the events of a chain in order."""
    return fetch(
        session, select(*_EVENT).where(col(EventRow.chain) == chain).order_by(col(EventRow.number)), Event
    )


def recent_events(
    session: Session, *, limit: int = 200, before: int | None = None
) -> list[tuple[int, Event]]:
    """Return the newest events of all chains with their sequence numbers."""
    statement = select(col(EventRow.sequence), *_EVENT).order_by(col(EventRow.sequence).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(EventRow.sequence) < before)
    rows = session.connection().execute(statement).mappings()
    return [(row["sequence"], Event(**{key: row[key] for key in row if key != "sequence"})) for row in rows]


def heads_between(session: Session, from_sequence: int, to_sequence: int) -> list[ChainHead]:
    """Return the last event of each chain that moved in ``[from_sequence, to_sequence)``."""
    last = (
        select(col(EventRow.chain), func.max(col(EventRow.number)).label("number"))
        .where(col(EventRow.sequence) >= from_sequence, col(EventRow.sequence) < to_sequence)
        .group_by(col(EventRow.chain))
        .subquery()
    )
    statement = (
        select(col(EventRow.chain), col(EventRow.number), col(EventRow.hash))
        .join(last, (last.c.chain == EventRow.chain) & (last.c.number == EventRow.number))
        .order_by(col(EventRow.chain))
    )
    return fetch(session, statement, ChainHead)


def next_sequence(session: Session) -> int:
    """Return one more than the newest event's sequence number (1 when there is none)."""
    newest: int | None = session.connection().execute(select(func.max(col(EventRow.sequence)))).scalar_one()
    return (newest or 0) + 1


def anchors(session: Session) -> list[tuple[Anchor, list[ChainHead]]]:
    """Return all anchors in order, each with the heads it was cut over."""
    rows = session.connection().execute(select(table_of(AnchorRow)).order_by(col(AnchorRow.number)))
    return [
        (
            Anchor(
                row.number,
                row.from_sequence,
                row.to_sequence,
                row.at,
                len(row.heads),
                row.root,
                row.prev,
                row.hash,
            ),
            [ChainHead(*head) for head in row.heads],
        )
        for row in rows
    ]


def write_anchor(session: Session, anchor: Anchor, heads: Iterable[ChainHead]) -> None:
    """Keep an anchor with its heads."""
    session.connection().execute(
        insert(table_of(AnchorRow)).values(
            number=anchor.number,
            from_sequence=anchor.from_sequence,
            to_sequence=anchor.to_sequence,
            heads=[[head.chain, head.number, head.hash] for head in heads],
            root=anchor.root,
            prev=anchor.prev,
            hash=anchor.hash,
            at=anchor.at,
        )
    )


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """A file as evidence; the day it speaks of apart from the day it came."""

    id: str
    evaluand_id: str
    record_id: str | None
    digest: str
    filename: str
    describes: str
    effective_on: date
    uploaded_at: datetime
    uploaded_by: str


def attachments_of(session: Session, evaluand_id: str) -> list[AttachmentFacts]:
    """Return the attachments of an evaluand, by the day they speak of."""
    statement = (
        select(table_of(AttachmentRow))
        .where(col(AttachmentRow.evaluand_id) == evaluand_id)
        .order_by(col(AttachmentRow.effective_on), col(AttachmentRow.uploaded_at), col(AttachmentRow.id))
    )
    return fetch(session, statement, AttachmentFacts)
