"""Appeals against penalties and results, objections to published bonuses: received, decided, carried out."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from budgetperf.actions.campaign_files import demand_uploaded
from budgetperf.actions.campaign_results import gather
from budgetperf.actions.campaign_work import Work
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.claims import (
    campaign_about,
    contest_until,
    counted,
    demand_own,
    filed,
    item_of,
    unit_of,
)
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict, Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import answered
from budgetperf.lifecycle.unit_assessment.form import (
    AppealAbout,
    AppealDecisionForm,
    AppealForm,
    AppealOutcome,
    BonusForm,
    CorrectionRow,
    PenaltyForm,
)
from budgetperf.lifecycle.unit_assessment.gathering import Line, facts
from budgetperf.permissions import Role
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment_cells import UnitFact, read_answer
from budgetperf.scoring.assessment_rows import Defect, read_cell, unscorable
from budgetperf.store.campaigns import CampaignFacts, UnitFacts, get_campaign, get_unit, seats_of
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, doers, get_record, list_records
from budgetperf.store.session import assesses

_STAGES = {AppealAbout.PENALTY: Stage.PENALTY, AppealAbout.BONUS: Stage.BONUS}
_CONTESTED = {Stage.PENALTY: Status.TOLD, Stage.BONUS: Status.OPENLY}


def file_appeal(ctx: Context, campaign_key: str, code: str, form: AppealForm, seen: Seen) -> Outcome:
    """Appeal in the name of a unit, or for oneself.

    Raises
    ------
    Invalid
        The record named cannot be contested this way, or a document was not uploaded.
    Conflict
        The days for it are over, or the unit contested the same before.
    Forbidden
        The unit is not theirs.
    """
    campaign = get_campaign(ctx.session, campaign_key)
    unit = get_unit(ctx.session, campaign.id, code)
    demand_own(ctx, unit, "提出申诉或异议")
    get_record(ctx.session, ctx.actor, campaign.id, lock=True)  # one appeal of a unit at a time
    demand_uploaded(ctx, unit, form.evidence)
    is_open = _window_open(ctx, campaign, form, own=unit.subject)
    earlier = list_records(ctx.session, ctx.actor, stage=Stage.APPEAL, subject=unit.subject)
    _demand_first(ctx, earlier, form)
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


def _demand_first(ctx: Context, earlier: Sequence[RecordFacts], form: AppealForm) -> None:
    standing = {one.id: one for one in earlier if one.status in {Status.FILED, Status.DECIDED}}
    for key, document in filed_documents(ctx.session, standing, AppealForm.__name__).items():
        known = AppealForm.model_validate(document)
        if (known.about, known.record) != (form.about, form.record):
            continue
        if standing[key].status is Status.DECIDED:
            raise Conflict("appeal.twice", "该事项的申诉或异议已经答复，同一考评对象不得再次提出")
        raise Conflict("appeal.twice", "该事项的申诉或异议正在办理；要补充理由，请先撤回再重新提出")


def withdraw(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Withdraw an appeal: who filed it, or the unit's own people; a person's nobody but the person.

    Raises
    ------
    Forbidden
    """
    record = load(ctx, record_id)
    unit = unit_of(ctx, record)
    filed_by = {step.actor for step in doers(ctx.session, record.id) if step.verb == "file"}
    if unit.person_id is not None or ctx.actor.id not in filed_by:
        demand_own(ctx, unit, "撤回申诉")
    return move(ctx, record_id, "withdraw", seen=seen, record=record).log(ctx)


def _window_open(ctx: Context, campaign: CampaignFacts, form: AppealForm, *, own: str) -> bool:
    """Tell whether what is appealed against may be contested today; refuse what is not to be contested so."""
    if form.about is AppealAbout.RESULT:
        if form.record:
            raise Invalid("appeal.record", "对考评结果的申诉不针对单条记录，请留空")
        status = get_record(ctx.session, ctx.actor, campaign.id).status
        last = campaign.contest_ends_on
        return status is Status.OPENLY and last is not None and ctx.today <= last
    against = get_record(ctx.session, ctx.actor, form.record)
    if not against.subject.startswith(f"{campaign.subject}."):
        raise Invalid("appeal.record", "针对的记录不属于本次考评，请在该记录所属的考评中提出")
    mine = against.subject == own
    if against.stage is not _STAGES[form.about] or mine is (form.about is AppealAbout.BONUS):
        raise Invalid("appeal.record", "扣分由被扣分的考评对象申诉，公示的加分由其他考评对象提出异议，请核对")
    last = contest_until(ctx, against)
    return against.status is _CONTESTED[against.stage] and last is not None and ctx.today <= last


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
    campaign = campaign_about(ctx, record)
    against = appeal_against(ctx, record)
    # Whoever may not decide is refused by the move; what they cannot see is not looked into for them.
    findings = tuple(_findings(ctx, record, form, against)) if assesses(ctx.actor) == "writes" else ()
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
    if against is not None and form.outcome is AppealOutcome.UPHELD:
        _take_away(ctx, against, record, form)
    return outcome


def decision_guards(ctx: Context, campaign: CampaignFacts, against: RecordFacts) -> set[Guard]:
    """Return what holds for the actor to decide: the body of the edition, and no hand in what is contested."""
    role = {"office": Role.ASSESSMENT_OFFICE, "head": Role.ASSESSMENT_HEAD}
    guards = {Guard.APPEAL_BODY} if ctx.actor.has(role[work_for(ctx, campaign).rules.appeals.to]) else set()
    if ctx.actor.id not in {step.actor for step in doers(ctx.session, against.id)}:
        guards.add(Guard.INDEPENDENT)
    return guards


def undecided_for(ctx: Context, record: RecordFacts) -> frozenset[Guard]:
    """Return what keeps the actor from deciding an appeal: another body's, or their own act is contested."""
    campaign = campaign_about(ctx, record)
    about = appeal_against(ctx, record) or get_record(ctx.session, ctx.actor, campaign.id)
    return frozenset({Guard.APPEAL_BODY, Guard.INDEPENDENT}) - decision_guards(ctx, campaign, about)


def _refusal(pointer: str, text: str) -> Finding:
    return Finding("appeal.decision", Severity.ERROR, Where(pointer=pointer), text)


def _findings(
    ctx: Context, record: RecordFacts, form: AppealDecisionForm, against: RecordFacts | None
) -> Iterator[Finding]:
    if against is not None:
        yield from _claim_findings(ctx, form, against)
        return
    if (form.outcome is AppealOutcome.REJECTED) == bool(form.corrections):
        yield _refusal("/corrections", "采纳或部分采纳的，须逐项写明数据更正；不予采纳的不写更正")
    if form.value is not None:
        yield _refusal("/value", "对考评结果的申诉不填更正数量，请在数据更正中填写")
    if form.corrections:
        yield from _correction_findings(ctx, record, form.corrections)


def _claim_findings(ctx: Context, form: AppealDecisionForm, against: RecordFacts) -> Iterator[Finding]:
    """Yield what is wrong with a decision on a bonus or a penalty."""
    if form.outcome is not AppealOutcome.REJECTED and against.status is not _CONTESTED[against.stage]:
        text = f"“{against.name}”{against.status.label}，已无可更正；请由申诉人撤回，或不予采纳并写明情况"
        yield _refusal("/outcome", text)
        return
    if form.corrections:
        yield _refusal("/corrections", "对加减分的申诉不写数据更正，部分采纳的填更正数量")
    if (form.outcome is AppealOutcome.PARTLY) == (form.value is None):
        yield _refusal("/value", "部分采纳的须填更正后的数量；采纳、不予采纳的留空")
    elif form.value is not None:
        before, item = counted(ctx, against), item_of(ctx, against)
        claim = filed(ctx, against, BonusForm if against.stage is Stage.BONUS else PenaltyForm)
        assert isinstance(claim, BonusForm | PenaltyForm)
        if not 0 <= form.value < before:
            text = f"更正后的数量须不小于0、低于原计的{plain_number(before)}；全部撤销的请选择“采纳”"
            yield _refusal("/value", text)
        elif item is not None and (text := item.refusal(form.value, claim.award)):
            yield _refusal("/value", f"{text}，请更正")


def _correction_findings(
    ctx: Context, record: RecordFacts, rows: Sequence[CorrectionRow]
) -> Iterator[Finding]:
    """Yield what is wrong with corrections: each is of a fact the unit has, and the result still computes."""
    work, unit = work_for(ctx, campaign_about(ctx, record)), unit_of(ctx, record)
    raters = {seat.rater for seat in seats_of(ctx.session, work.campaign.id)}
    lines = {line.cell: line for line in gather(ctx, work) if line.unit == unit.code}
    found: list[Finding] = []
    seen: set[tuple[str, str, str, str]] = set()
    for at, row in enumerate(rows):
        cell = (row.unit, row.item, row.period, row.rater)
        wrong = ("item", f"“{row.item}”重复更正，请只保留一行") if cell in seen else None
        wrong = (
            wrong or _misplaced(work, unit, row, lines, raters) or _unreadable(work, unit, row, lines[cell])
        )
        if wrong:
            found.append(_refusal(f"/corrections/{at}/{wrong[0]}", wrong[1]))
        seen.add(cell)
    yield from found
    if not found:
        try:
            assess(work.scheme, facts(work.members, gather(ctx, work, [(row, record.id) for row in rows])))
        except Invalid as error:
            yield _refusal("/corrections", f"按此更正无法计算考评结果：{error.text}")


Place = tuple[str, str, str, str]


def _misplaced(
    work: Work, unit: UnitFacts, row: CorrectionRow, lines: Mapping[Place, Line], raters: Collection[str]
) -> tuple[str, str] | None:
    """Return the field of a row that names no fact that may be corrected, and why."""
    track = work.scheme.track_of(unit.group_key)
    known = {slot.item for part in track.components for slot in part.slots} if track else set()
    known |= {veto.key for veto in track.vetoes} if track else set()
    known |= {state.key for state in work.scheme.statements}
    if row.unit != unit.code:
        return "unit", f"只能更正申诉对象“{unit.name}”（{unit.code}）的数据"
    if row.item not in known:
        return "item", f"“{row.item}”不是“{unit.name}”的考评数据；加减分、奖惩和不参加考评的认定不在此更正"
    if row.item in {one.item for one in work.rules.carried}:
        return "item", f"“{row.item}”由所属对象的考评结果计入，请由该对象申诉"
    if row.rater in raters:
        return "rater", "评分人的评分由其本人作出，不能以申诉更正"
    cell = (row.unit, row.item, row.period, row.rater)
    return None if cell in lines else _absent(unit, row, lines, raters)


def _absent(
    unit: UnitFacts, row: CorrectionRow, lines: Mapping[Place, Line], raters: Collection[str]
) -> tuple[str, str]:
    """Return the field of a row that keeps it from naming a fact, and what it may say."""
    there = sorted((line.period, line.rater) for line in lines.values() if line.item == row.item)
    if not there:
        return "item", f"“{unit.name}”没有“{row.item}”的数据，无可更正"
    if row.period not in {period for period, _ in there}:
        wanted = "、".join(dict.fromkeys(period or "（留空）" for period, _ in there))
        return "period", f"“{row.item}”没有该考核期的数据，可填：{wanted}"
    wanted = "、".join(
        rater or "（留空）" for period, rater in there if period == row.period and rater not in raters
    )
    return "rater", f"“{row.item}”没有该来源的数据，可填：{wanted or '无（均为评分人的评分）'}"


def _unreadable(work: Work, unit: UnitFacts, row: CorrectionRow, line: Line) -> tuple[str, str] | None:
    """Return why the value of a row cannot be taken, if it cannot."""
    track = work.scheme.track_of(unit.group_key)
    for part in track.components if track else ():
        for slot in part.slots:
            if slot.item == row.item:
                fact = UnitFact(
                    0,
                    *line.cell[:2],
                    row.value,
                    unit.group_key,
                    row.period,
                    row.rater,
                    line.standard,
                    row.note,
                )
                cell = read_cell(fact, part, slot)
                text = cell.text if isinstance(cell, Defect) else unscorable(cell, slot)
                return ("value", text) if text else None
    label = answered(work.scheme, track).get(row.item, row.item) if track else row.item
    return None if read_answer(row.value) is not None else ("value", f"“{label}”须填“是”或“否”")


def _take_away(ctx: Context, against: RecordFacts, appeal: RecordFacts, form: AppealDecisionForm) -> None:
    """Withdraw the penalty, or strike the bonus, that an upheld appeal was about."""
    verb = "withdraw" if against.stage is Stage.PENALTY else "strike"
    move(ctx, against.id, verb, seen=Seen(reason=f"{appeal.name}（采纳）：{form.reason}")).log(ctx)
