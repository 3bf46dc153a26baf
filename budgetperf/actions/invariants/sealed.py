"""What the log names by digest or root is what the tables hold: nothing was resealed behind its back."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlmodel import Session

from budgetperf.actions.invariants.rows import broken, rows
from budgetperf.actions.ledger import EntryForm, entry_leaves
from budgetperf.evidence import merkle
from budgetperf.findings import Finding
from budgetperf.forms import read
from budgetperf.store.files import FileStore

_FILINGS = """
SELECT f.id, r.name FROM filing f JOIN record r ON r.id = f.record_id
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.chain = r.subject AND e.payload ->> 'record' = f.record_id
  AND e.payload ->> 'digest' = f.digest AND e.payload ->> 'form' = f.form AND e.at = f.filed_at AND e.actor = f.filed_by
  AND e.payload ->> 'file_digest' = coalesce(f.file_digest, ''))
ORDER BY f.id"""

_SHEETS = """
SELECT p.seat_id AS id FROM panel_rating p
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.kind = 'exante.score' AND e.payload ->> 'seat' = p.seat_id
  AND e.payload ->> 'digest' = p.digest AND e.actor = p.person_id)
ORDER BY p.seat_id"""

_DECISIONS = """
WITH named AS (
  SELECT jsonb_array_elements_text(payload -> 'packages') AS digest FROM event
    WHERE jsonb_typeof(payload -> 'packages') = 'array'
  UNION SELECT payload ->> 'package' FROM event
  UNION SELECT result ->> 'cut_package' FROM budget_line
  UNION SELECT result ->> 'allocation_package' FROM budget_line)
SELECT d.id, d.subject, d.kind FROM decision d LEFT JOIN named n ON n.digest = d.digest
WHERE n.digest IS NULL AND NOT (d.kind = 'limit' OR (d.kind IN ('cut', 'allocation') AND EXISTS (
  SELECT 1 FROM event e JOIN record r ON r.id = d.record_id
  WHERE e.chain = r.subject AND e.kind = 'limits.compute' AND e.at > d.decided_at)))
ORDER BY d.id"""

_ATTACHMENTS = """
SELECT a.id, a.filename FROM (
  SELECT f.id, f.digest, f.filename, f.effective_on, f.uploaded_by, v.code AS chain
    FROM attachment f JOIN evaluand v ON v.id = f.evaluand_id
  UNION ALL SELECT f.id, f.digest, f.filename, f.effective_on, f.uploaded_by, u.subject
    FROM campaign_file f JOIN assessed_unit u ON u.id = f.unit_id) AS a
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.chain = a.chain AND e.payload ->> 'attachment' = a.id
  AND e.payload ->> 'digest' = a.digest AND e.payload ->> 'filename' = a.filename
  AND e.payload ->> 'effective_on' = a.effective_on::text AND e.actor = a.uploaded_by)
ORDER BY a.id"""

_ENTRIES = """
SELECT l.fiscal_year, l.recorded_by AS actor, l.recorded_at AS at, l.evaluand_id, e.code, l.kind, l.on_date, l.amount_fen,
  l.source, l.economic_code, l.document_number
FROM ledger_entry l JOIN evaluand e ON e.id = l.evaluand_id
WHERE NOT EXISTS (SELECT 1 FROM filing f WHERE f.form = 'ApprovalForm' AND f.evaluand_id = l.evaluand_id
  AND f.filed_by = l.recorded_by AND f.filed_at = l.recorded_at AND l.kind = 'appropriation')
ORDER BY l.fiscal_year, l.recorded_by, l.recorded_at"""

_BATCHES = """
SELECT (payload ->> 'fiscal_year')::int AS fiscal_year, actor, at, (payload ->> 'entries')::int AS entries,
  (payload ->> 'total_fen')::bigint AS total, payload ->> 'root' AS root
FROM event WHERE kind = 'ledger.record' ORDER BY sequence"""

_ROUNDS = """
SELECT DISTINCT ON (r.id) r.id, r.name, (e.payload ->> 'lines')::int AS lines, e.payload ->> 'root' AS root,
  e.payload #>> '{totals,ceiling}' AS ceiling, e.payload #>> '{totals,unallocated}' AS unallocated,
  l.ceiling_fen, l.unallocated_fen
FROM limit_round l JOIN record r ON r.id = l.id JOIN event e ON e.chain = r.subject AND e.payload ->> 'record' = r.id
WHERE r.status <> 'published' OR NOT EXISTS (
  SELECT 1 FROM adjustment_line a JOIN budget_line b ON b.id = a.line_id WHERE b.round_id = r.id)
ORDER BY r.id, e.number DESC"""

_LINES = """
SELECT e.code, b.limit_fen FROM budget_line b JOIN evaluand e ON e.id = b.evaluand_id
WHERE b.round_id = :round ORDER BY e.code COLLATE "C" """


def check_the_log_names_every_filing(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every filing has its event with the same digest, form, file, person and time."""
    for row in rows(session, _FILINGS):
        yield broken("filing_event", f"/filings/{row.id}", f"“{row.name}”的一次填报与日志所记的摘要不符")


def check_the_log_names_every_sheet(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every expert's sheet has its event with the same digest."""
    for row in rows(session, _SHEETS):
        yield broken("sheet_event", f"/panel_ratings/{row.id}", "一份专家评分表与日志所记的摘要不符")


def check_the_log_names_every_decision(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every decision is named by an event or by the line it led to; drafts of a round computed again aside."""
    for row in rows(session, _DECISIONS):
        yield broken(
            "decision_event", f"/decisions/{row.id}", f"{row.subject}的决策包（{row.kind}）日志未记载"
        )


def check_the_log_names_every_attachment(session: Session, _files: FileStore) -> Iterator[Finding]:
    """Every attachment has its event with the same digest, name, day and person."""
    for row in rows(session, _ATTACHMENTS):
        yield broken("attachment_event", f"/attachments/{row.id}", f"材料“{row.filename}”与日志所记的不符")


class _Batch(NamedTuple):
    """Whose batch of which year, recorded when."""

    fiscal_year: int
    actor: str
    at: datetime


def _batch(row: Row[Any]) -> _Batch:
    return _Batch(row.fiscal_year, row.actor, row.at)


def check_the_ledger_equals_its_batches(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The entries recorded at one time are those of their batch events; appropriations stand with their approval."""
    events: dict[_Batch, list[Row[Any]]] = {}
    for event in rows(session, _BATCHES):
        events.setdefault(_batch(event), []).append(event)
    for batch, group in groupby(rows(session, _ENTRIES), key=_batch):
        if not _recorded(list(group), events.pop(batch, [])):
            text = f"{batch.fiscal_year}年度{batch.at:%Y-%m-%d %H:%M}登记的收支与日志所记的不符"
            yield broken("ledger_event", f"/LEDGER-{batch.fiscal_year}", text)
    for batch in events:
        text = f"{batch.fiscal_year}年度{batch.at:%Y-%m-%d %H:%M}登记的收支已不存在"
        yield broken("ledger_event", f"/LEDGER-{batch.fiscal_year}", text)


def _recorded(entries: list[Row[Any]], events: list[Row[Any]]) -> bool:
    """Tell whether entries are those of their events; by root where it is one event, else by count and sum."""
    if len(events) == 1:
        return merkle.root(_leaves(entries)) == str(events[0].root)
    counted = (len(entries), sum(int(entry.amount_fen) for entry in entries))
    told = (sum(int(event.entries) for event in events), sum(int(event.total) for event in events))
    return counted == told


def _leaves(entries: list[Row[Any]]) -> list[bytes]:
    forms = (
        read(
            EntryForm,
            {
                "project_code": entry.code,
                "kind": entry.kind,
                "on_date": entry.on_date.isoformat(),
                "amount": str(entry.amount_fen),
                "source": entry.source,
                "economic_code": entry.economic_code,
                "document_number": entry.document_number,
            },
        )[0]
        for entry in entries
    )
    return entry_leaves(form for form in forms if form is not None)


def check_the_log_names_every_limit(session: Session, _files: FileStore) -> Iterator[Finding]:
    """The lines of a round give the Merkle root of its newest event, under the same totals."""
    for row in list(rows(session, _ROUNDS)):
        leaves = [f"{line.code}={line.limit_fen}".encode() for line in rows(session, _LINES, round=row.id)]
        root = merkle.root(leaves) if leaves else ""
        told = (row.lines, row.root, row.ceiling, row.unallocated)
        if told != (len(leaves), root, str(row.ceiling_fen), str(row.unallocated_fen)):
            yield broken(
                "round_event", f"/limit_rounds/{row.id}", f"“{row.name}”各行与日志所记的默克尔根或合计不符"
            )
