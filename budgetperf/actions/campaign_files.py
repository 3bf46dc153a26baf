"""Documents behind claims and appeals: kept with the unit, with the day they speak of."""

from collections.abc import Iterable
from datetime import date

from budgetperf.actions.context import Context
from budgetperf.actions.files import keep_file
from budgetperf.actions.payloads import FileAttached
from budgetperf.errors import Forbidden, Invalid
from budgetperf.evaluands import within
from budgetperf.evidence.attachments import safe_filename
from budgetperf.permissions import ROLE_PERMISSIONS, Permission
from budgetperf.store.campaigns import (
    CampaignFileFacts,
    UnitFacts,
    files_of,
    get_campaign,
    get_unit,
    write_file,
)
from budgetperf.store.evidence import write_event
from budgetperf.store.session import assesses

_VIEW = Permission("record:page:view")


def attach_to_unit(
    ctx: Context,
    campaign_key: str,
    code: str,
    content: bytes,
    *,
    filename: str,
    describes: str,
    effective_on: date,
) -> str:
    """Keep a document with a unit and return its digest.

    Raises
    ------
    Forbidden
        The unit is not the actor's.
    Invalid
        The file is refused, or speaks of a day that has not come.
    """
    campaign = get_campaign(ctx.session, campaign_key)
    unit = get_unit(ctx.session, campaign.id, code)
    if not may_attach(ctx, unit):
        raise Forbidden("file.forbidden", f"“{unit.name}”不是您的考评对象，不能上传材料")
    if effective_on > ctx.today:
        raise Invalid("file.effective_on", f"材料形成日期{effective_on}晚于今天，请填写材料本身的日期")
    digest = keep_file(ctx, content)
    facts = CampaignFileFacts(
        ctx.ids.new(),
        campaign.id,
        unit.id,
        digest,
        safe_filename(filename),
        describes,
        effective_on,
        ctx.now,
        ctx.actor.id,
    )
    write_file(ctx.session, facts)
    payload = FileAttached(facts.id, digest, facts.filename, effective_on.isoformat())
    write_event(
        ctx.session, unit.subject, kind="evidence.attach", actor=ctx.actor.id, at=ctx.now, payload=payload
    )
    return digest


def demand_uploaded(ctx: Context, unit: UnitFacts, evidence: Iterable[str]) -> None:
    """Refuse to name a document that was not brought to the unit.

    Raises
    ------
    Invalid
    """
    attached = {item.digest for item in files_of(ctx.session, unit.id)}
    if unknown := next((one for one in evidence if one not in attached), ""):
        raise Invalid("campaign.evidence", f"材料 {unknown[:12]}… 未上传到该考评对象，请先上传")


def may_attach(ctx: Context, unit: UnitFacts) -> bool:
    """Tell whether the actor may bring documents for a unit: its own people, and the assessing office."""
    return is_theirs(ctx, unit) or assesses(ctx.actor) == "writes"


def is_theirs(ctx: Context, unit: UnitFacts) -> bool:
    """Tell whether a unit is the actor's own: themselves, led by them, or of their branch of the tree."""
    if ctx.actor.id in {unit.person_id, unit.leader_id}:
        return True
    return bool(unit.path) and any(
        grant.scope and within(unit.path, grant.scope) and _VIEW in ROLE_PERMISSIONS[grant.role]
        for grant in ctx.actor.grants
    )


def may_know(ctx: Context, unit: UnitFacts) -> bool:
    """Tell whether a unit is shown to the actor; of people only to those they are, lead or assess.

    A rater knows the names on their sheet, a supplier those of their report; neither reads the roster.
    """
    return unit.person_id is None or bool(assesses(ctx.actor)) or is_theirs(ctx, unit)


def acts_for(ctx: Context, unit: UnitFacts) -> bool:
    """Tell whether the actor claims and contests for a unit: its own people, of a person nobody but themselves."""
    return is_theirs(ctx, unit) and unit.person_id in {None, ctx.actor.id}


def demand_theirs(ctx: Context, unit: UnitFacts, action: str) -> None:
    """Refuse to act in the name of somebody else's unit.

    Raises
    ------
    Forbidden
    """
    if not is_theirs(ctx, unit):
        raise Forbidden("campaign.not_theirs", f"“{unit.name}”不是您的考评对象，不能“{action}”")
