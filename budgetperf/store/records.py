"""Queries on evaluands and their stage records, steps, filings and drafts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from budgetperf.evaluands import EvaluandKind, ProjectNature, ProjectOrigin, Protection
from budgetperf.permissions import Actor
from budgetperf.process.advance import RecordState, Step
from budgetperf.process.stages import Stage, Status
from budgetperf.process.worklist import WorkItem, waiting, wants
from budgetperf.provenance import Json
from budgetperf.store.fetch import Rows, fetch, fetch_one, prefix
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.people import Organisation, Person
from budgetperf.store.tables.records import Draft, EvaluandRow, Filing, Record, StepRow
from budgetperf.store.visibility import evaluands_visible_to, visible_records

MISSING = "没有找到该记录，或您无权查看"


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """A stage record as read."""

    id: str
    evaluand_id: str | None
    subject: str
    name: str
    path: str
    fiscal_year: int
    stage: Stage
    period: str
    serial: int
    status: Status
    version: int
    due_on: date | None
    opened_at: datetime

    def state(self, steps: Iterable[Step] = ()) -> RecordState:
        """Return what ``advance`` needs to know."""
        return RecordState(self.name, self.stage, self.status, self.version, self.path, tuple(steps))

    def item(self) -> WorkItem:
        """Return its line of a work list, the moves still to be found."""
        return WorkItem(
            self.id, self.subject, self.name, self.stage, self.status, self.fiscal_year, self.period,
            self.due_on, moves=(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step with the name of its doer."""

    record_id: str
    stage: Stage
    verb: str
    source: Status | None
    target: Status
    actor: str
    actor_name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FilingFacts:
    """A filed form."""

    id: str
    record_id: str
    number: int
    form: str
    document: Json
    digest: str
    edition: str
    filed_by: str
    filed_at: datetime
    file_digest: str | None


@dataclass(frozen=True, slots=True)
class EvaluandFacts:
    """An evaluand with the names of its agency and department."""

    id: str
    code: str
    name: str
    kind: EvaluandKind
    path: str
    agency: str
    department: str
    department_path: str
    function_code: str
    nature: ProjectNature
    origin: ProjectOrigin
    protection: Protection | None
    protected_fen: int | None
    protection_basis: str


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """What somebody has typed so far, and the version of the record it was typed on."""

    document: Json
    record_version: int
    saved_at: datetime


_RECORD = tuple(table_of(Record).c)
_IN_ORDER = (
    col(Record.subject), col(Record.opened_at), col(Record.stage), col(Record.period), col(Record.serial)
)  # fmt: skip


def get_record(session: Session, actor: Actor, record_id: str, *, lock: bool = False) -> RecordFacts:
    """Return a visible record; ``lock`` holds it until the transaction ends.

    Raises
    ------
    NotFound
        No such record, or not for this actor.
    """
    statement = _record_by_id(actor, lock=lock)
    return fetch_one(session, statement, RecordFacts, missing=MISSING, values={"record": record_id})


@lru_cache(maxsize=512)
def _record_by_id(actor: Actor, *, lock: bool) -> Rows:
    """Build the statement once an actor: every action begins with it."""
    statement = visible_records(actor, *_RECORD).where(col(Record.id) == bindparam("record"))
    return statement.with_for_update(of=Record) if lock else statement


def find_record(
    session: Session, actor: Actor, subject: str, *, fiscal_year: int, stage: Stage, period: str = ""
) -> RecordFacts | None:
    """Return the newest record of a subject's stage, or None."""
    wanted = {"subject": subject, "fiscal_year": fiscal_year, "stage": stage, "period": period}
    return next(iter(fetch(session, _newest_record(actor), RecordFacts, values=wanted)), None)


@lru_cache(maxsize=256)
def _newest_record(actor: Actor) -> Rows:
    return (
        visible_records(actor, *_RECORD)
        .where(
            col(Record.subject) == bindparam("subject"),
            col(Record.fiscal_year) == bindparam("fiscal_year"),
            col(Record.stage) == bindparam("stage"),
            col(Record.period) == bindparam("period"),
        )
        .order_by(col(Record.serial).desc())
        .limit(1)
    )


def list_records(
    session: Session,
    actor: Actor,
    *,
    stage: Stage | None = None,
    fiscal_year: int | None = None,
    period: str | None = None,
    status: Status | None = None,
    evaluand_id: str | None = None,
    subject: str | None = None,
    scope: str = "",
) -> list[RecordFacts]:
    """Return visible records by filter, by subject code."""
    statement = visible_records(actor, *_RECORD).order_by(*_IN_ORDER)
    for column, value in (
        (Record.stage, stage),
        (Record.fiscal_year, fiscal_year),
        (Record.period, period),
        (Record.status, status),
        (Record.evaluand_id, evaluand_id),
        (Record.subject, subject),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if scope:
        statement = statement.where(prefix(col(Record.path), scope))
    return fetch(session, statement, RecordFacts)


@lru_cache(maxsize=256)
def _records_of_evaluand(actor: Actor) -> Rows:
    """Build the statement once an actor: it is asked with nearly every request."""
    return (
        visible_records(actor, *_RECORD)
        .where(col(Record.evaluand_id) == bindparam("evaluand"))
        .order_by(*_IN_ORDER)
    )


def records_of(session: Session, actor: Actor, evaluand_id: str) -> list[RecordFacts]:
    """Return the visible records of one evaluand, in the order of ``list_records``."""
    return fetch(session, _records_of_evaluand(actor), RecordFacts, values={"evaluand": evaluand_id})


_STEP: tuple[ColumnElement[Any] | Mapped[Any], ...] = (
    col(StepRow.record_id),
    col(StepRow.stage),
    col(StepRow.verb),
    col(StepRow.source),
    col(StepRow.target),
    col(StepRow.actor_id).label("actor"),
    col(Person.name).label("actor_name"),
    col(StepRow.at),
    col(StepRow.reason),
)


def steps_of(session: Session, record_ids: Iterable[str]) -> list[StepFacts]:
    """Return the steps of some records, oldest first (row-level security hides what is not theirs)."""
    ids = list(record_ids)
    statement = (
        select(*_STEP)
        .join(Person, col(Person.id) == StepRow.actor_id)
        .where(col(StepRow.record_id).in_(ids))
        .order_by(col(StepRow.id))
    )
    return fetch(session, statement, StepFacts) if ids else []


_DOERS = select(col(StepRow.verb), col(StepRow.actor_id)).where(col(StepRow.record_id) == bindparam("record"))


def doers(session: Session, record_id: str) -> tuple[Step, ...]:
    """Return who did which verb of a record, for the two-person rule."""
    rows = session.connection().execute(_DOERS, {"record": record_id})
    return tuple(Step(verb, actor) for verb, actor in rows)


_FILING = (
    col(Filing.id),
    col(Filing.record_id),
    col(Filing.number),
    col(Filing.form),
    col(Filing.document),
    col(Filing.digest),
    col(Filing.edition),
    col(Filing.filed_by),
    col(Filing.filed_at),
    col(Filing.file_digest),
)


def filings_of(session: Session, record_id: str) -> list[FilingFacts]:
    """Return all filings of a record, oldest first."""
    statement = select(*_FILING).where(col(Filing.record_id) == record_id).order_by(col(Filing.number))
    return fetch(session, statement, FilingFacts)


_NEWEST = select(func.coalesce(func.max(col(Filing.number)), 0)).where(
    col(Filing.record_id) == bindparam("record")
)


def newest_number(session: Session, record_id: str) -> int:
    """Return the number of the newest filing of a record; 0 when there is none."""
    return int(session.connection().execute(_NEWEST, {"record": record_id}).scalar_one())


_LATEST = (
    select(*_FILING)
    .where(col(Filing.record_id) == bindparam("record"), col(Filing.form) == bindparam("form"))
    .order_by(col(Filing.number).desc())
    .limit(1)
)


def latest_filing(session: Session, record_id: str, form: str) -> FilingFacts | None:
    """Return the newest filing of one form of a record, or None."""
    return next(iter(fetch(session, _LATEST, FilingFacts, values={"record": record_id, "form": form})), None)


def latest_filings(
    session: Session, *, stage: Stage, fiscal_year: int, form: str, period: str = ""
) -> dict[str, FilingFacts]:
    """Return the newest filing of one form per evaluand id, for a whole stage at once."""
    statement = (
        select(*_FILING, col(Record.evaluand_id).label("owner"))
        .join(Record, col(Record.id) == Filing.record_id)
        .where(
            col(Record.stage) == stage,
            col(Record.fiscal_year) == fiscal_year,
            col(Record.period) == period,
            col(Filing.form) == form,
        )
        .order_by(col(Record.evaluand_id), col(Filing.number).desc())
        .ext(distinct_on(col(Record.evaluand_id)))
    )
    rows = session.connection().execute(statement).mappings()
    return {row["owner"]: FilingFacts(**{key: row[key] for key in row if key != "owner"}) for row in rows}


def get_draft(session: Session, actor: Actor, record_id: str) -> DraftFacts | None:
    """Return the actor's own draft of a record, or None."""
    statement = select(col(Draft.document), col(Draft.record_version), col(Draft.saved_at)).where(
        col(Draft.record_id) == record_id, col(Draft.person_id) == actor.id
    )
    return next(iter(fetch(session, statement, DraftFacts)), None)


def _evaluands(actor: Actor) -> Rows:
    department = table_of(Organisation).alias("department")
    return (
        select(
            col(EvaluandRow.id),
            col(EvaluandRow.code),
            col(EvaluandRow.name),
            col(EvaluandRow.kind),
            col(EvaluandRow.path),
            col(Organisation.name).label("agency"),
            department.c.name.label("department"),
            department.c.path.label("department_path"),
            col(EvaluandRow.function_code),
            col(EvaluandRow.nature),
            col(EvaluandRow.origin),
            col(EvaluandRow.protection),
            col(EvaluandRow.protected_fen),
            col(EvaluandRow.protection_basis),
        )
        .join(Organisation, col(Organisation.id) == EvaluandRow.organisation_id)
        .join(department, department.c.id == func.coalesce(Organisation.parent_id, Organisation.id))
        .where(evaluands_visible_to(actor))
    )


@lru_cache(maxsize=256)
def _evaluand_by_key(actor: Actor) -> Rows:
    """Build the statement once an actor: it is asked with nearly every request."""
    key: BindParameter[str] = bindparam("key")
    return _evaluands(actor).where(or_(col(EvaluandRow.id) == key, col(EvaluandRow.code) == key))


def get_evaluand(session: Session, actor: Actor, key: str) -> EvaluandFacts:
    """Return a visible evaluand by id or code.

    Raises
    ------
    NotFound
    """
    return fetch_one(session, _evaluand_by_key(actor), EvaluandFacts, missing=MISSING, values={"key": key})


def list_evaluands(
    session: Session, actor: Actor, *, text: str = "", offset: int = 0, limit: int = 500
) -> list[EvaluandFacts]:
    """Return visible evaluands whose code or name holds ``text``, by code."""
    statement = _evaluands(actor).order_by(col(EvaluandRow.code)).offset(offset).limit(limit)
    if text:
        statement = statement.where(
            or_(
                col(EvaluandRow.code).contains(text, autoescape=True),
                col(EvaluandRow.name).contains(text, autoescape=True),
            )
        )
    return fetch(session, statement, EvaluandFacts)


def work_list(session: Session, actor: Actor, *, limit: int = 500) -> tuple[WorkItem, ...]:
    """Return what waits for ``actor``, computed from state and permission."""
    by_scope: dict[str, list[tuple[Stage, Status]]] = {}
    for want in wants(actor):
        by_scope.setdefault(want.scope, []).append((want.stage, want.status))
    conditions = [
        tuple_(col(Record.stage), col(Record.status)).in_(pairs)
        & (prefix(col(Record.path), scope) if scope else True)
        for scope, pairs in by_scope.items()
    ]
    if not conditions:
        return ()
    statement = (
        visible_records(actor, *_RECORD)
        .where(or_(*conditions))
        .order_by(col(Record.due_on).nulls_last(), col(Record.subject))
        .limit(limit)
    )
    records = fetch(session, statement, RecordFacts)
    steps: dict[str, list[Step]] = {}
    for step in steps_of(session, [record.id for record in records]):
        steps.setdefault(step.record_id, []).append(Step(step.verb, step.actor))
    return waiting([(record.state(steps.get(record.id, ())), record.item()) for record in records], actor)
