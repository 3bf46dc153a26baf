"""The evidence log, for those whose office is to read it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Json, Key, refusals
from api.conditional import OnceOnly
from api.guards import demand
from api.transaction import Work
from budgetperf.actions.anchors import cut
from budgetperf.errors import NotFound
from budgetperf.evidence.anchors import Anchor
from budgetperf.store.evidence import events_of, recent_events

router = APIRouter(prefix=f"{PREFIX}/events", tags=["留痕日志"])


class EventAnswer(Answer):
    """One event of one chain, as hashed."""

    chain: str
    number: int
    kind: str
    actor: str
    at: datetime
    payload: Json
    prev: str
    hash: str


class LogAnswer(Answer):
    """Newest first; ``next_before`` goes on with the older ones and is null at the end."""

    events: list[EventAnswer]
    next_before: int | None


@router.get("", summary="最近的留痕", responses=refusals(403))
def recent(
    ctx: Work,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="只看该序号之前的")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LogAnswer:
    """Return the newest events of all chains."""
    demand(ctx.actor, "evidence:log:view", "查看留痕日志")
    found = recent_events(ctx.session, limit=limit, before=before)
    return LogAnswer(
        events=[EventAnswer.model_validate(event) for _, event in found],
        next_before=found[-1][0] if len(found) == limit else None,
    )


@router.get("/{chain}", summary="一条链的全部留痕", responses=refusals(403, 404))
def chain(chain: Key, ctx: Work) -> list[EventAnswer]:
    """Return the events of one chain in order."""
    demand(ctx.actor, "evidence:log:view", "查看留痕日志")
    found = events_of(ctx.session, chain)
    if not found:
        raise NotFound("events.no_chain", f"没有编号为“{chain}”的留痕链")
    return [EventAnswer.model_validate(event) for event in found]


class AnchorAnswer(Answer):
    """An anchor: keep it outside the house, it proves that nothing before it was rewritten."""

    number: int
    from_sequence: int
    to_sequence: int
    at: datetime
    heads: int
    root: str
    hash: str


@router.post("/anchors", status_code=201, summary="建立时间锚", responses=refusals(403, 409, 413))
def anchor(ctx: Work, once: OnceOnly, response: Response) -> AnchorAnswer:
    """Put a Merkle root over the chains that moved since the last anchor."""
    return once.answer(ctx, response, model=AnchorAnswer, act=lambda: _told(cut(ctx)))


def _told(made: Anchor) -> AnchorAnswer:
    return AnchorAnswer(
        number=made.number,
        from_sequence=made.from_sequence,
        to_sequence=made.to_sequence,
        at=made.at,
        heads=made.size,
        root=made.root,
        hash=made.hash,
    )
