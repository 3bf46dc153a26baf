"""Write and read rounds of limits and their lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from budgetperf.budget.grounds import Ground
from budgetperf.budget.limits import Limit
from budgetperf.budget.shapes import from_json, to_json
from budgetperf.provenance import Json
from budgetperf.store.fetch import Rows, fetch, fetch_one
from budgetperf.store.tables.budget import AdjustmentLine, BudgetLine, CutLine, LimitRound
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.records import EvaluandRow

MISSING_ROUND = "没有该年度的控制数，或尚未公布"
_ROUND = table_of(LimitRound)
_LINE = table_of(BudgetLine)


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A round of limits."""

    id: str
    fiscal_year: int
    result_year: int
    ceiling_fen: int
    unallocated_fen: int
    edition: str
    published_at: datetime | None
    window_ends_on: date | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a round with the code and name of its project."""

    id: str
    round_id: str
    evaluand_id: str
    code: str
    name: str
    path: str
    request_fen: int
    cuts_fen: int
    adjustments_fen: int
    limit_fen: int
    facts: Json
    result: Json

    def limit(self) -> Limit:
        """Return the limit with everything it follows from."""
        return from_json(Limit, self.result)


@dataclass(frozen=True, slots=True)
class GroundSum:
    """What one ground took from one line."""

    line_id: str
    ground: Ground
    applied_fen: int


def write_round(session: Session, facts: RoundFacts) -> None:
    """Keep a new round."""
    values = {name: getattr(facts, name) for name in RoundFacts.__slots__}
    session.connection().execute(insert(_ROUND).values(values))


def update_round(session: Session, round_id: str, **values: object) -> None:
    """Change columns of a round."""
    session.connection().execute(update(_ROUND).where(_ROUND.c.id == round_id).values(**values))


def get_round(session: Session, fiscal_year: int) -> RoundFacts:
    """Return the visible round of a budget year.

    Raises
    ------
    NotFound
    """
    return fetch_one(
        session, select(_ROUND).where(_ROUND.c.fiscal_year == fiscal_year), RoundFacts, missing=MISSING_ROUND
    )


def limits_issued(session: Session, fiscal_year: int, *, lock: bool = False) -> bool:
    """Tell whether the limits of a budget year are issued; locked, they are not before the transaction ends."""
    statement = select(_ROUND.c.issued_at).where(_ROUND.c.fiscal_year == fiscal_year)
    if lock:
        statement = statement.with_for_update(read=True)
    return session.connection().execute(statement).scalar() is not None


def years_issued(session: Session) -> frozenset[int]:
    """Return the budget years whose limits are issued."""
    statement = select(_ROUND.c.fiscal_year).where(_ROUND.c.issued_at.is_not(None))
    return frozenset(session.connection().execute(statement).scalars())


def round_of(session: Session, record_id: str) -> RoundFacts:
    """Return the visible round of a record.

    Raises
    ------
    NotFound
    """
    return fetch_one(
        session, select(_ROUND).where(_ROUND.c.id == record_id), RoundFacts, missing=MISSING_ROUND
    )


def rounds(session: Session) -> list[RoundFacts]:
    """Return the visible rounds, newest first."""
    return fetch(session, select(_ROUND).order_by(_ROUND.c.fiscal_year.desc()), RoundFacts)


@dataclass(frozen=True, slots=True)
class NewLine:
    """A computed line to be kept."""

    id: str
    evaluand_id: str
    path: str
    facts: Json
    limit: Limit


def replace_lines(session: Session, round_id: str, lines: Iterable[NewLine]) -> None:
    """Replace the draft lines of a round by newly computed ones."""
    connection = session.connection()
    old = select(_LINE.c.id).where(_LINE.c.round_id == round_id)
    connection.execute(delete(table_of(CutLine)).where(col(CutLine.line_id).in_(old)))
    connection.execute(delete(_LINE).where(_LINE.c.round_id == round_id))
    kept = list(lines)
    if not kept:
        return
    connection.execute(
        insert(_LINE),
        [
            {
                "id": line.id,
                "round_id": round_id,
                "evaluand_id": line.evaluand_id,
                "path": line.path,
                "facts": line.facts,
                **_amounts(line.limit),
            }
            for line in kept
        ],
    )
    cuts = [
        {
            "line_id": line.id,
            "ground": cut.claim.ground.value,
            "position": position,
            "claimed_fen": cut.claim.amount.fen,
            "applied_fen": cut.applied.fen,
            "reason": cut.claim.explanation,
        }
        for line in kept
        for position, cut in enumerate(line.limit.cuts, start=1)
    ]
    if cuts:
        connection.execute(insert(table_of(CutLine)), cuts)


def _amounts(limit: Limit) -> dict[str, object]:
    return {
        "request_fen": limit.request.fen,
        "cuts_fen": sum(cut.applied.fen for cut in limit.cuts),
        "adjustments_fen": sum(item.amount.fen for item in limit.adjustments),
        "limit_fen": limit.limit.fen,
        "result": to_json(limit),
    }


def adjust_line(session: Session, line_id: str, limit: Limit) -> None:
    """Write a line's newest adjustment, the last of ``limit.adjustments``."""
    connection = session.connection()
    item = limit.adjustments[-1]
    connection.execute(update(_LINE).where(_LINE.c.id == line_id).values(**_amounts(limit)))
    connection.execute(
        insert(table_of(AdjustmentLine)).values(
            objection_id=item.objection, line_id=line_id, amount_fen=item.amount.fen, reason=item.reason
        )
    )


def _lines() -> Rows:
    return (
        select(_LINE, col(EvaluandRow.code), col(EvaluandRow.name))
        .join(EvaluandRow, col(EvaluandRow.id) == _LINE.c.evaluand_id)
        .order_by(col(EvaluandRow.code))
    )


def lines_of(session: Session, round_id: str, *, lock: bool = False) -> list[LineRow]:
    """Return the visible lines of a round by project code."""
    statement = _lines().where(_LINE.c.round_id == round_id)
    return fetch(session, statement.with_for_update(of=_LINE) if lock else statement, LineRow)


def line_of(session: Session, round_id: str, code: str) -> LineRow:
    """Return one visible line by project code.

    Raises
    ------
    NotFound
    """
    statement = _lines().where(_LINE.c.round_id == round_id, col(EvaluandRow.code) == code)
    return fetch_one(session, statement, LineRow, missing="本轮控制数中没有该项目，或您无权查看")


def cuts_by_ground(session: Session, round_id: str) -> list[GroundSum]:
    """Return what each ground took from each visible line of a round."""
    statement = (
        select(
            col(CutLine.line_id), col(CutLine.ground), func.sum(col(CutLine.applied_fen)).label("applied_fen")
        )
        .join(BudgetLine, col(BudgetLine.id) == CutLine.line_id)
        .where(col(BudgetLine.round_id) == round_id)
        .group_by(col(CutLine.line_id), col(CutLine.ground))
    )
    return [
        GroundSum(row.line_id, Ground(row.ground), int(row.applied_fen))
        for row in session.connection().execute(statement)
    ]


def hold_round(session: Session, round_id: str, *, alone: bool) -> None:
    """Hold a round until the transaction ends: many may file objections at once, one closes it alone.

    An advisory lock, because whoever objects may not lock the rows of the round.
    """
    name = func.hashtextextended(round_id, 0)
    lock = func.pg_advisory_xact_lock(name) if alone else func.pg_advisory_xact_lock_shared(name)
    session.connection().execute(select(lock))
