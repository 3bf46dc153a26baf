"""What a campaign has sent out and what of it is settled: books, reports, sheets, claims."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from budgetperf.actions.bulk import open_all, without_record
from budgetperf.actions.campaign_roster import by_chance, rating_subject, supplier_subject
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Target
from budgetperf.findings import Finding, Severity, Where
from budgetperf.lifecycle.unit_assessment.cells import (
    Member,
    period_labels,
    rated_periods,
    reported_cells,
    stated_items,
)
from budgetperf.lifecycle.unit_assessment.form import ImprovementForm
from budgetperf.lifecycle.unit_assessment.rules import CampaignRules, Phase, Task
from budgetperf.lifecycle.unit_assessment.rules import Work as What
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Stage, Status
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.store.campaigns import (
    CampaignFacts,
    SheetFacts,
    UnitFacts,
    campaign_of,
    seats_of,
    sheets_of,
    suppliers_of,
    units_of,
    write_sheets,
)
from budgetperf.store.listings import filed_documents
from budgetperf.store.organisations import organisations
from budgetperf.store.records import RecordFacts, list_records

_SHOWN = 10
SETTLED: dict[Stage, frozenset[Status]] = {
    Stage.TASK_BOOK: frozenset({Status.ISSUED, Status.WITHDRAWN}),
    Stage.FACT_REPORT: frozenset({Status.AUDITED, Status.WITHDRAWN}),
    Stage.RATING: frozenset({Status.FILED, Status.WITHDRAWN, Status.ARCHIVED}),
    Stage.BONUS: frozenset({Status.SETTLED, Status.REJECTED}),
    Stage.PENALTY: frozenset({Status.SETTLED, Status.WITHDRAWN}),
}
STAGES: dict[What, tuple[Stage, ...]] = {
    "task_books": (Stage.TASK_BOOK,),
    "reports": (Stage.FACT_REPORT,),
    "ratings": (Stage.RATING,),
    "claims": (Stage.BONUS, Stage.PENALTY),
    "results": (),
}
"""Where the records of a kind of work stand."""

PERIODIC: frozenset[What] = frozenset({"reports", "ratings"})
"""The kinds that are asked for period by period."""


@dataclass(frozen=True, slots=True)
class Work:
    """A campaign with its editions and its roster: what sending out and looking after need."""

    campaign: CampaignFacts
    scheme: AssessmentRules
    rules: CampaignRules
    units: tuple[UnitFacts, ...]

    @property
    def members(self) -> tuple[Member, ...]:
        """The units as the cells are reckoned from them."""
        return tuple(unit.member() for unit in self.units)


def begun_phases(rules: CampaignRules, fiscal_year: int, today: date) -> tuple[Phase, ...]:
    """Return the phases that have begun, in order."""
    return tuple(phase for phase in rules.cycle.phases if phase.begins.on(fiscal_year) <= today)


def records_of(ctx: Context, campaign: CampaignFacts, stage: Stage) -> list[RecordFacts]:
    """Return the visible records of a stage of a campaign."""
    found = list_records(ctx.session, ctx.actor, stage=stage, fiscal_year=campaign.fiscal_year)
    return [record for record in found if record.subject.startswith(campaign.subject + ".")]


def unsettled(ctx: Context, campaign: CampaignFacts, tasks: Iterable[Task]) -> tuple[Finding, ...]:
    """Return one finding per kind of work that is not settled, naming the first that are not.

    What a unit still has open that is not assessed any more is passed over.
    """
    gone = {unit.subject for unit in units_of(ctx.session, campaign.id) if unit.exempt}
    return tuple(finding for task in tasks for finding in _unsettled(ctx, campaign, task, gone))


def _unsettled(ctx: Context, campaign: CampaignFacts, task: Task, gone: Collection[str]) -> Iterator[Finding]:
    periodic = task.what in PERIODIC
    for stage in STAGES[task.what]:
        open_ones = [
            record
            for record in records_of(ctx, campaign, stage)
            if record.status not in SETTLED[stage]
            and record.subject not in gone
            and not (periodic and record.period != task.period)
        ]
        if open_ones:
            names = "、".join(f"{one.name}（{one.status.label}）" for one in open_ones[:_SHOWN])
            more = f"等{len(open_ones)}件" if len(open_ones) > _SHOWN else ""
            where = f"{stage.label}{task.period}"
            yield Finding(
                "campaign.unsettled",
                Severity.ERROR,
                Where(pointer=f"/{task.what}/{task.period}".rstrip("/")),
                f"{where}尚未办结：{names}{more}",
            )


def improvements_of(ctx: Context, work: Work, unit: UnitFacts) -> dict[str, str]:
    """Return what last year's campaign asked the unit to mend: record to problem."""
    return improvements(ctx, work).get(unit.code, {})


def improvements(ctx: Context, work: Work) -> dict[str, dict[str, str]]:
    """Return what last year's campaign asked to be mended: unit to record to problem."""
    before = campaign_of(ctx.session, work.campaign.jurisdiction, work.campaign.fiscal_year - 1)
    if before is None:
        return {}
    codes = {one.subject: one.code for one in units_of(ctx.session, before.id)}
    owners = {one.id: codes.get(one.subject, "") for one in records_of(ctx, before, Stage.IMPROVEMENT)}
    found: dict[str, dict[str, str]] = {}
    for record_id, document in filed_documents(ctx.session, owners, ImprovementForm.__name__).items():
        problem = ImprovementForm.model_validate(document).problem
        found.setdefault(owners[record_id], {})[record_id] = problem
    return found


# --------------------------------------------------------------------- sending out


def open_work(ctx: Context, work: Work, tasks: Iterable[Task]) -> int:
    """Send out what the tasks ask and was not sent yet; return how many records were opened."""
    opened = 0
    for task in dict.fromkeys(tasks):
        match task.what:
            case "task_books":
                opened += _open_books(ctx, work)
            case "reports":
                opened += _open_reports(ctx, work, task.period)
            case "ratings":
                opened += _open_sheets(ctx, work, task.period)
            case "claims" | "results":
                pass
    return opened + _open_progress(ctx, work)


def _fresh(ctx: Context, work: Work, stage: Stage, targets: Sequence[Target], period: str) -> list[Target]:
    known = ((record.subject, record.serial) for record in records_of(ctx, work.campaign, stage)
             if record.period == period)  # fmt: skip
    return without_record(targets, known)


def _send(ctx: Context, work: Work, stage: Stage, targets: Sequence[Target], period: str = "") -> int:
    fresh = _fresh(ctx, work, stage, targets, period)
    return open_all(ctx, stage, fresh, fiscal_year=work.campaign.fiscal_year, period=period)


def _open_books(ctx: Context, work: Work) -> int:
    """Every unit that is an organisation drafts a task book; once all are out, no calendar is asked."""
    year = work.campaign.fiscal_year
    targets = [
        Target(Stage.TASK_BOOK, None, unit.subject, f"{unit.name}任务书", unit.path, year)
        for unit in work.units
        if unit.path
    ]
    fresh = _fresh(ctx, work, Stage.TASK_BOOK, targets, "")
    if not fresh:
        return 0
    last = due(ctx.today, work.rules.task_book.file_within, ctx.rules.work_calendar())
    return open_all(
        ctx, Stage.TASK_BOOK, [replace(one, due_on=last) for one in fresh], fiscal_year=year, period=""
    )


def _open_progress(ctx: Context, work: Work) -> int:
    """Open the progress reports that fall due between the start of the campaign and the end of the running phase."""
    year = work.campaign.fiscal_year
    begun = begun_phases(work.rules, year, ctx.today)
    since = work.campaign.started_on or ctx.today
    until = begun[-1].ends.on(year) if begun else ctx.today
    opened = 0
    days: dict[date, list[Target]] = {}
    for unit in work.units:
        track = work.scheme.track_of(unit.group_key)
        asked = work.rules.reports_of(track.key) if track and unit.path and not unit.exempt else ()
        for serial, reporting in enumerate(asked):
            for day in (one.on(year) for one in reporting.due):
                if since <= day <= until:
                    name = f"{unit.name}{reporting.label}"
                    target = Target(
                        Stage.PROGRESS,
                        None,
                        unit.subject,
                        name,
                        unit.path,
                        year,
                        day.isoformat(),
                        serial,
                        day,
                    )
                    days.setdefault(day, []).append(target)
    for day in sorted(days):
        opened += _send(ctx, work, Stage.PROGRESS, days[day], day.isoformat())
    return opened


def _open_reports(ctx: Context, work: Work, period: str) -> int:
    names = {node.path: node.name for node in organisations(ctx.session)}
    targets = []
    for one in suppliers_of(ctx.session, work.campaign.id):
        cells = reported_cells(work.scheme, work.rules, work.members, supplier=one.supplier, period=period)
        states = not period and any(
            stated_items(work.scheme, work.rules, one.supplier, track) for track in work.scheme.tracks
        )
        if states or next(cells, None) is not None:
            label = next(supplier.label for supplier in work.rules.suppliers if supplier.key == one.supplier)
            targets.append(
                Target(
                    Stage.FACT_REPORT,
                    None,
                    supplier_subject(work.campaign.subject, one.supplier),
                    f"{label}（{names.get(one.path, one.path)}）考评数据",
                    one.path,
                    work.campaign.fiscal_year,
                    period,
                    due_on=_wanted_by(work, Task(what="reports", period=period)),
                )
            )
    return _send(ctx, work, Stage.FACT_REPORT, targets, period)


def _wanted_by(work: Work, task: Task) -> date | None:
    """Return the last day of the phase whose gate waits for a task; None when none does."""
    gates = [phase for phase in work.rules.cycle.phases if task in phase.gate]
    return gates[0].ends.on(work.campaign.fiscal_year) if gates else None


def _open_sheets(ctx: Context, work: Work, period: str) -> int:
    """Send a sheet to every rater who has something to rate in the period, in an order by chance."""
    have = {sheet.seat_id for sheet in sheets_of(ctx.session, work.campaign.id) if sheet.period == period}
    members = {member.code: member for member in work.members}
    waiting = [
        seat
        for seat in seats_of(ctx.session, work.campaign.id)
        if seat.id not in have
        and period in rated_periods(work.scheme, [members[code] for code in seat.units], seat.rater_group)
    ]
    shuffled = by_chance(ctx, waiting)
    last = _wanted_by(work, Task(what="ratings", period=period))
    first = sum(record.period == period for record in records_of(ctx, work.campaign, Stage.RATING))
    subject, year = rating_subject(work.campaign.subject), work.campaign.fiscal_year
    name = f"{year}年度考评评分表{period_labels(work.scheme).get(period, '')}"
    targets = [
        Target(Stage.RATING, None, subject, name, "", year, period, first + at, last)
        for at in range(len(shuffled))
    ]
    opened = open_all(ctx, Stage.RATING, targets, fiscal_year=year, period=period)
    records = sorted(
        (r for r in records_of(ctx, work.campaign, Stage.RATING) if r.period == period and r.serial >= first),
        key=lambda record: record.serial,
    )
    mended = improvements(ctx, work) if shuffled else {}
    sheets = (
        SheetFacts(
            record.id, work.campaign.id, seat.id, period, ctx.ids.new(), {}, None,
            [[code, key, problem] for code in seat.units for key, problem in mended.get(code, {}).items()],
        )
        for record, seat in zip(records, shuffled, strict=True)
    )  # fmt: skip
    write_sheets(ctx.session, sheets)
    return opened
