"""The first wall: every listing starts from what the actor may see.

Row-level security repeats the same rule in the database, so that a query which forgets to ask
still finds nothing that is not theirs.
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true
from sqlmodel import col

from budgetperf.permissions import Actor
from budgetperf.process.stages import ASSESSMENT_STAGES, Stage, Status
from budgetperf.store.fetch import Column, Rows, prefix
from budgetperf.store.session import assesses, branches, scopes
from budgetperf.store.tables.assessment import AssessedUnit, Campaign, RaterSeat, RatingSheet, Supplying
from budgetperf.store.tables.budget import LimitRound
from budgetperf.store.tables.exante import PanelSeat
from budgetperf.store.tables.records import EvaluandRow, Record


def _in_scopes(actor: Actor, path: Column) -> ColumnElement[bool]:
    seen = scopes(actor)
    return true() if seen == "*" else _below(seen, path)


def _below(paths: str, path: Column) -> ColumnElement[bool]:
    return or_(false(), *(prefix(path, scope) for scope in paths.split(",") if scope))


def evaluands_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``evaluand``: own branch, or a seat on its panel."""
    seated = exists(
        select(col(PanelSeat.id)).where(
            col(PanelSeat.evaluand_id) == EvaluandRow.id, col(PanelSeat.person_id) == actor.id
        )
    )
    return _in_scopes(actor, col(EvaluandRow.path)) | seated


@lru_cache(maxsize=256)
def records_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``record``: own branch, own panel, a published round, one's part of an assessment."""
    assessed = col(Record.stage).in_(ASSESSMENT_STAGES)
    return and_(assessed, _assessment_visible_to(actor)) | and_(not_(assessed), _year_visible_to(actor))


def _year_visible_to(actor: Actor) -> ColumnElement[bool]:
    if scopes(actor) == "*":
        return true()
    seated = exists(
        select(col(PanelSeat.id)).where(
            col(PanelSeat.evaluand_id) == Record.evaluand_id, col(PanelSeat.person_id) == actor.id
        )
    )
    published = exists(select(col(LimitRound.id)).where(col(LimitRound.id) == Record.id))
    own = col(Record.evaluand_id).is_not(None) & _in_scopes(actor, col(Record.path))
    return own | (seated & col(Record.stage).in_((Stage.REQUEST, Stage.EXANTE))) | published


def _assessment_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The campaign itself, one's own unit or person, one's own sheet, and bonuses published for objection.

    Who supplies facts sees the task books that set their standards.
    """
    if assesses(actor):
        return true()
    unit = exists(
        select(col(AssessedUnit.id)).where(
            col(AssessedUnit.subject) == Record.subject,
            or_(col(AssessedUnit.person_id) == actor.id, col(AssessedUnit.leader_id) == actor.id),
        )
    )
    sheet = exists(
        select(col(RatingSheet.record_id))
        .join(RaterSeat, col(RaterSeat.id) == RatingSheet.seat_id)
        .where(col(RatingSheet.record_id) == Record.id, col(RaterSeat.person_id) == actor.id)
    )
    supplied = exists(
        select(col(Supplying.supplier))
        .join(Campaign, col(Campaign.id) == Supplying.campaign_id)
        .where(
            col(Campaign.subject) == func.split_part(col(Record.subject), ".U.", 1),
            _below(branches(actor), col(Supplying.path)),
        )
    )
    return or_(
        col(Record.stage) == Stage.ASSESSMENT,
        _below(branches(actor), col(Record.path)),
        unit,
        sheet,
        and_(col(Record.stage) == Stage.TASK_BOOK, col(Record.status) == Status.ISSUED, supplied),
        and_(col(Record.stage) == Stage.BONUS, col(Record.status).in_((Status.OPENLY, Status.SETTLED))),
    )


def visible_records(actor: Actor, *columns: Any) -> Rows:  # noqa: ANN401 - SQLAlchemy columns
    """Start a query on records."""
    return select(*columns).select_from(Record).where(records_visible_to(actor))
