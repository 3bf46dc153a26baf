"""Self-evaluation in the national layout: filed by the unit, points computed, grade confirmed."""

from datetime import date

from budgetperf.actions.bulk import open_all, without_record
from budgetperf.actions.context import Context
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.goals import approved_goals
from budgetperf.actions.moves import Move, Outcome, Seen, Target, file_form, filed_event, load, move
from budgetperf.actions.payloads import Moved
from budgetperf.actions.rules import in_force
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict
from budgetperf.findings import Finding
from budgetperf.indicators import Indicator
from budgetperf.ledger import Execution
from budgetperf.lifecycle.evaluation.checks import SelfEvaluationContext, actuals, check_self_evaluation
from budgetperf.lifecycle.evaluation.form import SelfEvaluationForm
from budgetperf.lifecycle.goals.form import indicator_tree
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.scoring.grade import GradeRules
from budgetperf.scoring.recompute import GradeFacts, GradeResult, SelfEvaluationFacts, compute
from budgetperf.scoring.score import ScoreSheet
from budgetperf.scoring.self_evaluation import SelfEvaluationRules
from budgetperf.store import results
from budgetperf.store.ledger import execution_of
from budgetperf.store.records import RecordFacts, latest_filing, list_records


def open_year(ctx: Context, fiscal_year: int, due_on: date, *, scope: str = "") -> int:
    """Open the self-evaluation of every approved project; opening twice opens once."""
    approved = list_records(
        ctx.session,
        ctx.actor,
        stage=Stage.REQUEST,
        fiscal_year=fiscal_year,
        status=Status.APPROVED,
        scope=scope,
    )
    known = list_records(
        ctx.session, ctx.actor, stage=Stage.SELF_EVALUATION, fiscal_year=fiscal_year, scope=scope
    )
    targets = [
        Target(
            Stage.SELF_EVALUATION,
            request.evaluand_id,
            request.subject,
            request.name,
            request.path,
            fiscal_year,
            due_on=due_on,
        )
        for request in approved
    ]
    fresh = without_record(targets, ((record.subject, record.serial) for record in known))
    return open_all(
        ctx,
        Stage.SELF_EVALUATION,
        fresh,
        fiscal_year=fiscal_year,
        period="",
    )


def score_facts(ctx: Context, record: RecordFacts, form: SelfEvaluationForm) -> SelfEvaluationFacts:
    """Return what the points of a self-evaluation are computed from by the rules in force."""
    _, goals = approved_goals(ctx, record.subject, record.fiscal_year)
    rules = in_force(ctx, "self_evaluation", SelfEvaluationRules).rules
    until = date(record.fiscal_year + 1, 1, 1)
    money = execution_of(ctx.session, record.evaluand_id or "", record.fiscal_year, until=until)
    return facts_under(rules, form, indicators=indicator_tree(goals), money=money)


def facts_under(
    rules: SelfEvaluationRules,
    form: SelfEvaluationForm,
    *,
    indicators: tuple[Indicator, ...],
    money: Execution,
) -> SelfEvaluationFacts:
    """Join the filed values with goals and money, as ``rules`` ask for them."""
    fixed = [criterion.key for criterion in rules.fixed_criteria()]
    return SelfEvaluationFacts(indicators, actuals(form, indicators, fixed=fixed), money)


def review_form(ctx: Context, record: RecordFacts, form: SelfEvaluationForm) -> tuple[Finding, ...]:
    """Run every check on a self-evaluation, without storing anything."""
    facts = score_facts(ctx, record, form)
    rules = in_force(ctx, "self_evaluation", SelfEvaluationRules).rules
    return check_self_evaluation(form, SelfEvaluationContext(facts.indicators, facts.execution, rules))


def preview(ctx: Context, record: RecordFacts, form: SelfEvaluationForm) -> ScoreSheet:
    """Return the sheet a form would get, storing nothing."""
    sheet = compute(
        score_facts(ctx, record, form), in_force(ctx, "self_evaluation", SelfEvaluationRules).rules
    )
    assert isinstance(sheet, ScoreSheet)
    return sheet


def file_self_evaluation(ctx: Context, record_id: str, form: SelfEvaluationForm, seen: Seen) -> Outcome:
    """File the self-evaluation; reasons are compulsory where the edition says so."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "file", seen=seen, findings=review_form(ctx, record, form), record=record)
    kept = file_form(ctx, moved, form, edition=ctx.rules.get("self_evaluation", ctx.today).id)
    return moved.log(ctx, filed_event(moved, kept))


def filed_self_evaluation(ctx: Context, record: RecordFacts) -> SelfEvaluationForm:
    """Return the newest filed self-evaluation.

    Raises
    ------
    Conflict
        Nothing has been filed.
    """
    filing = latest_filing(ctx.session, record.id, "SelfEvaluationForm")
    if filing is None:
        raise Conflict("self_evaluation.none", f"“{record.name}”尚未报送自评表")
    return SelfEvaluationForm.model_validate(filing.document)


def confirm(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Fix score and grade in decision packages."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "confirm", seen=seen, record=record)
    facts = score_facts(ctx, record, filed_self_evaluation(ctx, record))
    used = in_force(ctx, "self_evaluation", SelfEvaluationRules)
    sheet, package = decide(DecisionKind.SCORE, record, facts, used)
    assert isinstance(sheet, ScoreSheet)
    decision_id, digest = keep(ctx, record, package)
    return conclude_score(ctx, moved, sheet, decision_id, digest)


def conclude_score(ctx: Context, moved: Move, sheet: ScoreSheet, decision_id: str, digest: str) -> Outcome:
    """Grade a confirmed sheet, keep score and grade, and write the event."""
    record = moved.record
    graded, package = decide(
        DecisionKind.GRADE, record, GradeFacts(sheet.total), in_force(ctx, "grades", GradeRules)
    )
    assert isinstance(graded, GradeResult)
    _, grade_digest = keep(ctx, record, package)
    results.write_score(
        ctx.session,
        results.ScoreFacts(
            record_id=record.id,
            evaluand_id=record.evaluand_id or "",
            fiscal_year=record.fiscal_year,
            stage=record.stage,
            total=sheet.total,
            grade=graded.grade.value,
            decision_id=decision_id,
        ),
    )
    return moved.log(ctx, Moved(**moved.fields, packages=(digest, grade_digest)))
