"""Bonuses claimed, judged, published and settled; penalties told and settled."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from budgetperf.actions.campaign_files import demand_theirs
from budgetperf.actions.campaign_work import Work
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict, Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.fiscal import SHANGHAI
from budgetperf.forms import Form
from budgetperf.lifecycle.unit_assessment.checks import check_claim
from budgetperf.lifecycle.unit_assessment.form import (
    AdmissionForm,
    AppealDecisionForm,
    AppealForm,
    BonusForm,
    PenaltyForm,
)
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.scoring.adjustments import AdjustmentSide
from budgetperf.store.campaigns import UnitFacts, files_of, get_campaign, get_unit, unit_by_subject
from budgetperf.store.records import RecordFacts, StepFacts, get_record, latest_filing, list_records, steps_of

F = TypeVar("F", bound=Form)


def filed(ctx: Context, record: RecordFacts, form: type[F]) -> F:
    """Return the newest filing of a form.

    Raises
    ------
    Conflict
        Nothing has been filed.
    """
    filing = latest_filing(ctx.session, record.id, form.__name__)
    if filing is None:
        raise Conflict("campaign.nothing_filed", f"“{record.name}”没有填报内容")
    return form.model_validate(filing.document)


def side_of(work: Work, unit: UnitFacts, stage: Stage) -> AdjustmentSide | None:
    """Return the bonuses, or the penalties, of a unit's track."""
    track = work.scheme.track_of(unit.group_key)
    if track is None:
        return None
    return track.adjustments.bonus if stage is Stage.BONUS else track.adjustments.penalty


def _open_claim(
    ctx: Context,
    campaign_key: str,
    code: str,
    *,
    stage: Stage,
    verb: str,
    form: BonusForm | PenaltyForm,
    seen: Seen,
) -> Outcome:
    campaign = get_campaign(ctx.session, campaign_key)
    unit = get_unit(ctx.session, campaign.id, code)
    work = work_for(ctx, campaign)
    evidence = form.evidence if isinstance(form, BonusForm) else ()
    attached = {item.digest for item in files_of(ctx.session, unit.id)}
    if unknown := [item for item in evidence if item not in attached]:
        raise Invalid("campaign.evidence", f"材料 {unknown[0][:12]}… 未上传到该考评对象，请先上传")
    documented = stage is Stage.PENALTY or bool(evidence)
    findings = check_claim(form, side_of(work, unit, stage), documented=documented)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise Invalid("campaign.claim", "；".join(finding.message for finding in findings), findings)
    earlier = list_records(ctx.session, ctx.actor, stage=stage, subject=unit.subject)
    target = Target(
        stage,
        None,
        unit.subject,
        f"{unit.name}{stage.label}：{form.award}",
        unit.path,
        campaign.fiscal_year,
        serial=len(earlier),
        due_on=due(ctx.today, work.rules.appeals.file_within, ctx.rules.work_calendar())
        if stage is Stage.PENALTY
        else None,
    )
    running = get_record(ctx.session, ctx.actor, campaign.id).status is Status.RUNNING
    moved = open_record(ctx, target, verb=verb, seen=seen, guards={Guard.RUNNING} if running else ())
    kept = file_form(ctx, moved, form, edition=campaign.scheme)
    return moved.log(ctx, filed_event(moved, kept))


def claim_bonus(ctx: Context, campaign: str, code: str, form: BonusForm, seen: Seen) -> Outcome:
    """Claim a bonus with documents that were uploaded to the unit.

    Raises
    ------
    Invalid
        The item is not of the unit's track, the count is off its range, or a document is missing.
    Forbidden
        The unit is not theirs.
    """
    unit = get_unit(ctx.session, get_campaign(ctx.session, campaign).id, code)
    demand_theirs(ctx, unit, "申报加分")
    return _open_claim(ctx, campaign, code, stage=Stage.BONUS, verb="file", form=form, seen=seen)


def tell_penalty(ctx: Context, campaign: str, code: str, form: PenaltyForm, seen: Seen) -> Outcome:
    """Tell a unit of a penalty; it may appeal until the due day."""
    return _open_claim(ctx, campaign, code, stage=Stage.PENALTY, verb="tell", form=form, seen=seen)


def admit(ctx: Context, record_id: str, form: AdmissionForm, seen: Seen) -> Outcome:
    """Admit a claim, in full or in part."""
    record = load(ctx, record_id)
    claimed = filed(ctx, record, BonusForm)
    wrong = not 0 < form.value <= claimed.value
    text = f"认定数量应大于0且不高于申报的{claimed.value}；不予认定的请选择“不予认定”"
    finding = Finding("campaign.admitted", Severity.ERROR, Where(pointer="/value"), text)
    moved = move(ctx, record_id, "admit", seen=seen, findings=(finding,) if wrong else (), record=record)
    kept = file_form(ctx, moved, form, edition="")
    return moved.log(ctx, filed_event(moved, kept))


def settle(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Let a claim count: its days for objection are over and no appeal is open."""
    record = load(ctx, record_id)
    guards = {Guard.CONTEST_OVER} if contest_over(ctx, record) else set()
    return move(ctx, record_id, "settle", seen=seen, guards=guards, record=record).log(ctx)


def contest_until(ctx: Context, record: RecordFacts) -> date:
    """Return the last day on which a published bonus or a penalty told may be contested."""
    rules = work_for(ctx, get_campaign(ctx.session, record.subject.partition(".U.")[0])).rules
    last = last_day(ctx, rules, record, steps_of(ctx.session, [record.id]))
    assert last is not None
    return last


def last_day(
    ctx: Context, rules: CampaignRules, record: RecordFacts, steps: Iterable[StepFacts]
) -> date | None:
    """Return the last day to contest a claim by the steps it took; None while it was not told or published."""
    verb = "publish" if record.stage is Stage.BONUS else "tell"
    told = [step.at for step in steps if step.record_id == record.id and step.verb == verb]
    if not told:
        return None
    days = rules.publication.bonus if record.stage is Stage.BONUS else rules.appeals.file_within
    return due(max(told).astimezone(SHANGHAI).date(), days, ctx.rules.work_calendar())


def contest_over(ctx: Context, record: RecordFacts) -> bool:
    """Tell whether nothing stands against a claim any more."""
    if record.status not in {Status.OPENLY, Status.TOLD}:
        return False
    return ctx.today > contest_until(ctx, record) and not open_appeals(ctx, record)


def open_appeals(ctx: Context, record: RecordFacts) -> list[RecordFacts]:
    """Return the appeals against a record that are not decided."""
    return [appeal for appeal in appeals_against(ctx, record) if appeal.status is Status.FILED]


def appeals_against(ctx: Context, record: RecordFacts) -> list[RecordFacts]:
    """Return the visible appeals against a record."""
    found = list_records(ctx.session, ctx.actor, stage=Stage.APPEAL, fiscal_year=record.fiscal_year)
    return [one for one in found if filed(ctx, one, AppealForm).record == record.id]


def counted(ctx: Context, record: RecordFacts) -> Decimal:
    """Return what of a settled claim counts: as admitted, and as an appeal left it."""
    value = (
        filed(ctx, record, AdmissionForm).value
        if record.stage is Stage.BONUS
        else filed(ctx, record, PenaltyForm).value
    )
    for appeal in appeals_against(ctx, record):
        if appeal.status is Status.DECIDED:
            decision = filed(ctx, appeal, AppealDecisionForm)
            value = decision.value if decision.value is not None else value
    return value


def unit_of(ctx: Context, record: RecordFacts) -> UnitFacts:
    """Return the unit a record is about."""
    return unit_by_subject(ctx.session, record.subject)
