"""Both lights of every project and quarter, and the rectifications."""

from collections import Counter
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.desks.filters import ChosenQuarter, ChosenYear
from api.desks.frame import answer, frame_of
from api.desks.moves import offered
from api.guards import demand
from api.screens.monitoring import (
    LightCount,
    Monitoring,
    MonitoringRow,
    QuarterCell,
    RectificationRow,
    Rectifications,
)
from api.screens.page import Option
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.fiscal import SHANGHAI
from budgetperf.ledger import Execution, RateBase
from budgetperf.lifecycle.result_use.form import NoticeForm
from budgetperf.process.stages import Stage
from budgetperf.scoring.lights import LightColour
from budgetperf.store.ledger import executions
from budgetperf.store.listings import filed_documents
from budgetperf.store.organisations import organisations
from budgetperf.store.records import RecordFacts, StepFacts, list_records, steps_of
from budgetperf.store.results import LightFacts, lights

router = APIRouter()
SHOWN = 200
NAMES = ("一季度", "二季度", "三季度", "四季度")


def _years(ctx: Context, stage: Stage, chosen: int | None) -> tuple[int, tuple[Option, ...]]:
    known = sorted(
        {item.fiscal_year for item in list_records(ctx.session, ctx.actor, stage=stage)}, reverse=True
    )
    year = chosen or (known[0] if known else ctx.today.year)
    return year, tuple(Option(str(item), str(item), item == year) for item in known or [year])


@router.get("/monitoring")
def show(
    request: Request,
    ctx: Work,
    year: ChosenYear = None,
    quarter: ChosenQuarter = None,
    light: str = "",
    text: str = "",
) -> HTMLResponse:
    """Show both lights of every visible project of a year."""
    demand(ctx.actor, "record:page:view", "查看监控")
    shown, years = _years(ctx, Stage.MONITORING, year)
    records = list_records(ctx.session, ctx.actor, stage=Stage.MONITORING, fiscal_year=shown)
    lit = {item.record_id: item for item in lights(ctx.session, fiscal_year=shown)}
    newest = max((int(item.period[-1]) for item in lit.values()), default=1)
    counted = quarter or newest
    period, colour = f"{shown}Q{counted}", next((item for item in LightColour if item.value == light), None)
    projects: dict[str, dict[str, RecordFacts]] = {}
    for record in records:
        projects.setdefault(record.subject, {})[record.period] = record
    kept = [
        by_period
        for code, by_period in projects.items()
        if _wanted(code, by_period, lit, period=period, colour=colour, text=text.strip())
    ]
    spent = executions(ctx.session, shown, until=date(shown + 1, 1, 1))
    agencies = {node.path: node.name for node in organisations(ctx.session)}
    screen = Monitoring(
        frame_of(request, ctx),
        year=shown,
        years=years,
        quarters=tuple(Option(str(n), NAMES[n - 1], n == counted) for n in range(1, 5)),
        colours=tuple(Option(item.value, item.label, item is colour) for item in LightColour),
        text=text,
        counts=_counts([item for item in lit.values() if item.period == period]),
        rows=tuple(_row(by_period, lit, spent, agencies, shown) for by_period in kept[:SHOWN]),
        total=len(kept),
    )
    return answer(screen)


def _wanted(
    code: str,
    by_period: dict[str, RecordFacts],
    lit: dict[str, LightFacts],
    *,
    period: str,
    colour: LightColour | None,
    text: str,
) -> bool:
    name = next(iter(by_period.values())).name
    if text and text not in code and text not in name:
        return False
    if colour is None:
        return True
    record = by_period.get(period)
    found = lit.get(record.id) if record else None
    return found is not None and colour.value in {found.execution, found.goals}


def _counts(found: list[LightFacts]) -> tuple[LightCount, ...]:
    execution, goals = Counter(item.execution for item in found), Counter(item.goals for item in found)
    return tuple(LightCount(item, execution[item.value], goals[item.value]) for item in LightColour)


def _row(
    by_period: dict[str, RecordFacts],
    lit: dict[str, LightFacts],
    spent: dict[str, Execution],
    agencies: dict[str, str],
    year: int,
) -> MonitoringRow:
    some = next(iter(by_period.values()))
    money = spent.get(some.evaluand_id or "")
    return MonitoringRow(
        code=some.subject,
        name=some.name,
        agency=agencies.get(some.path, ""),
        budget=money.adjusted if money else None,
        paid=money.paid if money else None,
        rate=money.rate(RateBase.ADJUSTED) if money else None,
        quarters=tuple(_cell(by_period.get(f"{year}Q{n}"), lit, f"{year}Q{n}") for n in range(1, 5)),
    )


def _cell(record: RecordFacts | None, lit: dict[str, LightFacts], period: str) -> QuarterCell:
    found = lit.get(record.id) if record else None
    return QuarterCell(
        period,
        record.status if record else None,
        LightColour(found.execution) if found else None,
        LightColour(found.goals) if found and found.goals else None,
        "；".join(filter(None, (found.execution_reason, found.goals_reason, found.warnings)))
        if found
        else "",
        warned=bool(found and found.warnings),
    )


@router.get("/rectifications")
def show_rectifications(request: Request, ctx: Work, year: ChosenYear = None) -> HTMLResponse:
    """Show the rectifications of a year."""
    demand(ctx.actor, "record:page:view", "查看整改")
    shown, years = _years(ctx, Stage.RECTIFICATION, year)
    records = list_records(ctx.session, ctx.actor, stage=Stage.RECTIFICATION, fiscal_year=shown)
    steps = steps_of(ctx.session, [item.id for item in records])
    filed = filed_documents(ctx.session, [item.id for item in records], "NoticeForm")
    notices = {record_id: NoticeForm.model_validate(document) for record_id, document in filed.items()}
    rows = sorted(
        (_rectification(ctx, item, steps, notices.get(item.id)) for item in records),
        key=lambda item: item.due_on or date.max,
    )
    return answer(Rectifications(frame_of(request, ctx), year=shown, years=years, rows=tuple(rows)))


def _rectification(
    ctx: Context, record: RecordFacts, steps: list[StepFacts], notice: NoticeForm | None
) -> RectificationRow:
    moves, _ = offered(record, steps, ctx.actor)
    return RectificationRow(
        id=record.id,
        code=record.subject,
        name=record.name,
        period=record.period,
        status=record.status,
        problem=notice.problem if notice else "",
        requirement=notice.requirement if notice else "",
        noticed_on=record.opened_at.astimezone(SHANGHAI).date(),
        due_on=record.due_on,
        moves=moves,
    )
