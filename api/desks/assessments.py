"""The campaigns of assessment, newest first."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.desks.frame import answer, frame_of, holds
from api.screens.assessment import CampaignLine, Campaigns
from api.transaction import Work
from budgetperf.actions.campaigns import editions_of
from budgetperf.actions.context import Context
from budgetperf.errors import Forbidden
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules, Phase
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.store.campaigns import CampaignFacts, campaigns
from budgetperf.store.records import list_records

router = APIRouter()
EMPTY = "还没有启动年度考评。由考评办公室选择考评方案和年度启动，登记考评对象、数据提供单位和评分人后下达。"
_SEES = ("assessment:page:view", "record:page:view", "rating:sheet:submit")


def demand_sight(actor: Actor) -> None:
    """Refuse who has no part in any record.

    Raises
    ------
    Forbidden
    """
    if not any(holds(actor, permission) for permission in _SEES):
        raise Forbidden("assessment.page", "您的岗位不参与考评，考评由单位、评分人和考评办公室办理")


def phase_today(ctx: Context, campaign: CampaignFacts, rules: CampaignRules) -> Phase | None:
    """Return the phase today lies in, or None outside the cycle."""
    year = campaign.fiscal_year
    return next(
        (one for one in rules.cycle.phases if one.begins.on(year) <= ctx.today <= one.ends.on(year)), None
    )


@router.get("/assessment")
def show(request: Request, ctx: Work) -> HTMLResponse:
    """Show all campaigns."""
    demand_sight(ctx.actor)
    known = {item.id: item for item in list_records(ctx.session, ctx.actor, stage=Stage.ASSESSMENT)}
    lines = []
    for campaign in campaigns(ctx.session):
        if campaign.id in known:
            editions = editions_of(ctx, campaign)
            phase = phase_today(ctx, campaign, editions.campaign.rules)
            lines.append(
                CampaignLine(
                    campaign.fiscal_year,
                    editions.scheme.edition.title,
                    f"/assessment/{campaign.subject}",
                    known[campaign.id].status,
                    phase.label if phase else "",
                    phase.ends.on(campaign.fiscal_year) if phase else None,
                )
            )
    return answer(
        Campaigns(
            frame_of(request, ctx),
            campaigns=tuple(lines),
            empty="" if lines else EMPTY,
            opening="/open/assessment" if holds(ctx.actor, "assessment:campaign:prepare") else "",
        )
    )
