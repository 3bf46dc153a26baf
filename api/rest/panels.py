"""An ex-ante panel as far as the reader may see it: an expert their own seat, blind until the own sheet is in."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Json, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, tagged
from api.transaction import Work
from budgetperf.errors import NotFound
from budgetperf.store.exante import panel_of, ratings_of, seats_of
from budgetperf.store.records import get_record

router = APIRouter(prefix=f"{PREFIX}/exante", tags=["事前绩效评估"])


class SeatAnswer(Answer):
    """One seat: who sits, whether they declared and scored."""

    id: str
    person_id: str
    name: str
    specialism: Coded
    position: int
    declared_at: datetime | None
    conflict: bool
    statement: str
    submitted_at: datetime | None
    status: str


class RatingAnswer(Answer):
    """One expert's sheet."""

    seat_id: str
    document: Json
    digest: str
    submitted_at: datetime


class PanelAnswer(Answer):
    """A panel as drawn from the pool by a public seed."""

    record_id: str
    seed: str
    edition: str
    pool_digest: str
    drawn_at: datetime
    seats: list[SeatAnswer]
    ratings: list[RatingAnswer]


@router.get(
    "/{record_id}/panel",
    summary="评审专家组、席位与评分",
    response_model=PanelAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read(record_id: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return the panel with the seats and sheets the reader may see."""
    record = get_record(ctx.session, ctx.actor, record_id)
    panel = panel_of(ctx.session, record.id)
    if panel is None:
        raise NotFound("exante.no_panel", f"“{record.name}”尚未抽取专家")
    answer = PanelAnswer.model_validate(
        {
            **{
                name: getattr(panel, name)
                for name in ("record_id", "seed", "edition", "pool_digest", "drawn_at")
            },
            "seats": seats_of(ctx.session, record.id),
            "ratings": ratings_of(ctx.session, panel.id),
        }
    )
    return tagged(answer, seen)
