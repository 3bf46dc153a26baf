"""The facts a supplier brings for a period: checked cell by cell, filed, audited."""

from collections.abc import Iterator
from dataclasses import dataclass

from budgetperf.actions.campaign_work import Work, records_of
from budgetperf.actions.campaigns import work_for
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, file_form, filed_event, load, move
from budgetperf.actions.simple import NoForm
from budgetperf.lifecycle.unit_assessment.cells import Asked, reported_cells, stated_items
from budgetperf.lifecycle.unit_assessment.checks import check_facts
from budgetperf.lifecycle.unit_assessment.form import FactReportForm, TaskBookForm
from budgetperf.lifecycle.unit_assessment.gathering import standards_of
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.store.campaigns import get_campaign
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, get_record


@dataclass(frozen=True, slots=True)
class Report:
    """What a report of one supplier and period is held against."""

    work: Work
    supplier: str
    period: str

    def cells(self) -> Iterator[Asked]:
        """Yield the cells it must fill."""
        work = self.work
        return reported_cells(
            work.scheme, work.rules, work.members, supplier=self.supplier, period=self.period
        )

    def stated(self) -> dict[str, dict[str, str]]:
        """Return by unit the vetoes and statements it may name, once a year."""
        if self.period:
            return {}
        work = self.work
        found = {
            track.key: stated_items(work.scheme, work.rules, self.supplier, track)
            for track in work.scheme.tracks
        }
        tracks = {unit.code: work.scheme.track_of(unit.group_key) for unit in work.units}
        return {code: found[track.key] for code, track in tracks.items() if track}


def report_of(ctx: Context, record: RecordFacts) -> Report:
    """Return what the report of a record is about."""
    campaign, _, supplier = record.subject.partition(".S.")
    return Report(work_for(ctx, get_campaign(ctx.session, campaign)), supplier, record.period)


def standards(ctx: Context, work: Work) -> dict[tuple[str, str], str]:
    """Return the targets of all issued task books by unit and item."""
    codes = {unit.subject: unit.code for unit in work.units}
    issued = {
        record.id: codes[record.subject]
        for record in records_of(ctx, work.campaign, Stage.TASK_BOOK)
        if record.status is Status.ISSUED and record.subject in codes
    }
    found: dict[tuple[str, str], str] = {}
    for record_id, document in filed_documents(ctx.session, issued, TaskBookForm.__name__).items():
        found |= standards_of(issued[record_id], TaskBookForm.model_validate(document).rows)
    return found


def file_report(
    ctx: Context, record_id: str, form: FactReportForm, seen: Seen, *, file_digest: str | None = None
) -> Outcome:
    """File the facts; every cell asked for is there and readable, and nothing else."""
    record = load(ctx, record_id)
    report = report_of(ctx, record)
    findings = check_facts(
        form,
        report.cells(),
        stated=report.stated(),
        standards=standards(ctx, report.work),
        members={member.code: member for member in report.work.members},
    )
    moved = move(ctx, record_id, "file", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition=report.work.campaign.scheme, file_digest=file_digest)
    return moved.log(ctx, filed_event(moved, kept))


def recall(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Return an accepted report as long as no result was told; what was computed must be computed again."""
    record = load(ctx, record_id)
    campaign = record.subject.partition(".S.")[0]
    status = get_record(ctx.session, ctx.actor, get_campaign(ctx.session, campaign).id, lock=True).status
    guards = {Guard.NOT_TOLD} if status in {Status.RUNNING, Status.COMPUTED} else set()
    return move(ctx, record_id, "recall", seen=seen, guards=guards, record=record).log(ctx)
