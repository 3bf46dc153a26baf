"""The first wall: every listing starts from what the actor may see.

Row-level security repeats the same rule in the database, so that a query which forgets to ask
still finds nothing that is not theirs.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlmodel import col

from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.store.fetch import Column, Rows, prefix
from budgetperf.store.session import scopes
from budgetperf.store.tables.budget import LimitRound
from budgetperf.store.tables.exante import PanelSeat
from budgetperf.store.tables.records import EvaluandRow, Record


def _in_scopes(actor: Actor, path: Column) -> ColumnElement[bool]:
    seen = scopes(actor)
    if seen == "*":
        return true()
    return or_(false(), *(prefix(path, scope) for scope in seen.split(",") if scope))


def evaluands_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``evaluand``: own branch, or a seat on its panel."""
    seated = exists(
        select(col(PanelSeat.id)).where(
            col(PanelSeat.evaluand_id) == EvaluandRow.id, col(PanelSeat.person_id) == actor.id
        )
    )
    return _in_scopes(actor, col(EvaluandRow.path)) | seated


def records_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``record``: own branch, own panel, or a published round."""
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


def visible_records(actor: Actor, *columns: Any) -> Rows:  # noqa: ANN401 - SQLAlchemy columns
    """Start a query on records."""
    return select(*columns).select_from(Record).where(records_visible_to(actor))
