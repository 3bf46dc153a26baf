"""The round of limits: computed, published, two objections decided, final, issued."""

from datetime import datetime, timedelta

from budgetperf.actions import limits, objections
from budgetperf.actions.files import attach
from budgetperf.actions.moves import Seen
from budgetperf.actions.simple import NoForm
from budgetperf.budget.form import DecisionForm, ObjectionForm, PublishForm, RoundForm
from budgetperf.budget.grounds import Ground
from budgetperf.budget.limits import Limit
from budgetperf.budget.objections import ObjectionGround, Outcome
from budgetperf.budget.waterfall import taken
from budgetperf.money import Money
from budgetperf.store.budget import RoundFacts, lines_of, round_of
from workflows.demo.city import City, Project
from workflows.demo.stage import Scene, Stage

BUDGET_YEAR, RESULT_YEAR = 2027, 2025
COMPUTER, FINALISER, HEAD = "caizheng1", "caizheng2", "juzhang"
GROUNDS = (Ground.EXECUTION, Ground.CARRY_OVER, Ground.GRADE, Ground.COST)


def issue_limits(stage: Stage, city: City, when: datetime) -> RoundFacts:
    """Play the whole round and return it as issued."""
    with stage.scene("limits/compute", when, COMPUTER) as scene:
        form = RoundForm(fiscal_year=BUDGET_YEAR, result_year=RESULT_YEAR, ceiling=Money(city.ceiling))
        round_id = limits.open_round(scene.by(COMPUTER), form, Seen()).record_id
        limits.compute_round(scene.by(COMPUTER), round_id, NoForm(), Seen(1))
    with stage.scene("limits/publish", when + timedelta(days=1), HEAD) as scene:
        end = (when + timedelta(days=8)).date()
        limits.publish_round(scene.by(HEAD), round_id, PublishForm(window_ends_on=end), Seen(2))
    with stage.scene("limits/objections", when + timedelta(days=4), HEAD) as scene:
        _object(scene, city, round_id)
    with stage.scene("limits/final", when + timedelta(days=9), FINALISER) as scene:
        limits.finalise_round(scene.by(FINALISER), round_id, NoForm(), Seen(3))
    with stage.scene("limits/issue", when + timedelta(days=10), HEAD) as scene:
        ctx = scene.by(HEAD)
        limits.issue_round(ctx, round_id, NoForm(), Seen(4))
        return round_of(ctx.session, round_id)


def _object(scene: Scene, city: City, round_id: str) -> None:
    """Let two units object: one is heard in part, the other not."""
    projects = {project.code: project for project in city.projects}
    contested = sorted(_large_cuts(scene, round_id), key=lambda item: -taken(item[0].cuts, item[1]).fen)
    first, ground1 = contested[0]
    second, ground2 = next(item for item in contested if item[0].department != first.department)
    one = _file(scene, projects[first.line], first, ground1, ObjectionGround.SPECIAL_FACTOR)
    two = _file(scene, projects[second.line], second, ground2, ObjectionGround.WRONG_INPUT)
    half = Money(taken(first.cuts, ground1).fen // 2)
    granted = DecisionForm(
        outcome=Outcome.UPHELD_IN_PART, amount=half, reason="特殊因素属实，按核减额的一半恢复"
    )
    refused = DecisionForm(outcome=Outcome.REJECTED, amount=Money(0), reason="经核对收支台账，数据无误")
    objections.decide_objection(scene.by(HEAD), one, granted, Seen(1))
    objections.decide_objection(scene.by(HEAD), two, refused, Seen(1))


def _large_cuts(scene: Scene, round_id: str) -> list[tuple[Limit, Ground]]:
    found = [row.limit() for row in lines_of(scene.by(HEAD).session, round_id)]
    return [(limit, ground) for limit in found for ground in GROUNDS if taken(limit.cuts, ground).fen > 0]


def _file(scene: Scene, project: Project, limit: Limit, ground: Ground, cause: ObjectionGround) -> str:
    ctx = scene.by(project.clerk)
    content = f"%PDF-1.4\n% {project.code} 异议说明\n%%EOF\n".encode()
    digest = attach(
        ctx,
        project.code,
        content,
        filename=f"{project.code}异议说明.pdf",
        describes="控制数异议说明",
        effective_on=ctx.today,
    )
    form = ObjectionForm(
        cause=cause,
        contests=ground,
        claimed=taken(limit.cuts, ground),
        statement=f"对“{ground.label}”有异议，情况说明见附件",
        evidence=(digest,),
    )
    return objections.file_objection(
        scene.by(project.clerk), project.code, BUDGET_YEAR, form, Seen()
    ).record_id
