"""Baselines by frontiers and envelopes: where the least cost lies, who sets it, when a method is silent."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from budgetperf.costing import packages
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.fitted import fit
from budgetperf.costing.method import BaselineSpec, Treatment
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelSpec
from budgetperf.costing.reconciliation import reconcile
from budgetperf.costing.screening import ScreeningRule
from budgetperf.costing.standings import answer
from budgetperf.costing.words import OutlierRule, Reconciliation, TreatmentEffect
from budgetperf.errors import Invalid
from budgetperf.money import Money
from tests.costing.factories import make_row, one_baseline, true_cost

AREA = PanelSpec("road", "道路清扫保洁", "保洁支出", (DriverSpec("area", "保洁面积", "万平方米"),), 2024)
BEST = BaselineSpec(methods=("sfa", "dea"), seed=3, n_draws=60, rounding=Money(1))
ALL = replace(BEST, methods=("driver_regression", "quantile", "sfa", "dea"))


def make(seed=1, *, n=80, waste=0.4, noise=0.05):
    """A panel of one driver whose units waste exp(|N(0, waste)|) above the true cost."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        area = round(float(rng.uniform(5, 60)), 3)
        cost = true_cost(area, 0) * np.exp(abs(rng.normal(0, waste)) + rng.normal(0, noise))
        rows.append(make_row(f"D{i:02}", 2024, cost=f"{cost:.2f}", area=str(area)))
    return CostPanel(AREA, tuple(rows))


def target(area="20", dmu="新所"):
    return BaselineTarget(dmu, {"area": Decimal(area)}, 2024)


def estimate(found, name):
    return next(one for one in found.estimates if one.name == name)


def test_best_practice_is_near_the_true_least_cost_and_below_what_is_ordinary():
    found = one_baseline(make(), target(), edition=ALL)
    truth = true_cost(20, 0)
    for name in ("sfa", "dea"):
        one = estimate(found, name)
        assert one.point.fen / 100 == pytest.approx(truth, rel=0.15)
        assert one.lower.fen < one.point.fen <= one.upper.fen
        assert one.point < estimate(found, "driver_regression").point
    assert found.n_families == 4


def test_peers_of_an_envelope_carry_their_weights():
    found = one_baseline(make(), target(), edition=BEST)
    weights = [peer.weight for peer in found.peers]
    assert sum(weights) == pytest.approx(1, abs=1e-6)
    assert weights == sorted(weights, reverse=True)
    mixed = sum(peer.weight * peer.cost.fen for peer in found.peers)
    assert mixed == pytest.approx(estimate(found, "dea").point.fen, rel=1e-6)


def test_a_target_beyond_the_largest_is_left_to_the_other_methods_and_told():
    found = one_baseline(make(), target("500"), edition=ALL)
    assert [one.name for one in found.estimates] == ["driver_regression", "quantile", "sfa"]
    assert found.n_families == 3
    assert "数据包络分析没有给出结果" in "".join(one.message for one in found.findings)
    assert found.grade == "C"
    with pytest.raises(Invalid, match="新所：数据包络分析都没有给出结果"):
        one_baseline(make(), target("500"), edition=replace(BEST, methods=("dea",)))


def test_a_frontier_without_inefficiency_is_silent_and_says_why():
    rng = np.random.default_rng(2)
    rows = tuple(
        replace(row, cost=row.cost.times(Decimal(str(round(float(np.exp(-abs(rng.normal(0, 0.5)))), 4)))))
        for row in make(waste=0.01).rows
    )
    fitted = fit(CostPanel(AREA, rows), ALL)
    found = fitted.for_target(target())
    assert "sfa" not in [one.name for one in found.estimates]
    assert "随机前沿分析没有给出结果" in "".join(one.message for one in found.findings)
    assert any("偏" in one.message for one in fitted.findings if one.where.pointer == "/frontier")


def test_a_share_is_no_work_and_the_envelope_says_so():
    drivers = (*AREA.drivers, DriverSpec("manual", "人工清扫占比", "比例", logged=False))
    rng = np.random.default_rng(4)
    rows = tuple(
        replace(row, drivers={**row.drivers, "manual": Decimal(str(round(float(rng.uniform(0.2, 0.8)), 3)))})
        for row in make().rows
    )
    fitted = fit(CostPanel(replace(AREA, drivers=drivers), rows), BEST)
    assert any("“人工清扫占比”不是工作量" in one.message for one in fitted.findings)


def test_a_wild_row_is_named_and_moves_nothing():
    panel = make()
    wild = tuple(
        replace(row, cost=row.cost.times(Decimal(12))) if row.dmu == "D07" else row for row in panel.rows
    )
    spec = replace(ALL, screening=ScreeningRule(OutlierRule.ESD, Decimal("0.01"), at_most=3))
    screened = fit(replace(panel, rows=wild), spec)
    assert [(one.dmu, one.year) for one in screened.screened] == [("D07", 2024)]
    assert any("D07" in one.message and "不参加测算" in one.message for one in screened.findings)
    assert screened.card["screened"] == [one.finding.message for one in screened.screened]
    without = fit(replace(panel, rows=tuple(row for row in panel.rows if row.dmu != "D07")), ALL)
    assert screened.for_target(target()).estimates == without.for_target(target()).estimates
    assert "D07" not in {peer.dmu for peer in screened.for_target(target()).peers}


def test_best_practice_alone_cuts_nobody():
    alone, borne_out = (one_baseline(make(), target(), edition=spec) for spec in (BEST, ALL))
    assert alone.grade == "C"
    assert any("没有一般做法的方法佐证" in one.message for one in alone.findings)
    assert not alone.judge(alone.upper.times(Decimal(2))).may_cut
    assert "costing.only_best_practice" not in {one.code for one in borne_out.findings}


@pytest.mark.parametrize(
    ("how", "expected"),
    [(Reconciliation.GEOMETRIC_MEAN, 200), (Reconciliation.MEDIAN, 200), (Reconciliation.HIGHEST, 400)],
)
def test_points_become_one_as_the_edition_says(how, expected):
    assert reconcile(np.array([100.0, 200.0, 400.0]), how) == pytest.approx(expected)


def test_facts_come_back_from_their_package_and_give_the_same_baseline():
    spec = replace(ALL, screening=ScreeningRule(OutlierRule.GRUBBS, Decimal("0.05")))
    panel, targets = make(n=30), (target(),)
    fitted = fit(panel, spec)
    facts = packages.baseline_facts(packages.BaselineFacts(panel, targets, spec, None))
    result = packages.baseline_result(answer(fitted, targets), card=fitted.card)
    assert packages.recompute_baseline(facts, spec.seed) == result


NEW = Treatment("new", "新设单位", TreatmentEffect.OWN_COST)
TINY = Treatment("tiny", "规模过小", TreatmentEffect.NO_PEER)


def treated(panel, **cases):
    return replace(panel, rows=tuple(replace(row, treatment=cases.get(row.dmu, "")) for row in panel.rows))


def test_a_special_case_speaks_for_nobody_and_is_treated_by_its_name():
    panel, spec = make(), replace(ALL, treatments=(NEW, TINY))
    special = fit(treated(panel, D03="new", D05="tiny"), spec)
    without = fit(replace(panel, rows=tuple(r for r in panel.rows if r.dmu not in {"D03", "D05"})), ALL)
    assert special.for_target(target()) == without.for_target(target())
    rows = {row.dmu: row for row in panel.rows}
    new, tiny = special.for_targets([BaselineTarget(dmu, rows[dmu].drivers, 2024) for dmu in ("D03", "D05")])
    assert (new.point, new.lower, new.upper, new.estimates) == (rows["D03"].cost,) * 3 + ((),)
    assert "按“新设单位”单独处理" in new.findings[0].message
    judged = new.judge(new.upper.times(Decimal(3)))
    assert not judged.may_cut
    assert "特殊情形" in judged.reason
    assert len(tiny.estimates) == 4


def test_a_special_case_the_edition_does_not_know_is_refused_at_its_row():
    with pytest.raises(Invalid) as caught:
        fit(treated(make(), D03="odd"), replace(ALL, treatments=(NEW,)))
    [finding] = caught.value.findings
    assert finding.where.pointer == "/rows/D03/2024"
    assert "“odd”不是本口径的特殊情形，现有：新设单位（new）" in finding.message
