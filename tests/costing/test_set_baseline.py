"""A baseline set by an edition: one result with labels, its card, and a package that is computed again."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from budgetperf.costing.baseline import BaselineEdition, set_baseline
from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.frames import panel_from_frame
from budgetperf.costing.packages import recompute_baseline
from budgetperf.costing.version import METHOD
from budgetperf.errors import Invalid, NotFound
from budgetperf.money import Money
from budgetperf.provenance import canonical_json
from tests.costing.test_best_practice import ALL, make, target

EDITION = BaselineEdition("x/cost_baseline/2026-01-01", "0" * 64, ALL)


def test_every_unit_has_a_point_an_interval_peers_and_a_grade_by_its_label():
    made = set_baseline(make(n=30), edition=EDITION)
    names = [f"D{i:02}" for i in range(30)]
    assert list(made.point.index) == list(made.interval.index) == list(made.grade.index) == names
    assert (made.interval["lower"] <= made.point).all()
    assert (made.point <= made.interval["upper"]).all()
    assert set(made.grade) <= {"A", "B", "C"}
    weights = made.peers.groupby("dmu").sum()
    assert weights.loc["D07"] == pytest.approx(1, abs=1e-6)
    one = made.standing("D07")
    assert one.baseline.point.fen / 100 == made.point["D07"]
    with pytest.raises(NotFound, match="D99"):
        made.standing("D99")


def test_its_package_is_computed_again():
    factor = SpecialFactor("D03", "山区桥隧保洁", {2024: Money(100_00)})
    made = set_baseline(make(n=30), edition=EDITION, targets=(target(),), factors=(factor,))
    package = made.package("2026")
    assert (package.period, package.edition, package.method) == ("2026", EDITION.id, METHOD)
    assert made.card["special_factors"][0].startswith("D03：特殊因素“山区桥隧保洁”已认定")
    facts, result = (json.loads(canonical_json(side)) for side in (package.facts, package.result))
    assert json.loads(canonical_json(recompute_baseline(facts, package.seed))) == result
    assert made.package().period == "2024"


def test_another_seed_is_another_interval_and_the_same_point():
    one, other = (
        set_baseline(make(n=30), edition=replace(EDITION, spec=replace(ALL, methods=("dea",), seed=seed)))
        for seed in (1, 2)
    )
    assert (one.point == other.point).all()
    assert not one.interval.equals(other.interval)


def test_a_frame_is_the_panel_it_holds_to_the_fen():
    panel = make(n=30)
    rows = [
        {"dmu": r.dmu, "year": r.year, "cost": r.cost.fen / 100, "area": float(r.drivers["area"])}
        for r in panel.rows
    ]
    table = pd.DataFrame(rows)
    read = panel_from_frame(table.set_index(["dmu", "year"]))
    assert [(r.dmu, r.year, r.cost) for r in read.rows] == [(r.dmu, r.year, r.cost) for r in panel.rows]
    light = replace(EDITION, spec=replace(ALL, methods=("driver_regression",)))
    assert (set_baseline(table, edition=light).point == set_baseline(panel, edition=light).point).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cost": [100.005, 7.0]}, "第1行（甲）的“cost”：“100.005”元精确到分以下"),
        ({"cost": [1.0, float("inf")]}, "第2行（乙）的“cost”：“inf”不是数字"),
        ({"area": [1.0, None]}, "第2行（乙）的“area”：不能为空"),
        ({"area": [True, 1j]}, "2处错误"),
        ({"year": [2024.5, 2024]}, "第1行（甲）的“year”：年度应为四位数字"),
        ({"dmu": ["甲", None]}, "第2行（无编码）的“dmu”：单元编码不能为空"),
    ],
)
def test_a_frame_that_is_no_panel_is_refused_by_row_and_column(change, told):
    table = pd.DataFrame({"dmu": ["甲", "乙"], "year": 2024, "cost": [0.1 + 0.2, 7.0], "area": [1.0, 2.0]})
    assert panel_from_frame(table).rows[0].cost == Money(30)
    with pytest.raises(Invalid, match=told):
        panel_from_frame(
            table.assign(**{name: pd.Series(values, dtype=object) for name, values in change.items()})
        )


def test_a_frame_without_its_columns_or_rows_is_refused():
    table = pd.DataFrame({"dmu": ["甲"], "year": [2024], "cost": [1.0], "area": [1.0]})
    for bad, told in (
        (table.drop(columns=["dmu", "cost"]), "缺少列：dmu、cost"),
        (table.drop(columns="area"), "至少要有一列成本动因"),
        (table.iloc[:0], "没有数据行"),
        (pd.concat([table, table[["cost"]]], axis=1), "列名重复：cost"),
        ([1, 2], "须为DataFrame"),
    ):
        with pytest.raises(Invalid, match=told):
            panel_from_frame(bad)
