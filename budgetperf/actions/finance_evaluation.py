"""Finance evaluation (财政评价) of a sample that anyone can redo from its public seed."""

import hashlib
from datetime import date

from budgetperf.actions.bulk import open_all
from budgetperf.actions.context import Context
from budgetperf.actions.decisions import decide, keep
from budgetperf.actions.evaluation import conclude_score
from budgetperf.actions.moves import Outcome, Seen, Target, file_form, filed_event, load, move
from budgetperf.actions.rules import in_force
from budgetperf.actions.simple import NoForm
from budgetperf.errors import Conflict, Invalid
from budgetperf.ledger import Execution
from budgetperf.lifecycle.evaluation.checks import check_finance_evaluation
from budgetperf.lifecycle.evaluation.form import EvaluationForm, SampleForm
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.scoring.facts import Rated
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules, finance_evaluation_facts
from budgetperf.scoring.recompute import FinanceEvaluationFacts
from budgetperf.scoring.score import ScoreSheet
from budgetperf.store.ledger import execution_of
from budgetperf.store.records import latest_filing, list_records


def sample(codes: list[str], seed: str, size: int) -> list[str]:
    """Return ``size`` codes, ranked by SHA-256 of seed and code."""
    return sorted(codes, key=lambda code: hashlib.sha256(f"{seed}/{code}".encode()).hexdigest())[:size]


def draw_sample(ctx: Context, form: SampleForm, seen: Seen) -> int:  # noqa: ARG001 - the verbs share one shape
    """Open a finance evaluation for a seeded sample of the confirmed self-evaluations.

    Raises
    ------
    Conflict
        A sample of that year was drawn already.
    Invalid
        The size is not between 1 and the number of confirmed self-evaluations.
    """
    year = form.fiscal_year
    if list_records(ctx.session, ctx.actor, stage=Stage.FINANCE_EVALUATION, fiscal_year=year):
        raise Conflict("finance_evaluation.drawn", f"{year}年度财政评价项目已抽取，不得重复抽取")
    confirmed = {
        record.subject: record
        for record in list_records(
            ctx.session, ctx.actor, stage=Stage.SELF_EVALUATION, fiscal_year=year, status=Status.CONFIRMED
        )
    }
    if not 0 < form.size <= len(confirmed):
        raise Invalid("finance_evaluation.size", f"抽取数量应在1到{len(confirmed)}之间（已确认自评的项目数）")
    targets = [
        Target(
            Stage.FINANCE_EVALUATION,
            confirmed[code].evaluand_id,
            code,
            confirmed[code].name,
            confirmed[code].path,
            year,
        )
        for code in sorted(sample(list(confirmed), form.seed, form.size))
    ]
    return open_all(
        ctx,
        Stage.FINANCE_EVALUATION,
        targets,
        fiscal_year=year,
        period="",
    )


def score(ctx: Context, record_id: str, form: EvaluationForm, seen: Seen) -> Outcome:
    """File the evaluator's sheet; the money criteria are computed, never typed in."""
    record = load(ctx, record_id)
    used = in_force(ctx, "finance_evaluation", FinanceEvaluationRules)
    findings = check_finance_evaluation(form, used.rules)
    moved = move(ctx, record_id, "score", seen=seen, findings=findings, record=record)
    kept = file_form(ctx, moved, form, edition=used.id)
    return moved.log(ctx, filed_event(moved, kept))


def facts_under(
    rules: FinanceEvaluationRules, form: EvaluationForm, money: Execution
) -> FinanceEvaluationFacts:
    """Join the evaluator's points with the money of the year, as ``rules`` ask for them."""
    ratings = {row.criterion: Rated(row.points) for row in form.rows}
    return FinanceEvaluationFacts(finance_evaluation_facts(ratings, money, rules=rules))


def confirm(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
    """Fix score and grade of a finance evaluation in decision packages."""
    record = load(ctx, record_id)
    moved = move(ctx, record_id, "confirm", seen=seen, record=record)
    filing = latest_filing(ctx.session, record.id, "EvaluationForm")
    if filing is None:
        raise Conflict("finance_evaluation.none", f"“{record.name}”尚未提交评价评分")
    used = in_force(ctx, "finance_evaluation", FinanceEvaluationRules)
    until = date(record.fiscal_year + 1, 1, 1)
    money = execution_of(ctx.session, record.evaluand_id or "", record.fiscal_year, until=until)
    facts = facts_under(used.rules, EvaluationForm.model_validate(filing.document), money)
    sheet, package = decide(DecisionKind.SCORE, record, facts, used)
    assert isinstance(sheet, ScoreSheet)
    decision_id, digest = keep(ctx, record, package)
    return conclude_score(ctx, moved, sheet, decision_id, digest)
