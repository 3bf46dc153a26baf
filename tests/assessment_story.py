"""A campaign at work: helpers that take it from roster to archive through the actions, as the right people.

Every fact asked for is filled from a function of its cell, so that one story serves every edition.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from budgetperf.actions.campaign_work import improvements_of, records_of
from budgetperf.actions.campaigns import open_campaign, work_for
from budgetperf.actions.context import Context
from budgetperf.actions.fact_reports import report_of, standards
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.ratings import asked_of, improved_of, seat_of
from budgetperf.actions.verbs import VERBS
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import CampaignForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import CampaignFacts, get_campaign, sheet_of, unit_by_subject
from budgetperf.store.records import RecordFacts, get_record
from tests import cast

MakeContext = Callable[..., Context]
Value = Callable[[Asked], str]


def at(day: date) -> datetime:
    """Ten in the morning in Shanghai."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def full_marks(asked: Asked) -> str:
    """A value every cell of the Chinese editions takes."""
    scale = asked.part.raters.scale if asked.part.raters else None
    if scale is not None:
        return "90"
    return {"judged": "5", "yes_no": "是"}.get(asked.slot.formula.name if asked.slot.formula else "", "0")


@dataclass
class Story:
    """One campaign and who does what in it."""

    ctx: MakeContext
    place: str
    year: int
    value: Value = full_marks
    clerks: Mapping[str, tuple[Actor, Actor]] = field(default_factory=dict)  # path: clerk, leader
    suppliers: Mapping[str, Actor] = field(default_factory=dict)  # path: clerk
    raters: Sequence[Actor] = cast.RATERS
    id: str = ""

    def office(self, day: date) -> Context:
        return self.ctx(cast.ASSESSMENT_OFFICE, at(day))

    @property
    def campaign(self) -> CampaignFacts:
        return get_campaign(self.ctx(cast.ASSESSMENT_OFFICE).session, self.id)

    def act(
        self,
        actor: Actor,
        day: date,
        record: RecordFacts | str,
        verb: str,
        form: object = None,
        reason: str = "",
    ) -> Outcome:
        """Let somebody take one verb on a day."""
        ctx = self.ctx(actor, at(day))
        key = record if isinstance(record, str) else record.id
        row = VERBS[get_record(ctx.session, ctx.actor, key).stage, verb]
        return row.act(ctx, key, row.form.model_validate(form or {}), Seen(reason=reason))

    def open(self, day: date, roster: Mapping[str, object], *, slip: bool = False) -> None:
        """Open, enrol, start; after a slip, withdraw and restore it first."""
        form = CampaignForm(jurisdiction=self.place, fiscal_year=self.year)
        self.id = open_campaign(self.office(day), form, Seen()).record_id
        if slip:
            self.act(cast.ASSESSMENT_OFFICE, day, self.id, "withdraw", reason="年度选错")
            self.act(cast.ASSESSMENT_OFFICE, day, self.id, "reopen")
        self.act(cast.ASSESSMENT_OFFICE, day, self.id, "enrol", roster)
        self.act(cast.ASSESSMENT_HEAD, day, self.id, "start")

    def records(self, stage: Stage, day: date, status: Status | None = None) -> list[RecordFacts]:
        found = records_of(self.office(day), self.campaign, stage)
        return [record for record in found if status is None or record.status is status]

    def books(self, day: date, targets: Mapping[tuple[str, str], str]) -> None:
        """Draft, confirm, audit and issue every task book; targets by unit and item."""
        for record in self.records(Stage.TASK_BOOK, day, Status.DRAFT):
            clerk, leader = self.clerks[record.path]
            office = self.office(day)
            unit = unit_by_subject(office.session, record.subject)
            wanted = {item: value for (code, item), value in targets.items() if code == unit.code}
            mended = improvements_of(office, work_for(office, self.campaign), unit)
            rows = [
                task(str(n), day.year, item=item, target=value)
                for n, (item, value) in enumerate(wanted.items(), 1)
            ]
            rows += [task(f"Z{n}", day.year, improvement=key) for n, key in enumerate(mended, 1)]
            self.act(clerk, day, record, "file", {"rows": rows or [task("1", day.year, basis="三定方案")]})
            self.act(leader, day, record, "confirm")
            self.act(cast.ASSESSMENT_OFFICE, day, record, "audit")
            self.act(cast.ASSESSMENT_HEAD, day, record, "issue")

    def reports(self, day: date) -> None:
        """File and accept every report that is out."""
        for record in self.records(Stage.FACT_REPORT, day, Status.DRAFT):
            self.act(self.suppliers[record.path], day, record, "file", self.report(record, day))
            self.act(cast.ASSESSMENT_OFFICE, day, record, "accept")

    def report(self, record: RecordFacts, day: date) -> dict[str, object]:
        """What a supplier files: every cell asked for."""
        office = self.office(day)
        report = report_of(office, record)
        known = standards(office, report.work)
        return {"rows": [self._fact(one, known) for one in report.cells()]}

    def _fact(self, one: Asked, known: Mapping[tuple[str, str], str]) -> dict[str, str]:
        key = (one.member.code, one.slot.item)
        standard = known.get(key) or ("100" if one.part.wants_standard(one.slot) else "")
        rater = f"{one.rater_group}/第三方" if one.rater_group else ""
        return {
            "unit": key[0],
            "item": key[1],
            "value": self.value(one),
            "standard": standard,
            "rater": rater,
        }

    def ratings(self, day: date) -> None:
        """Submit every sheet that is out."""
        by_id = {actor.id: actor for actor in self.raters}
        for record in self.records(Stage.RATING, day, Status.DRAFT):
            office = self.office(day)
            sheet = sheet_of(office.session, record.id)
            seat, work = seat_of(office, sheet), work_for(office, self.campaign)
            rows = [
                {"unit": one.member.code, "item": one.slot.item, "value": self.value(one)}
                for one in asked_of(work, seat, sheet.period)
            ]
            rows += [{"unit": unit, "item": item, "value": "80"} for unit, item in improved_of(sheet)]
            self.act(by_id[seat.person_id or ""], day, record, "submit", {"rows": rows})

    def through_the_year(self, until: date) -> None:
        """Walk the phases that begin up to a day: advance, report, rate."""
        phases = work_for(self.office(until), self.campaign).rules.cycle.phases
        for phase in phases:
            day = phase.begins.on(self.year)
            if day > until:
                break
            self.act(cast.ASSESSMENT_OFFICE, day, self.id, "advance")
            self.reports(day)
            self.ratings(day)


def task(key: str, year: int, **more: str) -> dict[str, str]:
    """A task that is specific, measurable, achievable, relevant and in time."""
    aim = {"uom": "分"} if more.get("target") else {"target_text": "按期完成"}
    return {
        "key": key,
        "task": "完成年度工作任务",
        "measure": "完成率",
        "due_on": f"{year}-12-20",
        "responsible": "分管领导",
        **aim,
        **more,
    }
