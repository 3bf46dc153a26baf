"""The work list."""

from collections import Counter

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.answers import Key
from api.desks.bulk import bulk_links
from api.desks.frame import answer, frame_of
from api.desks.moves import button, page_of
from api.desks.openings import opening_links
from api.desks.periods import Namer, period_namer
from api.screens.work import StageCount, WorkLine, WorkList
from api.transaction import Work
from budgetperf.actions.my_work import my_work
from budgetperf.process.deadlines import Urgency, urgency
from budgetperf.process.stages import Stage
from budgetperf.process.worklist import WorkItem, wants
from budgetperf.store.records import get_record

router = APIRouter()


@router.get("/work")
def show(request: Request, ctx: Work, stage: str = "") -> HTMLResponse:
    """Show what waits for me."""
    items = my_work(ctx)
    name = period_namer(ctx)
    lines = [_line(item, urgency(item.due_on, ctx.today), name) for item in items]
    shown = [line for line in lines if not stage or line.stage == stage]
    if lines or wants(ctx.actor):
        empty = "目前没有等待您办理的事项。新事项到达您的岗位和单位范围时会出现在这里。"
    else:
        empty = "您的岗位不参与业务流转，因此没有待办；可从上方菜单查看数据。"
    screen = WorkList(
        frame_of(request, ctx),
        lines=tuple(shown),
        stages=_counts(lines, stage),
        total=len(lines),
        empty="" if shown else empty,
        bulk=bulk_links(ctx.actor, items),
        openings=opening_links(ctx.actor),
    )
    return answer(screen)


def _line(item: WorkItem, near: Urgency, name: Namer) -> WorkLine:
    return WorkLine(
        href=f"/records/{item.record_id}",
        code=item.code,
        name=item.name,
        stage=item.stage,
        status=item.status,
        period=name(item.stage, item.code, item.period),
        due_on=item.due_on,
        urgency=near,
        moves=tuple(button(item.record_id, row) for row in item.moves),
    )


def _counts(lines: list[WorkLine], chosen: str) -> tuple[StageCount, ...]:
    counted = Counter(line.stage for line in lines)
    late = Counter(line.stage for line in lines if line.urgency is Urgency.OVERDUE)
    return tuple(
        StageCount(stage, counted[stage], late[stage], f"/work?stage={stage.value}", stage == chosen)
        for stage in Stage
        if counted[stage]
    )


@router.get("/records/{record_id}")
def go_to_record(ctx: Work, record_id: Key) -> RedirectResponse:
    """Go to the page a record is shown on."""
    return RedirectResponse(page_of(get_record(ctx.session, ctx.actor, record_id)), status_code=303)
