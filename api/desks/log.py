"""The log, for auditors: newest first, or one chain with its links checked."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.desks.decisions import leaves
from api.desks.filters import ChosenNumber
from api.desks.frame import answer, frame_of
from api.guards import demand
from api.screens.record import EventLine, EventLog
from api.transaction import Work
from budgetperf.evidence.chain import verify_chain
from budgetperf.evidence.events import Event
from budgetperf.forms import NO_NUL
from budgetperf.process.transitions import TRANSITIONS
from budgetperf.store.evidence import events_of, recent_events
from budgetperf.store.people import names_of

router = APIRouter()
SHOWN = 100
LABELS = {row.event: row.label for row in TRANSITIONS} | {
    "evidence.attach": "上传材料",
    "evidence.anchor": "建立时间锚",
    "evidence.export": "导出证据包",
    "baseline.panel": "登记成本面板",
    "benefit.analyse": "成本效益分析",
    "special_factor_claim.compute": "测算特殊因素影响",
    "ledger.record": "登记收支",
    "accounts.created": "新建账号",
    "accounts.deactivated": "停用账号",
    "accounts.organisation_created": "新增单位",
    "accounts.token_issued": "签发接口令牌",
    "accounts.grant_added": "授予岗位",
    "accounts.grant_ended": "收回岗位",
    "accounts.password_changed": "修改密码",
    "accounts.password_reset": "重置密码",
    "accounts.token_revoked": "吊销接口令牌",
}


@router.get("/log")
def show(
    request: Request,
    ctx: Work,
    chain: Annotated[str, Query(max_length=100, pattern=NO_NUL)] = "",
    before: ChosenNumber = None,
) -> HTMLResponse:
    """Show events, newest first."""
    demand(ctx.actor, "evidence:log:view", "查看操作日志")
    wanted = chain.strip()
    events = events_of(ctx.session, wanted) if wanted else []
    recent = [] if wanted else recent_events(ctx.session, limit=SHOWN, before=before)
    numbered = [(event.number, event) for event in reversed(events)] if wanted else recent
    names = names_of(ctx.session, {event.actor for _, event in numbered})
    older = f"/log?{urlencode({'before': recent[-1][0]})}" if len(recent) == SHOWN else ""
    screen = EventLog(
        frame_of(request, ctx),
        chain=wanted,
        events=tuple(_line(sequence, event, names) for sequence, event in numbered),
        unbroken=not verify_chain(events),
        older=older,
    )
    return answer(screen)


def _line(sequence: int, event: Event, names: dict[str, str]) -> EventLine:
    return EventLine(
        sequence=sequence,
        at=event.at,
        chain=event.chain,
        number=event.number,
        kind=event.kind,
        label=LABELS.get(event.kind, ""),
        by=names.get(event.actor, event.actor),
        leaves=tuple(leaves(event.payload)),
        hash=event.hash,
        prev=event.prev,
    )
