"""Units claim special factors: one is admitted, one is not, one still waits; the baseline is made again between."""

from datetime import datetime, timedelta

from budgetperf.actions.adoption import adopt_baseline
from budgetperf.actions.baseline import fit_baseline
from budgetperf.actions.files import attach
from budgetperf.actions.movements import compute_movement
from budgetperf.actions.moves import Seen
from budgetperf.actions.simple import NoForm
from budgetperf.actions.special_factors import admit, file_claim, open_claim, reject
from budgetperf.costing.form import FitForm
from budgetperf.lifecycle.special_factor.form import ClaimedYearRow, ClaimForm, NewClaimForm
from budgetperf.money import Money
from workflows.demo.city import City, Project
from workflows.demo.costing import HEAD, OFFICE
from workflows.demo.stage import Scene, Stage

REVIEWER = "caizheng2"
TUNNELS = (
    "高架与隧道保洁",
    "辖区内有两条高架、一座隧道须夜间封闭作业，其他单元没有；金额按夜间作业合同和封道费用单列核算。",
)
WAGES = ("劳务价格上涨", "外包合同续签后单价上涨，支出增加。")
SNOW = ("山地除雪", "辖区多为坡道，冬季须人工除雪，平原单元没有；金额按除雪班组工资和物料单列。")
ADMITTED = "高架和隧道为该单元独有，合同与封道费用核实无误，扣除后重新测算再加回"
REFUSED = "劳务价格上涨各单元都有，已由价格指数反映，不属于本单位独有的成本"


def claim(stage: Stage, city: City, year: int, when: datetime) -> int:
    """Play the claims and make and adopt the baseline again; return how many units claimed."""
    units = sorted((one for one in city.of_year(year) if one.dmu), key=lambda one: -_spent(city, one))[:3]
    for number, (project, said, decide, reason) in enumerate(
        zip(units, (TUNNELS, WAGES), (admit, reject), (ADMITTED, REFUSED), strict=False)
    ):
        with stage.scene(f"claims/{project.code}", when + timedelta(days=number), REVIEWER) as scene:
            record = _file(scene, city, project, year, said=said)
            compute_movement(scene.by(REVIEWER), record)
            decide(scene.by(REVIEWER), record, NoForm(), Seen(reason=reason))
    if units:
        with stage.scene("claims/fit", when + timedelta(days=3), OFFICE) as scene:
            form = FitForm(panel_code=city.panel["code"], fiscal_year=year)
            fitted = fit_baseline(scene.by(OFFICE), form, Seen())
            adopt_baseline(scene.by(HEAD), fitted.record_id, NoForm(), Seen(1))
    for project in units[2:]:
        with stage.scene(f"claims/{project.code}", when + timedelta(days=4), project.clerk) as scene:
            _file(scene, city, project, year, said=SNOW)
    return len(units)


def _costs(city: City, project: Project) -> dict[int, int]:
    """The unit's cost by year, in fen."""
    return {row["year"]: row["cost"] for row in city.panel["rows"] if row["dmu"] == project.dmu}


def _spent(city: City, project: Project) -> int:
    return max(_costs(city, project).values())


def _file(scene: Scene, city: City, project: Project, year: int, *, said: tuple[str, str]) -> str:
    """File a claim of a twelfth of every year's cost, with a document."""
    ctx = scene.by(project.clerk)
    digest = attach(
        ctx,
        project.code,
        f"%PDF-1.4\n% {project.code} {said[0]}\n%%EOF\n".encode(),
        filename=f"{project.code}特殊因素说明.pdf",
        describes=f"{said[0]}的合同与核算",
        effective_on=ctx.today,
    )
    asked = NewClaimForm(project_code=project.code, fiscal_year=year, panel_code=city.panel["code"])
    record = open_claim(ctx, asked, Seen()).record_id
    form = ClaimForm(
        panel_code=city.panel["code"],
        label=said[0],
        statement=said[1],
        amounts=tuple(
            ClaimedYearRow(year=when, amount=Money(cost // 12 // 10_000 * 10_000))
            for when, cost in _costs(city, project).items()
        ),
        evidence=(digest,),
    )
    file_claim(scene.by(project.clerk), record, form, Seen())
    return record
