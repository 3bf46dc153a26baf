"""The table of verbs on a record: what each asks for and which function does it.

Routes, pages and the demo go through it; a test holds it against the transition table. Verbs
that open records stand in ``openings``; those that need pandas are named by import string and
run in a worker.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from budgetperf.actions import (
    adoption,
    appeals,
    campaign_results,
    campaigns,
    claims,
    evaluation,
    exante,
    fact_reports,
    finance_evaluation,
    improvements,
    limits,
    monitoring,
    objections,
    ratings,
    rectification,
    request,
    rule_editions,
    special_factors,
    task_books,
)
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.simple import NoForm, moves
from budgetperf.budget.form import DecisionForm, PublishForm
from budgetperf.findings import Finding
from budgetperf.forms import Form
from budgetperf.lifecycle.evaluation.form import EvaluationForm, SelfEvaluationForm
from budgetperf.lifecycle.exante.form import ConclusionForm, Declaration, DrawForm, ScoreForm
from budgetperf.lifecycle.goals.form import ApprovalForm, GoalForm
from budgetperf.lifecycle.monitoring.form import MonitoringForm
from budgetperf.lifecycle.result_use.form import ResponseForm
from budgetperf.lifecycle.special_factor.form import ClaimForm
from budgetperf.lifecycle.unit_assessment.form import (
    AdmissionForm,
    AppealDecisionForm,
    ExemptionForm,
    FactReportForm,
    ImprovementReply,
    ProgressForm,
    RatersForm,
    RatingForm,
    ResultApprovalForm,
    RosterForm,
    TaskBookForm,
)
from budgetperf.process.stages import Stage
from budgetperf.provenance import Json
from budgetperf.rulebook.form import EditionForm
from budgetperf.store.records import RecordFacts

Act = Callable[[Context, str, Any, Seen], Outcome]


@dataclass(frozen=True, slots=True)
class Verb:
    """What a verb asks for, who does it, and who tells what is wrong with a form that cannot be read whole yet."""

    form: type[Form]
    act: Act
    further: Callable[[Context, RecordFacts, Mapping[str, Json]], tuple[Finding, ...]] | None = None


S = Stage

VERBS: dict[tuple[Stage, str], Verb] = {
    (S.REQUEST, "file"): Verb(GoalForm, request.file_request),
    (S.REQUEST, "return"): Verb(NoForm, moves("return")),
    (S.REQUEST, "review"): Verb(NoForm, moves("review")),
    (S.REQUEST, "send_back"): Verb(NoForm, moves("send_back")),
    (S.REQUEST, "accept"): Verb(NoForm, request.accept),
    (S.REQUEST, "store"): Verb(NoForm, request.store),
    (S.REQUEST, "reject"): Verb(NoForm, moves("reject")),
    (S.REQUEST, "approve"): Verb(ApprovalForm, request.approve),
    (S.EXANTE, "draw"): Verb(DrawForm, exante.draw_panel),
    (S.EXANTE, "replenish"): Verb(NoForm, exante.replenish_panel),
    (S.EXANTE, "declare"): Verb(Declaration, exante.declare),
    (S.EXANTE, "score"): Verb(ScoreForm, exante.score_sheet),
    (S.EXANTE, "conclude"): Verb(ConclusionForm, exante.conclude),
    (S.EXANTE, "confirm"): Verb(NoForm, exante.confirm),
    (S.MONITORING, "file"): Verb(MonitoringForm, monitoring.file_report),
    (S.MONITORING, "return"): Verb(NoForm, moves("return")),
    (S.MONITORING, "review"): Verb(NoForm, moves("review")),
    (S.MONITORING, "confirm"): Verb(NoForm, monitoring.confirm),
    (S.RECTIFICATION, "respond"): Verb(ResponseForm, rectification.respond),
    (S.RECTIFICATION, "return"): Verb(NoForm, moves("return")),
    (S.RECTIFICATION, "close"): Verb(NoForm, moves("close")),
    (S.SELF_EVALUATION, "file"): Verb(SelfEvaluationForm, evaluation.file_self_evaluation),
    (S.SELF_EVALUATION, "return"): Verb(NoForm, moves("return")),
    (S.SELF_EVALUATION, "review"): Verb(NoForm, moves("review")),
    (S.SELF_EVALUATION, "confirm"): Verb(NoForm, evaluation.confirm),
    (S.FINANCE_EVALUATION, "score"): Verb(EvaluationForm, finance_evaluation.score),
    (S.FINANCE_EVALUATION, "confirm"): Verb(NoForm, finance_evaluation.confirm),
    (S.BASELINE, "adopt"): Verb(NoForm, adoption.adopt_baseline),
    (S.SPECIAL_FACTOR_CLAIM, "file"): Verb(
        ClaimForm, special_factors.file_claim, special_factors.wrong_so_far
    ),
    (S.SPECIAL_FACTOR_CLAIM, "return"): Verb(NoForm, special_factors.send_back),
    (S.SPECIAL_FACTOR_CLAIM, "withdraw"): Verb(NoForm, moves("withdraw")),
    (S.SPECIAL_FACTOR_CLAIM, "admit"): Verb(NoForm, special_factors.admit),
    (S.SPECIAL_FACTOR_CLAIM, "reject"): Verb(NoForm, special_factors.reject),
    (S.SPECIAL_FACTOR_CLAIM, "revoke"): Verb(NoForm, special_factors.revoke),
    (S.LIMITS, "compute"): Verb(NoForm, limits.compute_round),
    (S.LIMITS, "publish"): Verb(PublishForm, limits.publish_round),
    (S.LIMITS, "finalise"): Verb(NoForm, limits.finalise_round),
    (S.LIMITS, "issue"): Verb(NoForm, limits.issue_round),
    (S.OBJECTION, "decide"): Verb(DecisionForm, objections.decide_objection),
    (S.RULE, "file"): Verb(EditionForm, rule_editions.file_text),
    (S.RULE, "return"): Verb(NoForm, moves("return")),
    (S.RULE, "withdraw"): Verb(NoForm, moves("withdraw")),
    (S.RULE, "publish"): Verb(NoForm, rule_editions.publish),
    (S.ASSESSMENT, "enrol"): Verb(RosterForm, campaigns.enrol),
    (S.ASSESSMENT, "withdraw"): Verb(NoForm, moves("withdraw")),
    (S.ASSESSMENT, "reopen"): Verb(NoForm, moves("reopen")),
    (S.ASSESSMENT, "start"): Verb(NoForm, campaigns.start),
    (S.ASSESSMENT, "advance"): Verb(NoForm, campaigns.advance_phase),
    (S.ASSESSMENT, "exempt"): Verb(ExemptionForm, campaigns.exempt),
    (S.ASSESSMENT, "add_raters"): Verb(RatersForm, campaigns.add_raters),
    (S.ASSESSMENT, "compute"): Verb(NoForm, campaign_results.compute),
    (S.ASSESSMENT, "publish"): Verb(NoForm, campaign_results.publish),
    (S.ASSESSMENT, "finalise"): Verb(NoForm, campaign_results.finalise),
    (S.ASSESSMENT, "approve"): Verb(ResultApprovalForm, campaign_results.approve),
    (S.ASSESSMENT, "archive"): Verb(NoForm, campaigns.archive),
    (S.TASK_BOOK, "file"): Verb(TaskBookForm, task_books.file_task_book),
    (S.TASK_BOOK, "return"): Verb(NoForm, moves("return")),
    (S.TASK_BOOK, "void"): Verb(NoForm, moves("void")),
    (S.TASK_BOOK, "reopen"): Verb(NoForm, moves("reopen")),
    (S.TASK_BOOK, "confirm"): Verb(NoForm, moves("confirm")),
    (S.TASK_BOOK, "send_back"): Verb(NoForm, moves("send_back")),
    (S.TASK_BOOK, "audit"): Verb(NoForm, moves("audit")),
    (S.TASK_BOOK, "issue"): Verb(NoForm, moves("issue")),
    (S.PROGRESS, "file"): Verb(ProgressForm, task_books.file_progress),
    (S.PROGRESS, "return"): Verb(NoForm, moves("return")),
    (S.PROGRESS, "check"): Verb(NoForm, moves("check")),
    (S.PROGRESS, "void"): Verb(NoForm, moves("void")),
    (S.PROGRESS, "reopen"): Verb(NoForm, moves("reopen")),
    (S.FACT_REPORT, "file"): Verb(FactReportForm, fact_reports.file_report),
    (S.FACT_REPORT, "return"): Verb(NoForm, moves("return")),
    (S.FACT_REPORT, "recall"): Verb(NoForm, fact_reports.recall),
    (S.FACT_REPORT, "void"): Verb(NoForm, moves("void")),
    (S.FACT_REPORT, "reopen"): Verb(NoForm, moves("reopen")),
    (S.FACT_REPORT, "accept"): Verb(NoForm, moves("accept")),
    (S.RATING, "submit"): Verb(RatingForm, ratings.submit),
    (S.RATING, "void"): Verb(NoForm, moves("void")),
    (S.RATING, "reopen"): Verb(NoForm, moves("reopen")),
    (S.RATING, "forget"): Verb(NoForm, ratings.forget),
    (S.BONUS, "admit"): Verb(AdmissionForm, claims.admit),
    (S.BONUS, "reject"): Verb(NoForm, moves("reject")),
    (S.BONUS, "publish"): Verb(NoForm, moves("publish")),
    (S.BONUS, "strike"): Verb(NoForm, moves("strike")),
    (S.BONUS, "settle"): Verb(NoForm, claims.settle),
    (S.PENALTY, "withdraw"): Verb(NoForm, moves("withdraw")),
    (S.PENALTY, "settle"): Verb(NoForm, claims.settle),
    (S.APPEAL, "withdraw"): Verb(NoForm, appeals.withdraw),
    (S.APPEAL, "decide"): Verb(AppealDecisionForm, appeals.decide),
    (S.IMPROVEMENT, "respond"): Verb(ImprovementReply, improvements.reply),
    (S.IMPROVEMENT, "return"): Verb(NoForm, moves("return")),
    (S.IMPROVEMENT, "close"): Verb(NoForm, moves("close")),
}
