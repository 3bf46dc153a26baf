"""Expert panels of one budget year: drawn, declared (some recuse), scored blind, concluded, confirmed."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from budgetperf.actions import exante
from budgetperf.actions.moves import Seen
from budgetperf.actions.rules import in_force
from budgetperf.actions.simple import NoForm
from budgetperf.lifecycle.exante.form import ConclusionForm, Declaration, DrawForm, PointsRow, ScoreForm
from budgetperf.money import Money
from budgetperf.process.stages import Stage as Step
from budgetperf.scoring.exante import ExanteConclusion, ExanteRules
from budgetperf.store.exante import SeatFacts, seats_of
from budgetperf.store.records import RecordFacts, list_records
from workflows.demo.city import City, Project
from workflows.demo.stage import SEED, Scene, Stage

ORGANISER, HEAD = "caizheng1", "juzhang"
SHARES = {"support": (86, 96), "partial": (66, 78), "reject": (38, 57)}
OPINIONS = {
    "support": "立项依据充分，目标与资金匹配，建议支持。",
    "partial": "立项必要，但部分内容测算标准偏高，建议压减后支持。",
    "reject": "与已有项目内容重复，预期效益缺乏依据，建议不予支持。",
}
REASON = "测算依据不充分，未提供同类项目比较"


def evaluate_all(stage: Stage, city: City, year: int, when: datetime) -> list[RecordFacts]:
    """Evaluate every request that was listed for ex-ante evaluation."""
    projects = {project.code: project for project in city.projects}
    with stage.scene(f"exante/{year}/list", when, ORGANISER) as scene:
        ctx = scene.by(ORGANISER)
        listed = list_records(ctx.session, ctx.actor, stage=Step.EXANTE, fiscal_year=year)
    for number, record in enumerate(listed):
        with stage.scene(
            f"exante/{year}/{record.subject}", when + timedelta(days=number), ORGANISER
        ) as scene:
            _evaluate(scene, record, projects[record.subject], recuses=number % 4 == 1)
    return listed


def _evaluate(scene: Scene, record: RecordFacts, project: Project, *, recuses: bool) -> None:
    seed = f"{SEED}/{record.fiscal_year}/{record.subject}"
    exante.draw_panel(scene.by(ORGANISER), record.id, DrawForm(seed=seed), Seen(record.version))
    for number, seat in enumerate(_seats(scene, record)):
        _declare(scene, record, seat, conflict=recuses and number == 2)
    if recuses:
        exante.replenish_panel(scene.by(ORGANISER), record.id, NoForm(), Seen())
        for seat in _seats(scene, record):
            if seat.declared_at is None:
                _declare(scene, record, seat, conflict=False)
    chance = random.Random(seed)  # noqa: S311 - a replay wants the same numbers, not secret ones
    verdict = project.verdict or "support"
    recommended = Money(min(project.recommended, project.goals[record.fiscal_year].request.fen))
    for seat in _seats(scene, record):
        if not seat.conflict:
            form = _sheet(scene, chance, verdict, recommended)
            exante.score_sheet(scene.by(seat.login), record.id, form, Seen())
    conclusion = ConclusionForm(
        conclusion=ExanteConclusion(verdict),
        recommended=_recommended(project, record),
        explanation=OPINIONS[verdict],
    )
    exante.conclude(scene.by(ORGANISER), record.id, conclusion, Seen())
    exante.confirm(scene.by(HEAD), record.id, NoForm(), Seen())


def _recommended(project: Project, record: RecordFacts) -> Money:
    request = project.goals[record.fiscal_year].request
    match project.verdict:
        case "partial":
            return Money(request.fen * 90 // 100)
        case "reject":
            return Money(0)
    return request


def _seats(scene: Scene, record: RecordFacts) -> list[SeatFacts]:
    return seats_of(scene.by(ORGANISER).session, record.id)


def _declare(scene: Scene, record: RecordFacts, seat: SeatFacts, *, conflict: bool) -> None:
    statement = (
        "曾参与该项目可行性研究，申请回避" if conflict else "承诺独立、客观、公正评审，与申报单位无利益关系"
    )
    form = Declaration(conflict=conflict, statement=statement)
    exante.declare(scene.by(seat.login), record.id, form, Seen())


def _sheet(scene: Scene, chance: random.Random, verdict: str, recommended: Money) -> ScoreForm:
    rules = in_force(scene.ctx, "exante_project", ExanteRules).rules
    low, high = SHARES[verdict]
    rows = []
    for criterion in rules.scheme.criteria():
        share = Decimal(chance.randint(low, high)) / 100
        points = (criterion.weight * share).quantize(Decimal("0.5"))
        reason = REASON if points < criterion.weight else ""
        rows.append(PointsRow(criterion=criterion.key, points=points, reason=reason))
    return ScoreForm(rows=tuple(rows), recommended=recommended, opinion=OPINIONS[verdict])
