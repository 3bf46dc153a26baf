"""Who I am, and what waits for me."""

from datetime import date

from fastapi import APIRouter

from api.answers import PREFIX, Answer, Coded, refusals
from api.transaction import Work
from budgetperf.actions.my_work import my_work
from budgetperf.process.deadlines import urgency
from budgetperf.process.transitions import Transition
from budgetperf.process.worklist import WorkItem

router = APIRouter(prefix=PREFIX, tags=["待办"])


class GrantAnswer(Answer):
    """A role over one branch of the organisation tree; an empty scope is the whole city."""

    role: Coded
    scope: str


class PersonAnswer(Answer):
    """Who a token stands for."""

    id: str
    name: str
    grants: list[GrantAnswer]


class MoveAnswer(Answer):
    """A move open to the reader: the verb of its route and the text of its button."""

    verb: str
    label: str
    needs_reason: bool

    @classmethod
    def of(cls, row: Transition) -> "MoveAnswer":
        """Return a row of the transition table as JSON carries it."""
        return cls(verb=row.verb, label=row.label, needs_reason=row.needs_reason)


class WorkItemAnswer(Answer):
    """A record that waits for the reader."""

    record_id: str
    code: str
    name: str
    stage: Coded
    status: Coded
    period: str
    due_on: date | None
    urgency: Coded
    moves: list[MoveAnswer]


@router.get("/me", summary="当前令牌代表谁", responses=refusals())
def me(ctx: Work) -> PersonAnswer:
    """Return the person behind the token, with their roles."""
    return PersonAnswer.model_validate(ctx.actor)


@router.get("/work", summary="我的待办", responses=refusals())
def work(ctx: Work) -> list[WorkItemAnswer]:
    """Return what waits for the reader, earliest due first; computed, never stored."""
    return [_item(item, ctx.today) for item in my_work(ctx)]


def _item(item: WorkItem, today: date) -> WorkItemAnswer:
    return WorkItemAnswer.model_validate(
        {
            "record_id": item.record_id,
            "code": item.code,
            "name": item.name,
            "stage": item.stage,
            "status": item.status,
            "period": item.period,
            "due_on": item.due_on,
            "urgency": urgency(item.due_on, today),
            "moves": [MoveAnswer.of(row) for row in item.moves],
        }
    )
