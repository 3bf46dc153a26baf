import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from budgetperf.costing.design import regressors
from budgetperf.costing.errors import Collinear, PerfectFit, TooFewRows
from budgetperf.costing.ols import Covariance
from budgetperf.costing.regression import fit_cost_regression


def make_dmus(seed, *, n_dmus=30, years=6, spread=0.4, noise=0.1, missing=True, linked=0.0):
    rng = np.random.default_rng(seed)
    effect, rows = rng.normal(0, spread, n_dmus), []
    for i in range(n_dmus):
        size = rng.normal(2, 1) + linked * effect[i]
        for t in range(2019, 2019 + years - (i % 3 if missing else 0)):
            a, b = size + rng.normal(0, 0.3), rng.normal(1, 0.7)
            log_cost = 3 + 0.7 * a + 0.2 * b + effect[i] + 0.05 * (t - 2019) + rng.normal(0, noise)
            rows.append((f"D{i}", t, np.exp(log_cost), np.exp(a), np.exp(b)))
    frame = pd.DataFrame(rows, columns=["dmu", "year", "cost", "a", "b"]).set_index(["dmu", "year"])
    return frame["cost"], frame[["a", "b"]]


def dummies(cost, drivers, *, time):
    design = regressors(drivers)
    for level in ("dmu", "year") if time else ("dmu",):
        marks = pd.get_dummies(cost.index.get_level_values(level), drop_first=True, dtype=float, prefix=level)
        design = design.join(marks.set_axis(cost.index))
    return design


@pytest.mark.parametrize("time", [False, True])
@pytest.mark.parametrize("covariance", ["classical", "HC3"])
def test_within_is_least_squares_with_a_dummy_per_dmu(covariance, time):
    cost, drivers = make_dmus(1)
    ours = fit_cost_regression(cost, drivers, panel="within", covariance=covariance, time_effects=time)
    model = sm.OLS(np.log(cost), dummies(cost, drivers, time=time))
    theirs = model.fit() if covariance == "classical" else model.fit(cov_type="HC3", use_t=True)
    names = ["log(a)", "log(b)"]
    np.testing.assert_allclose(ours.params[names], theirs.params[names], rtol=1e-9)
    np.testing.assert_allclose(ours.std_errors[names], theirs.bse[names], rtol=1e-9)
    np.testing.assert_allclose((ours.ols.residuals**2).sum(), theirs.ssr, rtol=1e-9)
    assert ours.ols.df == theirs.df_resid


def test_clusters_of_within_are_those_of_the_swept_data():
    cost, drivers = make_dmus(2)
    ours = fit_cost_regression(cost, drivers, panel="within", covariance="cluster")
    flat = lambda v: v - v.groupby(level=0).transform("mean") + v.mean()  # noqa: E731
    swept = regressors(drivers).apply(flat).assign(const=1.0)
    theirs = sm.OLS(flat(np.log(cost)), swept).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(cost.index.get_level_values(0))[0]}, use_t=True
    )
    np.testing.assert_allclose(ours.std_errors, theirs.bse, rtol=1e-9)
    assert ours.ols.n_clusters == 30
    assert ours.findings == ()


def test_random_effects_find_the_truth_and_its_variances():
    cost, drivers = make_dmus(3, n_dmus=400)
    fit = fit_cost_regression(cost, drivers, panel="random", time_effects=True, covariance="cluster")
    np.testing.assert_allclose(fit.params[["log(a)", "log(b)"]], [0.7, 0.2], atol=0.02)
    assert fit.params["year[2023]"] == pytest.approx(0.2, abs=0.03)
    assert fit.effects.sigma_u == pytest.approx(0.4, rel=0.1)
    assert fit.effects.sigma_e == pytest.approx(0.1, rel=0.05)
    assert fit.effects.effects.std() == pytest.approx(0.4, rel=0.1)
    assert [test.name for test in fit.tests] == ["Hausman", "Mundlak"]
    assert not any(test.rejects() for test in fit.tests)


def test_effects_that_go_with_size_are_told():
    cost, drivers = make_dmus(4, n_dmus=100, linked=2.0)
    fit = fit_cost_regression(cost, drivers, panel="random", time_effects=True, covariance="cluster")
    assert "costing.mundlak" in {finding.code for finding in fit.findings}
    within = fit_cost_regression(cost, drivers, panel="within", time_effects=True, covariance="cluster")
    assert within.params["log(a)"] == pytest.approx(0.7, abs=0.03)
    cost, drivers = make_dmus(0, n_dmus=100, years=4, noise=0.3, linked=2.0)
    classical = fit_cost_regression(cost, drivers, panel="random", covariance="classical")
    hausman, mundlak = classical.tests
    assert hausman.statistic == pytest.approx(2 * mundlak.statistic, rel=0.1)  # equal in large samples
    assert hausman.rejects()
    assert "costing.hausman" in {finding.code for finding in classical.findings}


def test_a_driver_of_the_place_stays_in_random_and_is_refused_within():
    cost, drivers = make_dmus(5)
    height = pd.factorize(drivers.index.get_level_values(0))[0] % 7 + 1.0
    drivers = drivers.assign(height=height)
    fit = fit_cost_regression(cost, drivers, panel="random", covariance=Covariance.CLUSTER)
    assert np.isfinite(fit.std_errors["log(height)"])
    with pytest.raises(ValueError, match=r"单位内不变：log\(height\)"):
        fit_cost_regression(cost, drivers, panel="within")


@pytest.mark.parametrize("panel", ["pooled", "within", "random"])
def test_the_interval_of_a_panel_covers_new_units_at_about_its_level(panel):
    hits = []
    for seed in range(20):
        cost, drivers = make_dmus(seed, n_dmus=40, noise=0.2)
        fit = fit_cost_regression(cost, drivers, panel=panel, covariance="cluster")
        new_cost, new_drivers = make_dmus(seed + 9_000, n_dmus=60, years=4, noise=0.2, missing=False)
        first = new_cost.groupby(level=0).head(1).index
        interval = fit.interval(new_drivers.loc[first], level=0.8)
        hits.extend((interval.lower <= new_cost[first]) & (new_cost[first] <= interval.upper))
    assert 0.74 < np.mean(hits) < 0.86


def test_within_the_frontier_is_that_of_the_dmus():
    cost, drivers = make_dmus(6)
    fit = fit_cost_regression(cost, drivers, panel="within", covariance="cluster")
    best = fit.effects.effects.idxmin()
    moved = fit.frontier("cols")
    assert list(moved.efficiency[moved.efficiency == 1].index) == [best]
    assert moved.params["const"] - fit.params["const"] == pytest.approx(fit.effects.effects.min())
    random = fit_cost_regression(cost, drivers, panel="random", covariance="cluster")
    assert len(random.frontier("upper_quartile").efficiency) == len(cost)


def test_a_dmu_of_one_year_is_left_out_within_and_told():
    cost, drivers = make_dmus(7, n_dmus=12)
    keep = ~((cost.index.get_level_values(0) == "D3") & (cost.index.get_level_values(1) > 2019))
    fit = fit_cost_regression(cost[keep], drivers[keep], panel="within", covariance="cluster")
    without = cost.index.get_level_values(0) != "D3"
    same = fit_cost_regression(cost[without], drivers[without], panel="within", covariance="cluster")
    np.testing.assert_allclose(fit.params, same.params, rtol=1e-12)
    assert [finding.code for finding in fit.findings] == ["costing.single_period"]


def test_no_difference_between_dmus_is_told():
    cost, drivers = make_dmus(8, spread=0.0, n_dmus=8, noise=0.3)
    fits = [
        fit_cost_regression(
            *make_dmus(seed, spread=0.0, n_dmus=8, noise=0.3), panel="random", covariance="cluster"
        )
        for seed in range(8, 14)
    ]
    none = [fit for fit in fits if fit.effects.sigma_u == 0]
    assert none
    for fit in none:
        assert "costing.no_unit_effect" in {finding.code for finding in fit.findings}
        assert (fit.effects.theta == 0).all()
    assert fits[0].params.index.equals(fit_cost_regression(cost, drivers, panel="pooled").params.index)


def test_years_of_one_dmu_taken_for_independent_are_told():
    cost, drivers = make_dmus(9)
    for options in ({}, {"panel": "pooled"}):
        fit = fit_cost_regression(cost, drivers, **options)
        assert [finding.code for finding in fit.findings] == ["costing.unclustered"]
    assert fit_cost_regression(cost, drivers, panel="pooled", covariance="cluster").findings == ()


def test_years_that_follow_a_formula_within_each_dmu_are_told_or_refused():
    cost, drivers = make_dmus(12)
    exact = np.exp(1 + 0.5 * np.log(drivers["a"]) + 0.1 * pd.factorize(cost.index.get_level_values(0))[0])
    for made in (exact, cost * 0 + 5.0):
        within = fit_cost_regression(made, drivers, panel="within", covariance="cluster")
        assert "costing.perfect_fit" in {finding.code for finding in within.findings}
        with pytest.raises(PerfectFit):
            fit_cost_regression(made, drivers, panel="random", covariance="cluster")


def test_a_panel_needs_dmus_years_and_enough_of_them():
    cost, drivers = make_dmus(10)
    with pytest.raises(ValueError, match="两级行标签"):
        fit_cost_regression(cost.reset_index(drop=True), drivers.reset_index(drop=True), panel="within")
    with pytest.raises(ValueError, match="重复的行"):
        fit_cost_regression(pd.concat([cost, cost]), pd.concat([drivers, drivers]), panel="pooled")
    with pytest.raises(ValueError, match="需要给出panel"):
        fit_cost_regression(cost, drivers, time_effects=True)
    few = cost.index.get_level_values(0).isin(["D0", "D1", "D2"])
    with pytest.raises(TooFewRows, match="组间回归"):
        fit_cost_regression(cost[few], drivers[few], panel="random")


def test_an_unknown_year_has_no_effect_to_predict_with():
    cost, drivers = make_dmus(11)
    fit = fit_cost_regression(cost, drivers, panel="within", time_effects=True, covariance="cluster")
    assert fit.predict(drivers[:3]).notna().all()
    later = drivers[:1].set_axis(pd.MultiIndex.from_tuples([("D0", 2030)], names=["dmu", "year"]))
    with pytest.raises(ValueError, match=r"没有这些时期.*2030"):
        fit.predict(later)


def test_drivers_too_near_each_other_to_test_the_effects_are_named(monkeypatch):
    def singular(*_):
        raise np.linalg.LinAlgError("Singular matrix")

    cost, drivers = make_dmus(3, n_dmus=20, years=3, missing=False)
    monkeypatch.setattr(np.linalg, "solve", singular)
    with pytest.raises(Collinear, match=r"log\(a\)"):
        fit_cost_regression(cost, drivers, panel="random")
