"""The page of one project and year."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.answers import Key
from api.desks.filters import ChosenYear
from api.desks.frame import answer, frame_of, holds
from api.desks.life import Year, life_line
from api.desks.moves import claim_address, offered
from api.screens.buttons import Link
from api.screens.page import Option
from api.screens.project import (
    CostLine,
    DecisionLine,
    FileLine,
    GoalRow,
    Head,
    LightLine,
    LimitLine,
    MoneyView,
    Project,
    RateLine,
    RecordCard,
    ScoreLine,
    StepLine,
)
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.goals import goal_form
from budgetperf.actions.own_baselines import own_baselines
from budgetperf.errors import NotFound
from budgetperf.ledger import Execution, RateBase
from budgetperf.lifecycle.exante.form import ConclusionForm
from budgetperf.lifecycle.goals.form import GoalForm, indicator_tree
from budgetperf.money import Money
from budgetperf.permissions import Permission, may
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import named
from budgetperf.scoring.exante import ExanteConclusion
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour
from budgetperf.store.adoptions import project_baselines
from budgetperf.store.budget import LineRow, RoundFacts, line_of, rounds
from budgetperf.store.evidence import attachments_of
from budgetperf.store.ledger import execution_of
from budgetperf.store.people import names_of
from budgetperf.store.records import (
    EvaluandFacts,
    RecordFacts,
    StepFacts,
    get_evaluand,
    latest_filing,
    list_records,
    steps_of,
)
from budgetperf.store.results import decisions_of, lights, scores

router = APIRouter()
NOTICED = frozenset({Stage.MONITORING, Stage.SELF_EVALUATION, Stage.FINANCE_EVALUATION})


@dataclass(frozen=True, slots=True)
class _Limit:
    """The line of a round, where this person may see it."""

    round: RoundFacts
    line: LineRow


@router.get("/projects/{code}")
def show(request: Request, ctx: Work, code: Key, year: ChosenYear = None) -> HTMLResponse:
    """Show one project and year."""
    project = get_evaluand(ctx.session, ctx.actor, code)
    every = list_records(ctx.session, ctx.actor, evaluand_id=project.id)
    years = sorted({item.fiscal_year for item in every}, reverse=True)
    shown = year if year in years else (years[0] if years else ctx.today.year)
    records = tuple(sorted((item for item in every if item.fiscal_year == shown), key=_place))
    steps = tuple(steps_of(ctx.session, [item.id for item in records]))
    ordered = sorted(steps, key=lambda item: item.at)  # equal instants stay in the order they were written
    goals = _goals(ctx, records)
    limits = _limits(ctx, project.code)
    decided_on = next((item for item in limits if item.round.result_year == shown), None)
    decided = decisions_of(ctx.session, subject=project.code)
    lit = {item.record_id: item for item in lights(ctx.session, fiscal_year=shown, evaluand_id=project.id)}
    scored = {item.record_id: item for item in scores(ctx.session, fiscal_year=shown, evaluand_id=project.id)}
    line = life_line(
        Year(
            records=records,
            steps=steps,
            lights=lit,
            scores=scored,
            opposed=_opposed(ctx, records),
            drawn=bool(
                list_records(ctx.session, ctx.actor, stage=Stage.FINANCE_EVALUATION, fiscal_year=shown)
            ),
            round=decided_on.round if decided_on else None,
            limit_href=_limit_href(decided_on) if decided_on else "",
            today=ctx.today,
        )
    )
    screen = Project(
        frame_of(request, ctx),
        head=_head(project),
        year=shown,
        years=tuple(Option(str(item), str(item), item == shown) for item in years),
        life=line,
        records=_cards(ctx, records, steps),
        money=_money(execution_of(ctx.session, project.id, shown, until=date(shown + 1, 1, 1)), goals),
        goal=goals.overall_goal if goals else "",
        goals=_goal_rows(goals),
        lights=tuple(
            LightLine(
                item.period,
                LightColour(item.execution),
                item.execution_reason,
                LightColour(item.goals) if item.goals else None,
                item.goals_reason,
                item.warnings,
            )
            for item in lit.values()
        ),
        scores=tuple(ScoreLine(item.stage, item.total, Grade(item.grade)) for item in scored.values()),
        files=_files(ctx, project),
        decisions=tuple(
            DecisionLine(item.kind, item.period, item.edition, item.digest, item.decided_at)
            for item in reversed(decided)
        ),
        steps=tuple(step_line(item) for item in reversed(ordered)),
        costs=tuple(
            CostLine(
                one.fiscal_year,
                one.service,
                one.panel_code,
                Money(one.point_fen),
                Money(one.upper_fen),
                f"/baselines/{one.record_id}",
                one.counts,
            )
            for one in project_baselines(ctx.session, ctx.actor, project.id)
        ),
        limits=tuple(
            LimitLine(item.round.fiscal_year, Money(item.line.limit_fen), _limit_href(item))
            for item in limits
            if shown in {item.round.fiscal_year, item.round.result_year}
        ),
        attach=f"/projects/{project.code}/files" if holds(ctx.actor, "evidence:file:attach") else "",
        claim=_claim_href(ctx, project, shown),
        bundle=f"/projects/{project.code}/bundle" if holds(ctx.actor, "evidence:bundle:export") else "",
    )
    return answer(screen)


def _claim_href(ctx: Context, project: EvaluandFacts, year: int) -> str:
    wanted = Permission("special_factor_claim:form:file")
    if may(ctx.actor, wanted, project.path, ""):
        return ""
    own = (one for one in own_baselines(ctx, project.id) if one.open and one.found.fiscal_year == year)
    first = sorted(own, key=lambda one: not one.found.counts)
    return claim_address(first[0].found) if first else ""


def _place(record: RecordFacts) -> tuple[int, str, int]:
    """Return where a record stands in the year."""
    return list(Stage).index(record.stage), record.period, record.serial


def _head(project: EvaluandFacts) -> Head:
    return Head(
        project.code,
        project.name,
        project.agency,
        project.department,
        project.function_code,
        project.nature,
        project.origin,
    )


def _goals(ctx: Context, records: Iterable[RecordFacts]) -> GoalForm | None:
    request = next((item for item in records if item.stage is Stage.REQUEST), None)
    filing = latest_filing(ctx.session, request.id, "GoalForm") if request else None
    return goal_form(filing) if filing else None


def _opposed(ctx: Context, records: Iterable[RecordFacts]) -> bool:
    record = next((item for item in records if item.stage is Stage.EXANTE), None)
    filing = latest_filing(ctx.session, record.id, "ConclusionForm") if record else None
    if filing is None:
        return False
    return ConclusionForm.model_validate(filing.document).conclusion is ExanteConclusion.REJECT


def _limits(ctx: Context, code: str) -> tuple[_Limit, ...]:
    """Return the project's lines of all rounds this person may see, newest first."""
    if not holds(ctx.actor, "limits:table:view"):
        return ()
    found = []
    for known in rounds(ctx.session):
        with suppress(NotFound):
            found.append(_Limit(known, line_of(ctx.session, known.id, code)))
    return tuple(found)


def _limit_href(limit: _Limit) -> str:
    return f"/limits/{limit.round.fiscal_year}/{limit.line.code}"


def _cards(
    ctx: Context, records: Iterable[RecordFacts], steps: tuple[StepFacts, ...]
) -> tuple[RecordCard, ...]:
    cards = []
    notices = holds(ctx.actor, "rectification:notice:issue")
    for record in records:
        moves, barred = offered(record, steps, ctx.actor)
        links = []
        if record.stage is Stage.EXANTE:
            links.append(Link("评审情况", f"/exante/{record.id}"))
        if record.stage is Stage.SPECIAL_FACTOR_CLAIM:
            links.append(Link("申请与影响", f"/special-factor-claims/{record.id}"))
        if record.stage in NOTICED and notices:
            links.append(Link("下达整改通知", f"/records/{record.id}/notice"))
        cards.append(
            RecordCard(
                record.id,
                record.stage,
                record.period,
                record.status,
                record.due_on,
                moves,
                barred,
                tuple(links),
            )
        )
    return tuple(cards)


def _money(found: Execution, goals: GoalForm | None) -> MoneyView:
    bases = {
        RateBase.INITIAL: found.initial,
        RateBase.ADJUSTED: found.adjusted,
        RateBase.RECEIVED: found.received,
    }
    return MoneyView(
        request=goals.request if goals else None,
        approved=found.initial,
        adjusted=found.adjusted,
        received=found.received,
        paid=found.paid,
        carried_in=found.carried_in,
        carried_out=found.carried_out,
        rates=tuple(RateLine(base.label, amount, found.rate(base)) for base, amount in bases.items()),
    )


def _goal_rows(goals: GoalForm | None) -> tuple[GoalRow, ...]:
    if goals is None:
        return ()
    return tuple(
        GoalRow(item.level1, item.level2, item.name, item.target_label, item.weight, row.basis)
        for item, row in zip(indicator_tree(goals), goals.indicators, strict=True)
    )


def _files(ctx: Context, project: EvaluandFacts) -> tuple[FileLine, ...]:
    found = attachments_of(ctx.session, project.id)
    names = names_of(ctx.session, {item.uploaded_by for item in found})
    return tuple(
        FileLine(
            item.filename,
            item.describes,
            item.effective_on,
            item.uploaded_at,
            names.get(item.uploaded_by, ""),
            item.digest,
            f"/projects/{project.code}/files/{item.id}",
        )
        for item in found
    )


def step_line(item: StepFacts) -> StepLine:
    """Return what was done, as the history of a page shows it."""
    label = named(item.stage, item.verb)[0].label
    return StepLine(item.at, item.stage, label, item.target, item.actor_name, item.reason)
