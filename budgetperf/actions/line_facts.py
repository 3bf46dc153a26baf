"""What the cuts of one line see: ex-ante conclusion, money, carry-over, grade, cost band."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from budgetperf.actions.context import Context
from budgetperf.actions.exante import filed_conclusion
from budgetperf.actions.goals import goal_form
from budgetperf.actions.rules import in_force
from budgetperf.budget.lines import (
    CarryOverFacts,
    CostFacts,
    ExanteFacts,
    ExecutionFacts,
    GradeFacts,
    LineFacts,
)
from budgetperf.budget.protections import Protected
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.money import Money
from budgetperf.process.stages import Stage, Status
from budgetperf.provenance import DecisionKind
from budgetperf.rulebook.parameters import LinePriorityRules
from budgetperf.scoring.grade import Grade
from budgetperf.store.costs import BandFacts, bands
from budgetperf.store.ledger import executions
from budgetperf.store.records import (
    EvaluandFacts,
    RecordFacts,
    latest_filings,
    list_evaluands,
    list_records,
)
from budgetperf.store.results import ScoreFacts, all_decisions, decisions_of, scores


@dataclass(frozen=True, slots=True)
class Line:
    """One requested line: its project and the facts the cuts see."""

    evaluand: EvaluandFacts
    facts: LineFacts


def lines(ctx: Context, fiscal_year: int, result_year: int) -> list[Line]:
    """Return every line that stands for a limit: stored requests, and those refused ex ante."""
    evaluands = {item.id: item for item in list_evaluands(ctx.session, ctx.actor, limit=1_000_000)}
    requests = list_records(ctx.session, ctx.actor, stage=Stage.REQUEST, fiscal_year=fiscal_year)
    exante = {
        record.evaluand_id: record
        for record in list_records(
            ctx.session, ctx.actor, stage=Stage.EXANTE, fiscal_year=fiscal_year, status=Status.CONFIRMED
        )
    }
    filings = latest_filings(ctx.session, stage=Stage.REQUEST, fiscal_year=fiscal_year, form="GoalForm")
    year = _Year(ctx, fiscal_year, result_year, exante)
    found = []
    for request in requests:
        refused = request.status is Status.REJECTED and request.evaluand_id in exante
        if request.evaluand_id in filings and (request.status is Status.STORED or refused):
            evaluand = evaluands[request.evaluand_id]
            found.append(Line(evaluand, year.facts(evaluand, goal_form(filings[evaluand.id]).request)))
    return found


class _Year:
    """The facts of a whole year, read once, handed out line by line."""

    def __init__(
        self, ctx: Context, fiscal_year: int, result_year: int, exante: dict[str | None, RecordFacts]
    ) -> None:
        self.ctx = ctx
        self.exante = exante
        self.money = executions(ctx.session, result_year, until=date(result_year + 1, 1, 1))
        self.bands = bands(ctx.session, fiscal_year)
        self.exante_packages = all_decisions(ctx.session, DecisionKind.EXANTE, str(fiscal_year))
        self.priority = in_force(ctx, "line_priority", LinePriorityRules).rules
        self.scores: dict[str, dict[Stage, ScoreFacts]] = {}
        for score in scores(ctx.session, fiscal_year=result_year):
            self.scores.setdefault(score.evaluand_id, {})[score.stage] = score
        self.grades = {
            (item.evaluand_id, item.record_id): item.digest
            for item in decisions_of(ctx.session, kind=DecisionKind.GRADE, period=str(result_year))
        }
        self.digests = {
            item.id: item.digest
            for item in decisions_of(ctx.session, kind=DecisionKind.SCORE, period=str(result_year))
        }
        self.baselines = {
            item.id: item.digest
            for item in decisions_of(ctx.session, kind=DecisionKind.BASELINE, period=str(fiscal_year))
        }

    def facts(self, evaluand: EvaluandFacts, request: Money) -> LineFacts:
        """Return the facts of one line."""
        return LineFacts(
            line=evaluand.code,
            name=evaluand.name,
            department=evaluand.department_path,
            department_name=evaluand.department,
            agency=evaluand.agency,
            request=request,
            priority_points=self._points(evaluand),
            exante=self._exante(evaluand),
            execution=self._execution(evaluand),
            carry_over=self._carry_over(evaluand),
            grade=self._grade(evaluand),
            cost=self._cost(evaluand, request),
            protection=_protected(evaluand),
        )

    def _best(self, evaluand: EvaluandFacts) -> ScoreFacts | None:
        """Return the score that counts for the budget: of finance before that of the unit."""
        found = self.scores.get(evaluand.id, {})
        return found.get(Stage.FINANCE_EVALUATION) or found.get(Stage.SELF_EVALUATION)

    def _points(self, evaluand: EvaluandFacts) -> Decimal:
        return self.priority.points(
            {stage.value: score.total for stage, score in self.scores.get(evaluand.id, {}).items()}
        )

    def _exante(self, evaluand: EvaluandFacts) -> ExanteFacts | None:
        record = self.exante.get(evaluand.id)
        if record is None:
            return None
        conclusion = filed_conclusion(self.ctx, record)
        return ExanteFacts(
            conclusion=conclusion.conclusion,
            recommended=conclusion.recommended,
            package=self.exante_packages[evaluand.code].digest,
        )

    def _self_score(self, evaluand: EvaluandFacts) -> str:
        """Return the digest of the self-evaluation package, whose facts hold the year's money."""
        score = self.scores.get(evaluand.id, {}).get(Stage.SELF_EVALUATION)
        return self.digests[score.decision_id] if score else ""

    def _execution(self, evaluand: EvaluandFacts) -> ExecutionFacts | None:
        money, package = self.money.get(evaluand.id), self._self_score(evaluand)
        if money is None or not package:
            return None
        return ExecutionFacts(adjusted_budget=money.adjusted, paid=money.paid, package=package)

    def _carry_over(self, evaluand: EvaluandFacts) -> CarryOverFacts | None:
        money, package = self.money.get(evaluand.id), self._self_score(evaluand)
        if money is None or not package:
            return None
        return CarryOverFacts(opening=money.carried_in, closing=money.carried_out, package=package)

    def _grade(self, evaluand: EvaluandFacts) -> GradeFacts | None:
        best = self._best(evaluand)
        if best is None:
            return None
        return GradeFacts(code=Grade(best.grade), package=self.grades[(evaluand.id, best.record_id)])

    def _cost(self, evaluand: EvaluandFacts, request: Money) -> CostFacts | None:
        band: BandFacts | None = self.bands.get(evaluand.id)
        if band is None:
            return None
        above = all(request.fen > upper for upper in band.uppers.values())
        return CostFacts(
            reviewed=request,
            lower=Money(band.lower_fen),
            upper=Money(band.upper_fen),
            methods_agree=band.methods_agree and above and len(band.uppers) > 1,
            evidence_grade=EvidenceGrade(band.evidence_grade),
            package=self.baselines[band.decision_id],
        )


def _protected(evaluand: EvaluandFacts) -> Protected | None:
    if evaluand.protection is None:
        return None
    amount = None if evaluand.protected_fen is None else Money(evaluand.protected_fen)
    return Protected(
        kind=evaluand.protection, amount=amount, basis=evaluand.protection_basis or "项目库登记的保障类别"
    )
