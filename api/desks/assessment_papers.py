"""What a worker does for an assessment: keep its calendar, print its ranking, the notice or trace of a unit."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.answers import Key
from api.desks.assessed_unit import unit_for
from api.desks.frame import onward
from api.desks.moves import assessment_page
from api.desks.openings import asked, opened, opening_page
from api.guards import PostedForm, demand
from api.resources import resources_of
from api.screens.fields import Preset
from api.screens.form import About
from api.transaction import Work as Transaction
from budgetperf.actions.context import Context
from budgetperf.actions.simple import NoForm
from budgetperf.errors import NotFound
from budgetperf.store.campaigns import CampaignFacts, get_campaign, results_of
from budgetperf.store.records import get_record

router = APIRouter()
CAMPAIGN = {"ranking": ("打印排名表", "batch.assessment_ranking")}
UNIT = {
    "notice": ("打印结果通知书", "batch.assessment_notice"),
    "trace": ("打印计分明细", "batch.assessment_trace"),
}


def _order(ctx: Context, subject: str, code: str, paper: str) -> tuple[About, str, dict[str, str]]:
    """Return what the page is about, the batch and its arguments; only of results the reader may see."""
    known = UNIT if code else CAMPAIGN
    if paper not in known:
        raise NotFound("paper.unknown", "没有这种文书")
    title, kind = known[paper]
    demand(ctx.actor, "result:paper:view", title)
    campaign = get_campaign(ctx.session, subject)
    results = results_of(ctx.session, campaign.id)
    arguments = {"campaign_id": campaign.id}
    unit = unit_for(ctx, subject, code) if code else None
    if not any(unit is None or one.unit_id == unit.id for one in results):
        raise NotFound("paper.none", "还没有您可以打印的考评结果")
    name, back = _name(ctx, campaign), assessment_page(subject)
    if unit is not None:
        arguments["unit"], name, back = unit.code, unit.name, assessment_page(unit.subject)
    return About(title, name, code or subject, str(campaign.fiscal_year), "", back), kind, arguments


def _name(ctx: Context, campaign: CampaignFacts) -> str:
    return get_record(ctx.session, ctx.actor, campaign.id).name


CALENDAR = "按日程推进"


def _calendar(ctx: Context, subject: str) -> About:
    demand(ctx.actor, "assessment:run:start", CALENDAR)
    campaign = get_campaign(ctx.session, subject)
    year = str(campaign.fiscal_year)
    return About(CALENDAR, _name(ctx, campaign), campaign.subject, year, "", assessment_page(subject))


@router.get("/assessment/{subject}/calendar")
def ask_calendar(request: Request, ctx: Transaction, subject: Key) -> HTMLResponse:
    """Ask once more before the calendar is kept by a run."""
    return asked(opening_page(request, ctx, _calendar(ctx, subject), form=NoForm, preset=Preset({})))


@router.post("/assessment/{subject}/calendar")
def keep_calendar(request: Request, ctx: Transaction, subject: Key, posted: PostedForm) -> Response:
    """Let a run begin each phase on its day."""
    about = _calendar(ctx, subject)

    def act(_form: NoForm) -> RedirectResponse:
        jobs = resources_of(request).jobs
        jobs.enqueue_in_transaction(ctx, "campaign.assessment", {"campaign": about.code}, key=about.code)
        return onward("/runs", "run")

    return opened(request, ctx, about, form=NoForm, preset=Preset({}), posted=posted, act=act)


@router.get("/assessment/{subject}/print/{paper}")
@router.get("/assessment/{subject}/units/{code}/print/{paper}")
def ask(request: Request, ctx: Transaction, subject: Key, paper: str, code: str = "") -> HTMLResponse:
    """Ask once more before printing."""
    about, _, _ = _order(ctx, subject, code, paper)
    return asked(opening_page(request, ctx, about, form=NoForm, preset=Preset({})))


@router.post("/assessment/{subject}/print/{paper}")
@router.post("/assessment/{subject}/units/{code}/print/{paper}")
def take(
    request: Request, ctx: Transaction, subject: Key, paper: str, posted: PostedForm, code: str = ""
) -> Response:
    """Order the paper; it is found among the runs."""
    about, kind, arguments = _order(ctx, subject, code, paper)

    def act(_form: NoForm) -> RedirectResponse:
        key = f"{subject}/{code}/{ctx.ids.new()}"
        resources_of(request).jobs.enqueue_in_transaction(ctx, kind, arguments, key=key)
        return onward("/runs", "run")

    return opened(request, ctx, about, form=NoForm, preset=Preset({}), posted=posted, act=act)
