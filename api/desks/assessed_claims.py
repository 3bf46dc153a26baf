"""The claims, appeals and improvements of one unit, each with what may be done and why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.desks.assessment_presets import item_labels
from api.desks.moves import assessment_page, offered
from api.screens.assessed_unit import AppealLine, ClaimLine, ImprovementLine, Moving
from api.screens.buttons import Barred, Link
from budgetperf.actions.appeals import appeal_against, undecided_for
from budgetperf.actions.campaign_files import acts_for
from budgetperf.actions.campaign_work import Work
from budgetperf.actions.claims import contest_over, counted, filed, last_day
from budgetperf.actions.context import Context
from budgetperf.errors import NotFound
from budgetperf.indicators import plain_number
from budgetperf.lifecycle.unit_assessment.cells import period_labels
from budgetperf.lifecycle.unit_assessment.form import (
    AppealDecisionForm,
    AppealForm,
    BonusForm,
    ImprovementForm,
    ImprovementReply,
    PenaltyForm,
)
from budgetperf.permissions import Permission, may
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.process.transitions import Transition, leaving
from budgetperf.store.campaigns import CampaignFileFacts, UnitFacts
from budgetperf.store.records import RecordFacts, StepFacts, latest_filing

_COUNTING = frozenset({Status.SETTLED})


@dataclass(frozen=True, slots=True)
class Desk:
    """What the lines of one unit are made from."""

    ctx: Context
    work: Work
    campaign: RecordFacts
    unit: UnitFacts
    steps: Sequence[StepFacts]
    files: Mapping[str, CampaignFileFacts]

    def links(self, digests: Iterable[str]) -> tuple[Link, ...]:
        """Return the documents the reader may open."""
        base = f"/assessment/{self.work.campaign.subject}/files"
        return tuple(
            Link(self.files[one].filename, f"{base}/{self.files[one].id}")
            for one in digests
            if one in self.files
        )

    def moving(self, record: RecordFacts) -> Moving:
        """Return a record with its moves; what a guard holds up is barred with the guard's reason."""
        moves, barred = offered(record, self.steps, self.ctx.actor)
        held = dict(self._held_up(record)) if moves else {}
        verbs = {one: one.href.rpartition("/")[2] for one in moves}
        stopped = tuple(Barred(one.label, held[verb]) for one, verb in verbs.items() if verb in held)
        held_back = {row.label for row in leaving(record.stage, record.status) if self._holds(row)}
        told = tuple(one for one in barred if one.label in held_back)
        return Moving(
            record.id,
            record.name,
            record.stage,
            record.status,
            record.due_on,
            tuple(one for one, verb in verbs.items() if verb not in held),
            (*stopped, *told),
        )

    def _holds(self, row: Transition) -> bool:
        """Tell whether the move is the reader's by role: if it is barred then, they want to know why."""
        return may(self.ctx.actor, row.permission, self.unit.path, row.label) is None

    def _held_up(self, record: RecordFacts) -> Iterable[tuple[str, str]]:
        if record.stage in {Stage.BONUS, Stage.PENALTY} and self.campaign.status is not Status.RUNNING:
            yield "settle", Guard.NOT_COMPUTED.label
        elif record.stage in {Stage.BONUS, Stage.PENALTY} and not contest_over(self.ctx, record):
            until = last_day(self.ctx, self.work.rules, record, self.steps)
            yield (
                "settle",
                f"{Guard.CONTEST_OVER.label}（截止{until}）" if until else Guard.CONTEST_OVER.label,
            )
        if record.stage is Stage.APPEAL and record.status is Status.FILED:
            missing = undecided_for(self.ctx, record)
            if missing:
                yield "decide", "；".join(guard.label for guard in Guard if guard in missing)


def claim_line(desk: Desk, record: RecordFacts) -> ClaimLine:
    """Return a bonus or a penalty."""
    form = filed(desk.ctx, record, BonusForm if record.stage is Stage.BONUS else PenaltyForm)
    assert isinstance(form, BonusForm | PenaltyForm)
    until = last_day(desk.ctx, desk.work.rules, record, desk.steps)
    is_open = record.status in {Status.OPENLY, Status.TOLD} and until is not None and desk.ctx.today <= until
    contests = record.stage is Stage.PENALTY and is_open and may_appeal(desk.ctx, desk.unit)
    page = assessment_page(desk.unit.subject)
    return ClaimLine(
        desk.moving(record),
        item_labels(desk.work.scheme).get(form.item, form.item),
        form.award,
        plain_number(form.value),
        plain_number(counted(desk.ctx, record)) if record.status in _COUNTING else "",
        until,
        is_open,
        form.statement,
        desk.links(form.evidence) if isinstance(form, BonusForm) else (),
        f"{page}/appeal?about=penalty&record={record.id}" if contests else "",
    )


def may_appeal(ctx: Context, unit: UnitFacts) -> bool:
    """Tell whether the reader may appeal in the name of a unit."""
    return (
        acts_for(ctx, unit) and may(ctx.actor, Permission("appeal:form:file"), unit.path, "提出申诉") is None
    )


def appeal_line(desk: Desk, record: RecordFacts) -> AppealLine:
    """Return an appeal with its answer."""
    form = filed(desk.ctx, record, AppealForm)
    filing = latest_filing(desk.ctx.session, record.id, AppealDecisionForm.__name__)
    decided = AppealDecisionForm.model_validate(filing.document) if filing else None
    labels, periods = item_labels(desk.work.scheme), period_labels(desk.work.scheme)
    corrections = [
        f"{labels.get(row.item, row.item)}{f'（{periods.get(row.period, row.period)}）' if row.period else ''}"
        f"：{row.value}，{row.note}"
        for row in (decided.corrections if decided else ())
    ]
    if decided and decided.value is not None:
        corrections.append(plain_number(decided.value))
    try:
        moving = desk.moving(record)
    except NotFound:  # it is about a bonus that is no longer published: nothing is to be done here
        moving = Moving(record.id, record.name, record.stage, record.status, record.due_on, (), ())
    return AppealLine(
        moving,
        form.about,
        _against(desk, record),
        form.statement,
        form.demand,
        desk.links(form.evidence),
        decided.outcome if decided else None,
        decided.reason if decided else "",
        tuple(corrections),
    )


def _against(desk: Desk, record: RecordFacts) -> str:
    """Return what is contested: the item and what for, and whose it is where it is another's."""
    try:
        against = appeal_against(desk.ctx, record)
    except NotFound:
        return ""
    if against is None:
        return ""
    form = filed(desk.ctx, against, BonusForm if against.stage is Stage.BONUS else PenaltyForm)
    assert isinstance(form, BonusForm | PenaltyForm)
    item = item_labels(desk.work.scheme).get(form.item, form.item)
    whose = () if against.subject == desk.unit.subject else (against.name,)
    return " · ".join((*whose, item, form.award))


def improvement_line(desk: Desk, record: RecordFacts) -> ImprovementLine:
    """Return something to be mended, with the reply."""
    form = filed(desk.ctx, record, ImprovementForm)
    filing = latest_filing(desk.ctx.session, record.id, ImprovementReply.__name__)
    reply = ImprovementReply.model_validate(filing.document) if filing else None
    return ImprovementLine(
        desk.moving(record),
        form.problem,
        form.demand,
        reply.measures if reply else "",
        reply.done_on if reply else None,
    )
