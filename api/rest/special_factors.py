"""Special-factor claims against cost baselines: opened for a project, and what they would move."""

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Exact, Fen, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, OnceOnly, tagged
from api.openings import opened
from api.outcomes import OutcomeAnswer
from api.transaction import Work
from api.verbs import DryRun
from budgetperf.actions.moves import Seen
from budgetperf.actions.special_factors import get_claim, movement_of, open_claim, stands
from budgetperf.errors import NotFound
from budgetperf.lifecycle.special_factor.form import NewClaimForm
from budgetperf.process.stages import Stage
from budgetperf.reports.movement_view import MovementRow, movement_view

router = APIRouter(prefix=f"{PREFIX}/special_factor_claim", tags=[Stage.SPECIAL_FACTOR_CLAIM.label])


class BandAnswer(Answer):
    """A baseline: point, band and evidence grade."""

    point_fen: Fen
    lower_fen: Fen
    upper_fen: Fen
    grade: Coded


class MovementRowAnswer(Answer):
    """One unit before and after: ``change = given_back + by_model``, of the point."""

    dmu: str
    name: str
    claimant: bool
    before: BandAnswer
    after: BandAnswer
    change_fen: Fen
    given_back_fen: Fen
    by_model_fen: Fen
    change_percent: Exact


class MovementAnswer(Answer):
    """What a claim would move; ``current`` says whether a decision may rest on it."""

    package: str
    edition: str
    current: bool
    price_year: int | None
    rows: list[MovementRowAnswer]


@router.post("", status_code=201, summary="提出特殊因素申请", responses=refusals(403, 404, 409, 413))
def post_claim(
    form: Annotated[NewClaimForm, Body()],
    ctx: Work,
    once: OnceOnly,
    response: Response,
    dry_run: DryRun = False,  # noqa: FBT002
) -> OutcomeAnswer:
    """Open a claim for a project that is a unit of a cost panel."""
    return opened(ctx, once, response, dry_run=dry_run, act=lambda: open_claim(ctx, form, Seen()))


@router.get(
    "/{record_id}/movement",
    summary="特殊因素申请对各单位基线的影响",
    response_model=MovementAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def movement(record_id: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return the newest movement of a claim, the claimant first; computed by the run ``batch.movement``."""
    record = get_claim(ctx, record_id)
    found = movement_of(ctx, record)
    if found is None:
        raise NotFound("special_factor.movement", f"“{record.name}”的特殊因素申请尚未测算影响，或您无权查看")
    view = movement_view(found.facts, found.result)
    answer = MovementAnswer(
        package=found.digest,
        edition=found.edition,
        current=stands(ctx, record),
        price_year=view.price_year,
        rows=[_row(row) for row in view.rows],
    )
    return tagged(answer, seen)


def _row(row: MovementRow) -> MovementRowAnswer:
    before, after = (
        BandAnswer.model_validate(
            {
                "point_fen": one.point.fen,
                "lower_fen": one.lower.fen,
                "upper_fen": one.upper.fen,
                "grade": one.grade,
            }
        )
        for one in (row.before, row.after)
    )
    return MovementRowAnswer(
        dmu=row.dmu,
        name=row.name,
        claimant=row.claimant,
        before=before,
        after=after,
        change_fen=row.change.fen,
        given_back_fen=row.given_back.fen,
        by_model_fen=row.by_model.fen,
        change_percent=row.change_percent,
    )
