"""What the fields of an opening choose from: organisations, panels, editions, projects whose claims are heard."""

from api.desks.assessment_presets import places
from api.desks.frame import holds
from api.screens.page import Option
from budgetperf.actions.context import Context
from budgetperf.actions.own_baselines import own_baselines
from budgetperf.evaluands import OrganisationKind, within
from budgetperf.permissions import Role
from budgetperf.store.costs import unit_years
from budgetperf.store.listings import cost_panels
from budgetperf.store.organisations import organisations

CLAIM = "special_factor_claim:form:file"


def choices(ctx: Context, year: int, project_code: str) -> dict[str, tuple[Option, ...]]:
    """Return what the fields that name something choose from, for the year and project chosen so far."""
    nodes = organisations(ctx.session)
    nodes_by_path = tuple(Option(node.path, f"{'　' * node.path.count('.')}{node.name}") for node in nodes)
    panels = tuple(Option(item.code, f"{item.code} {item.service}") for item in cost_panels(ctx.session))
    branches = (Option("", "全市"), *(place for place in nodes_by_path if "." in place.value))
    served = [grant.scope for grant in ctx.actor.grants if grant.role is Role.CLERK]
    own = tuple(
        Option(node.path, node.name)
        for node in nodes
        if node.kind is OrganisationKind.AGENCY and any(within(node.path, scope) for scope in served)
    )
    return {
        **dict.fromkeys(("AccountForm.organisation_path", "OrganisationForm.parent_path"), nodes_by_path),
        **dict.fromkeys(("GrantForm.scope", "QuarterForm.scope", "YearForm.scope"), branches),
        "CampaignForm.jurisdiction": places(ctx),
        "FitForm.panel_code": panels,
        **_claimable(ctx, year, project_code),
        "NewEditionForm.copy_of": _editions(ctx),
        "NewRequestForm.agency_path": own,
    }


def _claimable(ctx: Context, year: int, project_code: str) -> dict[str, tuple[Option, ...]]:
    """Return the projects and panels whose claims are heard for a year; why there are none, where there are none."""
    if not holds(ctx.actor, CLAIM):
        return {}
    own = [one for one in own_baselines(ctx) if one.found.fiscal_year == year]
    heard = [one.found for one in own if one.open]
    if heard:
        none = ""
    elif any(one.issued for one in own):
        none = "没有：该年度控制数已下达，不再受理"
    elif own:
        none = "没有：该年度申请期已结束"
    elif year in unit_years(ctx.session, ctx.actor):
        none = "没有：该年度基线尚未采用"
    else:
        none = "没有：该年度没有项目列入成本面板"
    projects = {one.code: f"{one.code} {one.name}" for one in heard}
    chosen = project_code if project_code in projects else ""
    panels = {one.panel_code: f"{one.panel_code} {one.service}" for one in heard if chosen in {"", one.code}}
    return {
        f"NewClaimForm.{field}": tuple(Option(code, text) for code, text in known.items())
        or (Option("", none),)
        for field, known in (("project_code", projects), ("panel_code", panels))
    }


def _editions(ctx: Context) -> tuple[Option, ...]:
    if not holds(ctx.actor, "rules:edition:draft"):
        return ()
    return tuple(Option(one.id, f"{one.title}（{one.id}）") for one in ctx.rules.editions)


def claimed_year(ctx: Context) -> int:
    """Return the newest budget year whose baselines may be claimed against; next year's where there is none."""
    return max((one.found.fiscal_year for one in own_baselines(ctx) if one.open), default=ctx.today.year + 1)
