"""The result of a campaign: computed from everything brought, published, made final after appeals, approved."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from budgetperf.actions.campaign_work import Work, begun_phases, records_of, unsettled
from budgetperf.actions.campaigns import editions_of, work_for
from budgetperf.actions.claims import Appeal, appeals_of, counted_of
from budgetperf.actions.context import Context
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.fact_reports import standards
from budgetperf.actions.moves import Move, Outcome, Seen, file_form, filed_event, load, move
from budgetperf.actions.payloads import Moved
from budgetperf.actions.ratings import improved_of
from budgetperf.actions.simple import NoForm
from budgetperf.findings import Finding, Severity, Where
from budgetperf.fiscal import SHANGHAI
from budgetperf.lifecycle.unit_assessment.checks import check_approval
from budgetperf.lifecycle.unit_assessment.form import (
    AppealAbout,
    BonusForm,
    CorrectionRow,
    FactReportForm,
    PenaltyForm,
    RatingForm,
    ResultApprovalForm,
)
from budgetperf.lifecycle.unit_assessment.gathering import (
    Line,
    carried,
    claimed,
    corrected,
    exempted,
    facts,
    rated,
    remembered,
    reported,
)
from budgetperf.lifecycle.unit_assessment.rules import Task
from budgetperf.lifecycle.unit_assessment.told import rated_again, told_trace
from budgetperf.process.deadlines import due
from budgetperf.process.stages import Guard, Stage, Status
from budgetperf.provenance import DecisionKind, Json
from budgetperf.scoring.recompute import AssessmentFacts, AssessmentResult
from budgetperf.store.campaigns import (
    CampaignFacts,
    ResultFacts,
    get_campaign,
    past_results,
    seats_of,
    sheets_of,
    update_campaign,
    write_results,
)
from budgetperf.store.listings import filed_documents
from budgetperf.store.records import RecordFacts, steps_of


def gather(ctx: Context, work: Work, more: Iterable[tuple[CorrectionRow, str]] = ()) -> list[Line]:
    """Return everything brought so far as facts with their origins: what a result is computed from.

    ``more`` are corrections still to be decided, each with its appeal.
    """
    appeals = appeals_of(ctx, work.campaign)
    lines = [*_reported(ctx, work), *_rated(ctx, work)]
    lines = corrected(lines, [*_corrections(appeals), *more])
    lines += [*_claimed(ctx, work, appeals), *exempted(work.members)]
    lines += remembered(past(ctx, work.campaign), work.members, work.scheme)
    return lines + carried(work.scheme, work.rules.carried, work.members, lines)


def _reported(ctx: Context, work: Work) -> list[Line]:
    targets = standards(ctx, work)
    accepted = {
        record.id: record
        for record in records_of(ctx, work.campaign, Stage.FACT_REPORT)
        if record.status is Status.AUDITED
    }
    documents = filed_documents(ctx.session, accepted, FactReportForm.__name__)
    return [
        line
        for record_id, document in documents.items()
        for line in reported(
            FactReportForm.model_validate(document).rows,
            targets,
            period=accepted[record_id].period,
            origin=record_id,
        )
    ]


def _rated(ctx: Context, work: Work) -> list[Line]:
    """Return the marks under the numbers of the raters; nobody is named."""
    seats = {seat.id: seat.rater for seat in seats_of(ctx.session, work.campaign.id)}
    return [
        line
        for sheet in sheets_of(ctx.session, work.campaign.id)
        if sheet.submitted_at is not None
        for line in rated(
            RatingForm.model_validate(sheet.document).rows, rater=seats[sheet.seat_id], period=sheet.period
        )
    ]


def _claimed(ctx: Context, work: Work, appeals: Iterable[Appeal]) -> list[Line]:
    """Return the settled claims as they count; the queries do not grow with their number."""
    codes = {unit.subject: unit.code for unit in work.units}
    forms: tuple[tuple[Stage, type[BonusForm | PenaltyForm]], ...] = (
        (Stage.BONUS, BonusForm),
        (Stage.PENALTY, PenaltyForm),
    )
    found: list[Line] = []
    for stage, form in forms:
        records = [one for one in records_of(ctx, work.campaign, stage) if one.status is Status.SETTLED]
        values = counted_of(ctx, records, appeals)
        documents = filed_documents(ctx.session, [one.id for one in records], form.__name__)
        found += [
            claimed(codes[one.subject], form.model_validate(documents[one.id]), values[one.id], origin=one.id)
            for one in records
        ]
    return found


def _corrections(appeals: Iterable[Appeal]) -> list[tuple[CorrectionRow, str]]:
    """Return what appeals against results corrected, the one decided last at the end: it counts."""
    return [
        (row, appeal.record.id)
        for appeal in appeals
        if appeal.form.about is AppealAbout.RESULT and appeal.decision is not None
        for row in appeal.decision.corrections
    ]


def past(ctx: Context, campaign: CampaignFacts) -> dict[str, dict[str, list[int]]]:
    """Return what units reached in earlier campaigns of the place: unit to consequence to years ago."""
    found: dict[str, dict[str, list[int]]] = {}
    for year, code, document in past_results(ctx.session, campaign.jurisdiction, campaign.fiscal_year):
        for one in document["consequences"]:
            found.setdefault(code, {}).setdefault(one["key"], []).append(campaign.fiscal_year - year)
    return found


# --------------------------------------------------------------------------- moves


def compute(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Compute every unit's result from settled facts and keep it in a decision package.

    Raises
    ------
    Invalid
        Something was not sent out or is not settled, or facts are missing; nothing is half computed.
    """
    record = load(ctx, record_id)
    work = work_for(ctx, get_campaign(ctx.session, record_id))
    findings = (*_not_begun(ctx, work), *unsettled(ctx, work.campaign, _everything(work)))
    moved = move(ctx, record_id, "compute", seen=seen, findings=findings, record=record)
    return moved.log(ctx, Moved(**moved.fields, packages=(_result(ctx, moved, work),)))


def _everything(work: Work) -> list[Task]:
    opened = [task for phase in work.rules.cycle.phases for task in phase.opens]
    return list(dict.fromkeys(task for task in [*opened, Task(what="claims")] if task.what != "results"))


def _not_begun(ctx: Context, work: Work) -> tuple[Finding, ...]:
    """Return the phases that ask for work and have not begun: their facts cannot be in yet."""
    begun = begun_phases(work.rules, work.campaign.fiscal_year, ctx.today)
    later = [
        phase
        for phase in work.rules.cycle.phases
        if phase not in begun and any(task.what in {"reports", "ratings"} for task in phase.opens)
    ]
    return tuple(
        Finding(
            "campaign.phase",
            Severity.ERROR,
            Where(pointer=f"/phases/{phase.key}"),
            f"“{phase.label}”阶段{phase.begins.on(work.campaign.fiscal_year)}才开始，该阶段的数据尚未产生",
        )
        for phase in later
    )


def _result(ctx: Context, moved: Move, work: Work) -> str:
    """Compute, keep the package and the rows of the units; return the digest."""
    lines = gather(ctx, work)
    table = facts(work.members, lines)
    result, package = decide(
        DecisionKind.ASSESSMENT,
        moved.record,
        AssessmentFacts(tuple(table)),
        editions_of(ctx, work.campaign).scheme,
    )
    assert isinstance(result, AssessmentResult)
    decision_id, digest = keep(ctx, moved.record, package)
    traces = _with_facts(ctx, work, result.units, lines)
    _keep_rows(ctx, work, traces, decision_id=decision_id, package=digest)
    return digest


def _with_facts(ctx: Context, work: Work, traces: Iterable[Json], lines: Iterable[Line]) -> Iterator[Json]:
    """Lay beside each trace what was reported of the unit; the raters' own marks stay out of it."""
    raters = {seat.rater for seat in seats_of(ctx.session, work.campaign.id)}
    told: dict[str, list[Json]] = {}
    for line in sorted(lines, key=lambda line: line.cell):
        if line.rater not in raters:
            told.setdefault(line.unit, []).append(
                {name: getattr(line, name) for name in ("item", "period", "value", "standard", "note")}
            )
    tracks = {track.key: track for track in work.scheme.tracks}
    again = rated_again(
        (RatingForm.model_validate(sheet.document).rows, improved_of(sheet))
        for sheet in sheets_of(ctx.session, work.campaign.id)
        if sheet.submitted_at is not None
    )
    for trace in traces:
        assert isinstance(trace, Mapping)
        unit = str(trace["unit"])
        beside: dict[str, Json] = {"facts": told.get(unit, []), "improved": again.get(unit, [])}
        yield {**told_trace(trace, tracks[str(trace["track"])], raters), **beside}


def _keep_rows(ctx: Context, work: Work, traces: Iterable[Json], *, decision_id: str, package: str) -> None:
    ids = {unit.code: unit.id for unit in work.units}
    rows = []
    for trace in traces:
        assert isinstance(trace, Mapping)
        total, rank = trace["total"], trace["rank"]
        rows.append(
            ResultFacts(
                ids[str(trace["unit"])],
                work.campaign.id,
                None if total is None else Decimal(str(total)),
                rank if isinstance(rank, int) else None,
                str(trace["grade"]),
                str(trace["grade_label"]),
                trace,
                decision_id,
                package,
            )
        )
    write_results(ctx.session, rows)


def publish(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Show the units their results; appeals are heard for the edition's working days."""
    record = load(ctx, record_id)
    work = work_for(ctx, get_campaign(ctx.session, record_id))
    findings = (*unsettled(ctx, work.campaign, _everything(work)), *_changed_since(ctx, work, record))
    moved = move(ctx, record_id, "publish", seen=seen, findings=findings, record=record)
    last = due(ctx.today, work.rules.publication.results, ctx.rules.work_calendar())
    update_campaign(ctx.session, record_id, contest_ends_on=last)
    return moved.log(ctx)


def _changed_since(ctx: Context, work: Work, record: RecordFacts) -> tuple[Finding, ...]:
    """Refuse to tell a result whose facts were corrected after it was computed."""
    computed = max(step.at for step in steps_of(ctx.session, [record.id]) if step.verb == "compute")
    reports = [one.id for one in records_of(ctx, work.campaign, Stage.FACT_REPORT)]
    if all(step.at <= computed for step in steps_of(ctx.session, reports) if step.verb == "accept"):
        return ()
    text = "汇总计分之后有数据经退回更正，请重新汇总计分后再公示"
    return (Finding("campaign.stale", Severity.ERROR, Where(pointer="/facts"), text),)


def finalise(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Compute again with what upheld appeals corrected: a new package; the one before stays as it was."""
    record = load(ctx, record_id)
    work = work_for(ctx, get_campaign(ctx.session, record_id))
    last = work.campaign.contest_ends_on
    waiting = [one for one in records_of(ctx, work.campaign, Stage.APPEAL) if one.status is Status.FILED]
    over = last is not None and ctx.today > last and not waiting
    moved = move(
        ctx,
        record_id,
        "finalise",
        seen=seen,
        findings=unsettled(ctx, work.campaign, [Task(what="claims")]),
        guards={Guard.CONTEST_OVER} if over else (),
        record=record,
    )
    return moved.log(ctx, Moved(**moved.fields, packages=(_result(ctx, moved, work),)))


def approve(ctx: Context, record_id: str, form: ResultApprovalForm, seen: Seen) -> Outcome:
    """Approve by the decisions of the edition's bodies, and tell the results to whom it says."""
    record = load(ctx, record_id)
    work = work_for(ctx, get_campaign(ctx.session, record_id))
    findings = check_approval(form, work.rules.approval, not_before=_final_on(ctx, record), as_of=ctx.today)
    moved = move(ctx, record_id, "approve", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition=work.campaign.rules)
    to_all = "public" in work.rules.telling.to
    update_campaign(ctx.session, record_id, approved_on=ctx.today, told_to_all=to_all)
    return moved.log(ctx, filed_event(moved, kept))


def _final_on(ctx: Context, record: RecordFacts) -> date:
    """Return the day the result was made final; today when it was not."""
    days = [step.at for step in steps_of(ctx.session, [record.id]) if step.verb == "finalise"]
    return max(days).astimezone(SHANGHAI).date() if days else ctx.today
