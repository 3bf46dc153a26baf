"""Objections to published limits: filed with evidence, decided, paid from the unallocated money."""

from collections.abc import Iterable

from budgetperf.actions.context import Context
from budgetperf.actions.limits import current_round
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move, open_record
from budgetperf.budget.explain import Decided
from budgetperf.budget.form import DecisionForm, ObjectionForm
from budgetperf.budget.limits import with_adjustment
from budgetperf.budget.objections import Objection, ObjectionDecision, adjust, check_objection
from budgetperf.errors import Conflict, Invalid
from budgetperf.money import Money
from budgetperf.permissions import holders_of
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.transitions import named
from budgetperf.store.budget import adjust_line, get_round, hold_round, line_of, lines_of, update_round
from budgetperf.store.evidence import attachments_of
from budgetperf.store.records import (
    RecordFacts,
    StepFacts,
    get_evaluand,
    get_record,
    latest_filing,
    list_records,
)


def file_objection(ctx: Context, subject: str, fiscal_year: int, form: ObjectionForm, seen: Seen) -> Outcome:
    """Object to one cut of one published line, with at least one attached file as evidence.

    Raises
    ------
    NotFound
        No such line, or not theirs, or not published.
    Conflict
        The window is closed.
    Invalid
        The claim asks for nothing, or for more than the cut, or has no evidence.
    """
    facts = get_round(ctx.session, fiscal_year)
    line = line_of(ctx.session, facts.id, subject)
    evaluand = get_evaluand(ctx.session, ctx.actor, subject)
    attached = {item.digest for item in attachments_of(ctx.session, evaluand.id)}
    if unknown := [digest for digest in form.evidence if digest not in attached]:
        raise Invalid("objections.evidence", f"佐证材料 {unknown[0][:12]}… 未上传到该项目，请先上传")
    earlier = list_records(
        ctx.session, ctx.actor, stage=Stage.OBJECTION, fiscal_year=fiscal_year, evaluand_id=evaluand.id
    )
    target = Target(
        Stage.OBJECTION, evaluand.id, subject, evaluand.name, evaluand.path, fiscal_year, serial=len(earlier)
    )
    hold_round(ctx.session, facts.id, alone=False)
    status = get_record(ctx.session, ctx.actor, facts.id).status
    is_open = (
        status is Status.PUBLISHED and facts.window_ends_on is not None and ctx.today <= facts.window_ends_on
    )
    moved = open_record(
        ctx,
        target,
        verb="file",
        seen=Seen(reason=seen.reason or form.statement),
        guards={Guard.WINDOW_OPEN} if is_open else (),
    )
    check_objection(_objection(moved.record, form), line.limit().cuts)
    kept = file_form(ctx, moved, form, edition=facts.edition)
    return moved.log(ctx, filed_event(moved, kept))


def _objection(record: RecordFacts, form: ObjectionForm) -> Objection:
    return Objection(
        code=record.id,
        line=record.subject,
        cause=form.cause,
        contests=form.contests,
        claimed=form.claimed,
        statement=form.statement,
        evidence=form.evidence,
    )


def filed_objection(ctx: Context, record: RecordFacts) -> ObjectionForm:
    """Return the filed objection of a record."""
    filing = latest_filing(ctx.session, record.id, "ObjectionForm")
    if filing is None:
        raise Conflict("objections.none", f"“{record.name}”的异议没有内容")
    return ObjectionForm.model_validate(filing.document)


def deciders(steps: Iterable[StepFacts]) -> dict[str, Decided]:
    """Return who decided which objection, from the steps of their records."""
    roles = holders_of(named(Stage.OBJECTION, "decide")[0].permission)
    return {
        step.record_id: Decided(person=step.actor_name, roles=roles, at=step.at)
        for step in steps
        if step.stage is Stage.OBJECTION and step.verb == "decide"
    }


def decide_objection(ctx: Context, record_id: str, form: DecisionForm, seen: Seen) -> Outcome:
    """Decide an objection; what is upheld is adjusted at once, out of the unallocated money.

    Raises
    ------
    Invalid
        Outcome and amount contradict each other, the cut is exceeded, or the unallocated money
        does not suffice.
    """
    record = load(ctx, record_id)
    moved = move(
        ctx, record_id, "decide", seen=Seen(seen.version, seen.reason or form.reason), record=record
    )  # who may not, locks no line
    facts = get_round(ctx.session, record.fiscal_year)
    round_record = load(ctx, facts.id)
    rows = {row.code: row for row in lines_of(ctx.session, facts.id, lock=True)}
    line = rows[record.subject]
    if round_record.status is not Status.PUBLISHED:
        raise Conflict("objections.closed", f"{record.fiscal_year}年度控制数已定稿，不能再答复异议")
    limit = line.limit()
    adjustment = adjust(
        _objection(record, filed_objection(ctx, record)),
        ObjectionDecision(outcome=form.outcome, amount=form.amount, reason=form.reason),
        cuts=limit.cuts,
        earlier=limit.adjustments,
        unallocated=Money(facts.unallocated_fen),
    )
    adjusted = with_adjustment(current_round(ctx.session, facts), adjustment)
    new = next(item for item in adjusted.limits if item.line == record.subject)
    kept = file_form(ctx, moved, form, edition=facts.edition)
    adjust_line(ctx.session, line.id, new)
    update_round(ctx.session, facts.id, unallocated_fen=adjusted.unallocated.fen)
    return moved.log(ctx, filed_event(moved, kept))
