"""The desk of one special-factor claim; what it would move is for those who see the whole city."""

from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.answers import Key
from api.desks.frame import answer, frame_of, onward
from api.desks.moves import held, offered
from api.desks.project import step_line
from api.guards import PostedForm
from api.resources import resources_of
from api.screens.buttons import Barred, Button, Link
from api.screens.special_factors import (
    BAR_WIDTH,
    Bar,
    ClaimAnswer,
    ClaimedLine,
    ClaimPage,
    MovementLine,
    MovementTable,
)
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.own_baselines import own_baseline
from budgetperf.actions.special_factors import (
    STAGE,
    claimed_panel,
    filed_claim,
    get_claim,
    movement_of,
    stands,
    unmet,
)
from budgetperf.lifecycle.special_factor.form import ClaimAnswerForm, ClaimForm
from budgetperf.money import Money
from budgetperf.permissions import Permission, may
from budgetperf.process.transitions import find
from budgetperf.reports.movement_view import MovementRow, movement_view
from budgetperf.store.costs import cost_panel, observations, panels_of
from budgetperf.store.evidence import attachments_of
from budgetperf.store.listings import visible_digests
from budgetperf.store.records import (
    RecordFacts,
    StepFacts,
    get_evaluand,
    latest_filing,
    steps_of,
)

router = APIRouter()


@router.get("/special-factor-claims/{record_id}")
def show(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show one claim."""
    record = get_claim(ctx, record_id)
    project = get_evaluand(ctx.session, ctx.actor, record.subject)
    form, steps = filed_claim(ctx, record), steps_of(ctx.session, [record.id])
    own = own_baseline(ctx, project.id, record.fiscal_year, claimed_panel(ctx, record))
    panels = panels_of(ctx.session, project.id, record.fiscal_year)
    panel = cost_panel(ctx.session, form.panel_code) if form else None
    dmu = panels.get(form.panel_code, "") if form else ""
    files = {item.digest: item for item in attachments_of(ctx.session, project.id)}
    moves, barred = _offered(ctx, record, steps)
    screen = ClaimPage(
        frame_of(request, ctx),
        id=record.id,
        code=record.subject,
        name=record.name,
        agency=project.agency,
        department=project.department,
        year=record.fiscal_year,
        status=record.status,
        project=f"/projects/{record.subject}?year={record.fiscal_year}",
        panel=f"{panel.service}（{panel.code}）" if panel else "",
        dmu=dmu,
        label=form.label if form else "",
        statement=form.statement if form else "",
        claimed=_claimed(ctx, form, panel.id, dmu) if form and panel else (),
        evidence=tuple(
            Link(files[digest].filename, f"/projects/{record.subject}/files/{files[digest].id}")
            for digest in (form.evidence if form else ())
            if digest in files
        ),
        open_until=own.last_day if own else None,
        movement=_movement(ctx, record),
        compute=_compute_href(ctx, record),
        answer=_answer(ctx, record, steps),
        steps=tuple(step_line(item) for item in reversed(steps)),
        moves=moves,
        barred=barred,
    )
    return answer(screen)


@router.post("/special-factor-claims/{record_id}/movement")
def compute(request: Request, ctx: Work, record_id: Key, _posted: PostedForm) -> RedirectResponse:
    """Let the worker compute what the claim would move."""
    record = get_claim(ctx, record_id)
    arguments, key = {"record_id": record.id}, f"{record.id}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, "batch.movement", arguments, key=key)
    return onward("/runs", "run")


@router.post("/special-factor-claims/{record_id}/paper")
def print_movement(request: Request, ctx: Work, record_id: Key, _posted: PostedForm) -> RedirectResponse:
    """Let the worker print what the claim would move."""
    record = get_claim(ctx, record_id)
    arguments, key = {"record_id": record.id}, f"{record.id}/{ctx.ids.new()}"
    resources_of(request).jobs.enqueue_in_transaction(ctx, "batch.movement_paper", arguments, key=key)
    return onward("/runs", "run")


def _offered(
    ctx: Context, record: RecordFacts, steps: list[StepFacts]
) -> tuple[tuple[Button, ...], tuple[Barred, ...]]:
    """Return the moves, those that still lack an outside fact among the barred."""
    moves, barred = offered(record, steps, ctx.actor)
    return held(record, moves, barred, missing=unmet(ctx, record))


def _compute_href(ctx: Context, record: RecordFacts) -> str:
    wanted = Permission("special_factor_claim:movement:compute")
    if find(STAGE, "admit", record.status) is None or may(ctx.actor, wanted, record.path, "测算影响"):
        return ""
    return f"/special-factor-claims/{record.id}/movement"


def _claimed(ctx: Context, form: ClaimForm, panel_id: str, dmu: str) -> tuple[ClaimedLine, ...]:
    costs = {row.year: row.cost_fen for row in observations(ctx.session, panel_id, dmu)}
    return tuple(
        ClaimedLine(
            row.year,
            row.amount,
            Money(costs[row.year]) if row.year in costs else None,
            round(Decimal(row.amount.fen) * 100 / costs[row.year], 1) if row.year in costs else None,
        )
        for row in sorted(form.amounts, key=lambda row: row.year)
    )


def _movement(ctx: Context, record: RecordFacts) -> MovementTable | None:
    found = movement_of(ctx, record)
    if found is None:
        return None
    view = movement_view(found.facts, found.result)
    return MovementTable(
        current=stands(ctx, record),
        computed_at=found.decided_at,
        edition=Link(found.edition, f"/rules/{found.edition}"),
        package=found.digest,
        price_year=view.price_year,
        admitted=tuple(f"{one.name or one.dmu}“{one.label}”" for one in view.admitted),
        lines=tuple(_line(row, view.widest_by_model) for row in view.rows),
        others=view.others,
        n_moved=view.n_moved,
        n_weakened=view.n_weakened,
        widest=view.widest_by_model,
    )


def _line(row: MovementRow, widest: Decimal) -> MovementLine:
    return MovementLine(
        dmu=row.dmu,
        name=row.name,
        claimant=row.claimant,
        before=row.before.point,
        before_lower=row.before.lower,
        before_upper=row.before.upper,
        after=row.after.point,
        after_lower=row.after.lower,
        after_upper=row.after.upper,
        change=row.change,
        given_back=row.given_back,
        by_model=row.by_model,
        percent=row.change_percent,
        model_bar=_bar(Decimal(0), row.by_model_percent, widest),
        back_bar=_bar(row.by_model_percent, row.change_percent, widest),
        cut=abs(row.change_percent) > widest,
        grades=row.grades,
    )


def _bar(start: Decimal, end: Decimal, widest: Decimal) -> Bar:
    """Return the bar between two percentages, as far as the picture reaches: ``widest`` to either side."""
    half = Decimal(BAR_WIDTH) / 2
    seen = sorted(max(-widest, min(widest, side)) for side in (start, end))
    low, high = (round(half + half * side / widest) for side in seen)
    return Bar(low, high - low)


def _answer(ctx: Context, record: RecordFacts, steps: list[StepFacts]) -> ClaimAnswer | None:
    filing = latest_filing(ctx.session, record.id, ClaimAnswerForm.__name__)
    if filing is None:
        return None
    form = ClaimAnswerForm.model_validate(filing.document)
    return ClaimAnswer(
        reason=form.reason,
        by=next(step.actor_name for step in reversed(steps) if step.verb in ("admit", "reject")),
        at=filing.filed_at,
        before=form.before,
        after=form.after,
        given_back=form.given_back,
        package=form.package,
        linked=form.package in visible_digests(ctx.session, {form.package}),
    )
