"""Task books and their progress: drafted by the unit, confirmed by its leader, audited and issued."""

from budgetperf.actions.campaign_work import Work, improvements_of
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, file_form, filed_event, load, move
from budgetperf.errors import Conflict
from budgetperf.lifecycle.unit_assessment.checks import TaskBookContext, check_progress, check_task_book
from budgetperf.lifecycle.unit_assessment.form import ProgressForm, TaskBookForm
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import UnitFacts, get_campaign, unit_by_subject
from budgetperf.store.records import RecordFacts, latest_filing, list_records


def file_task_book(
    ctx: Context, record_id: str, form: TaskBookForm, seen: Seen, *, file_digest: str | None = None
) -> Outcome:
    """File the task book; its tasks are SMART and take over what last year asked to be mended."""
    record = load(ctx, record_id)
    unit = unit_by_subject(ctx.session, record.subject)
    work = work_for(ctx, get_campaign(ctx.session, unit.campaign_id))
    findings = check_task_book(form, task_book_context(ctx, work, unit))
    moved = move(ctx, record_id, "file", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition=work.campaign.rules, file_digest=file_digest)
    return moved.log(ctx, filed_event(moved, kept))


def task_book_context(ctx: Context, work: Work, unit: UnitFacts) -> TaskBookContext:
    """Return what the task book of a unit is held against."""
    track = work.scheme.track_of(unit.group_key)
    year, phases = work.campaign.fiscal_year, work.rules.cycle.phases
    items = {
        slot.item: slot.label
        for part in (track.components if track else ())
        for slot in part.slots
        if part.wants_standard(slot) and slot.item not in part.over_standard
    }
    return TaskBookContext(
        items, (phases[0].begins.on(year), phases[-1].ends.on(year)), improvements_of(ctx, work, unit)
    )


def issued_book(ctx: Context, subject: str, fiscal_year: int) -> TaskBookForm:
    """Return the issued task book of a unit.

    Raises
    ------
    Conflict
        None has been issued.
    """
    books = list_records(ctx.session, ctx.actor, stage=Stage.TASK_BOOK, fiscal_year=fiscal_year)
    record = next((one for one in books if one.subject == subject and one.status is Status.ISSUED), None)
    filing = latest_filing(ctx.session, record.id, TaskBookForm.__name__) if record else None
    if filing is None:
        raise Conflict("task_book.not_issued", "任务书尚未下达，请待下达后再办理")
    return TaskBookForm.model_validate(filing.document)


def file_progress(
    ctx: Context, record_id: str, form: ProgressForm, seen: Seen, *, file_digest: str | None = None
) -> Outcome:
    """Report on every task of the issued book."""
    record = load(ctx, record_id)
    findings = check_progress(form, issued_book(ctx, record.subject, record.fiscal_year).rows)
    moved = move(ctx, record_id, "file", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition="", file_digest=file_digest)
    return moved.log(ctx, filed_event(moved, kept))


def task_rows(ctx: Context, record: RecordFacts) -> TaskBookForm | None:
    """Return the newest filed task book of a record, or None."""
    filing = latest_filing(ctx.session, record.id, TaskBookForm.__name__)
    return TaskBookForm.model_validate(filing.document) if filing else None
