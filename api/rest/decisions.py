"""Decision packages by digest: facts, edition, method and result, ready to be recomputed elsewhere."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Digest, Json, refusals
from api.conditional import UNCHANGED, IfNoneMatch, tagged
from api.transaction import Work
from budgetperf.store.results import get_decision

router = APIRouter(prefix=f"{PREFIX}/decisions", tags=["决策包"])


class DecisionHeadAnswer(Answer):
    """A decision package by its digest."""

    id: str
    kind: Coded
    record_id: str
    subject: str
    period: str
    edition: str
    edition_digest: str
    method: str
    digest: str
    decided_at: datetime


class DecisionAnswer(DecisionHeadAnswer):
    """A decision package with everything it follows from."""

    facts: Json
    result: Json
    seed: int | None
    environment: str


@router.get(
    "/{digest}", summary="一个决策包", response_model=DecisionAnswer, responses={**refusals(404), **UNCHANGED}
)
def read(digest: Digest, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return the package of a digest."""
    return tagged(DecisionAnswer.model_validate(get_decision(ctx.session, digest)), seen)
