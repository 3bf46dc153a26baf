"""One stage record: where it stands, what was filed, who did what, what the reader may do now."""

from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Json, Key, refusals
from api.conditional import etag
from api.rest.work import MoveAnswer
from api.transaction import Work
from budgetperf.process.advance import denial
from budgetperf.process.transitions import leaving
from budgetperf.store.records import doers, filings_of, get_record, steps_of

router = APIRouter(prefix=f"{PREFIX}/records", tags=["环节记录"])


class StepAnswer(Answer):
    """One move already made."""

    record_id: str
    stage: Coded
    verb: str
    source: Coded | None
    target: Coded
    actor: str
    actor_name: str
    at: datetime
    reason: str


class FilingAnswer(Answer):
    """A form as filed; ``document`` is the filed form itself, immutable."""

    id: str
    record_id: str
    number: int
    form: str
    document: Json
    digest: str
    edition: str
    filed_by: str
    filed_at: datetime
    file_digest: str | None


class RefusedMoveAnswer(Answer):
    """A move that leaves this status but is not the reader's, with the reason."""

    verb: str
    label: str
    reason: str


class RecordAnswer(Answer):
    """A stage record; its ``version`` is the ETag of the answer."""

    id: str
    evaluand_id: str | None
    subject: str
    name: str
    path: str
    fiscal_year: int
    stage: Coded
    period: str
    serial: int
    status: Coded
    version: int
    due_on: date | None
    opened_at: datetime
    steps: list[StepAnswer]
    filings: list[FilingAnswer]
    moves: list[MoveAnswer]
    refused: list[RefusedMoveAnswer]


@router.get("/{record_id}", summary="一条环节记录", responses=refusals(404))
def read(record_id: Key, ctx: Work, response: Response) -> RecordAnswer:
    """Return a record with its steps, filings, the moves open to the reader and why others are not."""
    record = get_record(ctx.session, ctx.actor, record_id)
    state = record.state(doers(ctx.session, record_id))
    judged = [(row, denial(row, state, ctx.actor)) for row in leaving(record.stage, record.status)]
    response.headers["ETag"] = etag(record.version)
    return RecordAnswer.model_validate(
        {
            **{name: getattr(record, name) for name in type(record).__slots__},
            "steps": steps_of(ctx.session, [record_id]),
            "filings": filings_of(ctx.session, record_id),
            "moves": [MoveAnswer.of(row) for row, reason in judged if reason is None],
            "refused": [
                RefusedMoveAnswer(verb=row.verb, label=row.label, reason=reason)
                for row, reason in judged
                if reason
            ],
        }
    )
