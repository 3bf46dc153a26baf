"""Which baselines were adopted, which is in force, and what they say of the visible projects."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import column, select, text
from sqlmodel import Session, col

from budgetperf.permissions import Actor
from budgetperf.store.fetch import fetch
from budgetperf.store.tables.records import EvaluandRow
from budgetperf.store.visibility import evaluands_visible_to


@dataclass(frozen=True, slots=True)
class Adoption:
    """An adopted baseline of a panel and budget year; ``superseded_by`` is empty while it is in force."""

    record_id: str
    panel_code: str
    fiscal_year: int
    adopted_at: datetime
    superseded_by: str

    @property
    def in_force(self) -> bool:
        """Whether no later one of its panel and year was adopted."""
        return not self.superseded_by


@dataclass(frozen=True, slots=True)
class ProjectBaseline:
    """The band of a project by the baseline in force of a panel and year; one it superseded says nothing any more.

    Parameters
    ----------
    first_adopted_at : datetime
        When the first baseline of the panel and year with a band for the project was adopted.
    counts : bool
        Whether requests are cut by it: of several panels' baselines in force the one adopted last (``costs.bands``).
    """

    evaluand_id: str
    code: str
    name: str
    path: str
    fiscal_year: int
    panel_code: str
    service: str
    dmu: str
    record_id: str
    point_fen: int
    upper_fen: int
    first_adopted_at: datetime
    counts: bool


def adoptions(session: Session) -> dict[str, Adoption]:
    """Return the adopted baselines that the reader may know of by record id, the oldest first."""
    rows = session.connection().execute(text("SELECT * FROM bp_adopted()")).mappings()
    return {row["record_id"]: Adoption(**row) for row in rows}


_PROJECT_BASELINES = """
SELECT b.evaluand_id, e.code, e.name, e.path, b.fiscal_year, a.panel_code, p.service, u.dmu, b.record_id, b.point_fen, b.upper_fen,
  min(b.adopted_at) OVER (PARTITION BY b.evaluand_id, b.fiscal_year, a.panel_code) AS first_adopted_at,
  row_number() OVER (PARTITION BY b.evaluand_id, b.fiscal_year
    ORDER BY a.superseded_by, a.adopted_at DESC, a.panel_code COLLATE "C" DESC) = 1 AS counts
FROM cost_band b JOIN evaluand e ON e.id = b.evaluand_id JOIN bp_adopted() a ON a.record_id = b.record_id
  JOIN cost_panel p ON p.code = a.panel_code
  JOIN cost_unit u ON u.panel_id = p.id AND u.evaluand_id = b.evaluand_id AND u.fiscal_year = b.fiscal_year
WHERE :evaluand IN ('', b.evaluand_id)
ORDER BY e.code, b.fiscal_year DESC, a.panel_code"""


def project_baselines(session: Session, actor: Actor, evaluand_id: str = "") -> list[ProjectBaseline]:
    """Return what each panel's baseline in force says of the visible projects, by code, the newest year first."""
    names = [field.name for field in fields(ProjectBaseline)]
    said = text(_PROJECT_BASELINES).columns(*map(column, names)).subquery("said")
    statement = (
        select(said)
        .join(EvaluandRow, col(EvaluandRow.id) == said.c.evaluand_id)
        .where(evaluands_visible_to(actor))
        .order_by(said.c.code, said.c.fiscal_year.desc(), said.c.panel_code)
    )
    known = adoptions(session)
    found = fetch(session, statement, ProjectBaseline, values={"evaluand": evaluand_id})
    return [one for one in found if known[one.record_id].in_force]
