"""Queries on campaigns of assessment: units, suppliers, raters, sheets, results, files.

Row-level security narrows every table to what is the reader's; what is looked for by code or subject is
therefore found only where it may be seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from budgetperf.lifecycle.unit_assessment.cells import Member
from budgetperf.provenance import Json
from budgetperf.store.fetch import fetch, fetch_one
from budgetperf.store.tables.assessment import (
    AssessedUnit,
    Campaign,
    CampaignFile,
    RaterSeat,
    RatingSheet,
    Supplying,
    UnitResultRow,
)
from budgetperf.store.tables.columns import table_of

MISSING = "没有找到该年度考评，或您无权查看"
NO_UNIT = "没有找到该考评对象，或您无权查看"


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign as read."""

    id: str
    subject: str
    fiscal_year: int
    jurisdiction: str
    scheme: str
    rules: str
    started_on: date | None
    contest_ends_on: date | None
    approved_on: date | None
    archived_on: date | None
    told_to_all: bool


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit or person of a campaign as read."""

    id: str
    campaign_id: str
    subject: str
    code: str
    name: str
    group_key: str
    path: str
    person_id: str | None
    leader_id: str | None
    owner: str
    exempt: str = ""

    def member(self) -> Member:
        """Return what the campaign's cells are reckoned from."""
        return Member(
            self.code, self.name, self.group_key, self.owner, self.person_id or "", exempt=self.exempt
        )


@dataclass(frozen=True, slots=True)
class SupplyingFacts:
    """Which organisation brings the facts of a supplier."""

    campaign_id: str
    supplier: str
    path: str


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """A rater; ``units`` are the codes they rate."""

    id: str
    campaign_id: str
    rater_group: str
    number: int
    person_id: str | None
    units: list[str]

    @property
    def rater(self) -> str:
        """The number that stands for the person in every fact."""
        return f"{self.rater_group}/{self.number:03d}"


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """A rater's sheet of one period; ``submitted_at`` None while it is out.

    ``improved`` are last year's items to be rated again: unit, record, problem.
    """

    record_id: str
    campaign_id: str
    seat_id: str
    period: str
    salt: str
    document: Json
    submitted_at: datetime | None
    improved: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """The newest result of a unit; ``document`` is its trace, ``package`` the digest of the whole campaign's."""

    unit_id: str
    campaign_id: str
    total: Decimal | None
    rank: int | None
    grade: str
    grade_label: str
    document: Any
    decision_id: str
    package: str


@dataclass(frozen=True, slots=True)
class CampaignFileFacts:
    """A document behind a claim or an appeal."""

    id: str
    campaign_id: str
    unit_id: str
    digest: str
    filename: str
    describes: str
    effective_on: date
    uploaded_at: datetime
    uploaded_by: str


def _values(facts: object) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in type(facts).__slots__}  # type: ignore[attr-defined]


# -------------------------------------------------------------------- campaigns

_CAMPAIGN = select(table_of(Campaign))


def campaigns(session: Session) -> list[CampaignFacts]:
    """Return all campaigns, newest year first."""
    statement = _CAMPAIGN.order_by(col(Campaign.fiscal_year).desc(), col(Campaign.jurisdiction))
    return fetch(session, statement, CampaignFacts)


def get_campaign(session: Session, key: str) -> CampaignFacts:
    """Return a campaign by its record's id or its subject.

    Raises
    ------
    NotFound
    """
    statement = _CAMPAIGN.where((col(Campaign.id) == key) | (col(Campaign.subject) == key))
    return fetch_one(session, statement, CampaignFacts, missing=MISSING)


def campaign_of(session: Session, jurisdiction: str, fiscal_year: int) -> CampaignFacts | None:
    """Return the campaign of a place and year, or None."""
    statement = _CAMPAIGN.where(
        col(Campaign.jurisdiction) == jurisdiction, col(Campaign.fiscal_year) == fiscal_year
    )
    return next(iter(fetch(session, statement, CampaignFacts)), None)


def write_campaign(session: Session, facts: CampaignFacts) -> None:
    """Keep a new campaign."""
    session.connection().execute(insert(table_of(Campaign)), _values(facts))


def update_campaign(session: Session, campaign_id: str, **values: object) -> None:
    """Write the days a campaign has reached."""
    session.connection().execute(
        update(table_of(Campaign)).where(col(Campaign.id) == campaign_id).values(**values)
    )


# ----------------------------------------------------------------------- roster

_UNIT = select(table_of(AssessedUnit))


def units_of(session: Session, campaign_id: str) -> list[UnitFacts]:
    """Return the visible units of a campaign, by code."""
    statement = _UNIT.where(col(AssessedUnit.campaign_id) == campaign_id).order_by(col(AssessedUnit.code))
    return fetch(session, statement, UnitFacts)


def unit_by_subject(session: Session, subject: str) -> UnitFacts:
    """Return the unit whose records have ``subject``.

    Raises
    ------
    NotFound
    """
    return fetch_one(session, _UNIT.where(col(AssessedUnit.subject) == subject), UnitFacts, missing=NO_UNIT)


def get_unit(session: Session, campaign_id: str, code: str) -> UnitFacts:
    """Return a visible unit by its code.

    Raises
    ------
    NotFound
    """
    statement = _UNIT.where(col(AssessedUnit.campaign_id) == campaign_id, col(AssessedUnit.code) == code)
    return fetch_one(session, statement, UnitFacts, missing=NO_UNIT)


def exempt_unit(session: Session, unit_id: str, exemption: str) -> None:
    """Write under which exemption a unit is not assessed."""
    session.connection().execute(
        update(table_of(AssessedUnit)).where(col(AssessedUnit.id) == unit_id).values(exempt=exemption)
    )


def suppliers_of(session: Session, campaign_id: str) -> list[SupplyingFacts]:
    """Return who supplies, by key of the edition."""
    table = table_of(Supplying)
    statement = select(table).where(table.c.campaign_id == campaign_id).order_by(table.c.supplier)
    return fetch(session, statement, SupplyingFacts)


def seats_of(session: Session, campaign_id: str) -> list[SeatFacts]:
    """Return the visible raters, by group and number."""
    table = table_of(RaterSeat)
    statement = (
        select(table).where(table.c.campaign_id == campaign_id).order_by(table.c.rater_group, table.c.number)
    )
    return fetch(session, statement, SeatFacts)


def add_seats(session: Session, seats: Iterable[SeatFacts]) -> None:
    """Seat more raters."""
    if values := [_values(seat) for seat in seats]:
        session.connection().execute(insert(table_of(RaterSeat)), values)


def replace_roster(
    session: Session,
    campaign_id: str,
    *,
    units: Iterable[UnitFacts],
    suppliers: Iterable[SupplyingFacts],
    seats: Iterable[SeatFacts],
) -> None:
    """Put a roster in the place of the one before."""
    kept: tuple[tuple[Any, Iterable[object]], ...] = (
        (AssessedUnit, units),
        (Supplying, suppliers),
        (RaterSeat, seats),
    )
    for model, rows in kept:
        table = table_of(model)
        session.connection().execute(delete(table).where(table.c.campaign_id == campaign_id))
        if values := [_values(row) for row in rows]:
            session.connection().execute(insert(table), values)


# ----------------------------------------------------------------------- sheets


def write_sheets(session: Session, sheets: Iterable[SheetFacts]) -> None:
    """Keep sheets that are sent out."""
    if values := [_values(sheet) for sheet in sheets]:
        session.connection().execute(insert(table_of(RatingSheet)), values)


def sheets_of(session: Session, campaign_id: str) -> list[SheetFacts]:
    """Return the visible sheets of a campaign."""
    table = table_of(RatingSheet)
    statement = select(table).where(table.c.campaign_id == campaign_id).order_by(table.c.record_id)
    return fetch(session, statement, SheetFacts)


def sheet_of(session: Session, record_id: str) -> SheetFacts:
    """Return the sheet of a rating record.

    Raises
    ------
    NotFound
    """
    table = table_of(RatingSheet)
    statement = select(table).where(table.c.record_id == record_id)
    return fetch_one(session, statement, SheetFacts, missing="没有找到该评分表，或评分信息已按期清除")


def submit_sheet(session: Session, record_id: str, document: Json, at: datetime) -> None:
    """Keep what a rater gave."""
    session.connection().execute(
        update(table_of(RatingSheet))
        .where(col(RatingSheet.record_id) == record_id)
        .values(document=document, submitted_at=at)
    )


# ---------------------------------------------------------------------- results


def write_results(session: Session, results: Iterable[ResultFacts]) -> None:
    """Keep the newest results; the ones before stay in their decision packages."""
    table = table_of(UnitResultRow)
    for result in results:
        values = _values(result)
        statement = upsert(table).values(values)
        session.connection().execute(statement.on_conflict_do_update(index_elements=["unit_id"], set_=values))


def results_of(session: Session, campaign_id: str) -> list[ResultFacts]:
    """Return the visible results of a campaign."""
    table = table_of(UnitResultRow)
    return fetch(session, select(table).where(table.c.campaign_id == campaign_id), ResultFacts)


def result_of(session: Session, unit_id: str) -> ResultFacts | None:
    """Return the visible result of a unit, or None."""
    table = table_of(UnitResultRow)
    statement = select(table).where(table.c.unit_id == unit_id)
    return next(iter(fetch(session, statement, ResultFacts)), None)


def past_results(
    session: Session, jurisdiction: str, before: int, *, code: str = ""
) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Return year, code and trace of every approved result of a place's earlier campaigns, or of one code's."""
    statement = (
        select(col(Campaign.fiscal_year), col(AssessedUnit.code), col(UnitResultRow.document))
        .join(AssessedUnit, col(AssessedUnit.id) == UnitResultRow.unit_id)
        .join(Campaign, col(Campaign.id) == UnitResultRow.campaign_id)
        .where(
            col(Campaign.jurisdiction) == jurisdiction,
            col(Campaign.fiscal_year) < before,
            col(Campaign.approved_on).is_not(None),
        )
        .order_by(col(Campaign.fiscal_year), col(AssessedUnit.code))
    )
    if code:
        statement = statement.where(col(AssessedUnit.code) == code)
    rows = session.connection().execute(statement)
    return [(row[0], row[1], row[2]) for row in rows]


# ------------------------------------------------------------------------ files


def write_file(session: Session, facts: CampaignFileFacts) -> None:
    """Keep a document of a unit."""
    session.connection().execute(insert(table_of(CampaignFile)), _values(facts))


def files_of(session: Session, unit_id: str) -> list[CampaignFileFacts]:
    """Return the visible documents of a unit, oldest first."""
    table = table_of(CampaignFile)
    statement = select(table).where(table.c.unit_id == unit_id).order_by(table.c.uploaded_at, table.c.id)
    return fetch(session, statement, CampaignFileFacts)


def campaign_file(session: Session, file_id: str) -> CampaignFileFacts:
    """Return a visible document by id.

    Raises
    ------
    NotFound
    """
    table = table_of(CampaignFile)
    return fetch_one(
        session,
        select(table).where(table.c.id == file_id),
        CampaignFileFacts,
        missing="没有找到该材料，或您无权查看",
    )
