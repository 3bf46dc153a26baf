"""Pages of costing for the report tests, of hand-made packages: nothing is fitted, every figure is known."""

from dataclasses import replace
from decimal import Decimal

from budgetperf.costing.claimed_costs import Movement, SpecialFactor
from budgetperf.costing.cost_baseline import (
    Curve,
    CurvePoint,
    DmuBaseline,
    LeftOut,
    MethodEstimate,
    Peer,
    Standing,
)
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec
from budgetperf.costing.prices import PriceIndex, at_base_prices
from budgetperf.costing.records import record
from budgetperf.costing.version import METHOD
from budgetperf.costing.words import DriverRole
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import ZERO, Money
from budgetperf.provenance import DecisionKind, DecisionPackage, Json, Source
from budgetperf.reports.baseline_view import BaselineView, baseline_view
from budgetperf.reports.cost_pages import BaselinePage, CostPanelPage, DmuBaselinePage, MovementPage
from budgetperf.reports.models import Footer
from budgetperf.reports.movement_view import movement_view
from tests.reports.make import FOOTER

YEARS = (2024, 2025)
INDEX = PriceIndex("cpi", {2024: Decimal(99), 2025: Decimal(100), 2026: Decimal(102)}, Source("统计年鉴"))
SPEC = PanelSpec(
    "road",
    "道路清扫保洁",
    "全年支出",
    (
        DriverSpec("area", "保洁面积", "万平方米"),
        DriverSpec("manual", "人工清扫占比", "比例", logged=False, role=DriverRole.CONDITION),
    ),
    2025,
)
NAME = "城东街道办事处环境卫生清扫保洁与生活垃圾收运一体化服务中心（含老旧小区片区）"
ABOVE, OUT = "D02", "D03"
CLAIMED = Money(3_210_000)
CARD: Json = {
    "method": METHOD, "panel": "road", "service": SPEC.service, "cost": SPEC.cost_label,
    "drivers": [], "n_rows": 10, "n_dmus": 5, "years": [2024, 2025], "prices": "cpi", "level": "0.8", "seed": 7,
    "rounding_fen": "10000", "reconciliation": "点估计取各方法几何平均；区间取各方法下限最小值至上限最大值",
    "screening": "格拉布斯检验", "screened": [], "calibration": "应付额中基线占70.000000%，与应付总额的差额按实际成本分摊",
    "findings": ["costing.rows", "costing.heteroskedastic"],
    "methods": [
        {"name": "driver_regression", "label": "成本动因回归", "family": "均值回归", "figures": "", "fit_ratio": "0.8323",
         "result": {
             "estimates": {
                 "const": {"estimate": "10.8"},
                 "manual": {"estimate": "0.349174", "lower": "0.193096", "upper": "0.505253"},
                 "log(area)": {"estimate": "0.535337", "std_error": "0.0665931"},
             },
             "heteroskedasticity": {"null": "", "p_value": "0.00237576", "reason": ""}, "n": 10, "r2": "0.83",
             "interval": "新单位的预测区间"}},
        {"name": "dea", "label": "数据包络分析", "family": "数据包络", "figures": "", "fit_ratio": "0.7420",
         "result": {"returns": "规模报酬可变", "n": 10, "n_efficient": 3, "interval": "最低成本的区间", "conditions": {
             "estimates": {"manual": {"estimate": "-0.2", "std_error": "0.05"}}, "n": 9, "left_out": ["D03 2024"],
             "capped": []}}},
    ],
}  # fmt: skip


def cost_panel(n_dmus: int = 6) -> CostPanel:
    """Cost and area of a dmu grow with its number."""
    rows = tuple(
        PanelRow(
            f"D{i:02}",
            f"{NAME}{i}" if i % 3 == 0 else f"第{i}环卫所",
            year,
            Money((20_000_000 + 7_000_013 * i) * (3 if f"D{i:02}" == OUT else 1)),
            {"area": Decimal(5 + 3 * i), "manual": Decimal(30 + i % 50) / 100},
        )
        for i in range(n_dmus)
        for year in YEARS
    )
    return CostPanel(SPEC, rows)


def baseline(row: PanelRow, *, percent: int, year: int = 0) -> DmuBaseline:
    """A baseline at so many per cent of a row's cost, its band a tenth to either side."""
    point = Money(row.cost.fen * percent // 100)
    low, high = Money(point.fen * 9 // 10), Money(point.fen * 11 // 10)
    return DmuBaseline(
        dmu=row.dmu,
        year=year or row.year,
        price_year=year or row.year,
        point=point,
        lower=low,
        upper=high,
        estimates=(
            MethodEstimate("driver_regression", "成本动因回归", high, low, high),
            MethodEstimate("dea", "数据包络分析", low, low, point),
        ),
        n_families=2,
        methods_agree=row.dmu != ABOVE,
        grade=EvidenceGrade.B,
        peers=(Peer("D01", "第1环卫所", 2024, Money(27_272_741), Decimal("0.5"), Decimal("0.75")),),
        findings=()
        if row.dmu != ABOVE
        else (
            Finding(
                "costing.methods_disagree",
                Severity.WARNING,
                Where(pointer=f"/targets/{row.dmu}"),
                f"{row.dmu}：各方法的区间没有共同部分，基线不能作为核减依据",
            ),
        ),
    )


def make_package(n_dmus: int = 6, *, method: str = METHOD) -> DecisionPackage:
    """A package of the newest method, or as an earlier one left it."""
    panel = cost_panel(n_dmus)
    latest = [row for row in panel.rows if row.year == YEARS[-1]]
    standings = tuple(
        Standing(
            row.dmu,
            row.name,
            row.year,
            row.cost,
            baseline(row, percent=60 if row.dmu == ABOVE else 98),
            row.cost,
        )
        for row in latest
    )
    curve = tuple(CurvePoint(Decimal(5 + i), Money(20_000_000 + 2_000_000 * i)) for i in range(20))
    kept: dict[str, Json] = {
        "baselines": record((baseline(latest[1], percent=99, year=2026),)),
        "standings": record(standings),
        "curves": record(
            (
                Curve("driver_regression", "成本动因回归", "area", curve),
                Curve("dea", "数据包络分析", "area", ()),
            )
        ),
        "left_out": record((LeftOut(OUT, 2024, "D03在2024年按格拉布斯检验不参加测算"),)),
        "card": CARD,
    }
    if method != METHOD:
        kept = {key: kept[key] for key in ("baselines", "card")}
    facts: dict[str, Json] = {
        "panel": record(panel),
        "targets": [],
        "spec": {
            "screening": {"rule": "grubbs", "alpha": "0.01", "at_most": 0},
            "calibration": {"norm_share": "0.7", "weight": "cost"},
        },
        "prices": record(INDEX),
        "payable_total": None,
        "factors": record((SpecialFactor(ABOVE, "山区桥隧保洁", {2025: CLAIMED}),)),
    }
    return DecisionPackage(
        DecisionKind.BASELINE, "road", "2025", "national/cost_baseline/2026-01-01", "e" * 64, method, facts, kept,
        seed=7, environment="python 3.11",
    )  # fmt: skip


def make_view(n_dmus: int = 6) -> BaselineView:
    return baseline_view(make_package(n_dmus), source="本系统约定")


def make_baseline(n_dmus: int = 6, *, footer: Footer = FOOTER) -> BaselinePage:
    return BaselinePage(make_view(n_dmus), footer)


def make_dmu(dmu: str = ABOVE, *, footer: Footer = FOOTER) -> DmuBaselinePage:
    view = make_view()
    sheet = view.sheet(dmu)
    assert sheet is not None
    return DmuBaselinePage(view, sheet, footer)


def make_panel(n_dmus: int = 6, *, footer: Footer = FOOTER) -> CostPanelPage:
    panel = cost_panel(n_dmus)
    return CostPanelPage(panel, at_base_prices(panel, INDEX), INDEX, panel.check(), footer)


def make_movement(n_dmus: int = 6, *, footer: Footer = FOOTER) -> MovementPage:
    panel = cost_panel(n_dmus)
    latest = [row for row in panel.rows if row.year == YEARS[-1]]
    given = Money(3_000_000)
    moved = []
    for row in latest:
        one = baseline(row, percent=90)
        gain = given if row.dmu == ABOVE else ZERO
        ends = {name: getattr(one, name) - Money(1_000_000) + gain for name in ("point", "lower", "upper")}
        moved.append(Movement(one, replace(one, **ends), gain))
    claim = SpecialFactor(ABOVE, "山区桥隧保洁", {2025: given})
    facts: Json = {
        "panel": record(panel),
        "claim": record(claim),
        "admitted": record((SpecialFactor("D01", "水源地保洁", {2025: Money(100)}),)),
    }
    return MovementPage(movement_view(facts, {"movements": record(tuple(moved))}), footer)
