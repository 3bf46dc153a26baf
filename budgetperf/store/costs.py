"""Queries on cost panels, their units and adopted bands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from budgetperf.permissions import Actor
from budgetperf.provenance import Json
from budgetperf.store.adoptions import adoptions
from budgetperf.store.fetch import Rows, fetch, fetch_one
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.costs import CostBand, CostObservation, CostPanelRow, CostUnit
from budgetperf.store.tables.records import EvaluandRow
from budgetperf.store.visibility import evaluands_visible_to


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """A cost panel's declaration."""

    id: str
    code: str
    service: str
    spec: Json


@dataclass(frozen=True, slots=True)
class ObservationFacts:
    """One dmu-year."""

    dmu: str
    name: str
    year: int
    region: str
    cost_fen: int
    drivers: Mapping[str, str]
    treatment: str


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A project that is a dmu, with its drivers for the budget year."""

    evaluand_id: str
    code: str
    dmu: str
    fiscal_year: int
    drivers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BandFacts:
    """The adopted band of one project, in the prices of the budget year."""

    record_id: str
    evaluand_id: str
    fiscal_year: int
    lower_fen: int
    point_fen: int
    upper_fen: int
    uppers: Mapping[str, int]
    methods_agree: bool
    evidence_grade: str
    decision_id: str
    adopted_at: datetime


def cost_panel(session: Session, code: str) -> PanelFacts:
    """Return a panel by its code.

    Raises
    ------
    NotFound
    """
    statement = select(table_of(CostPanelRow)).where(col(CostPanelRow.code) == code)
    return fetch_one(session, statement, PanelFacts, missing=f"没有编码为“{code}”的成本面板")


def lock_claims(session: Session, code: str) -> None:
    """Let one transaction at a time decide on claims against a panel: what fits beside the others is seen only so."""
    key = func.hashtext(f"{CostPanelRow.__tablename__}/{code}")
    session.connection().execute(select(func.pg_advisory_xact_lock(key)))


def observations(session: Session, panel_id: str, dmu: str = "") -> list[ObservationFacts]:
    """Return the rows of a panel by dmu and year; of one dmu if given."""
    statement = (
        select(table_of(CostObservation))
        .where(col(CostObservation.panel_id) == panel_id)
        .order_by(col(CostObservation.dmu), col(CostObservation.year))
    )
    if dmu:
        statement = statement.where(col(CostObservation.dmu) == dmu)
    return fetch(session, statement, ObservationFacts)


def _units(panel_id: str) -> Rows:
    return (
        select(
            col(CostUnit.evaluand_id),
            col(EvaluandRow.code),
            col(CostUnit.dmu),
            col(CostUnit.fiscal_year),
            col(CostUnit.drivers),
        )
        .join(EvaluandRow, col(EvaluandRow.id) == CostUnit.evaluand_id)
        .where(col(CostUnit.panel_id) == panel_id)
        .order_by(col(CostUnit.dmu), col(CostUnit.fiscal_year), col(EvaluandRow.code))
    )


def all_units(session: Session, panel_id: str) -> list[UnitFacts]:
    """Return the visible projects that are dmus of a panel, by dmu and budget year."""
    return fetch(session, _units(panel_id), UnitFacts)


def units_of(session: Session, panel_id: str, fiscal_year: int) -> list[UnitFacts]:
    """Return the visible projects that are dmus of a panel in a budget year, by dmu."""
    statement = _units(panel_id).where(col(CostUnit.fiscal_year) == fiscal_year)
    return fetch(session, statement, UnitFacts)


def unit_years(session: Session, actor: Actor) -> set[int]:
    """Return the budget years in which a visible project is a dmu of a panel."""
    statement = (
        select(col(CostUnit.fiscal_year))
        .join(EvaluandRow, col(EvaluandRow.id) == CostUnit.evaluand_id)
        .where(evaluands_visible_to(actor))
    )
    return set(session.connection().execute(statement).scalars())


def bands(session: Session, fiscal_year: int) -> dict[str, BandFacts]:
    """Return the band per evaluand id that counts for a budget year: by the baseline in force of its panel.

    Where a project stands in several panels of the year, the baseline in force that was adopted last counts.
    """
    known = {one.record_id: one for one in adoptions(session).values() if one.in_force}
    statement = select(table_of(CostBand)).where(
        col(CostBand.fiscal_year) == fiscal_year, col(CostBand.record_id).in_(known)
    )
    found = fetch(session, statement, BandFacts)
    found.sort(key=lambda band: (known[band.record_id].adopted_at, known[band.record_id].panel_code))
    return {band.evaluand_id: band for band in found}


def panels_of(session: Session, evaluand_id: str, fiscal_year: int) -> dict[str, str]:
    """Return the unit a project is, by the code of each panel it stands in for a budget year."""
    statement = (
        select(col(CostPanelRow.code), col(CostUnit.dmu))
        .join(CostUnit, col(CostUnit.panel_id) == CostPanelRow.id)
        .where(col(CostUnit.evaluand_id) == evaluand_id, col(CostUnit.fiscal_year) == fiscal_year)
        .order_by(col(CostPanelRow.code))
    )
    return {row.code: row.dmu for row in session.connection().execute(statement)}


def write_band(session: Session, band: BandFacts) -> None:
    """Keep an adopted band."""
    values = {name: getattr(band, name) for name in BandFacts.__slots__}
    session.connection().execute(insert(table_of(CostBand)).values(values))
