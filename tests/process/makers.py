"""Records, actors and attempts for the tests of the machine; no database."""

from collections.abc import Iterable
from datetime import date

from budgetperf.permissions import Actor, Grant, Role
from budgetperf.process.advance import Attempt, RecordState, Step
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.worklist import WorkItem

TODAY = date(2025, 10, 13)
AGENCY = "01.0102.010201"
EVERY_GUARD = frozenset(Guard)


def make_actor(name: str, *roles: Role, scope: str = "") -> Actor:
    return Actor(name, name, tuple(Grant(role, scope) for role in roles))


def make_record(
    stage: Stage = Stage.REQUEST,
    status: Status | None = Status.DRAFT,
    *,
    steps: Iterable[tuple[str, str]] = (),
    version: int = 3,
    path: str = AGENCY,
) -> RecordState:
    return RecordState(
        "供水管网改造", stage, status, version, path, tuple(Step(verb, actor) for verb, actor in steps)
    )


def make_attempt(**changes: object) -> Attempt:
    """Somebody with every outside fact on their side and a reason."""
    given: dict[str, object] = {"as_of": TODAY, "guards": EVERY_GUARD, "reason": "依据财政部要求"}
    return Attempt(**(given | changes))


def make_item(code: str, record: RecordState, *, due_on: date | None = None, period: str = "") -> WorkItem:
    assert record.status is not None
    return WorkItem(f"id-{code}", code, record.name, record.stage, record.status, 2026, period, due_on, ())
