"""What the feedback of a result asks to be mended; next year's task book takes it over."""

from budgetperf.actions.claims import demand_own, unit_of
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.errors import Conflict, Invalid
from budgetperf.findings import Finding, Severity, Where
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.unit_assessment.form import ImprovementForm, ImprovementReply
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import get_campaign, get_unit
from budgetperf.store.records import get_record, list_records

_AFTER = frozenset({Status.OPENLY, Status.FINAL, Status.APPROVED, Status.ARCHIVED})


def ask_improvement(ctx: Context, campaign_key: str, code: str, form: ImprovementForm, seen: Seen) -> Outcome:
    """Ask a unit to mend something its result showed.

    Raises
    ------
    Conflict
        The result has not been told to the unit yet.
    Invalid
        The day for it has passed.
    """
    campaign = get_campaign(ctx.session, campaign_key)
    unit = get_unit(ctx.session, campaign.id, code)
    if get_record(ctx.session, ctx.actor, campaign.id).status not in _AFTER:
        raise Conflict("improvement.early", "考评结果公示后方可下达整改事项")
    if form.due_on <= ctx.today:
        raise Invalid("improvement.due_on", "整改期限应晚于今天")
    earlier = list_records(ctx.session, ctx.actor, stage=Stage.IMPROVEMENT, subject=unit.subject)
    target = Target(
        Stage.IMPROVEMENT,
        None,
        unit.subject,
        f"{unit.name}考评整改",
        unit.path,
        campaign.fiscal_year,
        serial=len(earlier),
        due_on=form.due_on,
    )
    moved = open_record(ctx, target, seen=seen)
    kept = file_form(ctx, moved, form, edition=campaign.rules)
    return moved.log(ctx, filed_event(moved, kept))


def reply(ctx: Context, record_id: str, form: ImprovementReply, seen: Seen) -> Outcome:
    """Tell what was done, and when: after the notice and not in future; only for one's own unit."""
    record = load(ctx, record_id)
    demand_own(ctx, unit_of(ctx, record), "反馈整改情况")
    told = record.opened_at.astimezone(SHANGHAI).date()
    text = f"完成日期应在下达整改事项（{told}）之后、今日（{ctx.today}）之前（含当日）"
    wrong = Finding("improvement.done_on", Severity.ERROR, Where(pointer="/done_on"), text)
    findings = () if told <= form.done_on <= ctx.today else (wrong,)
    moved = move(ctx, record_id, "respond", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition="")
    return moved.log(ctx, filed_event(moved, kept))
