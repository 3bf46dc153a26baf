"""Cost baselines as the pages show them: every unit for the city's offices, one's own for a spending unit."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Exact, Fen, Key, refusals
from api.conditional import UNCHANGED, IfNoneMatch, tagged
from api.transaction import Work
from budgetperf.actions.seen_baseline import SeenBaseline, SeenFactor, seen_baseline
from budgetperf.costing.cost_baseline import DmuBaseline, Standing
from budgetperf.money import Money
from budgetperf.reports.baseline_view import BaselineView

router = APIRouter(prefix=f"{PREFIX}/baselines", tags=["成本与效益"])


class EstimateAnswer(Answer):
    """One method's point and interval."""

    name: str
    label: str
    point_fen: Fen
    lower_fen: Fen
    upper_fen: Fen


class PeerAnswer(Answer):
    """Whom a unit is held against; cost in base-year prices, weight None where no method says."""

    dmu: str
    name: str
    year: int
    cost_fen: Fen
    distance: Exact
    weight: Exact | None


class BandAnswer(Answer):
    """What a unit should cost in a year; ``special_factor_fen`` of it is what was given back of admitted claims."""

    dmu: str
    year: int
    price_year: int | None
    point_fen: Fen
    lower_fen: Fen
    upper_fen: Fen
    methods_agree: bool
    grade: Coded
    estimates: list[EstimateAnswer]
    peers: list[PeerAnswer]
    special_factor_fen: Fen
    findings: list[str]


class StandingAnswer(Answer):
    """What a unit's latest year cost, beside what it should have cost; ``payable_fen`` where calibrated."""

    dmu: str
    name: str
    cost_fen: Fen
    gap_fen: Fen
    gap_lower_fen: Fen
    gap_upper_fen: Fen
    payable_fen: Fen | None
    baseline: BandAnswer


class LeftOutAnswer(Answer):
    """A row no method was fitted on."""

    dmu: str
    year: int
    why: str


class FactorYear(Answer):
    """The amount of one year, in money of that year."""

    year: int
    amount_fen: Fen


class FactorAnswer(Answer):
    """An admitted special factor; ``claim`` is the record of its claim where the reader may see it."""

    dmu: str
    label: str
    claim: str | None
    amounts: list[FactorYear]


class BaselineAnswer(Answer):
    """A baseline as far as the reader may see it; ``whole`` tells whether that is all of it.

    ``in_force`` for the last one adopted of its panel and year; ``superseded_by`` names the one after it, or is empty.
    """

    record_id: str
    subject: str
    fiscal_year: int
    status: Coded
    in_force: bool
    superseded_by: str
    edition: str
    method: str
    digest: str
    whole: bool
    standings: list[StandingAnswer]
    baselines: list[BandAnswer]
    left_out: list[LeftOutAnswer]
    special_factors: list[FactorAnswer]


@router.get(
    "/{record_id}",
    summary="成本基线：各单元现状、基线与差距",
    response_model=BaselineAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read(record_id: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return where the units the reader may see stand, and the baselines of the budget year."""
    return tagged(_told(seen_baseline(ctx, record_id)), seen)


@router.get(
    "/{record_id}/units/{dmu}",
    summary="成本基线：一个单元",
    response_model=BaselineAnswer,
    responses={**refusals(404), **UNCHANGED},
)
def read_unit(record_id: Key, dmu: str, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return the same of one unit."""
    found = seen_baseline(ctx, record_id)
    found.own(dmu)
    return tagged(_told(found, dmu), seen)


def _told(found: SeenBaseline, dmu: str = "") -> BaselineAnswer:
    view = found.view
    return BaselineAnswer(
        record_id=found.found.record_id,
        subject=found.found.subject,
        fiscal_year=found.fiscal_year,
        status=found.status,  # type: ignore[arg-type]  # a Term becomes its word
        in_force=found.in_force,
        superseded_by=found.superseded_by,
        edition=found.found.edition,
        method=found.found.method,
        digest=found.found.digest,
        whole=found.whole and not dmu,
        standings=[_standing(view, one) for one in view.standings if dmu in {"", one.dmu}],
        baselines=[_band(one, view.special_factor(one)) for one in view.baselines if dmu in {"", one.dmu}],
        left_out=[LeftOutAnswer.model_validate(one) for one in view.left_out if dmu in {"", one.dmu}],
        special_factors=[_factor(one) for one in found.factors if dmu in {"", one.factor.dmu}],
    )


def _factor(one: SeenFactor) -> FactorAnswer:
    years = sorted(one.factor.amounts.items())
    return FactorAnswer(
        dmu=one.factor.dmu,
        label=one.factor.label,
        claim=one.claim or None,
        amounts=[FactorYear(year=year, amount_fen=amount.fen) for year, amount in years],
    )


def _standing(view: BaselineView, one: Standing) -> StandingAnswer:
    return StandingAnswer(
        dmu=one.dmu,
        name=one.name,
        cost_fen=one.cost.fen,
        gap_fen=one.gap.fen,
        gap_lower_fen=one.gap_lower.fen,
        gap_upper_fen=one.gap_upper.fen,
        payable_fen=None if one.payable is None else one.payable.fen,
        baseline=_band(one.baseline, view.special_factor(one.baseline)),
    )


def _band(one: DmuBaseline, special_factor: Money) -> BandAnswer:
    return BandAnswer(
        dmu=one.dmu,
        year=one.year,
        price_year=one.price_year,
        point_fen=one.point.fen,
        lower_fen=one.lower.fen,
        upper_fen=one.upper.fen,
        methods_agree=one.methods_agree,
        grade=one.grade,  # type: ignore[arg-type]  # a Term becomes its word
        estimates=[
            EstimateAnswer(
                name=item.name,
                label=item.label,
                point_fen=item.point.fen,
                lower_fen=item.lower.fen,
                upper_fen=item.upper.fen,
            )
            for item in one.estimates
        ],
        peers=[
            PeerAnswer(
                dmu=peer.dmu,
                name=peer.name,
                year=peer.year,
                cost_fen=peer.cost.fen,
                distance=peer.distance,
                weight=peer.weight,
            )
            for peer in one.peers
        ],
        special_factor_fen=special_factor.fen,
        findings=[finding.message for finding in one.findings],
    )
