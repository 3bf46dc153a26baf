"""Queries of list pages: a page of projects with where each stands, and accounts with their grants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, or_, select, true
from sqlmodel import Session, col

from budgetperf.permissions import Actor, Role
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import Json
from budgetperf.store.campaigns import CampaignFileFacts
from budgetperf.store.fetch import Rows, fetch, fetch_one, prefix
from budgetperf.store.tables.assessment import CampaignFile
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.costs import CostObservation, CostPanelRow
from budgetperf.store.tables.people import Organisation, Person, RoleGrant
from budgetperf.store.tables.records import EvaluandRow, Filing, Record
from budgetperf.store.tables.results import Decision, ScoreRow
from budgetperf.store.visibility import evaluands_visible_to


@dataclass(frozen=True, slots=True)
class ProjectListing:
    """A project with its newest record, newest requested amount and newest grade."""

    code: str
    name: str
    agency: str
    department: str
    fiscal_year: int | None
    stage: Stage | None
    status: Status | None
    request_fen: int | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list of projects is narrowed to; empty fields narrow nothing."""

    text: str = ""
    department: str = ""
    status: Status | None = None


def project_listing(
    session: Session, actor: Actor, wanted: ProjectFilter, *, offset: int, limit: int
) -> tuple[list[ProjectListing], int]:
    """Return one page of visible projects by code, and how many there are in all; two queries."""
    count, page = _listing(actor, wanted)
    total = session.connection().execute(count).scalar_one()
    return fetch(session, page, ProjectListing, values={"offset": offset, "limit": limit}), int(total)


_NEWEST = (
    select(col(Record.fiscal_year), col(Record.stage), col(Record.status))
    .where(col(Record.evaluand_id) == EvaluandRow.id)
    .order_by(col(Record.fiscal_year).desc(), col(Record.opened_at).desc(), col(Record.id).desc())
    .limit(1)
    .correlate(EvaluandRow)
    .lateral("newest")
)
_AMOUNT = (
    select(cast(col(Filing.document)["request"].astext, BigInteger))
    .where(col(Filing.evaluand_id) == EvaluandRow.id, col(Filing.form) == "GoalForm")
    .order_by(col(Filing.filed_at).desc())
    .limit(1)
    .correlate(EvaluandRow)
    .scalar_subquery()
)
_GRADE = (
    select(col(ScoreRow.grade))
    .where(col(ScoreRow.evaluand_id) == EvaluandRow.id)
    .order_by(col(ScoreRow.fiscal_year).desc(), col(ScoreRow.stage))
    .limit(1)
    .correlate(EvaluandRow)
    .scalar_subquery()
)


def _conditions(actor: Actor, wanted: ProjectFilter) -> list[ColumnElement[bool]]:
    conditions = [evaluands_visible_to(actor)]
    if wanted.text:
        columns = (col(EvaluandRow.code), col(EvaluandRow.name))
        conditions.append(or_(*(column.contains(wanted.text, autoescape=True) for column in columns)))
    if wanted.department:
        conditions.append(prefix(col(EvaluandRow.path), wanted.department))
    if wanted.status is not None:
        conditions.append(_NEWEST.c.status == wanted.status)
    return conditions


@lru_cache(maxsize=128)
def _listing(actor: Actor, wanted: ProjectFilter) -> tuple[Rows, Rows]:
    """Build both statements once an actor and filter: building takes longer than asking."""
    department = table_of(Organisation).alias("department")
    conditions = _conditions(actor, wanted)
    source = table_of(EvaluandRow).outerjoin(_NEWEST, true())
    counted = source if wanted.status is not None else table_of(EvaluandRow)
    count = select(func.count()).select_from(counted).where(*conditions)
    page = (
        select(
            col(EvaluandRow.code),
            col(EvaluandRow.name),
            col(Organisation.name).label("agency"),
            department.c.name.label("department"),
            _NEWEST.c.fiscal_year,
            _NEWEST.c.stage,
            _NEWEST.c.status,
            _AMOUNT.label("request_fen"),
            _GRADE.label("grade"),
        )
        .select_from(
            source.join(Organisation, col(Organisation.id) == EvaluandRow.organisation_id).join(
                department, department.c.id == func.coalesce(Organisation.parent_id, Organisation.id)
            )
        )
        .where(*conditions)
        .order_by(col(EvaluandRow.code))
        .offset(bindparam("offset"))
        .limit(bindparam("limit"))
    )
    return count, page


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """An account with the organisation it belongs to."""

    id: str
    login: str
    name: str
    organisation: str
    active: bool


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A role of an account."""

    person_id: str
    role: Role
    scope: str


def _people() -> Rows:
    return select(
        col(Person.id),
        col(Person.login),
        col(Person.name),
        col(Organisation.name).label("organisation"),
        col(Person.active),
    ).join(Organisation, col(Organisation.id) == Person.organisation_id)


def get_person(session: Session, person_id: str) -> PersonFacts:
    """Return one account.

    Raises
    ------
    NotFound
    """
    return fetch_one(
        session, _people().where(col(Person.id) == person_id), PersonFacts, missing="没有找到该账号"
    )


def people(
    session: Session, *, text: str = "", role: Role | None = None, limit: int = 500
) -> list[PersonFacts]:
    """Return accounts by login."""
    statement = _people().order_by(col(Person.login)).limit(limit)
    if text:
        statement = statement.where(
            or_(
                col(Person.login).contains(text, autoescape=True),
                col(Person.name).contains(text, autoescape=True),
            )
        )
    if role is not None:
        statement = statement.where(
            col(Person.id).in_(select(col(RoleGrant.person_id)).where(col(RoleGrant.role) == role))
        )
    return fetch(session, statement, PersonFacts)


def grants_of(session: Session, person_ids: Iterable[str]) -> Mapping[str, list[GrantFacts]]:
    """Return the grants of some people, by person."""
    statement: Rows = (
        select(col(RoleGrant.person_id), col(RoleGrant.role), col(RoleGrant.scope))
        .where(col(RoleGrant.person_id).in_(list(person_ids)))
        .order_by(col(RoleGrant.person_id), col(RoleGrant.role), col(RoleGrant.scope))
    )
    found: dict[str, list[GrantFacts]] = {}
    for grant in fetch(session, statement, GrantFacts):
        found.setdefault(grant.person_id, []).append(grant)
    return found


@dataclass(frozen=True, slots=True)
class CostPanelListing:
    """A cost panel by its code and service, and what it holds."""

    code: str
    service: str
    rows: int
    dmus: int
    first_year: int
    last_year: int


def cost_panels(session: Session) -> list[CostPanelListing]:
    """Return all cost panels by code."""
    year = col(CostObservation.year)
    statement: Rows = (
        select(
            col(CostPanelRow.code),
            col(CostPanelRow.service),
            func.count().label("rows"),
            func.count(col(CostObservation.dmu).distinct()).label("dmus"),
            func.min(year).label("first_year"),
            func.max(year).label("last_year"),
        )
        .join(CostObservation, col(CostObservation.panel_id) == CostPanelRow.id)
        .group_by(col(CostPanelRow.code), col(CostPanelRow.service))
        .order_by(col(CostPanelRow.code))
    )
    return fetch(session, statement, CostPanelListing)


def visible_digests(session: Session, digests: Iterable[str]) -> set[str]:
    """Return which of some decision packages may be opened (row-level security hides the others)."""
    statement = select(col(Decision.digest)).where(col(Decision.digest).in_(list(digests)))
    return {row.digest for row in session.connection().execute(statement)}


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """A filed form of one record."""

    record_id: str
    document: Json


def filed_documents(session: Session, record_ids: Iterable[str], form: str) -> dict[str, Json]:
    """Return the newest filing of one form by record, for many records at once."""
    statement: Rows = (
        select(col(Filing.record_id), col(Filing.document))
        .where(col(Filing.record_id).in_(list(record_ids)), col(Filing.form) == form)
        .order_by(col(Filing.record_id), col(Filing.number))
    )
    return {item.record_id: item.document for item in fetch(session, statement, FiledDocument)}


def files_by_digest(session: Session, campaign_id: str, digests: Iterable[str]) -> list[CampaignFileFacts]:
    """Return the visible documents of a campaign with some digests."""
    table = table_of(CampaignFile)
    wanted = (table.c.campaign_id == campaign_id) & table.c.digest.in_(list(digests))
    return fetch(session, select(table).where(wanted).order_by(table.c.uploaded_at), CampaignFileFacts)
