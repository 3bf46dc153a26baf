"""Write and read results: decision packages, scores and lights."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert, select, text
from sqlmodel import Session, col

from budgetperf.errors import NotFound
from budgetperf.process.stages import Stage
from budgetperf.provenance import DecisionKind, DecisionPackage, Json
from budgetperf.store.fetch import Rows, fetch
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.results import Decision, LightRow, ScoreRow


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A stored decision package with its place and digest."""

    id: str
    kind: DecisionKind
    record_id: str
    evaluand_id: str | None
    subject: str
    period: str
    edition: str
    edition_digest: str
    method: str
    facts: Json
    result: Json
    seed: int | None
    environment: str
    digest: str
    decided_at: datetime

    def package(self) -> DecisionPackage:
        """Return the package itself, as far as it is hashed."""
        return DecisionPackage(
            self.kind,
            self.subject,
            self.period,
            self.edition,
            self.edition_digest,
            self.method,
            self.facts,
            self.result,
            self.seed,
            self.environment,
        )


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """A confirmed score."""

    record_id: str
    evaluand_id: str
    fiscal_year: int
    stage: Stage
    total: Decimal
    grade: str
    decision_id: str


@dataclass(frozen=True, slots=True)
class LightFacts:
    """The two lights of one period, and what the edition warns of beside them (empty: nothing)."""

    record_id: str
    evaluand_id: str
    fiscal_year: int
    period: str
    execution: str
    goals: str
    execution_reason: str
    goals_reason: str
    warnings: str
    decision_id: str


def write_package(
    session: Session,
    package: DecisionPackage,
    *,
    decision_id: str,
    record_id: str,
    evaluand_id: str | None,
    at: datetime,
) -> str:
    """Keep a decision package and return its digest."""
    digest = package.digest
    session.connection().execute(
        insert(table_of(Decision)),
        {
            "id": decision_id,
            "kind": package.kind,
            "record_id": record_id,
            "evaluand_id": evaluand_id,
            "subject": package.subject,
            "period": package.period,
            "edition": package.edition,
            "edition_digest": package.edition_digest,
            "method": package.method,
            "facts": package.facts,
            "result": package.result,
            "seed": package.seed,
            "environment": package.environment,
            "digest": digest,
            "decided_at": at,
        },
    )
    return digest


def write_score(session: Session, score: ScoreFacts) -> None:
    """Keep a confirmed score."""
    values = {name: getattr(score, name) for name in ScoreFacts.__slots__}
    session.connection().execute(insert(table_of(ScoreRow)), values)


def write_light(session: Session, light: LightFacts) -> None:
    """Keep the lights of a period."""
    values = {name: getattr(light, name) for name in LightFacts.__slots__}
    session.connection().execute(insert(table_of(LightRow)), values)


def _decisions() -> Rows:
    return select(table_of(Decision))


def decisions_of(
    session: Session,
    *,
    subject: str = "",
    record_id: str = "",
    kind: DecisionKind | None = None,
    period: str = "",
) -> list[DecisionFacts]:
    """Return visible packages by filter, oldest first."""
    statement = _decisions().order_by(col(Decision.decided_at), col(Decision.kind), col(Decision.id))
    if subject:
        statement = statement.where(col(Decision.subject) == subject)
    if record_id:
        statement = statement.where(col(Decision.record_id) == record_id)
    if kind is not None:
        statement = statement.where(col(Decision.kind) == kind)
    if period:
        statement = statement.where(col(Decision.period) == period)
    return fetch(session, statement, DecisionFacts)


def all_decisions(session: Session, kind: DecisionKind, period: str) -> dict[str, DecisionFacts]:
    """Return the newest visible package of a kind and period per subject."""
    statement = (
        _decisions()
        .where(col(Decision.kind) == kind, col(Decision.period) == period)
        .order_by(col(Decision.decided_at), col(Decision.id))
    )
    return {item.subject: item for item in fetch(session, statement, DecisionFacts)}


def get_decision(session: Session, digest: str) -> DecisionFacts:
    """Return the package of a digest.

    Raises
    ------
    NotFound
    """
    found = fetch(session, _decisions().where(col(Decision.digest) == digest).limit(1), DecisionFacts)
    if not found:
        raise NotFound("decision.not_found", f"没有找到摘要为 {digest[:12]}… 的决策包，或您无权查看")
    return found[0]


def own_baseline(session: Session, record_id: str) -> DecisionFacts | None:
    """Return an adopted baseline as far as it is about the reader's own units; None where it is not.

    Facts and result are cut to those units, their peers, the curves and the card (``bp_own_baseline``), so
    the digest is that of the whole package and not of what is here.
    """
    names = [field.name for field in fields(DecisionFacts)]
    rows = session.connection().execute(
        text(f"SELECT {', '.join(names)} FROM bp_own_baseline(:record)"),  # noqa: S608 - names of our own fields
        {"record": record_id},
    )
    row = rows.mappings().first()
    return None if row is None else DecisionFacts(**{**row, "kind": DecisionKind(row["kind"])})


def decision_digests(session: Session, *, subject: str = "") -> list[str]:
    """Return the digests of visible packages, oldest first; of one subject if given."""
    statement = select(col(Decision.digest)).order_by(col(Decision.decided_at), col(Decision.id))
    if subject:
        statement = statement.where(col(Decision.subject) == subject)
    return list(session.connection().execute(statement).scalars())


def scores(
    session: Session, *, fiscal_year: int | None = None, evaluand_id: str | None = None
) -> list[ScoreFacts]:
    """Return visible scores of a year or an evaluand."""
    statement = select(table_of(ScoreRow))
    if fiscal_year is not None:
        statement = statement.where(col(ScoreRow.fiscal_year) == fiscal_year)
    if evaluand_id is not None:
        statement = statement.where(col(ScoreRow.evaluand_id) == evaluand_id)
    return fetch(session, statement, ScoreFacts)


def lights(
    session: Session, *, fiscal_year: int | None = None, evaluand_id: str | None = None
) -> list[LightFacts]:
    """Return visible lights of a year or an evaluand, by period."""
    statement = select(table_of(LightRow)).order_by(col(LightRow.period))
    if fiscal_year is not None:
        statement = statement.where(col(LightRow.fiscal_year) == fiscal_year)
    if evaluand_id is not None:
        statement = statement.where(col(LightRow.evaluand_id) == evaluand_id)
    return fetch(session, statement, LightFacts)


def limit_package_of(session: Session, round_id: str, subject: str) -> str:
    """Return the digest of a line's newest LIMIT package in a round; empty before it is final."""
    found = decisions_of(session, record_id=round_id, subject=subject, kind=DecisionKind.LIMIT)
    return found[-1].digest if found else ""
