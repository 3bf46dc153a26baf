"""Post-evaluation: every unit evaluates itself, finance evaluates a seeded sample."""

import random
from datetime import date, datetime
from decimal import Decimal

from budgetperf.actions import evaluation, finance_evaluation
from budgetperf.actions.moves import Seen
from budgetperf.actions.rules import in_force
from budgetperf.actions.simple import NoForm, moves
from budgetperf.indicators import Achievement
from budgetperf.lifecycle.evaluation.form import EvaluationForm, ResultRow, SampleForm, SelfEvaluationForm
from budgetperf.lifecycle.exante.form import PointsRow
from budgetperf.process.stages import Stage as Step
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.store.records import RecordFacts, list_records
from workflows.demo.city import City, Project, Values
from workflows.demo.stage import SEED, Scene, Stage
from workflows.demo.year import EXPLANATIONS, YEAR

CONFIRMER, EVALUATOR, HEAD = "caizheng2", "caizheng1", "juzhang"
SAMPLE = 12
SHARES = {"steady": (88, 98), "easy": (84, 94), "slow": (68, 82), "poor": (42, 60)}


def self_evaluate(stage: Stage, city: City, when: datetime) -> int:
    """Open the self-evaluations, let units file, departments review, finance confirm; return how many."""
    projects = {project.code: project for project in city.projects}
    with stage.scene("self_evaluation/open", when, CONFIRMER) as scene:
        ctx = scene.by(CONFIRMER)
        evaluation.open_year(ctx, YEAR, date(YEAR + 1, 3, 31))
        records = list_records(ctx.session, ctx.actor, stage=Step.SELF_EVALUATION, fiscal_year=YEAR)

    def department_evaluates(department: str) -> None:
        own = [record for record in records if projects[record.subject].department == department]
        with stage.scene(f"self_evaluation/{department}", when, CONFIRMER) as scene:
            for record in own:
                project = projects[record.subject]
                evaluation.file_self_evaluation(scene.by(project.clerk), record.id, _form(project), Seen(1))
                moves("review")(scene.by(project.reviewer), record.id, NoForm(), Seen(2))
                evaluation.confirm(scene.by(CONFIRMER), record.id, NoForm(), Seen(3))

    stage.at_once(sorted({projects[record.subject].department for record in records}), department_evaluates)
    return len(records)


def _form(project: Project) -> SelfEvaluationForm:
    explanation = EXPLANATIONS.get(project.story, "")
    return SelfEvaluationForm(
        rows=tuple(_row(project, values) for values in project.results),
        overall_result=f"{'部分完成' if explanation else '已完成'}：{project.goals[YEAR].overall_goal}",
        execution_reason=explanation,
        problems=explanation and "项目前期准备不足，支付进度滞后",
        measures=explanation and "提前办理前期手续，按季调度支付",
    )


def _row(project: Project, values: Values) -> ResultRow:
    return ResultRow(
        key=values.key,
        actual=values.actual[3] if values.actual else None,
        achievement=Achievement(values.achievement[3]) if values.achievement else None,
        tier_ratio=values.tier_ratio,
        reason=EXPLANATIONS.get(project.story) or _deviation(project, values),
    )


def _deviation(project: Project, values: Values) -> str:
    """Return why a project on course still deviates: surpassed, or met without full marks; else nothing."""
    if values.tier_ratio is not None and values.tier_ratio < 100:
        return "按计划完成，评定未给满分，下年继续改进"
    surpassed = project.story == "easy" and values.actual and values.actual[3]
    return "目标设定偏低，下年度相应提高" if surpassed else ""


def evaluate_sample(stage: Stage, city: City, when: datetime) -> list[RecordFacts]:
    """Draw a sample by a public seed, evaluate it, and let the head confirm; return the records."""
    projects = {project.code: project for project in city.projects}
    with stage.scene("finance_evaluation/draw", when, HEAD) as scene:
        ctx = scene.by(HEAD)
        form = SampleForm(fiscal_year=YEAR, size=SAMPLE, seed=f"{SEED}/{YEAR}")
        finance_evaluation.draw_sample(ctx, form, Seen())
        records = list_records(ctx.session, ctx.actor, stage=Step.FINANCE_EVALUATION, fiscal_year=YEAR)
    with stage.scene("finance_evaluation/score", when, EVALUATOR) as scene:
        for record in records:
            form_ = _sheet(scene, projects[record.subject])
            finance_evaluation.score(scene.by(EVALUATOR), record.id, form_, Seen(1))
            finance_evaluation.confirm(scene.by(HEAD), record.id, NoForm(), Seen(2))
    return records


def _sheet(scene: Scene, project: Project) -> EvaluationForm:
    rules = in_force(scene.ctx, "finance_evaluation", FinanceEvaluationRules).rules
    chance = random.Random(f"{SEED}/{project.code}")  # noqa: S311 - a replay wants the same numbers
    low, high = SHARES[project.story]
    rows = []
    for criterion in rules.scheme.criteria():
        if criterion.key not in rules.money:
            share = Decimal(chance.randint(low, high)) / 100
            points = (criterion.weight * share).quantize(Decimal("0.5"))
            reason = "佐证资料不完整，酌情扣分" if points < criterion.weight else ""
            rows.append(PointsRow(criterion=criterion.key, points=points, reason=reason))
    lagging = project.story in EXPLANATIONS
    return EvaluationForm(
        rows=tuple(rows),
        findings="项目按批复目标组织实施，主要产出见评分表，受益对象反馈总体较好。",
        problems="预算执行进度滞后，年末集中支付\n绩效指标佐证资料收集不及时"
        if lagging
        else "绩效指标佐证资料收集不及时",
        suggestions="加快前期工作，按季调度支付\n建立指标台账，随做随收资料"
        if lagging
        else "建立指标台账，随做随收资料",
    )
