"""What filed records are judged from, read for all of them at once: a fixed number of queries for any number.

Holds the reading; what an edition makes of it is the reader's. ``evaluation``, ``monitoring`` and their like read
the same for one record.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from budgetperf.actions.context import Context
from budgetperf.actions.goals import not_approved
from budgetperf.actions.monitoring import period_of
from budgetperf.errors import Conflict
from budgetperf.forms import Form
from budgetperf.indicators import Indicator
from budgetperf.ledger import Execution, execution
from budgetperf.lifecycle.evaluation.form import EvaluationForm, SelfEvaluationForm
from budgetperf.lifecycle.goals.form import GoalForm, indicator_tree
from budgetperf.lifecycle.monitoring.form import MonitoringForm
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import Json
from budgetperf.store.exante import SheetFacts, sheets_of
from budgetperf.store.ledger import executions
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, list_records

F = TypeVar("F", bound=Form)
_FORMS: Mapping[Stage, type[Form]] = {
    Stage.SELF_EVALUATION: SelfEvaluationForm,
    Stage.FINANCE_EVALUATION: EvaluationForm,
    Stage.MONITORING: MonitoringForm,
}
_WITH_GOALS = frozenset({Stage.SELF_EVALUATION, Stage.MONITORING})


@dataclass(frozen=True, slots=True)
class FiledRecord:
    """A record with what was filed for it.

    Parameters
    ----------
    record : RecordFacts
    document, goals : Json
        Its newest form, and the goals approved for its year; None where there is none.
    money : Execution
        Totals up to the end of its period.
    sheets : tuple of SheetFacts
        Of an ex-ante panel, by seat.
    """

    record: RecordFacts
    document: Json
    goals: Json
    money: Execution
    sheets: tuple[SheetFacts, ...]

    def form(self, form: type[F]) -> F:
        """Return the newest form.

        Raises
        ------
        Conflict
            None was filed.
        """
        if self.document is None:
            raise Conflict("record.no_form", f"“{self.record.name}”尚未报送{self.record.stage.label}的内容")
        return form.model_validate(self.document)

    def indicators(self) -> tuple[Indicator, ...]:
        """Return the indicators of the approved goals.

        Raises
        ------
        Conflict
            No goals are approved for its year.
        """
        if self.goals is None:
            raise not_approved(self.record.subject, self.record.fiscal_year)
        return indicator_tree(GoalForm.model_validate(self.goals))


def filed_records(ctx: Context, records: Sequence[RecordFacts]) -> list[FiledRecord]:
    """Read what was filed for records of one stage and year."""
    if not records:
        return []
    stage, year = records[0].stage, records[0].fiscal_year
    ids = [record.id for record in records]
    documents = filed_documents(ctx.session, ids, _FORMS[stage].__name__) if stage in _FORMS else {}
    goals = _approved_goals(ctx, year, {record.subject for record in records}) if stage in _WITH_GOALS else {}
    days = {_until(record) for record in records} if stage in _FORMS else set()
    money = {day: executions(ctx.session, year, until=day) for day in days}
    sheets: dict[str, list[SheetFacts]] = {}
    for sheet in sheets_of(ctx.session, ids) if stage is Stage.EXANTE else ():
        sheets.setdefault(sheet.record_id, []).append(sheet)
    nothing = execution((), date.max)
    return [
        FiledRecord(
            record,
            documents.get(record.id),
            goals.get(record.subject),
            money.get(_until(record), {}).get(record.evaluand_id or "", nothing),
            tuple(sheets.get(record.id, ())),
        )
        for record in records
    ]


def _until(record: RecordFacts) -> date:
    """Return the first day whose money no longer counts."""
    if record.stage is Stage.MONITORING:
        return period_of(record).span.end or date.max
    return date(record.fiscal_year + 1, 1, 1)


def _approved_goals(ctx: Context, year: int, subjects: Collection[str]) -> dict[str, Json]:
    """Return the newest goals by subject, of those whose newest request of the year is approved."""
    requests = list_records(ctx.session, ctx.actor, stage=Stage.REQUEST, fiscal_year=year)
    newest = {
        one.subject: one for one in sorted(requests, key=lambda one: one.serial) if one.subject in subjects
    }
    approved = {one.id: one.subject for one in newest.values() if one.status is Status.APPROVED}
    documents = filed_documents(ctx.session, approved, GoalForm.__name__)
    return {approved[record_id]: document for record_id, document in documents.items()}
