"""Appeals against penalties and results, objections to published bonuses: received, decided, carried out."""

from budgetperf.actions.campaign_files import demand_theirs
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import contest_until, filed
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.errors import Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.unit_assessment.form import (
    AppealAbout,
    AppealDecisionForm,
    AppealForm,
    AppealOutcome,
)
from budgetperf.permissions import Role
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.store.campaigns import CampaignFacts, files_of, get_campaign, get_unit
from budgetperf.store.records import RecordFacts, doers, get_record, list_records

_STAGES = {AppealAbout.PENALTY: Stage.PENALTY, AppealAbout.BONUS: Stage.BONUS}
_CONTESTED = {Stage.PENALTY: Status.TOLD, Stage.BONUS: Status.OPENLY}


def file_appeal(ctx: Context, campaign_key: str, code: str, form: AppealForm, seen: Seen) -> Outcome:
    """Appeal in the name of a unit, or for oneself.

    Raises
    ------
    Invalid
        The record named cannot be contested this way, or a document was not uploaded.
    Conflict
        The days for it are over.
    Forbidden
        The unit is not theirs.
    """
    campaign = get_campaign(ctx.session, campaign_key)
    unit = get_unit(ctx.session, campaign.id, code)
    demand_theirs(ctx, unit, "提出申诉或异议")
    attached = {item.digest for item in files_of(ctx.session, unit.id)}
    if unknown := [item for item in form.evidence if item not in attached]:
        raise Invalid("campaign.evidence", f"材料 {unknown[0][:12]}… 未上传到该考评对象，请先上传")
    is_open = _window_open(ctx, campaign, form, own=unit.subject)
    earlier = list_records(ctx.session, ctx.actor, stage=Stage.APPEAL, subject=unit.subject)
    rules = work_for(ctx, campaign).rules.appeals
    target = Target(
        Stage.APPEAL,
        None,
        unit.subject,
        f"{unit.name}：{form.about.label}{'异议' if form.about is AppealAbout.BONUS else '申诉'}",
        unit.path,
        campaign.fiscal_year,
        serial=len(earlier),
        due_on=due(ctx.today, rules.decide_within, ctx.rules.work_calendar()),
    )
    moved = open_record(ctx, target, verb="file", seen=seen, guards={Guard.WINDOW_OPEN} if is_open else ())
    kept = file_form(ctx, moved, form, edition=campaign.rules)
    return moved.log(ctx, filed_event(moved, kept))


def _window_open(ctx: Context, campaign: CampaignFacts, form: AppealForm, *, own: str) -> bool:
    """Tell whether what is appealed against may be contested today; refuse what is not to be contested so."""
    if form.about is AppealAbout.RESULT:
        if form.record:
            raise Invalid("appeal.record", "对考评结果的申诉不针对单条记录，请留空")
        status = get_record(ctx.session, ctx.actor, campaign.id).status
        last = campaign.contest_ends_on
        return status is Status.OPENLY and last is not None and ctx.today <= last
    against = get_record(ctx.session, ctx.actor, form.record)
    mine = against.subject == own
    if against.stage is not _STAGES[form.about] or mine is (form.about is AppealAbout.BONUS):
        raise Invalid("appeal.record", "扣分由被扣分的考评对象申诉，公示的加分由其他考评对象提出异议，请核对")
    return against.status is _CONTESTED[against.stage] and ctx.today <= contest_until(ctx, against)


def appeal_against(ctx: Context, record: RecordFacts) -> RecordFacts | None:
    """Return the claim an appeal is about; None for a result."""
    form = filed(ctx, record, AppealForm)
    return get_record(ctx.session, ctx.actor, form.record) if form.record else None


def decide(ctx: Context, record_id: str, form: AppealDecisionForm, seen: Seen) -> Outcome:
    """Decide an appeal as the body of the edition, by somebody who did not do what is appealed against.

    A penalty or bonus that an upheld appeal takes away is withdrawn at once; corrections of facts are
    taken up when the result becomes final.
    """
    record = load(ctx, record_id, "decide")
    campaign = get_campaign(ctx.session, record.subject.partition(".U.")[0])
    against = appeal_against(ctx, record)
    findings = tuple(_decision_findings(form, against))
    moved = move(
        ctx,
        record_id,
        "decide",
        seen=Seen(seen.version, seen.reason or form.reason),
        findings=findings,
        guards=decision_guards(ctx, campaign, against or get_record(ctx.session, ctx.actor, campaign.id)),
        record=record,
    )
    kept = file_form(ctx, moved, form, edition=campaign.rules)
    outcome = moved.log(ctx, filed_event(moved, kept))
    if (
        against is not None
        and form.outcome is AppealOutcome.UPHELD
        and against.status is _CONTESTED[against.stage]
    ):
        _take_away(ctx, against, record, form)
    return outcome


def decision_guards(ctx: Context, campaign: CampaignFacts, against: RecordFacts) -> set[Guard]:
    """Return what holds for the actor to decide: the body of the edition, and no hand in what is contested."""
    role = {"office": Role.ASSESSMENT_OFFICE, "head": Role.ASSESSMENT_HEAD}
    guards = {Guard.APPEAL_BODY} if ctx.actor.has(role[work_for(ctx, campaign).rules.appeals.to]) else set()
    if ctx.actor.id not in {step.actor for step in doers(ctx.session, against.id)}:
        guards.add(Guard.INDEPENDENT)
    return guards


def _decision_findings(form: AppealDecisionForm, against: RecordFacts | None) -> list[Finding]:
    found: list[Finding] = []

    def refuse(pointer: str, text: str) -> None:
        found.append(Finding("appeal.decision", Severity.ERROR, Where(pointer=pointer), text))

    partly, rejected = form.outcome is AppealOutcome.PARTLY, form.outcome is AppealOutcome.REJECTED
    if against is None:
        if rejected == bool(form.corrections):
            refuse("/corrections", "采纳或部分采纳的，须逐项写明数据更正；不予采纳的不写更正")
        if form.value is not None:
            refuse("/value", "对考评结果的申诉不填更正数量，请在数据更正中填写")
        return found
    if form.corrections:
        refuse("/corrections", "对加减分的申诉不写数据更正，部分采纳的填更正数量")
    if partly == (form.value is None):
        refuse("/value", "部分采纳的须填更正后的数量；采纳、不予采纳的留空")
    return found


def _take_away(ctx: Context, against: RecordFacts, appeal: RecordFacts, form: AppealDecisionForm) -> None:
    """Withdraw the penalty, or strike the bonus, that an upheld appeal was about."""
    verb = "withdraw" if against.stage is Stage.PENALTY else "strike"
    move(ctx, against.id, verb, seen=Seen(reason=f"{appeal.name}（采纳）：{form.reason}")).log(ctx)
