"""Costing: the cost panel, its baseline, and one cost-benefit analysis."""

from datetime import datetime, timedelta

from budgetperf.actions.adoption import adopt_baseline
from budgetperf.actions.baseline import fit_baseline
from budgetperf.actions.benefit import analyse_benefit
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.actions.panels import CostPanelForm, DriverForm, ObservationForm, UnitForm, keep_panel
from budgetperf.actions.simple import NoForm
from budgetperf.costing.benefit import BenefitAnalysis, FlowKind
from budgetperf.costing.form import BenefitForm, EffectRow, FitForm, FlowRow, OptionRow
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.money import Money
from workflows.demo.city import City
from workflows.demo.stage import Stage

OFFICE, HEAD, ANALYST = "guize", "juzhang", "caizheng1"
WAN = 1_000_000


def fit_panel(stage: Stage, city: City, year: int, when: datetime) -> Outcome:
    """Keep the panel, fit its baseline for the budget year, and let the head adopt it."""
    names = {one["code"]: one["name"] for one in city.organisations}
    last = {row["dmu"]: row for row in city.panel["rows"]}
    form = CostPanelForm(
        code=city.panel["code"],
        service=city.panel["service"],
        cost_label="清扫保洁全年支出",
        base_year=2025,
        drivers=(
            DriverForm(code="area", label="清扫保洁面积", uom="万平方米"),
            DriverForm(code="waste", label="垃圾清运量", uom="吨"),
        ),
        rows=tuple(
            ObservationForm(
                dmu=row["dmu"],
                name=row["name"] or names[row["dmu"]],
                year=row["year"],
                region=row["region"],
                cost=Money(row["cost"]),
                drivers=row["drivers"],
            )
            for row in city.panel["rows"]
        ),
        units=tuple(
            UnitForm(
                project_code=project.code,
                dmu=project.dmu,
                fiscal_year=year,
                drivers=last[project.dmu]["drivers"],
            )
            for project in city.of_year(year)
            if project.dmu
        ),
    )
    with stage.scene("costing/panel", when, OFFICE) as scene:
        keep_panel(scene.by(OFFICE), form)
        fitted = fit_baseline(scene.by(OFFICE), FitForm(panel_code=form.code, fiscal_year=year), Seen())
    with stage.scene("costing/adopt", when + timedelta(days=3), HEAD) as scene:
        return adopt_baseline(scene.by(HEAD), fitted.record_id, NoForm(), Seen(1))


def _flow(year: int, wan: int, kind: FlowKind, label: str) -> FlowRow:
    return FlowRow(
        year_offset=year,
        amount=Money(wan * WAN),
        kind=kind,
        label=label,
        price_year=2025,
        source="可行性研究报告",
    )


def analyse_water_works(stage: Stage, record_id: str, when: datetime) -> BenefitAnalysis:
    """Analyse cost and benefit of building the water works against repairing them and doing nothing."""
    build = [_flow(0, 2900, FlowKind.CAPITAL, "新建改造投资")]
    repair = [_flow(0, 900, FlowKind.CAPITAL, "大修投资")]
    for year in range(1, 16):
        build += [
            _flow(year, 210, FlowKind.OPERATING, "运行维护"),
            _flow(year, 480, FlowKind.BENEFIT, "化学需氧量削减的环境效益"),
            _flow(year, 140, FlowKind.SAVING, "节约应急调水支出"),
        ]
        if year <= 8:
            repair += [
                _flow(year, 260, FlowKind.OPERATING, "运行维护"),
                _flow(year, 390, FlowKind.BENEFIT, "化学需氧量削减的环境效益"),
            ]
    effect = EffectRow(
        label="沿河景观和居民体验改善",
        favourable=True,
        description="未货币化，见满意度调查",
        evidence=EvidenceGrade.C,
    )
    options = (
        OptionRow(
            code="none", label="维持现状", life_years=15, evidence=EvidenceGrade.B, do_nothing=True, flows=()
        ),
        OptionRow(
            code="repair", label="大修现有设施", life_years=8, evidence=EvidenceGrade.B, flows=tuple(repair)
        ),
        OptionRow(
            code="build",
            label="新建改造",
            life_years=15,
            evidence=EvidenceGrade.B,
            flows=tuple(build),
            unpriced=(effect,),
        ),
    )
    with stage.scene("costing/benefit", when, ANALYST) as scene:
        return analyse_benefit(
            scene.by(ANALYST), record_id, BenefitForm(base_year=2025, options=options), Seen()
        )
