"""./bp baseline as a costing analyst meets it: a panel in, three files out, and what is refused."""

import csv
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from budgetperf.costing import packages
from budgetperf.money import MoneyUnit
from budgetperf.provenance import DecisionPackage
from budgetperf.reports.baseline_view import baseline_view, wan
from budgetperf.reports.model_card import FIGURES, TOLD_OTHERWISE
from tests.reports.reading import page_texts, squeezed
from workflows.baseline import BOOK, CARD, NOTES, PACKAGE, REPORT, RESULTS
from workflows.command import main

ID = "national/cost_baseline/2026-01-01"
HEAD = "单元编码,单元名称,年度,地区,成本（万元）,保洁面积（万平方米）,垃圾量（吨）"


@pytest.fixture
def bp(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def verb(*arguments: object, code: int = 0) -> str:
        assert main([*map(str, arguments)]) == code
        said = capsys.readouterr()
        return said.out + said.err

    return verb


@pytest.fixture
def panel(tmp_path: Path) -> Path:
    """Forty units over two years, one of which spends twice what it should."""
    rng, made = np.random.default_rng(8), [HEAD]
    for i in range(40):
        area, waste = rng.uniform(5, 60), rng.uniform(500, 5000)
        for year in (2024, 2025):
            cost = 3 * area**0.6 * waste**0.3 * np.exp(rng.normal(0, 0.08)) * (2 if i == 7 else 1)
            made.append(f"D{i:02},第{i}所,{year},城区,{cost:.4f},{area:.2f},{waste:.1f}")
    path = tmp_path / "道路保洁.csv"
    path.write_text("\n".join(made) + "\n", encoding="utf-8-sig")
    return path


def results(out: Path) -> list[dict[str, str]]:
    with (out / RESULTS).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_panel_becomes_a_baseline_a_unit_a_card_and_a_package(bp, panel: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果"
    said = bp("baseline", panel, "--edition", ID, "--prices", "national/price_index", "--out", out)
    assert ID in said
    assert "40 个单元" in said
    rows = {row["单元编码"]: row for row in results(out)}
    assert len(rows) == 40
    dear = rows["D07"]
    assert dear["年度"] == "2025"
    assert float(dear["可核减（元）"]) == pytest.approx(float(dear["成本（元）"]) - float(dear["上限（元）"]))
    assert float(dear["可核减（元）"]) > 0
    assert "可核减" in dear["结论"]
    for name in ("成本动因回归", "分位数基线"):
        assert (
            float(dear[f"{name}下限（元）"]) < float(dear[f"{name}（元）"]) < float(dear[f"{name}上限（元）"])
        )
    assert dear["标杆"].count("；") == 4
    card = json.loads((out / CARD).read_text(encoding="utf-8"))
    assert card["n_rows"] == "80" or card["n_rows"] == 80
    package = json.loads((out / PACKAGE).read_text(encoding="utf-8"))
    assert package["edition"] == ID
    again = packages.recompute_baseline(package["facts"], int(package["seed"]))
    assert again == package["result"]
    assert "相同" in bp("recompute", out / PACKAGE)
    changed = out / "改过.json"
    changed.write_text(
        (out / PACKAGE).read_text(encoding="utf-8").replace('"upper":{"fen":"', '"upper":{"fen":"1', 1)
    )
    assert "不同" in bp("recompute", changed, code=1)
    assert_reported(out, package, dear)
    assert 1 <= said.count("Cook距离") <= 10


def assert_reported(out: Path, package: dict[str, Any], dear: dict[str, str]) -> None:
    """View of the package, PDF, workbook and CSV have the same amounts of a unit."""
    kept = DecisionPackage(**package)
    standing = next(one for one in baseline_view(kept).standings if one.dmu == dear["单元编码"])
    found = standing.baseline
    names = ("成本", "基线", "下限", "上限")
    amounts = (standing.cost, found.point, found.lower, found.upper)
    assert [Decimal(dear[f"{name}（元）"]) for name in names] == [
        one.in_unit(MoneyUnit.YUAN) for one in amounts
    ]
    sheet = load_workbook(out / BOOK)["各单位差距"]
    heads = [cell.value for cell in sheet[2]]
    row = next(row for row in sheet.iter_rows(min_row=3, values_only=True) if row[0] == standing.dmu)
    for name, amount in zip(names, amounts, strict=True):
        assert Decimal(str(row[heads.index(f"{name}（万元）")])) == amount.in_unit(MoneyUnit.WAN)
    text = squeezed("".join(page_texts((out / REPORT).read_bytes())))
    assert kept.digest in text
    table = text[text.index("差距下限＝成本－上限") :]
    at = table.index(standing.dmu)
    assert all(wan(amount) in table[at : at + 200] for amount in amounts)


def test_an_edition_of_ones_own_names_methods_screening_and_reconciliation(
    bp, panel: Path, tmp_path: Path
) -> None:
    draft = tmp_path / "口径.yaml"
    bp("schemes", "show", ID, "--yaml")
    text = Path("budgetperf/rulebook/national/cost_baseline/2026-01-01.yaml").read_text(encoding="utf-8")
    draft.write_text(
        text.replace("[driver_regression, quantile]", "[driver_regression, quantile, sfa, dea]")
        .replace("families: 2", "families: 4")
        .replace("  n_draws: 400\n", "  n_draws: 60\n  reconciliation: median\n  returns: crs\n  screening:\n"
                 '    source: {document: 本系统约定, status: ours}\n    rule: esd\n    alpha: "0.01"\n    at_most: 4\n'),
        encoding="utf-8",
    )  # fmt: skip
    out = tmp_path / "结果"
    said = bp("baseline", panel, "--edition", draft, "--out", out)
    assert "D072024年成本为同等条件中位水平的" in said
    card = json.loads((out / CARD).read_text(encoding="utf-8"))
    assert [method["name"] for method in card["methods"]] == ["driver_regression", "quantile", "sfa", "dea"]
    assert card["reconciliation"].startswith("点估计取各方法中位数")
    assert {message[:3] for message in card["screened"]} == {"D07"}
    assert all(one["result"].keys() <= FIGURES.keys() | TOLD_OTHERWISE for one in card["methods"])
    row = results(out)[0]
    points = sorted(
        float(row[f"{name}（元）"]) for name in ("成本动因回归", "分位数基线", "随机前沿分析", "数据包络分析")
    )
    assert float(row["基线（元）"]) == pytest.approx((points[1] * points[2]) ** 0.5, rel=2e-3)
    assert "（" in row["标杆"]


def test_a_name_that_looks_like_a_formula_is_text_in_the_results(bp, panel: Path, tmp_path: Path) -> None:
    text = panel.read_text(encoding="utf-8-sig").replace("D07,第7所", "=1+1,@所")
    renamed = re.sub(r"(D[0-3][0-68],第\d+)所,2024", r"\1站,2024", text)
    panel.write_text(renamed, encoding="utf-8")
    said = bp("baseline", panel, "--edition", ID, "--out", tmp_path / "结果")
    told = (tmp_path / "结果" / NOTES).read_text(encoding="utf-8-sig")
    [more] = re.findall(r"另有(\d+)条同类提示（cost_panel.name），见 (\S+)", said)
    assert more == (str(told.count("cost_panel.name") - 10), NOTES)
    assert told.count("cost_panel.name") == renamed.count("站,2024") > 20
    row = next(row for row in results(tmp_path / "结果") if row["单元编码"].endswith("=1+1"))
    assert (row["单元编码"], row["单元名称"]) == ("'=1+1", "'@所")


def test_a_bad_cell_is_told_and_nothing_is_written(bp, panel: Path, tmp_path: Path) -> None:
    lines = panel.read_text(encoding="utf-8-sig").splitlines()
    lines[3] = lines[3].replace(",城区,", ",城区,约")
    panel.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "结果"
    said = bp("baseline", panel, "--edition", ID, "--out", out, code=1)
    assert "E4" in said
    assert "不是金额" in said
    assert "未写出结果" in said
    assert not out.exists()


def test_too_few_units_are_refused_in_words(bp, panel: Path, tmp_path: Path) -> None:
    panel.write_text("\n".join(panel.read_text(encoding="utf-8-sig").splitlines()[:4]), encoding="utf-8")
    said = bp("baseline", panel, "--edition", ID, "--out", tmp_path / "结果", code=1)
    assert "至少需要" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["没有.csv", "--edition", ID], "没有成本面板"),
        ([None, "--edition", "national/limit_cuts"], "不是“成本基线”"),
        ([None, "--edition", "nowhere/cost_baseline"], "规则库中没有"),
    ],
)
def test_what_is_not_there_is_told(bp, panel: Path, tmp_path: Path, arguments, told: str) -> None:
    given = [panel if one is None else one for one in arguments]
    assert told in bp("baseline", *given, "--out", tmp_path / "结果", code=1)
