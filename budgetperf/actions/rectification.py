"""Rectification: a notice opens it, the unit responds, somebody else closes it."""

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.actions.rules import in_force
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.result_use.checks import ResponseContext, check
from budgetperf.lifecycle.result_use.form import NoticeForm, ResponseForm
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Stage
from budgetperf.rulebook.models import RectificationRules
from budgetperf.store.records import get_record, list_records


def issue_notice(ctx: Context, record_id: str, form: NoticeForm, seen: Seen) -> Outcome:
    """Issue a notice on a monitoring or evaluation record; the reply is due by the edition in force."""
    cause = get_record(ctx.session, ctx.actor, record_id)
    rules = in_force(ctx, "rectification", RectificationRules)
    earlier = list_records(
        ctx.session,
        ctx.actor,
        stage=Stage.RECTIFICATION,
        fiscal_year=cause.fiscal_year,
        period=cause.period,
        evaluand_id=cause.evaluand_id,
    )
    target = Target(
        Stage.RECTIFICATION,
        cause.evaluand_id,
        cause.subject,
        cause.name,
        cause.path,
        cause.fiscal_year,
        cause.period,
        serial=len(earlier),
        due_on=due(ctx.today, rules.rules.reply_working_days, ctx.rules.work_calendar()),
    )
    reason = seen.reason or form.problem
    moved = open_record(ctx, target, seen=Seen(reason=reason))
    kept = file_form(ctx, moved, form, edition=rules.id)
    return moved.log(ctx, filed_event(moved, kept))


def respond(ctx: Context, record_id: str, form: ResponseForm, seen: Seen) -> Outcome:
    """File the unit's answer; what was done must date from after the notice."""
    record = load(ctx, record_id)
    context = ResponseContext(noticed_on=record.opened_at.astimezone(SHANGHAI).date(), as_of=ctx.today)
    moved = move(ctx, record_id, "respond", seen=seen, findings=check(form, context), record=record)
    kept = file_form(ctx, moved, form, edition="")
    return moved.log(ctx, filed_event(moved, kept))
