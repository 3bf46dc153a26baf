"""Bonuses claimed, judged, published and settled; penalties told and settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from budgetperf.actions.campaign_files import demand_theirs, demand_uploaded
from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict, Forbidden, Invalid
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
from budgetperf.scoring.adjustments import AdjustmentItem, AdjustmentSide
from budgetperf.store.campaigns import (
    CampaignFacts,
    UnitFacts,
    get_campaign,
    get_unit,
    unit_by_subject,
)
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, StepFacts, get_record, latest_filing, list_records, steps_of

F = TypeVar("F", bound=Form)

_DEAD = frozenset({Status.REJECTED, Status.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal: what is contested and, once decided, what came of it."""

    record: RecordFacts
    form: AppealForm
    decision: AppealDecisionForm | None


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


def item_of(ctx: Context, record: RecordFacts) -> AdjustmentItem | None:
    """Return the item of the scheme a claim is made under."""
    claim = filed(ctx, record, BonusForm) if record.stage is Stage.BONUS else filed(ctx, record, PenaltyForm)
    side = side_of(work_for(ctx, campaign_about(ctx, record)), unit_of(ctx, record), record.stage)
    return next((item for item in side.items() if item.key == claim.item), None) if side else None


def campaign_about(ctx: Context, record: RecordFacts) -> CampaignFacts:
    """Return the campaign a unit's record belongs to."""
    return get_campaign(ctx.session, record.subject.partition(".U.")[0])


def demand_own(ctx: Context, unit: UnitFacts, action: str) -> None:
    """Let an organisation's own people act for it; for a person nobody but themselves.

    Raises
    ------
    Forbidden
    """
    demand_theirs(ctx, unit, action)
    if unit.person_id not in {None, ctx.actor.id}:
        raise Forbidden("campaign.not_theirs", f"“{unit.name}”须由本人“{action}”，他人不能代办")


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
    # Held until the claim stands: what is being computed takes no new claims.
    status = get_record(ctx.session, ctx.actor, campaign.id, lock=True).status
    work = work_for(ctx, campaign)
    evidence = form.evidence if isinstance(form, BonusForm) else ()
    demand_uploaded(ctx, unit, evidence)
    earlier = list_records(ctx.session, ctx.actor, stage=stage, subject=unit.subject)
    findings = (
        *check_claim(form, side_of(work, unit, stage), documented=stage is Stage.PENALTY or bool(evidence)),
        *_claimed_twice(ctx, earlier, form),
    )
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise Invalid("campaign.claim", "；".join(finding.message for finding in findings), findings)
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
    guards = {Guard.RUNNING} if status is Status.RUNNING else ()
    moved = open_record(ctx, target, verb=verb, seen=seen, guards=guards)
    return moved.log(ctx, filed_event(moved, file_form(ctx, moved, form, edition=campaign.scheme)))


def _claimed_twice(
    ctx: Context, earlier: Iterable[RecordFacts], form: BonusForm | PenaltyForm
) -> tuple[Finding, ...]:
    """Refuse a second live claim of the same item and award: a result counts them in one line."""
    live = [record.id for record in earlier if record.status not in _DEAD]
    documents = filed_documents(ctx.session, live, type(form).__name__).values()
    known = [type(form).model_validate(document) for document in documents]
    if all((one.item, one.award.strip()) != (form.item, form.award.strip()) for one in known):
        return ()
    again = (
        "请考评办公室对前一件“不予认定”后，按合计数量重新申报"
        if isinstance(form, BonusForm)
        else "请撤销前一件，按合计数量重新告知"
    )
    text = f"“{form.award}”已按同一项目申报或告知，不得重复计分；数量有增加的，{again}"
    return (Finding("campaign.claim_twice", Severity.ERROR, Where(pointer="/award"), text),)


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
    item = item_of(ctx, record)
    text = item.refusal(form.value, claimed.award) if item else ""
    if not 0 < form.value <= claimed.value:
        text = f"认定数量应大于0且不高于申报的{claimed.value}；不予认定的请选择“不予认定”"
    finding = Finding("campaign.admitted", Severity.ERROR, Where(pointer="/value"), text)
    moved = move(ctx, record_id, "admit", seen=seen, findings=(finding,) if text else (), record=record)
    kept = file_form(ctx, moved, form, edition="")
    return moved.log(ctx, filed_event(moved, kept))


def settle(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Let a claim count: its days for objection are over, no appeal is open and no result is computed without it."""
    record = load(ctx, record_id)
    guards = {Guard.CONTEST_OVER} if contest_over(ctx, record) else set()
    if get_record(ctx.session, ctx.actor, campaign_about(ctx, record).id, lock=True).status is Status.RUNNING:
        guards.add(Guard.NOT_COMPUTED)
    return move(ctx, record_id, "settle", seen=seen, guards=guards, record=record).log(ctx)


def contest_until(ctx: Context, record: RecordFacts) -> date | None:
    """Return the last day on which a published bonus or a penalty told may be contested; None before it is."""
    rules = work_for(ctx, campaign_about(ctx, record)).rules
    return last_day(ctx, rules, record, steps_of(ctx.session, [record.id]))


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
    last = contest_until(ctx, record)
    return last is not None and ctx.today > last and not open_appeals(ctx, record)


def open_appeals(ctx: Context, record: RecordFacts) -> list[RecordFacts]:
    """Return the appeals against a record that are not decided."""
    found = (appeal.record for appeal in appeals_against(ctx, record))
    return [appeal for appeal in found if appeal.status is Status.FILED]


def appeals_of(ctx: Context, campaign: CampaignFacts) -> list[Appeal]:
    """Return the visible appeals of a campaign, in the order they were decided; the undecided come first.

    However many there are, they are read by the same few queries.
    """
    records = records_of(ctx, campaign, Stage.APPEAL)
    ids = [record.id for record in records]
    forms = filed_documents(ctx.session, ids, AppealForm.__name__)
    decisions = filed_documents(ctx.session, ids, AppealDecisionForm.__name__)
    steps = enumerate(steps_of(ctx.session, ids), 1)
    decided = {step.record_id: at for at, step in steps if step.verb == "decide"}
    return [
        Appeal(
            record,
            AppealForm.model_validate(forms[record.id]),
            AppealDecisionForm.model_validate(decisions[record.id]) if record.id in decisions else None,
        )
        for record in sorted(records, key=lambda one: decided.get(one.id, 0))
    ]


def appeals_against(ctx: Context, record: RecordFacts) -> list[Appeal]:
    """Return the visible appeals against a record, in the order they were decided."""
    found = appeals_of(ctx, campaign_about(ctx, record))
    return [appeal for appeal in found if appeal.form.record == record.id]


def counted(ctx: Context, record: RecordFacts) -> Decimal:
    """Return what of a claim counts: as admitted or told, and as the newest decision left it."""
    return counted_of(ctx, [record], appeals_against(ctx, record))[record.id]


def counted_of(ctx: Context, records: Sequence[RecordFacts], appeals: Iterable[Appeal]) -> dict[str, Decimal]:
    """Return by id what of each claim counts; the appeals come in the order they were decided."""
    ids = [record.id for record in records]
    admitted = filed_documents(ctx.session, ids, AdmissionForm.__name__)
    told = filed_documents(ctx.session, ids, PenaltyForm.__name__)
    found = {key: AdmissionForm.model_validate(document).value for key, document in admitted.items()}
    found |= {key: PenaltyForm.model_validate(document).value for key, document in told.items()}
    for appeal in appeals:
        value = appeal.decision.value if appeal.decision else None
        if value is not None and appeal.form.record in found:
            found[appeal.form.record] = value
    return found


def unit_of(ctx: Context, record: RecordFacts) -> UnitFacts:
    """Return the unit a record is about."""
    return unit_by_subject(ctx.session, record.subject)
