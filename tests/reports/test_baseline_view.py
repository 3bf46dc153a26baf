"""What people look at of a baseline: read from any version of its package, in plain words."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from budgetperf.costing.cost_baseline import Curve
from budgetperf.costing.records import record
from budgetperf.findings import Finding, Severity, Where
from budgetperf.money import Money
from budgetperf.provenance import Json
from budgetperf.reports.baseline_view import BaselineView, baseline_view, gap_ratio, place_of, wan
from budgetperf.reports.baseline_words import MEANINGS, SHOWN, UNDRAWN, UNNAMED, diagnose
from budgetperf.reports.cost_pages import BaselinePage
from budgetperf.reports.renderers import render
from budgetperf.workbooks.cost_books import cost_book
from tests.reports import costed
from tests.reports.make import FOOTER
from tests.reports.reading import page_texts, squeezed

COSTING = Path(__file__).parents[2] / "budgetperf" / "costing"


@pytest.fixture(scope="module")
def view() -> BaselineView:
    return costed.make_view()


def test_a_unit_stands_with_the_amounts_of_the_package(view: BaselineView) -> None:
    one = next(one for one in view.standings if one.dmu == costed.ABOVE)
    assert one.cost == Money(20_000_000 + 2 * 7_000_013)
    assert one.gap == one.cost - one.baseline.point
    assert gap_ratio(one) == Decimal("66.7")
    assert [place_of(each) for each in view.standings] == ["区间之内"] * 2 + ["高于上限"] + ["区间之内"] * 3
    assert wan(one.cost) == "34.000026"


def test_rows_are_seen_in_the_prices_of_the_base_year(view: BaselineView) -> None:
    early, late = (point for point in view.scatter.points if point.dmu == "D00")
    assert (early.year, early.cost) == (2024, Money(20_202_020))  # 20,000,000 x 100 / 99, half up
    assert (late.cost, late.x) == (Money(20_000_000), Decimal(5))
    assert {point.dmu for point in view.scatter.points if point.why} == {costed.OUT}


@pytest.mark.parametrize(
    ("label", "value", "meaning"),
    [
        ("保洁面积的影响", "0.535337（标准误0.0665931）", "保洁面积每增加10%，成本约增加5.2%"),
        ("人工清扫占比的影响", "0.349174（0.193096至0.505253）", "人工清扫占比每增加0.1，成本约增加3.6%"),
        ("人工清扫占比的修正", "-0.2（标准误0.05）", "人工清扫占比比标杆每高0.1，成本约增加2.0%"),
        ("离散程度检验", "p=0.002", "离散程度随规模变化"),
        ("异常值", "格拉布斯检验，显著性水平1%", "事先定下"),
        ("价格指数", "cpi，折为2025年价格", "统计年鉴"),
        ("规则依据", "本系统约定", "依据的文件"),
    ],
)
def test_the_card_says_what_its_figures_mean(
    view: BaselineView, label: str, value: str, meaning: str
) -> None:
    row = next(row for row in view.card if row.label == label)
    assert row.value == value
    assert meaning in row.meaning


@pytest.mark.parametrize(("estimate", "told"), [("29000000000", "增加超过"), ("-29000000000", "减少100.0%")])
def test_an_estimate_of_nearly_collinear_drivers_is_told_and_not_raised_to(estimate: str, told: str) -> None:
    package = costed.make_package()
    whole = json.loads(json.dumps(package.result).replace("0.535337", estimate))
    row = next(
        row for row in baseline_view(replace(package, result=whole)).card if row.label == "保洁面积的影响"
    )
    assert told in row.meaning


def test_a_package_of_before_is_shown_with_what_it_lacks() -> None:
    view = baseline_view(costed.make_package(method="costing.baseline/2"))
    assert (view.standings, view.scatter.curves, view.left_out) == ((), (), ())
    assert len(view.lacks) == 1
    assert re.search("各单位差距、各方法曲线、剔除清单", view.lacks[0])
    text = squeezed("".join(page_texts(render(BaselinePage(view, FOOTER)))))
    assert squeezed(view.lacks[0]) in text
    assert wan(view.baselines[0].point) in text


def test_findings_are_told_by_code_with_their_sentences(view: BaselineView) -> None:
    by = {one.code: one for one in view.diagnoses}
    assert by["costing.rows"].message.startswith("2个因素只有12行数据")
    assert by["costing.heteroskedastic"].message == ""
    assert [one.severity for one in view.diagnoses] == [Severity.WARNING, Severity.NOTE]
    twice = tuple(Finding("costing.x", Severity.ERROR, Where(), text) for text in ("甲", "乙", "甲"))
    assert (diagnose("costing.x", twice).message, diagnose("costing.x", twice).severity) == (
        "甲；乙",
        Severity.ERROR,
    )


def test_every_line_says_whose_cost_it_shows_and_a_missing_frontier_is_told(view: BaselineView) -> None:
    scatter = view.scatter
    assert [scatter.line(one) for one in scatter.curves] == [
        "成本动因回归：一般水平",
        "数据包络分析：最佳做法（前沿）",
    ]
    assert scatter.lacks_frontier == UNDRAWN  # the envelope's curve has no points
    average = replace(scatter, curves=scatter.curves[:1])
    assert average.lacks_frontier == UNNAMED
    quantile = Curve("quantile", "分位数基线", "area", scatter.curves[0].points)
    for tau, told in (("0.25", ""), ("0.5", UNNAMED), ("0.75", UNNAMED)):
        assert replace(average, tau=Decimal(tau), curves=(quantile,)).lacks_frontier == told
    text = squeezed("".join(page_texts(render(BaselinePage(view, FOOTER)))))
    assert "成本动因回归：一般水平" in text
    assert UNDRAWN in text


def test_findings_about_rows_are_told_by_unit_and_the_workbook_has_all() -> None:
    rows = [
        Finding(
            "costing.influence",
            Severity.NOTE,
            Where(pointer=f"/rows/D{n:02}/{year}"),
            f"D{n:02}在{year}年对回归影响偏大（Cook距离0.{11 - n:02}＞0.027），请核对数据；未剔除",
        )
        for n in range(12)
        for year in (2025, 2024)
    ]
    package = costed.make_package()
    assert isinstance(package.result, dict)
    view = baseline_view(replace(package, result={**package.result, "findings": record((*rows, rows[0]))}))
    one = next(one for one in view.diagnoses if one.code == "costing.influence")
    assert (one.message, len(one.units), len(one.shown), one.more) == ("", 12, SHOWN, 2)
    assert one.units[3].text == "2024年 Cook距离0.08＞0.027；2025年 Cook距离0.08＞0.027"
    page = BaselinePage(view, FOOTER)
    text = squeezed("".join(page_texts(render(page))))
    assert "另有2个单元" in text
    assert "2024年Cook距离0.02" in text
    assert "Cook距离0.01" not in text
    sheet = load_workbook(BytesIO(cost_book(page)))["诊断明细"]
    assert sheet.max_row == 2 + 24 + 1


def test_nothing_is_said_of_the_panel_to_who_sees_a_part() -> None:
    whole = costed.make_package()
    assert isinstance(whole.facts, dict)
    panel = {**whole.facts["panel"], "rows": whole.facts["panel"]["rows"][:2]}
    facts: Json = {**whole.facts, "panel": panel}
    view = baseline_view(replace(whole, facts=facts), digest=whole.digest, part=True)
    assert all(one.message == "" for one in view.diagnoses)
    assert view.digest == whole.digest
    assert {point.dmu for point in view.scatter.points} == {"D00"}


def test_every_finding_of_costing_has_plain_words() -> None:
    codes = set()
    for path in COSTING.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        codes |= set(re.findall(r'"costing\.((?:envelopment\.)?[a-z_]+)",\s*Severity', text))
        codes |= set(re.findall(r'_finding\(\s*"([a-z_]+)",\s*Severity', text))
    never_kept = {
        "special_factor",
        "frame",
        "code",
        "envelopment.malmquist_missing",
    }  # refusals; over time only
    assert len(codes) > 30
    assert codes - never_kept - set(MEANINGS) == set()
