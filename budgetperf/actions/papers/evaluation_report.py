"""The printed finance evaluation report (财政评价报告), built from stored facts."""

from datetime import date

from budgetperf.actions.context import Context
from budgetperf.actions.goals import approved_goals
from budgetperf.actions.papers.parts import filing_day, footer, head, print_unit, score_package
from budgetperf.actions.rules import named
from budgetperf.fiscal import FiscalYear
from budgetperf.indicators import Indicator, plain_number
from budgetperf.ledger import RateBase
from budgetperf.lifecycle.evaluation.form import EvaluationForm, ResultRow, SelfEvaluationForm
from budgetperf.lifecycle.goals.form import GoalForm, indicator_tree
from budgetperf.process.stages import Stage
from budgetperf.reports.models import Evidence
from budgetperf.reports.pages import CriterionLine, EvaluationReportPage, Problem, PromiseLine, QuarterLights
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.grade import Grade
from budgetperf.scoring.lights import LightColour
from budgetperf.scoring.score import ScoreSheet
from budgetperf.store.ledger import execution_of
from budgetperf.store.records import RecordFacts, find_record, latest_filing
from budgetperf.store.results import DecisionFacts, decisions_of, lights

METHOD = (
    "对照经批复的绩效目标，运用比较法和公众评判法，依据{edition}评分；资金到位率和预算执行率由收支台账计算。"
)


def evaluation_report_page(ctx: Context, record: RecordFacts, *, evaluator: str) -> EvaluationReportPage:
    """Return the printed report of a confirmed finance evaluation."""
    package, sheet, grade = score_package(ctx, record)
    form = _form(ctx, record)
    _, goals = approved_goals(ctx, record.subject, record.fiscal_year)
    year_end = date(record.fiscal_year + 1, 1, 1)
    edition = ctx.rules.by_id(package.edition)
    return EvaluationReportPage(
        head=head(ctx, record),
        evaluator=evaluator,
        unit=print_unit(goals),
        overview=f"立项依据：{goals.basis}。年度总体目标：{goals.overall_goal}",
        method=METHOD.format(edition=str(edition.source)),
        execution=execution_of(ctx.session, record.evaluand_id or "", record.fiscal_year, until=year_end),
        criteria=_criteria(ctx, package, sheet, form),
        total=sheet.total,
        grade=grade,
        promises=_promises(ctx, record, goals),
        lights=_lights(ctx, record),
        achievements=form.findings,
        problems=_problems(ctx, record, form, package),
        suggestions=tuple(part for part in form.suggestions.split("\n") if part.strip()),
        conclusion=_conclusion(record, sheet, grade),
        issued_on=filing_day(ctx, record, "EvaluationForm"),
        footer=footer(record, package, date(record.fiscal_year, 12, 31)),
    )


def _form(ctx: Context, record: RecordFacts) -> EvaluationForm:
    filing_day(ctx, record, "EvaluationForm")
    filing = latest_filing(ctx.session, record.id, "EvaluationForm")
    return EvaluationForm.model_validate(filing.document if filing else None)


def _criteria(
    ctx: Context, package: DecisionFacts, sheet: ScoreSheet, form: EvaluationForm
) -> tuple[CriterionLine, ...]:
    rules = named(ctx, package.edition, FinanceEvaluationRules).rules
    reasons = {row.criterion: row.reason for row in form.rows}
    lines = {line.key: line for line in sheet.lines}
    return tuple(
        CriterionLine(
            key=criterion.key,
            dimension=dimension.label,
            name=criterion.label,
            weight=criterion.weight,
            score=lines[criterion.key].points,
            reason=reasons.get(criterion.key, "由收支台账计算" if criterion.key in rules.money else ""),
            applicable=lines[criterion.key].applicable,
        )
        for dimension in rules.scheme.dimensions
        for criterion in dimension.criteria
    )


def _promises(ctx: Context, record: RecordFacts, goals: GoalForm) -> tuple[PromiseLine, ...]:
    """Set the approved targets beside what the unit reported at year end."""
    own = find_record(
        ctx.session, ctx.actor, record.subject, fiscal_year=record.fiscal_year, stage=Stage.SELF_EVALUATION
    )
    filing = latest_filing(ctx.session, own.id, "SelfEvaluationForm") if own else None
    rows = {row.key: row for row in SelfEvaluationForm.model_validate(filing.document).rows} if filing else {}
    return tuple(_promise(item, rows.get(item.key)) for item in indicator_tree(goals))


def _promise(item: Indicator, row: ResultRow | None) -> PromiseLine:
    if row is None or row.not_applicable:
        return PromiseLine(name=item.name, promised=item.target_label, achieved="未提供", kept=None)
    if row.achievement is not None:
        kept = row.achievement.value == "met"
        return PromiseLine(
            name=item.name, promised=item.target_label, achieved=row.achievement.label, kept=kept
        )
    if row.actual is None or item.target is None:
        return PromiseLine(name=item.name, promised=item.target_label, achieved="未提供", kept=None)
    achieved = f"{plain_number(row.actual)}{item.uom}"
    return PromiseLine(
        name=item.name,
        promised=item.target_label,
        achieved=achieved,
        kept=item.operator.holds(row.actual, item.target),
    )


def _lights(ctx: Context, record: RecordFacts) -> tuple[QuarterLights, ...]:
    found = {light.period: light for light in lights(ctx.session, evaluand_id=record.evaluand_id)}
    quarters = []
    for number in (1, 2, 3, 4):
        period = FiscalYear(record.fiscal_year).quarter(number)
        light = found.get(period.code)
        until = period.span.end or ctx.today
        money = execution_of(ctx.session, record.evaluand_id or "", record.fiscal_year, until=until)
        quarters.append(
            QuarterLights(
                quarter=number,
                money=LightColour(light.execution) if light else None,
                goals=LightColour(light.goals) if light and light.goals else None,
                execution_ratio=money.rate(RateBase.ADJUSTED) if light else None,
            )
        )
    return tuple(quarters)


def _problems(
    ctx: Context, record: RecordFacts, form: EvaluationForm, package: DecisionFacts
) -> tuple[Problem, ...]:
    """Tie every problem to the score package and to the lights that show it."""
    shown = [Evidence("财政评价评分决策包", package.digest)]
    shown += [
        Evidence(f"{item.period}监控亮灯决策包", item.digest)
        for item in decisions_of(ctx.session, subject=record.subject)
        if item.kind.value == "light" and item.period.startswith(f"{record.fiscal_year}Q4")
    ]
    return tuple(Problem(part.strip(), tuple(shown)) for part in form.problems.split("\n") if part.strip())


def _conclusion(record: RecordFacts, sheet: ScoreSheet, grade: Grade) -> str:
    return f"“{record.name}”{record.fiscal_year}年度财政评价得分{sheet.total}分，评价等级为“{grade.label}”。"
