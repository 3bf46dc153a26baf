import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.fitted import fit
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel
from budgetperf.costing.version import environment
from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.money import Money
from tests.costing.factories import INDEX, make_panel, make_row, one_baseline, true_cost
from tests.costing.factories import SPEC as PANEL

SPEC = BaselineSpec(seed=7, n_draws=100)


def target(dmu="new", *, area="20", manual="0.5", year=2024):
    return BaselineTarget(dmu, {"area": Decimal(area), "manual": Decimal(manual)}, year)


def yuan(amount):
    return amount.fen / 100


def test_the_point_is_near_the_true_cost_and_the_band_holds_it():
    found = one_baseline(make_panel(), target(), edition=SPEC)
    truth = true_cost(20, 0.5)
    assert yuan(found.point) == pytest.approx(truth, rel=0.05)
    assert yuan(found.lower) < truth < yuan(found.upper)
    assert found.methods_agree
    assert found.grade == "A"


def test_the_band_is_the_hull_and_the_point_the_geometric_mean_of_the_methods():
    found = one_baseline(make_panel(), target(), edition=replace(SPEC, rounding=Money(1)))
    regression, quantile = found.estimates
    assert found.lower == min(regression.lower, quantile.lower)
    assert found.upper == max(regression.upper, quantile.upper)
    assert found.point.fen == pytest.approx((regression.point.fen * quantile.point.fen) ** 0.5, abs=1)


def test_a_wasteful_unit_is_above_the_band_and_a_thrifty_one_is_not():
    judgements = {"D03": [], "D04": []}
    for seed in range(10):
        panel = make_panel(seed, waste={"D03": 1.8, "D04": 0.8})
        fitted = fit(panel, SPEC)
        for row in panel.rows:
            if row.dmu in judgements and row.year == 2024:
                found = fitted.for_target(BaselineTarget(row.dmu, row.drivers, 2024))
                judgements[row.dmu].append(found.judge(row.cost))
                if judgements[row.dmu][-1].may_cut:
                    assert judgements[row.dmu][-1].excess == row.cost - found.upper
    sound = [j for j in judgements["D03"] if "证据等级" not in j.reason]
    assert len(sound) >= 7
    assert all(j.may_cut and j.above == ("driver_regression", "quantile") for j in sound)
    assert not any(j.may_cut or j.above for j in judgements["D04"])


def test_an_ordinary_unit_is_above_the_band_about_as_often_as_the_level_says():
    above = []
    for seed in range(5):
        rng = np.random.default_rng(seed + 500)
        fitted = fit(make_panel(seed), SPEC)
        areas, shares = rng.uniform(8, 50, 100), rng.uniform(0.2, 0.8, 100)
        costs = true_cost(areas, shares) * np.exp(rng.normal(0, 0.12, 100))
        targets = [target(area=f"{a:.3f}", manual=f"{s:.3f}") for a, s in zip(areas, shares, strict=True)]
        bands = fitted.for_targets(targets)
        above += [cost > yuan(band.upper) for cost, band in zip(costs, bands, strict=True)]
    assert 0.06 < np.mean(above) < 0.14


def test_many_targets_at_once_are_the_same_as_one_by_one():
    panel = make_panel()
    fitted = fit(panel, SPEC)
    targets = [target(f"T{i}", area=str(10 + i)) for i in range(5)]
    assert fitted.for_targets(targets) == tuple(fitted.for_target(one) for one in targets)
    assert fitted.for_targets([]) == ()


def test_the_band_is_given_in_prices_of_the_targets_year():
    panel = make_panel()
    exact = replace(SPEC, rounding=Money(1))
    fitted = fit(panel, exact, prices=INDEX)
    base, later = fitted.for_target(target(year=2024)), fitted.for_target(target(year=2026))
    assert (base.price_year, later.price_year) == (2024, 2026)
    assert later.upper.fen == pytest.approx(base.upper.fen * 1.025, abs=1)
    with pytest.raises(Invalid, match="2025年"):
        fitted.for_target(target(year=2025))


def test_money_of_several_years_without_an_index_is_told():
    assert "costing.nominal" in [f.code for f in fit(make_panel(), SPEC).findings]
    assert "costing.nominal" not in [f.code for f in fit(make_panel(), SPEC, prices=INDEX).findings]
    assert "costing.nominal" not in [f.code for f in fit(make_panel(n_dmus=60, years=(2024,)), SPEC).findings]


def test_bounds_are_multiples_of_the_declared_step():
    found = one_baseline(make_panel(), target(), edition=replace(SPEC, rounding=Money(1_000_000)))
    assert {m.fen % 1_000_000 for e in found.estimates for m in (e.point, e.lower, e.upper)} == {0}


def test_a_target_outside_the_panel_is_told_and_graded_c():
    panel = make_panel()
    top = max(row.drivers["area"] for row in panel.rows)
    fitted = fit(panel, SPEC)
    inside, outside = fitted.for_target(target(area=str(top))), fitted.for_target(target(area=str(top + 1)))
    assert inside.findings == ()
    assert [f.code for f in outside.findings] == ["costing.extrapolation"]
    assert outside.grade == "C"
    assert not outside.judge(outside.upper + Money(1)).may_cut


def test_methods_at_odds_are_told_and_never_cut():
    panel = make_panel(waste={f"D{i:02}": 60 for i in range(6)})
    found = one_baseline(panel, target(), edition=replace(SPEC, tau=Decimal("0.9"), level=Decimal("0.02")))
    assert not found.methods_agree
    assert "costing.methods_disagree" in [f.code for f in found.findings]
    assert not found.judge(Money(10**13)).may_cut


def test_one_method_alone_never_cuts():
    found = one_baseline(make_panel(), target(), edition=replace(SPEC, methods=("quantile",)))
    assert "只有一类" in found.judge(found.upper + Money(1)).reason


def test_peers_are_the_nearest_other_units_by_their_latest_row():
    panel = make_panel()
    row = panel.rows[2]
    peers = one_baseline(panel, BaselineTarget(row.dmu, row.drivers, 2024), edition=SPEC).peers
    assert len(peers) == 5
    assert row.dmu not in [peer.dmu for peer in peers]
    assert {peer.year for peer in peers} == {2024}
    assert [p.distance for p in peers] == sorted(p.distance for p in peers)
    twin = replace(
        make_row("TWIN", area=str(row.drivers["area"]), manual=str(row.drivers["manual"])), cost=row.cost
    )
    nearest = one_baseline(
        replace(panel, rows=(*panel.rows, twin)), BaselineTarget(row.dmu, row.drivers, 2024), edition=SPEC
    ).peers[0]
    assert (nearest.dmu, nearest.distance) == ("TWIN", 0)


@pytest.mark.parametrize("drivers", [{"area": Decimal(3)}, {"area": Decimal(0), "manual": Decimal(0)}])
def test_a_target_without_a_usable_driver_is_refused(drivers):
    with pytest.raises(Invalid, match="无法测算"):
        fit(make_panel(), SPEC).for_target(BaselineTarget("new", drivers, 2024))


def test_a_panel_with_errors_is_not_fitted():
    panel = make_panel()
    with pytest.raises(Invalid) as caught:
        fit(replace(panel, rows=(*panel.rows, panel.rows[0])), SPEC)
    assert [f.code for f in caught.value.findings] == ["costing.duplicate"]


def test_repeated_units_are_clustered_and_single_ones_are_not():
    def covariance(panel):
        return fit(panel, SPEC).card["methods"][0]["result"]["covariance"]

    assert covariance(make_panel()) == "按单位聚类稳健"
    assert covariance(make_panel(n_dmus=60, years=(2024,))) == "异方差稳健（HC3）"


@pytest.mark.parametrize(
    "change",
    [{"methods": ()}, {"methods": ("oracle",)}, {"tau": Decimal(1)}, {"level": Decimal(0)}, {"n_draws": 49}],
)
def test_a_spec_names_known_methods_and_proper_shares(change):
    with pytest.raises(ValueError, match=r"须"):
        BaselineSpec(**change)


def test_the_environment_names_every_numeric_library():
    assert [part for part in environment().split() if part.isalpha()] == [
        "python",
        "numpy",
        "scipy",
        "statsmodels",
        "highspy",
        "clarabel",
        "blas",
    ]


@pytest.mark.parametrize(("fen", "told"), [(0, True), (100, False)])
def test_costs_made_by_a_formula_and_rounded_to_the_fen_are_told(fen, told):
    rows = [
        make_row(
            f"D{i:02}",
            cost=f"{Decimal(f'{9000 * (5 + i) ** 0.8:.2f}') + Decimal(fen * (i % 3)) / 100}",
            area=f"{5 + i}",
            manual=f"0.{i % 7}",
        )
        for i in range(30)
    ]
    panel = CostPanel(PANEL, tuple(rows))
    found = fit(panel, replace(SPEC, methods=("driver_regression",))).findings
    assert ("costing.perfect_fit" in {finding.code for finding in found}) == told
    if told:
        with pytest.raises(Invalid, match="按分取整"):
            fit(panel, SPEC)


def test_years_of_the_same_few_units_are_little_evidence():
    panel = make_panel(n_dmus=4, years=tuple(range(2015, 2025)))
    assert fit(panel, SPEC).for_target(target()).grade is EvidenceGrade.C
    assert replace(fit(panel, SPEC), version=3).for_target(target()).grade is not EvidenceGrade.C


def test_costs_made_by_a_formula_are_little_evidence():
    rows = tuple(
        replace(
            row,
            cost=Money(
                round(1e6 * float(row.drivers["area"]) ** 0.6 * math.exp(0.3 * float(row.drivers["manual"])))
            ),
        )
        for row in make_panel(n_dmus=40, years=(2024,)).rows
    )
    panel = replace(make_panel(n_dmus=40, years=(2024,)), rows=rows)
    fitted = fit(panel, SPEC)
    assert any(one.severity is Severity.ERROR for one in fitted.findings)
    found = fitted.for_target(target())
    assert found.grade is EvidenceGrade.C
    assert not found.judge(found.upper.times(Decimal(2))).may_cut
