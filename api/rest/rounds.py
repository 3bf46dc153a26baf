"""Rounds of limits: the table per line and department, and one limit with its trace.

Numbers are those of the stored lines; totals are their sums, so that screen, paper and API agree.
"""

from collections.abc import Iterable
from datetime import date, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.answers import PREFIX, Answer, Coded, Fen, Json, Key, YearKey, refusals
from api.conditional import UNCHANGED, IfNoneMatch, etag, tagged
from api.guards import demand
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.objections import deciders
from budgetperf.budget.explain import chart, trace
from budgetperf.budget.grounds import Ground
from budgetperf.store.budget import LineRow, RoundFacts, cuts_by_ground, get_round, line_of, lines_of, rounds
from budgetperf.store.records import get_record, steps_of
from budgetperf.store.results import limit_package_of
from budgetperf.store.session import sees_city

router = APIRouter(prefix=f"{PREFIX}/limits", tags=["预算控制数"])


class RoundAnswer(Answer):
    """A round of limits; ``id`` is its record's, for its verbs.

    Ceiling and what is unallocated are null for readers who see only a part of the lines.
    """

    id: str
    fiscal_year: int
    result_year: int
    ceiling_fen: Fen | None
    unallocated_fen: Fen | None
    edition: str
    published_at: datetime | None
    window_ends_on: date | None
    issued_at: datetime | None
    status: Coded
    version: int


class CutAnswer(Answer):
    """What one ground took."""

    ground: Coded
    amount_fen: Fen


class AmountsAnswer(Answer):
    """From request to limit: ``limit = request - cuts + adjustments``."""

    request_fen: Fen
    cuts: list[CutAnswer]
    cuts_fen: Fen
    adjustments_fen: Fen
    limit_fen: Fen


class LineAnswer(AmountsAnswer):
    """One line of a round."""

    code: str
    name: str
    path: str


class TableAnswer(Answer):
    """The visible lines of a round with their sums.

    ``balanced`` says that the visible limits and what is unallocated make up the ceiling; null for readers who
    see only a part of the lines.
    """

    round: RoundAnswer
    lines: list[LineAnswer]
    totals: AmountsAnswer
    balanced: bool | None


class DecidedAnswer(Answer):
    """Who decided an objection, in which role, and when."""

    person: str
    roles: list[Coded]
    at: datetime


class TraceStepAnswer(Answer):
    """One step of a limit's trace; ``decided`` stands at the adjustments."""

    title: str
    sentence: str
    change_fen: Fen
    balance_fen: Fen
    source: str
    package: str
    decided: DecidedAnswer | None


class BarAnswer(Answer):
    """A bar of the waterfall chart."""

    label: str
    start_fen: Fen
    end_fen: Fen


class LimitAnswer(Answer):
    """One limit, told from request to result; every number with its source and its decision package."""

    round: RoundAnswer
    line: LineAnswer
    trace: list[TraceStepAnswer]
    chart: list[BarAnswer]
    result: Json


@router.get("", summary="各年度控制数编制", responses=refusals(403))
def newest(ctx: Work) -> list[RoundAnswer]:
    """Return the visible rounds, newest first."""
    _demand(ctx)
    return [_round(ctx, facts) for facts in rounds(ctx.session)]


@router.get("/{fiscal_year}", summary="某年度控制数编制", responses=refusals(403, 404))
def read(fiscal_year: YearKey, ctx: Work, response: Response) -> RoundAnswer:
    """Return the round of a year; its version is the ETag."""
    _demand(ctx)
    answer = _round(ctx, get_round(ctx.session, fiscal_year))
    response.headers["ETag"] = etag(answer.version)
    return answer


@router.get(
    "/{fiscal_year}/lines",
    summary="控制数表",
    response_model=TableAnswer,
    responses={**refusals(403, 404), **UNCHANGED},
)
def table(fiscal_year: YearKey, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return the visible lines: request, cuts by ground, adjustments, limit; and their sums."""
    _demand(ctx)
    facts = get_round(ctx.session, fiscal_year)
    by_line: dict[str, dict[Ground, int]] = {}
    for cut in cuts_by_ground(ctx.session, facts.id):
        by_line.setdefault(cut.line_id, {})[cut.ground] = cut.applied_fen
    rows = lines_of(ctx.session, facts.id)
    lines = [_line(row, by_line.get(row.id, {})) for row in rows]
    limits = sum(line.limit_fen for line in lines)
    answer = TableAnswer(
        round=_round(ctx, facts),
        lines=lines,
        totals=_totals(lines),
        balanced=limits + facts.unallocated_fen == facts.ceiling_fen if sees_city(ctx.actor) else None,
    )
    return tagged(answer, seen)


@router.get(
    "/{fiscal_year}/lines/{code}",
    summary="一项控制数及其来历",
    response_model=LimitAnswer,
    responses={**refusals(403, 404), **UNCHANGED},
)
def limit(fiscal_year: YearKey, code: Key, ctx: Work, seen: IfNoneMatch = None) -> Response:
    """Return one limit with its trace: what was taken or given back, why, by which clause."""
    _demand(ctx)
    facts = get_round(ctx.session, fiscal_year)
    row = line_of(ctx.session, facts.id, code)
    told = row.limit()
    taken: dict[Ground, int] = {}
    for cut in told.cuts:
        taken[cut.claim.ground] = taken.get(cut.claim.ground, 0) + cut.applied.fen
    steps = steps_of(ctx.session, [item.objection for item in told.adjustments])
    answer = LimitAnswer(
        round=_round(ctx, facts),
        line=_line(row, taken),
        trace=[
            TraceStepAnswer(
                title=step.title,
                sentence=step.sentence,
                change_fen=step.change.fen,
                balance_fen=step.balance.fen,
                source=step.source,
                package=step.package,
                decided=DecidedAnswer.model_validate(step.decided) if step.decided else None,
            )
            for step in trace(
                told, package=limit_package_of(ctx.session, facts.id, code), decided=deciders(steps)
            )
        ],
        chart=[
            BarAnswer(label=bar.label, start_fen=bar.start.fen, end_fen=bar.end.fen) for bar in chart(told)
        ],
        result=row.result,
    )
    return tagged(answer, seen)


def _demand(ctx: Context) -> None:
    demand(ctx.actor, "limits:table:view", "查看预算控制数")


def _round(ctx: Context, facts: RoundFacts) -> RoundAnswer:
    record = get_record(ctx.session, ctx.actor, facts.id)
    fields = {name: getattr(facts, name) for name in type(facts).__slots__}
    if not sees_city(ctx.actor):
        fields |= {"ceiling_fen": None, "unallocated_fen": None}
    return RoundAnswer.model_validate({**fields, "status": record.status, "version": record.version})


def _line(row: LineRow, taken: dict[Ground, int]) -> LineAnswer:
    return LineAnswer(
        code=row.code,
        name=row.name,
        path=row.path,
        request_fen=row.request_fen,
        cuts=_cuts(taken),
        cuts_fen=row.cuts_fen,
        adjustments_fen=row.adjustments_fen,
        limit_fen=row.limit_fen,
    )


def _cuts(taken: dict[Ground, int]) -> list[CutAnswer]:
    return [
        CutAnswer.model_validate({"ground": ground, "amount_fen": taken.get(ground, 0)}) for ground in Ground
    ]


def _totals(lines: Iterable[LineAnswer]) -> AmountsAnswer:
    seen = list(lines)
    taken = {
        ground: sum(cut.amount_fen for line in seen for cut in line.cuts if cut.ground.code == ground.value)
        for ground in Ground
    }
    return AmountsAnswer(
        request_fen=sum(line.request_fen for line in seen),
        cuts=_cuts(taken),
        cuts_fen=sum(line.cuts_fen for line in seen),
        adjustments_fen=sum(line.adjustments_fen for line in seen),
        limit_fen=sum(line.limit_fen for line in seen),
    )
