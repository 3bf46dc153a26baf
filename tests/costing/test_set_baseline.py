"""A baseline set by an edition: one result with labels, its card, and a package that is computed again."""

import json
from dataclasses import replace

import pytest

from budgetperf.costing.baseline import BaselineEdition, set_baseline
from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.fitted import METHOD
from budgetperf.costing.packages import recompute_baseline
from budgetperf.errors import NotFound
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
