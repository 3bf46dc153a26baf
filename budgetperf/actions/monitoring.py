"""Dual monitoring: a task per project and quarter, filed, reviewed, lit and confirmed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from budgetperf.actions.bulk import open_all, without_record
from budgetperf.actions.context import Context
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.goals import approved_goals
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move
from budgetperf.actions.payloads import Moved
from budgetperf.actions.rules import InForce, in_force
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.findings import Finding
from budgetperf.fiscal import FiscalYear, Period
from budgetperf.indicators import Achievement
from budgetperf.lifecycle.goals.form import indicator_tree
from budgetperf.lifecycle.monitoring.checks import MonitoringContext, check
from budgetperf.lifecycle.monitoring.form import MonitoringForm
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.rulebook.models import MonitoringCalendarRules
from budgetperf.scoring.dashboard import Dashboard, warnings_of
from budgetperf.scoring.lights import LightColour, LightRules
from budgetperf.scoring.progress_deviation import deviations
from budgetperf.scoring.recompute import LightFacts, compute
from budgetperf.store import results
from budgetperf.store.ledger import execution_of
from budgetperf.store.records import RecordFacts, latest_filing, list_records


def open_quarter(ctx: Context, fiscal_year: int, quarter: int, *, scope: str = "") -> int:
    """Open the monitoring task of every approved project within ``scope``; return how many.

    A project that has its task already keeps it: opening twice opens once.
    """
    period = FiscalYear(fiscal_year).quarter(quarter)
    in_its_time = date(fiscal_year, period.months, 1)  # a fourth quarter is opened in the next year
    calendar = in_force(ctx, "monitoring_calendar", MonitoringCalendarRules, as_of=in_its_time)
    due_on = calendar.rules.due(period, ctx.rules.work_calendar())
    approved = list_records(
        ctx.session,
        ctx.actor,
        stage=Stage.REQUEST,
        fiscal_year=fiscal_year,
        status=Status.APPROVED,
        scope=scope,
    )
    known = list_records(
        ctx.session,
        ctx.actor,
        stage=Stage.MONITORING,
        fiscal_year=fiscal_year,
        period=period.code,
        scope=scope,
    )
    targets = [_task(request, period, due_on) for request in approved]
    fresh = without_record(targets, ((record.subject, record.serial) for record in known))
    return open_all(
        ctx,
        Stage.MONITORING,
        fresh,
        fiscal_year=fiscal_year,
        period=period.code,
    )


def _task(request: RecordFacts, period: Period, due_on: date) -> Target:
    return Target(
        Stage.MONITORING,
        request.evaluand_id,
        request.subject,
        request.name,
        request.path,
        request.fiscal_year,
        period.code,
        due_on=due_on,
    )


def light_facts(ctx: Context, record: RecordFacts, form: MonitoringForm) -> LightFacts:
    """Return what the lights of a filed report are computed from."""
    period = period_of(record)
    _, goals = approved_goals(ctx, record.subject, record.fiscal_year)
    end = period.span.end or ctx.today
    return LightFacts(
        indicators=indicator_tree(goals),
        values=values_of(form),
        execution=execution_of(ctx.session, record.evaluand_id or "", record.fiscal_year, until=end),
        months=period.months,
    )


def values_of(form: MonitoringForm) -> dict[str, Decimal | Achievement]:
    """Return the reported values by indicator key."""
    found: dict[str, Decimal | Achievement] = {}
    for row in form.rows:
        value = row.actual if row.actual is not None else row.achievement
        if value is not None:
            found[row.key] = value
    return found


def period_of(record: RecordFacts) -> Period:
    """Return the quarter a monitoring record is of."""
    return FiscalYear(record.fiscal_year).quarter(int(record.period[-1]))


def preview(ctx: Context, record: RecordFacts, form: MonitoringForm) -> tuple[Dashboard, tuple[Finding, ...]]:
    """Return the lights a report would get and what the checks say of it, storing nothing."""
    facts = light_facts(ctx, record, form)
    known = {indicator.key for indicator in facts.indicators}
    rules: InForce[LightRules] = in_force(ctx, "monitoring_lights", LightRules)
    values = {key: value for key, value in facts.values.items() if key in known}
    lit = compute(replace(facts, values=values), rules.rules)
    assert isinstance(lit, Dashboard)
    behind = {LightColour.YELLOW, LightColour.RED}
    context = MonitoringContext(
        indicators=facts.indicators,
        behind=frozenset(key for key, light in lit.indicators.items() if light.colour in behind),
        execution_behind=lit.execution.colour in behind,
        deviating=deviations(facts.indicators, values, months=facts.months, rule=rules.rules.deviation),
        warnings=tuple((warning.reason, warning.clause) for warning in warnings_of(lit)),
        source=str(rules.edition.source),
    )
    return lit, check(form, context)


def file_report(ctx: Context, record_id: str, form: MonitoringForm, seen: Seen) -> Outcome:
    """File the quarter's report; causes and explanations are compulsory where a light is not green."""
    record = load(ctx, record_id)
    _, findings = preview(ctx, record, form)
    moved = move(ctx, record_id, "file", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition=ctx.rules.get("monitoring_lights", ctx.today).id)
    return moved.log(ctx, filed_event(moved, kept))


def filed_report(ctx: Context, record: RecordFacts) -> MonitoringForm:
    """Return the newest filed report of a monitoring record.

    Raises
    ------
    Conflict
        Nothing has been filed.
    """
    filing = latest_filing(ctx.session, record.id, "MonitoringForm")
    if filing is None:
        raise Conflict("monitoring.none", f"“{record.name}”本期监控表尚未报送")
    return MonitoringForm.model_validate(filing.document)


def confirm(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Fix both lights of the period in a decision package."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "confirm", seen=seen, record=record)
    facts = light_facts(ctx, record, filed_report(ctx, record))
    result, package = decide(
        DecisionKind.LIGHT, record, facts, in_force(ctx, "monitoring_lights", LightRules)
    )
    assert isinstance(result, Dashboard)
    decision_id, digest = keep(ctx, record, package)
    results.write_light(
        ctx.session,
        results.LightFacts(
            record_id=record.id,
            evaluand_id=record.evaluand_id or "",
            fiscal_year=record.fiscal_year,
            period=record.period,
            execution=result.execution.colour.value,
            goals=result.goal.colour.value if result.goal else "",
            execution_reason=result.execution.reason,
            goals_reason=result.goal.reason if result.goal else "本期未填报绩效指标值",
            warnings="；".join(warning.reason for warning in warnings_of(result)),
            decision_id=decision_id,
        ),
    )
    return moved.log(ctx, Moved(**moved.fields, packages=(digest,)))
