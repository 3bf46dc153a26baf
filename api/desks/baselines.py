"""The pages of a cost baseline: every unit side by side, and one unit's own sheet."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.answers import Key
from api.desks.frame import answer, frame_of, holds, onward
from api.desks.moves import held, offered
from api.desks.panels import VIEW, panel_address
from api.guards import demand
from api.resources import resources_of
from api.screens.baseline import (
    Answer,
    BaselineHead,
    BaselinePage,
    BaselineUnitPage,
    FactorLine,
    MethodsLine,
    StandingLine,
    TargetLine,
)
from api.screens.buttons import Barred, Button, Link
from api.screens.plots import bars_view, interval, reach, scatter_view
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.rules import in_force
from budgetperf.actions.seen_baseline import SeenBaseline, seen_baseline
from budgetperf.costing.cost_baseline import DmuBaseline, Standing
from budgetperf.money import ZERO, Money
from budgetperf.process.stages import Guard
from budgetperf.reports.baseline_view import gap_ratio
from budgetperf.reports.baseline_words import practice_of
from budgetperf.reports.model_card import CardRow
from budgetperf.rulebook.parameters import CostBaselineRules
from budgetperf.store.budget import limits_issued
from budgetperf.store.records import steps_of

router = APIRouter()
WIDEST = Decimal(100)  # per cent; what lies farther off ends at the edge of its picture
KIND = "cost_baseline"
ABOVE, WITHIN, BELOW = "above", "within", "below"


@router.get("/baselines/{record_id}")
def show(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show a baseline with every unit the reader may see."""
    seen = seen_baseline(ctx, record_id)
    view = seen.view
    to = reach(map(_percents, view.standings), widest=WIDEST)
    lines = sorted(_standings(seen, view.standings, to), key=lambda line: (-(line.percent or 0), line.dmu))
    places = [line.place for line in lines]
    shown = tuple(one.baseline for one in view.standings) or view.baselines
    moves, barred = _moves(ctx, seen)
    screen = BaselinePage(
        frame_of(request, ctx),
        head=_head(ctx, seen),
        moves=moves,
        barred=barred,
        papers=f"{_here(seen)}/paper" if seen.whole and holds(ctx.actor, VIEW) else "",
        whole=seen.whole,
        counts=(places.count(ABOVE), places.count(WITHIN), places.count(BELOW)),
        scatter=scatter_view(view, href=lambda dmu: _unit_page(seen, dmu)) if seen.whole else None,
        standings=tuple(lines),
        reach=to,
        calibrated=any(line.payable is not None for line in lines),
        targets=tuple(_target(seen, one) for one in view.baselines),
        methods=tuple(view.methods.values()),
        compared=tuple(_compared(seen, one) for one in shown),
        diagnoses=view.diagnoses,
        left_out=view.left_out,
        names=dict(view.names),
        card=_card(view.card),
    )
    return answer(screen)


@router.get("/baselines/{record_id}/{dmu}")
def show_unit(request: Request, ctx: Work, record_id: Key, dmu: str) -> HTMLResponse:
    """Show one unit's own sheet."""
    seen = seen_baseline(ctx, record_id)
    view, sheet = seen.view, seen.own(dmu)
    answers = [_answer(seen, one, None) for one in sheet.baselines]
    if sheet.standing is not None:
        line = _standings(seen, [sheet.standing], WIDEST)[0]
        answers.append(_answer(seen, sheet.standing.baseline, line))
    peers = {(peer.dmu, peer.year) for one in answers for peer in one.peers}
    screen = BaselineUnitPage(
        frame_of(request, ctx),
        head=_head(ctx, seen),
        back=_here(seen),
        papers=f"{_unit_page(seen, dmu)}/paper",
        dmu=dmu,
        name=sheet.name,
        whole=seen.whole,
        projects=_projects(seen, dmu),
        answers=tuple(answers),
        factors=_factors(seen, dmu),
        scatter=scatter_view(view, own=dmu, peers=peers, href=_others(seen, dmu)),
        diagnoses=view.diagnoses,
        left_out=tuple(one for one in view.left_out if one.dmu == dmu),
        names=dict(view.names),
        card=_card(view.card),
    )
    return answer(screen)


@router.post("/baselines/{record_id}/paper")
def order(request: Request, ctx: Work, record_id: Key) -> RedirectResponse:
    """Have the worker make the report of a baseline as PDF and XLSX."""
    seen = seen_baseline(ctx, record_id)
    demand(ctx.actor, VIEW, "出具成本基线报告")
    return _ordered(request, ctx, "batch.baseline_report", {"record_id": seen.found.record_id})


@router.post("/baselines/{record_id}/{dmu}/paper")
def order_unit(request: Request, ctx: Work, record_id: Key, dmu: str) -> RedirectResponse:
    """Have the worker make one unit's own sheet as PDF and XLSX."""
    seen = seen_baseline(ctx, record_id)
    seen.own(dmu)
    arguments = {"record_id": seen.found.record_id, "dmu": dmu}
    return _ordered(request, ctx, "batch.dmu_baseline_report", arguments)


def _ordered(request: Request, ctx: Context, kind: str, arguments: dict[str, str]) -> RedirectResponse:
    key = f"{arguments['record_id']}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, kind, arguments, key=key)
    return onward("/runs", "run")


def _here(seen: SeenBaseline) -> str:
    return f"/baselines/{seen.found.record_id}"


def _unit_page(seen: SeenBaseline, dmu: str) -> str:
    return f"{_here(seen)}/{quote(dmu, safe='')}"


def _others(seen: SeenBaseline, dmu: str) -> Callable[[str], str]:
    """Lead to the sheets of other units, where the reader may open them."""
    return lambda other: _unit_page(seen, other) if seen.whole and other != dmu else ""


def _moves(ctx: Context, seen: SeenBaseline) -> tuple[tuple[Button, ...], tuple[Barred, ...]]:
    if seen.record is None:
        return (), ()
    moves, barred = offered(seen.record, steps_of(ctx.session, [seen.record.id]), ctx.actor)
    issued = limits_issued(ctx.session, seen.fiscal_year)
    return held(seen.record, moves, barred, missing={Guard.LIMITS_NOT_ISSUED} if issued else ())


def _head(ctx: Context, seen: SeenBaseline) -> BaselineHead:
    found, view = seen.found, seen.view
    opens = seen.whole and holds(ctx.actor, VIEW)
    return BaselineHead(
        record_id=found.record_id,
        service=view.panel.spec.service,
        fiscal_year=seen.fiscal_year,
        status=seen.status,
        panel=Link(found.subject, panel_address(found.subject) if opens else ""),
        edition=Link(found.edition, f"/rules/{found.edition}"),
        decision=found.digest if seen.whole else "",
        prices=view.price_basis,
        peer_prices=view.scatter.prices,
        lacks=view.lacks,
        frontier=_frontier(ctx, found.edition) if view.scatter.lacks_frontier else None,
        in_force=seen.in_force,
        successor=Link("", f"/baselines/{seen.superseded_by}") if seen.superseded_by else None,
    )


def _frontier(ctx: Context, edition: str) -> Link | None:
    """Lead to the edition a new fit would follow, if it is another than this one's and draws best practice."""
    used = in_force(ctx, KIND, CostBaselineRules)
    draws = any(practice_of(name, used.rules.tau).is_frontier for name in used.rules.methods)
    return Link(used.id, f"/rules/{used.id}") if draws and used.id != edition else None


def _projects(seen: SeenBaseline, dmu: str) -> tuple[Link, ...]:
    return tuple(Link(unit.code, f"/projects/{unit.code}") for unit in seen.units if unit.dmu == dmu)


def _factors(seen: SeenBaseline, dmu: str, year: int | None = None) -> tuple[FactorLine, ...]:
    """Return a unit's special factors, of one year if given."""
    return tuple(
        FactorLine(
            one.factor.label,
            f"/special-factor-claims/{one.claim}" if one.claim else "",
            tuple((at, amount) for at, amount in sorted(one.factor.amounts.items()) if year in {None, at}),
        )
        for one in seen.factors
        if one.factor.dmu == dmu and (year is None or year in one.factor.amounts)
    )


def _standings(seen: SeenBaseline, found: Sequence[Standing], to: Decimal) -> list[StandingLine]:
    return [
        StandingLine(
            dmu=one.dmu,
            name=one.name,
            href=_unit_page(seen, one.dmu),
            year=one.year,
            cost=one.cost,
            point=one.baseline.point,
            lower=one.baseline.lower,
            upper=one.baseline.upper,
            gap=one.gap,
            gap_lower=one.gap_lower,
            gap_upper=one.gap_upper,
            percent=gap_ratio(one),
            place=ABOVE if one.gap_lower > ZERO else BELOW if one.gap_upper < ZERO else WITHIN,
            grade=one.baseline.grade,
            payable=one.payable,
            picture=interval(_percents(one), to),
            factors=_factors(seen, one.dmu, one.year),
        )
        for one in found
    ]


def _percents(one: Standing) -> tuple[Decimal, Decimal, Decimal]:
    of = one.baseline.point
    return _percent(one.gap_lower, of), _percent(one.gap, of), _percent(one.gap_upper, of)


def _percent(amount: Money, of: Money) -> Decimal:
    return Decimal(100 * amount.fen) / of.fen if of else Decimal(0)


def _target(seen: SeenBaseline, one: DmuBaseline) -> TargetLine:
    return TargetLine(
        dmu=one.dmu,
        name=seen.view.names.get(one.dmu, one.dmu),
        href=_unit_page(seen, one.dmu),
        projects=_projects(seen, one.dmu),
        year=one.year,
        point=one.point,
        lower=one.lower,
        upper=one.upper,
        agree=one.methods_agree,
        grade=one.grade,
        findings=one.findings,
    )


def _compared(seen: SeenBaseline, one: DmuBaseline) -> MethodsLine:
    by = {estimate.label: estimate for estimate in one.estimates}
    cells = tuple(by.get(label) for label in seen.view.methods.values())
    return MethodsLine(one.dmu, seen.view.names.get(one.dmu, one.dmu), one.year, cells)


def _answer(seen: SeenBaseline, one: DmuBaseline, standing: StandingLine | None) -> Answer:
    cost = standing.cost if standing else None
    rows = [("合成基线", one.point, one.lower, one.upper)]
    rows += [(found.label, found.point, found.lower, found.upper) for found in one.estimates]
    return Answer(
        year=one.year,
        budget=standing is None,
        cost=cost,
        gap=standing,
        point=one.point,
        lower=one.lower,
        upper=one.upper,
        agree=one.methods_agree,
        grade=one.grade,
        methods=one.estimates,
        picture=bars_view(rows, cost=cost, year=one.year),
        peers=one.peers,
        weighed=any(peer.weight is not None for peer in one.peers),
        findings=one.findings,
        given_back=seen.view.special_factor(one),
    )


def _card(rows: Iterable[CardRow]) -> tuple[tuple[str, tuple[CardRow, ...]], ...]:
    return tuple((group, tuple(own)) for group, own in groupby(rows, key=lambda row: row.group))
