"""Reads that only proofs need: the log at rest, stored files by digest, decisions by id.

Holds no rule: what must be true of what is read here is said in ``actions/``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from budgetperf.errors import Unavailable
from budgetperf.evidence.chain import ChainHead
from budgetperf.store.costs import BandFacts
from budgetperf.store.fetch import fetch
from budgetperf.store.results import DecisionFacts
from budgetperf.store.tables.budget import AdjustmentLine, BudgetLine, CutLine
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.costs import CostBand
from budgetperf.store.tables.evidence import ChainHeadRow, StoredFileRow
from budgetperf.store.tables.results import Decision

PATIENCE_SECONDS = 10
_HOLD = text("LOCK TABLE chain_head IN EXCLUSIVE MODE")


def hold_log(session: Session) -> None:
    """Wait until no open transaction has an event, and keep new ones out until this one ends.

    Every writer of an event first takes ``chain_head`` FOR UPDATE, and draws its sequence number
    under that lock: EXCLUSIVE mode lets readers pass, waits for writers, and costs a writer
    nothing while nobody holds the log. To be called before the transaction writes anything.

    Raises
    ------
    Unavailable
        A writer does not finish in time; the transaction is then to be rolled back.
    """
    connection = session.connection()
    connection.execute(
        text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": f"{PATIENCE_SECONDS}s"}
    )
    try:
        connection.execute(_HOLD)
    except OperationalError as error:
        raise Unavailable(
            "evidence.busy", f"有业务正在写入日志，{PATIENCE_SECONDS}秒内未能锚定，请稍后再试"
        ) from error


def heads_of(session: Session, chains: Iterable[str]) -> dict[str, ChainHead]:
    """Return the newest event of some chains, by chain; anybody may know how long a chain is."""
    heads = table_of(ChainHeadRow)
    statement = select(heads.c.chain, heads.c.number, heads.c.hash).where(heads.c.chain.in_(list(chains)))
    return {head.chain: head for head in fetch(session, statement, ChainHead)}


@dataclass(frozen=True, slots=True)
class StoredFileFacts:
    """A stored file as registered."""

    digest: str
    size: int
    media_type: str
    stored_at: datetime


def stored_files(session: Session, digests: Iterable[str]) -> dict[str, StoredFileFacts]:
    """Return the registered files of some digests, by digest."""
    statement = select(table_of(StoredFileRow)).where(col(StoredFileRow.digest).in_(list(digests)))
    return {file.digest: file for file in fetch(session, statement, StoredFileFacts)}


def decisions_by_id(session: Session, ids: Iterable[str]) -> list[DecisionFacts]:
    """Return the visible decisions of some row ids, by digest."""
    statement = (
        select(table_of(Decision)).where(col(Decision.id).in_(list(ids))).order_by(col(Decision.digest))
    )
    return fetch(session, statement, DecisionFacts)


def bands_of(session: Session, evaluand_id: str) -> list[BandFacts]:
    """Return every adopted band of one evaluand, by year."""
    statement = (
        select(table_of(CostBand))
        .where(col(CostBand.evaluand_id) == evaluand_id)
        .order_by(col(CostBand.fiscal_year), col(CostBand.record_id))
    )
    return fetch(session, statement, BandFacts)


@dataclass(frozen=True, slots=True)
class LimitLineFacts:
    """One evaluand's line of one round, amounts only."""

    id: str
    round_id: str
    request_fen: int
    cuts_fen: int
    adjustments_fen: int
    limit_fen: int


@dataclass(frozen=True, slots=True)
class CutFacts:
    """One cut of a line."""

    line_id: str
    ground: str
    position: int
    claimed_fen: int
    applied_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class AdjustmentFacts:
    """What an objection gave back to a line."""

    objection_id: str
    line_id: str
    amount_fen: int
    reason: str


def limit_lines_of(session: Session, evaluand_id: str) -> list[LimitLineFacts]:
    """Return the visible lines of one evaluand in all rounds."""
    lines = table_of(BudgetLine)
    columns = [lines.c[name] for name in LimitLineFacts.__slots__]
    statement = select(*columns).where(lines.c.evaluand_id == evaluand_id).order_by(lines.c.round_id)
    return fetch(session, statement, LimitLineFacts)


def cuts_of(session: Session, line_ids: Iterable[str]) -> list[CutFacts]:
    """Return the cuts of some lines, in the order they were applied."""
    statement = (
        select(table_of(CutLine))
        .where(col(CutLine.line_id).in_(list(line_ids)))
        .order_by(col(CutLine.line_id), col(CutLine.position))
    )
    return fetch(session, statement, CutFacts)


def adjustments_of(session: Session, line_ids: Iterable[str]) -> list[AdjustmentFacts]:
    """Return the adjustments of some lines."""
    statement = (
        select(table_of(AdjustmentLine))
        .where(col(AdjustmentLine.line_id).in_(list(line_ids)))
        .order_by(col(AdjustmentLine.line_id), col(AdjustmentLine.objection_id))
    )
    return fetch(session, statement, AdjustmentFacts)
