"""A campaign of assessment: its units, its raters, their sheets, the results and the files behind them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from budgetperf.store.tables.columns import document, exact, instant, key, points, ref


class Campaign(SQLModel, table=True):
    """A campaign: its year, its two editions, and the days it reached. ``id`` is the record's."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("jurisdiction", "fiscal_year"),)

    id: str = ref("record", primary=True)
    subject: str = exact(unique=True)
    fiscal_year: int
    jurisdiction: str = exact()
    scheme: str = exact()
    rules: str = exact()
    started_on: date | None = None
    contest_ends_on: date | None = None
    approved_on: date | None = None
    archived_on: date | None = None
    told_to_all: bool = False


class AssessedUnit(SQLModel, table=True):
    """A unit, or a person, that is assessed; ``subject`` is its chain and the subject of its records.

    ``path`` is that of its organisation, empty for a person; ``owner`` is the code of the unit whose fact its
    result becomes; ``exempt`` is the exemption of the scheme under which it is not assessed.
    """

    __tablename__ = "assessed_unit"
    __table_args__ = (UniqueConstraint("campaign_id", "code"),)

    id: str = key()
    campaign_id: str = ref("campaign")
    subject: str = exact(unique=True)
    code: str = exact()
    name: str
    group_key: str = exact()
    path: str = exact(index=True)
    person_id: str | None = ref("person", nullable=True)
    leader_id: str | None = ref("person", nullable=True)
    owner: str = exact()
    exempt: str = exact()


class Supplying(SQLModel, table=True):
    """Which organisation brings the facts of a supplier named by the edition."""

    __tablename__ = "supplying"

    campaign_id: str = ref("campaign", primary=True)
    supplier: str = key()
    path: str = exact()


class RaterSeat(SQLModel, table=True):
    """One rater of one campaign; ``number`` stands for the person wherever a rating is used."""

    __tablename__ = "rater_seat"
    __table_args__ = (UniqueConstraint("campaign_id", "rater_group", "number"),)

    id: str = key()
    campaign_id: str = ref("campaign")
    rater_group: str = exact()
    number: int
    person_id: str | None = ref("person", nullable=True)
    units: Any = document()


class RatingSheet(SQLModel, table=True):
    """What one rater gives in one period, by its rating record; the row is deleted when it is forgotten.

    ``salt`` stands in the digest, so that the log does not tell which marks were whose once the row is gone.
    ``improved`` is what last year asked to be mended and is rated again: unit, record and problem.
    """

    __tablename__ = "rating_sheet"

    record_id: str = ref("record", primary=True)
    campaign_id: str = ref("campaign")
    seat_id: str = ref("rater_seat")
    period: str = exact()
    salt: str = exact()
    improved: Any = document()
    document: Any = document()
    submitted_at: datetime | None = instant(nullable=True)


class UnitResultRow(SQLModel, table=True):
    """The newest result of a unit as printed; ``document`` is its trace, ``package`` the digest it is proved by."""

    __tablename__ = "unit_result"

    unit_id: str = ref("assessed_unit", primary=True)
    campaign_id: str = ref("campaign")
    total: Decimal | None = points(nullable=True)
    rank: int | None = None
    grade: str = exact()
    grade_label: str
    document: Any = document()
    decision_id: str = ref("decision")
    package: str = exact()


class CampaignFile(SQLModel, table=True):
    """A document behind a claim, an appeal or a report. Append-only."""

    __tablename__ = "campaign_file"

    id: str = key()
    campaign_id: str = ref("campaign")
    unit_id: str = ref("assessed_unit")
    digest: str = Field(foreign_key="stored_file.digest", index=True)
    filename: str
    describes: str
    effective_on: date
    uploaded_at: datetime = instant()
    uploaded_by: str = ref("person")
