"""A rectification notice on a monitoring or evaluation record."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.answers import Key
from api.desks.frame import onward
from api.desks.openings import asked, opened, opening_page
from api.guards import PostedForm, demand
from api.screens.fields import Preset
from api.screens.form import About
from api.transaction import Work
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.rectification import issue_notice
from budgetperf.lifecycle.result_use.form import NoticeForm
from budgetperf.store.records import get_record

router = APIRouter()


def _notice_about(ctx: Context, record_id: str) -> About:
    record = get_record(ctx.session, ctx.actor, record_id)
    back = f"/projects/{record.subject}?year={record.fiscal_year}#r-{record.id}"
    return About("下达整改通知", record.name, record.subject, record.stage.label, record.status.label, back)


@router.get("/records/{record_id}/notice")
def ask_notice(request: Request, ctx: Work, record_id: Key) -> HTMLResponse:
    """Show the form of a rectification notice."""
    about = _notice_about(ctx, record_id)
    demand(ctx.actor, "rectification:notice:issue", "下达整改通知")
    return asked(opening_page(request, ctx, about, form=NoticeForm, preset=Preset({})))


@router.post("/records/{record_id}/notice")
def take_notice(request: Request, ctx: Work, record_id: Key, posted: PostedForm) -> Response:
    """Issue a rectification notice."""

    def act(form: NoticeForm) -> RedirectResponse:
        outcome = issue_notice(ctx, record_id, form, Seen())
        return onward(f"/projects/{outcome.subject}", "rectification.open")

    about = _notice_about(ctx, record_id)
    return opened(request, ctx, about, form=NoticeForm, preset=Preset({}), posted=posted, act=act)
