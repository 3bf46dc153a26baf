"""Open and move records: the one place where a status changes, a step and an event are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import col

from budgetperf.actions.context import Context
from budgetperf.actions.payloads import Filed, Moved
from budgetperf.errors import Forbidden, Stale
from budgetperf.findings import Finding
from budgetperf.forms import Form
from budgetperf.permissions import may
from budgetperf.process.advance import Attempt, RecordState, advance
from budgetperf.process.stages import Guard, Stage
from budgetperf.process.transitions import Transition, named
from budgetperf.provenance import digest
from budgetperf.store.evidence import write_event
from budgetperf.store.records import RecordFacts, doers, get_record, newest_number
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import Draft, Filing, Record, StepRow

_ADVANCE = update(table_of(Record)).where(
    col(Record.id) == bindparam("moved"), col(Record.version) == bindparam("seen")
)
_DROP_DRAFT = delete(table_of(Draft)).where(
    col(Draft.record_id) == bindparam("record"), col(Draft.person_id) == bindparam("person")
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the actor saw and says: the version on their screen, and a reason."""

    version: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: the record's id, stage, status and version now, and what was found."""

    record_id: str
    subject: str
    stage: Stage
    status: str
    version: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a record to be opened is about; ``evaluand_id`` None for panels and rounds."""

    stage: Stage
    evaluand_id: str | None
    subject: str
    name: str
    path: str
    fiscal_year: int
    period: str = ""
    serial: int = 0
    due_on: date | None = None


class MovedFields(TypedDict):
    """The fields every ``Moved`` event shares."""

    record: str
    subject: str
    fiscal_year: int
    period: str
    source: str
    target: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """A move made in the rows, whose event is still to be written by ``log``."""

    record: RecordFacts
    row: Transition
    version: int
    reason: str
    findings: tuple[Finding, ...]

    @property
    def fields(self) -> MovedFields:
        """The shared fields of its event."""
        return MovedFields(
            record=self.record.id,
            subject=self.record.subject,
            fiscal_year=self.record.fiscal_year,
            period=self.record.period,
            source=self.record.status.value if self.row.sources else "",
            target=self.row.target.value,
            version=self.version,
            reason=self.reason,
        )

    def log(self, ctx: Context, payload: Moved | None = None) -> Outcome:
        """Write the one event of the action and return its outcome."""
        write_event(
            ctx.session,
            self.record.subject,
            kind=self.row.event,
            actor=ctx.actor.id,
            at=ctx.now,
            payload=payload or Moved(**self.fields),
        )
        return Outcome(
            self.record.id,
            self.record.subject,
            self.row.stage,
            self.row.target.value,
            self.version,
            self.findings,
        )


def open_record(
    ctx: Context, target: Target, *, verb: str = "open", seen: Seen = Seen(), guards: Iterable[Guard] = ()
) -> Move:
    """Open a record and take its first step.

    Raises
    ------
    Forbidden, Conflict, Invalid
        As ``advance`` says.
    """
    state = RecordState(target.name, target.stage, None, 0, target.path)
    attempt = Attempt(ctx.today, guards=frozenset(guards), reason=seen.reason)
    row = advance(state, verb, actor=ctx.actor, attempt=attempt)
    facts = RecordFacts(
        id=ctx.ids.new(),
        evaluand_id=target.evaluand_id,
        subject=target.subject,
        name=target.name,
        path=target.path,
        fiscal_year=target.fiscal_year,
        stage=target.stage,
        period=target.period,
        serial=target.serial,
        status=row.target,
        version=1,
        due_on=target.due_on,
        opened_at=ctx.now,
    )
    ctx.session.connection().execute(
        insert(table_of(Record)), {name: getattr(facts, name) for name in RecordFacts.__slots__}
    )
    _step(ctx, facts, row, seen.reason)
    return Move(facts, row, 1, seen.reason, ())


def move(
    ctx: Context,
    record_id: str,
    verb: str,
    *,
    seen: Seen = Seen(),
    findings: tuple[Finding, ...] = (),
    guards: Iterable[Guard] = (),
    record: RecordFacts | None = None,
) -> Move:
    """Advance a record under its lock, or refuse.

    A move that stays in its status (an expert's declaration or score) leaves the version as it
    is, so that fellow experts cannot count sheets by it.

    Raises
    ------
    NotFound, Forbidden, Conflict, Stale, Invalid
    """
    record = record or load(ctx, record_id)
    apart = any(row.not_by for row in named(record.stage, verb))
    state = record.state(doers(ctx.session, record.id) if apart else ())
    attempt = Attempt(
        ctx.today, seen_version=seen.version, findings=findings, guards=frozenset(guards), reason=seen.reason
    )
    row = advance(state, verb, actor=ctx.actor, attempt=attempt)
    version = record.version + (row.target is not record.status)
    if version != record.version:
        changed = ctx.session.connection().execute(
            _ADVANCE,
            {"moved": record.id, "seen": record.version, "status": row.target, "version": version},
        )
        if changed.rowcount != 1:
            raise Stale("record.stale", f"“{record.name}”刚被更新，请刷新后再操作", record.version)
    _step(ctx, record, row, seen.reason)
    return Move(record, row, version, seen.reason, findings)


def load(ctx: Context, record_id: str, verb: str = "") -> RecordFacts:
    """Return a visible record, locked until the transaction ends.

    With a verb, whoever does not hold its permission is refused at once: before anything else is read for it.

    Raises
    ------
    NotFound, Forbidden
    """
    record = get_record(ctx.session, ctx.actor, record_id, lock=True)
    for row in named(record.stage, verb)[:1]:
        if reason := may(ctx.actor, row.permission, record.path, row.label):
            raise Forbidden("process.forbidden", reason)
    return record


@dataclass(frozen=True, slots=True)
class Kept:
    """A filed form as it was kept: its row, and the digests its event names."""

    id: str
    form: str
    number: int
    digest: str
    file_digest: str = ""


def file_form(ctx: Context, moved: Move, form: Form, *, edition: str, file_digest: str | None = None) -> Kept:
    """Keep a filed form as the next filing of the record and drop the draft."""
    document = form.model_dump(mode="json")
    connection = ctx.session.connection()
    number = max(moved.version, newest_number(ctx.session, moved.record.id) + 1)
    kept = Kept(ctx.ids.new(), type(form).__name__, number, digest(document), file_digest or "")
    connection.execute(
        insert(table_of(Filing)),
        {
            "id": kept.id,
            "record_id": moved.record.id,
            "evaluand_id": moved.record.evaluand_id,
            "number": kept.number,
            "form": kept.form,
            "document": document,
            "digest": kept.digest,
            "edition": edition,
            "filed_by": ctx.actor.id,
            "filed_at": ctx.now,
            "file_digest": file_digest,
        },
    )
    drop_draft(ctx, moved.record.id)
    return kept


def drop_draft(ctx: Context, record_id: str) -> None:
    """Drop what the actor had typed so far."""
    ctx.session.connection().execute(_DROP_DRAFT, {"record": record_id, "person": ctx.actor.id})


def filed_event(moved: Move, kept: Kept, *, packages: tuple[str, ...] = ()) -> Filed:
    """Return the event of a move that filed a form."""
    return Filed(
        **moved.fields,
        packages=packages,
        form=kept.form,
        number=kept.number,
        digest=kept.digest,
        file_digest=kept.file_digest,
    )


def _step(ctx: Context, record: RecordFacts, row: Transition, reason: str) -> None:
    ctx.session.connection().execute(
        insert(table_of(StepRow)),
        {
            "record_id": record.id,
            "stage": row.stage,
            "path": record.path,
            "verb": row.verb,
            "source": record.status if row.sources else None,
            "target": row.target,
            "actor_id": ctx.actor.id,
            "at": ctx.now,
            "reason": reason,
        },
    )
