"""Cost panels: dmu-years of cost and drivers, and which project is which dmu."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from budgetperf.store.tables.columns import document, exact, fen, instant, key, ref


class CostPanelRow(SQLModel, table=True):
    """One panel: the service costed and its declared drivers."""

    __tablename__ = "cost_panel"

    id: str = key()
    code: str = exact(unique=True)
    service: str
    spec: Any = document()


class CostObservation(SQLModel, table=True):
    """Cost and drivers of one dmu in one year."""

    __tablename__ = "cost_observation"

    panel_id: str = ref("cost_panel", primary=True)
    dmu: str = key()
    year: int = Field(primary_key=True)
    name: str
    region: str
    cost_fen: int = fen()
    drivers: Any = document()
    treatment: str


class CostUnit(SQLModel, table=True):
    """A project that is a dmu of a panel, with its drivers for the budget year."""

    __tablename__ = "cost_unit"

    evaluand_id: str = ref("evaluand", primary=True)
    panel_id: str = ref("cost_panel", primary=True)
    dmu: str = exact()
    fiscal_year: int = Field(primary_key=True)
    drivers: Any = document()


class CostBand(SQLModel, table=True):
    """The adopted band of one project for one budget year, in that year's prices. Append-only."""

    __tablename__ = "cost_band"

    record_id: str = ref("record", primary=True)
    evaluand_id: str = ref("evaluand", primary=True)
    fiscal_year: int
    lower_fen: int = fen()
    point_fen: int = fen()
    upper_fen: int = fen()
    uppers: Any = document()
    methods_agree: bool
    evidence_grade: str
    decision_id: str = ref("decision")
    adopted_at: datetime = instant()
