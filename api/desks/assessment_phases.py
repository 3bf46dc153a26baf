"""The cycle of a campaign on one line: which phase is on, what its gate waits for, what is lacking."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from api.screens.assessment import GateLine, Lack, PhaseLine
from api.screens.life import Phase
from budgetperf.actions.campaign_work import PERIODIC, SETTLED, STAGES, Work
from budgetperf.actions.context import Context
from budgetperf.errors import Conflict
from budgetperf.lifecycle.unit_assessment.cells import (
    Member,
    period_labels,
    rated_periods,
    rater_groups,
    reported_cells,
    stated_items,
)
from budgetperf.lifecycle.unit_assessment.rules import Phase as CyclePhase
from budgetperf.lifecycle.unit_assessment.rules import Task
from budgetperf.lifecycle.unit_assessment.rules import Work as What
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Stage, Status
from budgetperf.store.records import RecordFacts

NAMED = 8
WORDS: dict[What, str] = {
    "task_books": "任务书",
    "reports": "数据报送",
    "ratings": "评分",
    "claims": "加减分",
    "results": "结果审定",
}
_OVER = frozenset({Status.APPROVED, Status.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is, by the records the reader sees.

    Parameters
    ----------
    work : Work
    status : Status
        Of the campaign.
    records : mapping of Stage to list of RecordFacts
    raters : mapping of str to str
        By rating record, whose sheet it is, where the reader may know.
    today : date
    whole : bool
        Whether the reader sees every record.
    """

    work: Work
    status: Status
    records: Mapping[Stage, list[RecordFacts]]
    raters: Mapping[str, str]
    today: date
    whole: bool

    def of_task(self, task: Task) -> list[RecordFacts]:
        """Return the records a task is about."""
        return [
            record
            for stage in STAGES[task.what]
            for record in self.records.get(stage, ())
            if task.what not in PERIODIC or record.period == task.period
        ]

    def open(self, task: Task) -> list[RecordFacts]:
        """Return those that are not settled."""
        return [one for one in self.of_task(task) if one.status not in SETTLED[one.stage]]

    def lacks(self, task: Task) -> bool:
        """Tell whether a gate still waits for the task; what was never sent out is lacking too."""
        if task.what == "results":
            return self.status not in _OVER
        return bool(self.open(task)) or (task.what != "claims" and self.asks(task) and not self.of_task(task))

    def asks(self, task: Task) -> bool:
        """Tell whether the roster gives anybody something to do: months of a track that is not used do not."""
        work = self.work
        members = {one.group: one for one in work.members if not one.exempt}.values()
        match task.what:
            case "task_books":
                return any(unit.path for unit in work.units)
            case "reports":
                return any(
                    _supplies(work, members, supplier.key, task.period) for supplier in work.rules.suppliers
                )
            case "ratings":
                return any(
                    task.period in rated_periods(work.scheme, members, group)
                    for group in rater_groups(work.scheme)
                )
        return True

    def begun(self) -> list[CyclePhase]:
        """Return the phases that have begun."""
        year = self.work.campaign.fiscal_year
        return [one for one in self.work.rules.cycle.phases if one.begins.on(year) <= self.today]


def _supplies(work: Work, members: Collection[Member], supplier: str, period: str) -> bool:
    cells = reported_cells(work.scheme, work.rules, members, supplier=supplier, period=period)
    tracks = {work.scheme.track_of(one.group) for one in members}
    states = not period and any(
        track and stated_items(work.scheme, work.rules, supplier, track) for track in tracks
    )
    return states or next(cells, None) is not None


def phase_lines(progress: Progress) -> tuple[PhaseLine, ...]:
    """Return the phases with their places on the drawing."""
    year, phases = progress.work.campaign.fiscal_year, progress.work.rules.cycle.phases
    first, days = _span(progress)
    labels = period_labels(progress.work.scheme)
    found = []
    for number, phase in enumerate(phases, 1):
        begins, ends = phase.begins.on(year), phase.ends.on(year)
        x = (begins - first).days * 1000 // days
        found.append(
            PhaseLine(
                number,
                phase.label,
                begins,
                ends,
                _state(progress, phase),
                x,
                ((ends - first).days + 1) * 1000 // days - x,
                tuple(_gate(progress, task, labels) for task in phase.opens if progress.asks(task)),
                tuple(_gate(progress, task, labels) for task in phase.gate if progress.asks(task)),
            )
        )
    return tuple(found)


def _span(progress: Progress) -> tuple[date, int]:
    year, phases = progress.work.campaign.fiscal_year, progress.work.rules.cycle.phases
    first = phases[0].begins.on(year)
    return first, (phases[-1].ends.on(year) - first).days + 1


def today_mark(progress: Progress) -> int | None:
    """Return where today stands on the drawing, in thousandths; None outside the cycle."""
    first, days = _span(progress)
    passed = (progress.today - first).days
    return (2 * passed + 1) * 500 // days if 0 <= passed < days else None


def _state(progress: Progress, phase: CyclePhase) -> Phase:
    year = progress.work.campaign.fiscal_year
    if progress.today < phase.begins.on(year):
        return Phase.AHEAD
    if progress.today <= phase.ends.on(year):
        return Phase.NOW
    if not progress.whole or progress.status is Status.DRAFT:
        return Phase.PAST  # whether its work is done is not the reader's to see
    return Phase.PROBLEM if any(progress.lacks(task) for task in phase.gate) else Phase.DONE


def _gate(progress: Progress, task: Task, labels: Mapping[str, str]) -> GateLine:
    asked = progress.of_task(task)
    counted = progress.whole and bool(STAGES[task.what])
    return GateLine(
        WORDS[task.what],
        labels.get(task.period, task.period),
        len(asked) - len(progress.open(task)),
        len(asked),
        counted,
    )


def lacking(progress: Progress) -> Iterator[Lack]:
    """Yield what is not settled of the phases begun, each kind of work once, with the first names."""
    labels = period_labels(progress.work.scheme)
    known: set[Task] = set()
    for phase in progress.begun():
        for task in (*phase.gate, *phase.opens):
            if task in known or not progress.lacks(task) or task.what == "results":
                continue
            known.add(task)
            names = list(dict.fromkeys(_names(progress, progress.open(task))))
            yield Lack(
                phase.label,
                WORDS[task.what],
                labels.get(task.period, task.period),
                tuple(names[:NAMED]),
                max(0, len(names) - NAMED),
                unsent=not progress.of_task(task),
            )


def _names(progress: Progress, records: Iterable[RecordFacts]) -> Iterator[str]:
    units = {unit.subject: unit.name for unit in progress.work.units}
    for record in records:
        yield progress.raters.get(record.id) or units.get(record.subject) or record.name


def days_unknown(ctx: Context, progress: Progress) -> str:
    """Say which working days publication will lack, as early as that can be known."""
    work = progress.work
    last = max(ctx.today, work.rules.cycle.phases[-1].begins.on(work.campaign.fiscal_year))
    try:
        due(last, work.rules.publication.results, ctx.rules.work_calendar())
    except Conflict as refusal:
        return refusal.text
    return ""
