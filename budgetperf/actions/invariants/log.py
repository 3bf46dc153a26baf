"""The log is whole: chains without gaps that end at their heads, an event per step, anchors that hold."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.evidence import merkle
from budgetperf.evidence.anchors import Anchor, verify_anchors
from budgetperf.evidence.chain import ChainHead, verify_chain
from budgetperf.evidence.events import Event
from budgetperf.findings import Finding
from budgetperf.store.evidence import heads_between
from budgetperf.store.files import FileStore

_EVENTS = """
SELECT e.*, h.number AS head_number, h.hash AS head_hash, h.sequence AS head_sequence
FROM event e LEFT JOIN chain_head h ON h.chain = e.chain ORDER BY e.chain, e.number"""

_EMPTY_HEADS = """
SELECT h.chain, h.number FROM chain_head h
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.chain = h.chain) ORDER BY h.chain"""

_STEPS = """
WITH moved AS (
    SELECT s.record_id AS record, s.stage || '.' || s.verb AS kind, s.actor_id AS actor, s.at, r.subject AS chain,
      count(*) AS steps, bool_and(s.source IS NULL) AS opening
    FROM step s JOIN record r ON r.id = s.record_id GROUP BY 1, 2, 3, 4, 5),
  logged AS (
    SELECT payload ->> 'record' AS record, kind, actor, at, chain, count(*) AS events
    FROM event WHERE jsonb_exists(payload, 'target') GROUP BY 1, 2, 3, 4, 5)
SELECT record, kind, chain, coalesce(steps, 0) AS steps, coalesce(events, 0) AS events
FROM moved FULL JOIN logged USING (record, kind, actor, at, chain)
WHERE coalesce(steps, 0) <> coalesce(events, 0) AND NOT (coalesce(opening, false) AND events IS NULL)
ORDER BY chain, record, kind"""

_OPENED = """
SELECT s.stage, r.fiscal_year, r.period, s.at, s.actor_id AS actor, r.subject, s.record_id AS record
FROM step s JOIN record r ON r.id = s.record_id
WHERE s.source IS NULL AND NOT EXISTS (
  SELECT 1 FROM event e WHERE e.chain = r.subject AND e.kind = s.stage || '.' || s.verb
    AND e.payload ->> 'record' = s.record_id)
ORDER BY s.stage, r.fiscal_year, r.period, s.at, s.actor_id, s.id"""

_BULK = """
SELECT payload ->> 'stage' AS stage, (payload ->> 'fiscal_year')::int AS fiscal_year, payload ->> 'period' AS period,
  at, actor, chain, number, (payload ->> 'records')::int AS records, payload ->> 'root' AS root
FROM event WHERE jsonb_exists(payload, 'records') ORDER BY sequence"""

_ANCHORS = (
    "SELECT number, from_sequence, to_sequence, at, heads, root, prev, hash FROM anchor ORDER BY number"
)


def check_chains_have_no_gap(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every chain runs without gap or change from its first event to its head, in sequence."""
    for chain, group in groupby(rows(session, _EVENTS), key=lambda row: str(row.chain)):
        yield from _check_chain(chain, group)
    for row in rows(session, _EMPTY_HEADS):
        text = f"“{row.chain}”链头为第{row.number}号，但没有任何事件"
        yield broken("chain_empty", f"/{row.chain}", text)


def _check_chain(chain: str, group: Iterator[Row[Any]]) -> Iterator[Finding]:
    first = next(group)
    sequence = 0
    out_of_order: list[Finding] = []

    def events() -> Iterator[Event]:
        nonlocal sequence
        for row in (first, *group):
            if row.sequence <= sequence:
                text = f"“{chain}”链第{row.number}号的全局序号{row.sequence}不大于前一号的{sequence}"
                out_of_order.append(broken("chain_sequence", f"/{chain}/{row.number}", text))
            sequence = row.sequence
            yield Event(row.chain, row.number, row.kind, row.actor, row.at, row.payload, row.prev, row.hash)

    if first.head_number is None:
        yield broken("chain_head", f"/{chain}", f"“{chain}”链没有链头")
    head = None if first.head_number is None else ChainHead(chain, first.head_number, first.head_hash)
    yield from verify_chain(events(), head)
    yield from out_of_order
    if first.head_sequence not in {None, sequence}:
        text = f"“{chain}”链头的全局序号{first.head_sequence}与末号事件的{sequence}不符"
        yield broken("chain_sequence", f"/{chain}", text)


def check_steps_have_their_event(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every step has exactly one event of its name, doer and time, and no such event is without step."""
    for row in rows(session, _STEPS):
        text = f"记录{row.record}的“{row.kind}”有{row.steps}次办理、{row.events}个日志事件"
        yield broken("step_event", f"/{row.chain}", text)


class _Opening(NamedTuple):
    """What a bulk event and the records it opened share."""

    stage: str
    fiscal_year: int
    period: str
    at: datetime
    actor: str


def _opening(row: Row[Any]) -> _Opening:
    return _Opening(row.stage, row.fiscal_year, row.period, row.at, row.actor)


def check_bulk_openings_have_their_event(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Records opened without an event of their own lie under the Merkle root of a bulk event."""
    events: dict[_Opening, list[Row[Any]]] = {}
    for row in rows(session, _BULK):
        events.setdefault(_opening(row), []).append(row)
    for opening, group in groupby(rows(session, _OPENED), key=_opening):
        leaves = [f"{row.subject}/{row.record}".encode() for row in group]
        yield from _check_roots(opening, leaves, events.pop(opening, []))
    for opening, left in events.items():
        yield from _check_roots(opening, [], left)


def _check_roots(opening: _Opening, leaves: list[bytes], events: list[Row[Any]]) -> Iterator[Finding]:
    start = 0
    for event in events:
        part = leaves[start : start + event.records]
        start += event.records
        if len(part) != event.records or merkle.root(part) != event.root:
            text = f"“{event.chain}”链第{event.number}号所记{event.records}条记录与实际下达的不符"
            yield broken("bulk_root", f"/{event.chain}/{event.number}", text)
    for leaf in leaves[start:]:
        subject, _, record = leaf.decode().partition("/")
        text = f"{subject}的{opening.stage}记录{record}没有任何日志事件"
        yield broken("bulk_event", f"/records/{record}", text)


def check_anchors_hold(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every anchor follows the one before, and the heads under it are those of its range, all of them."""
    last: Anchor | None = None
    for row in list(rows(session, _ANCHORS)):
        heads = [ChainHead(*head) for head in row.heads]
        anchor = Anchor(
            row.number, row.from_sequence, row.to_sequence, row.at, len(heads), row.root, row.prev, row.hash
        )
        run = (last, anchor) if last else (anchor,)
        place = f"/anchors/{anchor.number}"
        yield from (
            item for item in verify_anchors(run, {anchor.number: heads}) if item.where.pointer == place
        )
        if heads_between(session, anchor.from_sequence, anchor.to_sequence) != heads:
            text = f"第{anchor.number}号锚所记链头与该区间的日志不符：有事件被改动、删除或事后补入"
            yield broken("anchor_range", place, text)
        if last is None and (anchor.number, anchor.from_sequence) != (1, 1):
            yield broken("anchor_first", place, "第1号锚缺失，或不从第1号事件开始")
        last = anchor
