"""What waits for whom: computed from state and permission, never stored."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from budgetperf.permissions import ROLE_PERMISSIONS, Actor
from budgetperf.process.advance import RecordState, denial
from budgetperf.process.stages import Stage, Status
from budgetperf.process.transitions import TRANSITIONS, Transition


@dataclass(frozen=True, slots=True)
class Want:
    """A status in which records wait for an actor, and the branch of the tree they wait in."""

    stage: Stage
    status: Status
    scope: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One record waiting for an actor, with the moves open to them."""

    record_id: str
    code: str
    name: str
    stage: Stage
    status: Status
    fiscal_year: int
    period: str
    due_on: date | None
    moves: tuple[Transition, ...]


def wants(actor: Actor) -> tuple[Want, ...]:
    """Return where work can wait for ``actor``: the filter of the work-list query."""
    found = dict.fromkeys(
        Want(row.stage, source, grant.scope)
        for row in TRANSITIONS
        for source in row.sources
        for grant in actor.grants
        if row.permission in ROLE_PERMISSIONS[grant.role] and not row.at_will
    )
    return tuple(found)


def open_moves(record: RecordState, actor: Actor) -> tuple[Transition, ...]:
    """Return the moves that wait for ``actor`` now, the two-person rule included; none that are made at will."""
    if record.status is None:
        return ()
    return tuple(
        row
        for row in TRANSITIONS
        if row.stage is record.stage
        and record.status in row.sources
        and not row.at_will
        and denial(row, record, actor) is None
    )


def waiting(state: Iterable[tuple[RecordState, WorkItem]], actor: Actor) -> tuple[WorkItem, ...]:
    """Keep the records that have a move for ``actor``, earliest due first."""
    items = (replace(item, moves=open_moves(record, actor)) for record, item in state)
    return tuple(
        sorted(
            (item for item in items if item.moves),
            key=lambda item: (item.due_on or date.max, item.code, item.stage, item.period),
        )
    )
