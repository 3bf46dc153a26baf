"""A campaign of assessment: opened, its roster kept, started, taken from phase to phase, archived."""

from dataclasses import dataclass
from datetime import date, timedelta

from budgetperf.actions.campaign_roster import read_raters, read_roster
from budgetperf.actions.campaign_work import Work, begun_phases, open_work, records_of, unsettled
from budgetperf.actions.context import Context
from budgetperf.actions.moves import (
    Outcome,
    Seen,
    Target,
    drop_draft,
    file_form,
    filed_event,
    load,
    move,
    open_record,
)
from budgetperf.actions.rules import InForce, named
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.unit_assessment.cells import exemption_labels
from budgetperf.lifecycle.unit_assessment.fit import misfits
from budgetperf.lifecycle.unit_assessment.form import CampaignForm, ExemptionForm, RatersForm, RosterForm
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules, Task
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import find
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.store.campaigns import (
    CampaignFacts,
    add_seats,
    campaign_of,
    exempt_unit,
    get_campaign,
    get_unit,
    replace_roster,
    units_of,
    update_campaign,
    write_campaign,
)


@dataclass(frozen=True, slots=True)
class Editions:
    """The two editions a campaign runs under."""

    scheme: InForce[AssessmentRules]
    campaign: InForce[CampaignRules]


def editions_of(ctx: Context, campaign: CampaignFacts) -> Editions:
    """Return the editions a campaign was opened under."""
    return Editions(named(ctx, campaign.scheme, AssessmentRules), named(ctx, campaign.rules, CampaignRules))


def work_for(ctx: Context, campaign: CampaignFacts) -> Work:
    """Return a campaign with its editions and roster."""
    editions = editions_of(ctx, campaign)
    return Work(
        campaign, editions.scheme.rules, editions.campaign.rules, tuple(units_of(ctx.session, campaign.id))
    )


def open_campaign(ctx: Context, form: CampaignForm, seen: Seen) -> Outcome:
    """Open the campaign of a place and year under the editions in force on 1 January.

    Raises
    ------
    Conflict
        That place and year have their campaign, its cycle is over or far off, or the two editions do not
        fit each other.
    NotFound
        The place has no such edition.
    """
    if known := campaign_of(ctx.session, form.jurisdiction, form.fiscal_year):
        title = ctx.rules.by_id(known.scheme).title
        raise Conflict("campaign.exists", f"“{form.fiscal_year}年度{title}”已启动，同一方案一年只启动一次")
    day = date(form.fiscal_year, 1, 1)
    scheme = ctx.rules.get("unit_assessment", day, jurisdiction=form.jurisdiction)
    rules = ctx.rules.get("assessment_campaign", day, jurisdiction=form.jurisdiction)
    _demand_within(ctx, rules.rules_as(CampaignRules), form.fiscal_year)
    wrong = misfits(scheme.rules_as(AssessmentRules), rules.rules_as(CampaignRules))
    if wrong:
        raise Conflict("campaign.misfit", "考评方案与组织实施规则不一致：" + "；".join(wrong))
    subject = f"KP{form.fiscal_year}-{form.jurisdiction}"
    target = Target(
        Stage.ASSESSMENT, None, subject, f"{form.fiscal_year}年度{scheme.title}", "", form.fiscal_year
    )
    moved = open_record(ctx, target, seen=seen)
    write_campaign(
        ctx.session,
        CampaignFacts(
            moved.record.id,
            subject,
            form.fiscal_year,
            form.jurisdiction,
            scheme.id,
            rules.id,
            None,
            None,
            None,
            None,
            told_to_all=False,
        ),
    )
    return moved.log(ctx)


def _demand_within(ctx: Context, rules: CampaignRules, year: int) -> None:
    """Refuse a year whose cycle is over, or begins more than a year from now: it could never be started."""
    phases = rules.cycle.phases
    begins, ends = phases[0].begins.on(year), phases[-1].ends.on(year)
    if ends < ctx.today:
        raise Conflict("campaign.over", f"{year}年度考评周期（{begins}至{ends}）已经结束，请核对年度")
    if begins > ctx.today + timedelta(days=366):
        raise Conflict("campaign.early", f"{year}年度考评周期{begins}才开始，请核对年度")


def enrol(ctx: Context, record_id: str, form: RosterForm, seen: Seen) -> Outcome:
    """Keep the whole roster: units, suppliers, raters; it replaces the one before."""
    record = load(ctx, record_id)
    campaign = get_campaign(ctx.session, record_id)
    editions = editions_of(ctx, campaign)
    roster, findings = read_roster(ctx, campaign, form, editions.scheme.rules, editions.campaign.rules)
    moved = move(ctx, record_id, "enrol", seen=seen, findings=findings, record=record)
    replace_roster(
        ctx.session, campaign.id, units=roster.units, suppliers=roster.suppliers, seats=roster.seats
    )
    drop_draft(ctx, record_id)
    return moved.log(ctx)


def start(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Send out the work of every phase that has begun.

    Raises
    ------
    Invalid
        Today lies outside the cycle, or nobody is enrolled.
    """
    record = load(ctx, record_id, "start")
    campaign = get_campaign(ctx.session, record_id)
    work = work_for(ctx, campaign)
    work.rules.cycle.phase_on(ctx.today, campaign.fiscal_year)
    nobody = Finding("campaign.empty", Severity.ERROR, Where(pointer="/units"), "尚未登记考评对象，请先登记")
    moved = move(ctx, record_id, "start", seen=seen, findings=() if work.units else (nobody,), record=record)
    update_campaign(ctx.session, campaign.id, started_on=ctx.today)
    open_work(ctx, work, _opened_so_far(work, ctx.today))
    return moved.log(ctx)


def advance_phase(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Send out what the phases begun so far ask, once the gates of those before are settled.

    Raises
    ------
    Invalid
        A gate of an earlier phase is not settled; each finding names what is lacking.
    """
    record = load(ctx, record_id)
    campaign = get_campaign(ctx.session, record_id)
    work = work_for(ctx, campaign)
    begun = begun_phases(work.rules, campaign.fiscal_year, ctx.today)
    gates = [task for phase in begun[:-1] for task in phase.gate]
    findings = unsettled(ctx, campaign, dict.fromkeys(gates))
    moved = move(ctx, record_id, "advance", seen=seen, findings=findings, record=record)
    open_work(ctx, work, _opened_so_far(work, ctx.today))
    return moved.log(ctx)


def exempt(ctx: Context, record_id: str, form: ExemptionForm, seen: Seen) -> Outcome:
    """Take a unit or person out of the year's assessment, or back into it with no exemption named."""
    record = load(ctx, record_id, "exempt")
    campaign = get_campaign(ctx.session, record_id)
    known = exemption_labels(editions_of(ctx, campaign).scheme.rules)
    unit = get_unit(ctx.session, campaign.id, form.unit)
    listed = "、".join(f"{label}（{key}）" for key, label in known.items())
    text = f"方案没有“{form.exemption}”这一情形，可填：{listed}；恢复考评的留空"
    wrong = Finding("campaign.exemption", Severity.ERROR, Where(pointer="/exemption"), text)
    findings = () if form.exemption in {"", *known} else (wrong,)
    told = Seen(seen.version, seen.reason or form.reason)
    moved = move(ctx, record_id, "exempt", seen=told, findings=findings, record=record)
    exempt_unit(ctx.session, unit.id, form.exemption)
    if form.exemption:
        _ask_no_more(ctx, campaign, known[form.exemption], unit.subject)
    kept = file_form(ctx, moved, form, edition=campaign.scheme)
    return moved.log(ctx, filed_event(moved, kept))


def add_raters(ctx: Context, record_id: str, form: RatersForm, seen: Seen) -> Outcome:
    """Seat raters who join while the campaign runs; the next advance sends them their sheets."""
    record = load(ctx, record_id)
    campaign = get_campaign(ctx.session, record_id)
    editions = editions_of(ctx, campaign)
    seats, findings = read_raters(ctx, campaign, form.raters, editions.scheme.rules, editions.campaign.rules)
    moved = move(ctx, record_id, "add_raters", seen=seen, findings=findings, record=record)
    add_seats(ctx.session, seats)
    return moved.log(ctx)


def _opened_so_far(work: Work, today: date) -> list[Task]:
    phases = begun_phases(work.rules, work.campaign.fiscal_year, today)
    return [task for phase in phases for task in phase.opens]


def archive(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Close the campaign: from this day the months count that ratings are kept."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "archive", seen=seen, record=record)
    update_campaign(ctx.session, record_id, archived_on=ctx.today)
    _ask_no_more(ctx, get_campaign(ctx.session, record_id), moved.row.label)
    return moved.log(ctx)


def _ask_no_more(ctx: Context, campaign: CampaignFacts, reason: str, subject: str = "") -> None:
    """Let the progress reports that were never filed wait for nobody: those of a unit, or of all."""
    for record in records_of(ctx, campaign, Stage.PROGRESS):
        if find(Stage.PROGRESS, "void", record.status) and subject in {"", record.subject}:
            move(ctx, record.id, "void", seen=Seen(reason=reason), record=record).log(ctx)
