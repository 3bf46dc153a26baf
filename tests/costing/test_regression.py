from functools import partial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from budgetperf.costing.design import regressors
from budgetperf.costing.errors import Collinear, PerfectFit, TooFewRows
from budgetperf.costing.frontier import fit_sfa
from budgetperf.costing.ols import Covariance
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.regression import fit_cost_regression
from budgetperf.costing.shifts import fit_shifted
from tests.costing.factories import make_sample


def close(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-9)


def test_known_elasticities_are_found():
    cost, drivers, groups = make_sample(2, n_clusters=500)
    fit = fit_cost_regression(cost, drivers, covariance=Covariance.CLUSTER, groups=groups)
    np.testing.assert_allclose(fit.elasticities, [0.7, 0.2], atol=4 * fit.ols.std_errors.iloc[1:].max())
    assert fit.ols.residual_sd == pytest.approx(0.2, rel=0.1)
    assert fit.smearing == pytest.approx(np.exp(0.02), rel=0.02)


def test_the_prediction_interval_is_the_classical_one_when_the_covariance_is():
    cost, drivers, _ = make_sample(3)
    fit = fit_cost_regression(cost, drivers, covariance=Covariance.CLASSICAL)
    target = pd.DataFrame({"a": [2.0, 30.0], "b": [1.0, 5.0]})
    ours = fit.interval(target, level=0.8)
    model = sm.OLS(np.log(cost), regressors(drivers)).fit().get_prediction(regressors(target))
    theirs = model.summary_frame(alpha=0.2)
    close(np.log(ours.lower), theirs["obs_ci_lower"])
    close(np.log(ours.upper), theirs["obs_ci_upper"])
    close(ours.point, np.exp(theirs["mean"]) * fit.smearing)


@pytest.mark.parametrize("shared", [0.0, 0.2])
def test_the_prediction_interval_covers_new_units_at_about_its_level(shared):
    hits = []
    for seed in range(75):
        cost, drivers, groups = make_sample(seed, n_clusters=40, shared=shared)
        new_cost, new_drivers, _ = make_sample(seed + 10_000, n_clusters=20, per_cluster=1, shared=shared)
        fit = fit_cost_regression(cost, drivers, covariance=Covariance.CLUSTER, groups=groups)
        interval = fit.interval(new_drivers, level=0.8)
        hits.extend((interval.lower <= new_cost) & (new_cost <= interval.upper))
    assert len(hits) == 1500
    assert 0.764 < np.mean(hits) < 0.836


def test_a_driver_may_enter_without_logarithm():
    cost, drivers, _ = make_sample(4)
    drivers["share"] = np.linspace(0, 1, len(drivers))
    fit = fit_cost_regression(cost * np.exp(0.5 * drivers["share"]), drivers, levels=["share"])
    assert fit.ols.estimates["share"] == pytest.approx(0.5, abs=4 * fit.ols.std_errors["share"])


def test_input_is_not_changed():
    cost, drivers, groups = make_sample(5)
    before = cost.copy(), drivers.copy()
    fit_cost_regression(cost, drivers, covariance=Covariance.CLUSTER, groups=groups)
    pd.testing.assert_series_equal(cost, before[0])
    pd.testing.assert_frame_equal(drivers, before[1])


def test_a_repeated_driver_is_refused_with_its_condition_number_and_names():
    cost, drivers, _ = make_sample(6)
    drivers["a_again"] = drivers["a"] ** 2
    with pytest.raises(Collinear, match=r"log\(a\).*log\(a_again\)") as caught:
        fit_cost_regression(cost, drivers)
    assert caught.value.condition_number > 1e12
    assert "log(b)" not in caught.value.columns


def test_three_coefficients_need_four_rows():
    cost, drivers, _ = make_sample(7)
    assert fit_cost_regression(cost[:4], drivers[:4], covariance=Covariance.CLASSICAL).ols.df == 1
    with pytest.raises(TooFewRows, match="现有3，至少需要4"):
        fit_cost_regression(cost[:3], drivers[:3], covariance=Covariance.CLASSICAL)


def test_three_coefficients_need_four_clusters():
    cost, drivers, groups = make_sample(8)
    options = {"covariance": Covariance.CLUSTER}
    assert fit_cost_regression(cost[:8], drivers[:8], groups=groups[:8], **options).ols.n_clusters == 4
    with pytest.raises(TooFewRows, match="单位数不足：现有3，至少需要4"):
        fit_cost_regression(cost[:6], drivers[:6], groups=groups[:6], **options)
    with pytest.raises(ValueError, match="groups"):
        fit_cost_regression(cost, drivers, **options)


@pytest.mark.parametrize("covariance", [Covariance.HC3, Covariance.CLUSTER])
def test_a_row_that_alone_decides_a_coefficient_has_no_robust_covariance(covariance):
    cost, drivers, groups = make_sample(9)
    drivers["mark"] = [1.0, 1.0] + [0.0] * (len(drivers) - 2)
    options = {"levels": ["mark"], "covariance": covariance, "groups": groups}
    assert fit_cost_regression(cost, drivers, **options).ols.n == len(cost)
    drivers.loc[1, "mark"] = 0.0
    with pytest.raises(TooFewRows, match="独自决定"):
        fit_cost_regression(cost, drivers, **options)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_costs_and_logged_drivers_must_be_positive(bad):
    cost, drivers, _ = make_sample(10)
    spoiled = cost.copy()
    spoiled.iloc[3] = bad
    with pytest.raises(ValueError, match="成本"):
        fit_cost_regression(spoiled, drivers)
    drivers.loc[3, "a"] = bad
    with pytest.raises(ValueError, match="“a”"):
        fit_cost_regression(cost, drivers)


def codes(found):
    return {finding.code for finding in found.findings}


# ------------------------------------------------------------------ prices


def make_priced(seed, *, n=200, homogeneous=True):
    rng = np.random.default_rng(seed)
    drivers = pd.DataFrame(
        {
            "output": rng.lognormal(3, 1, n),
            "wage": rng.lognormal(1, 0.4, n),
            "capital": rng.lognormal(4, 0.3, n),
            "fuel": rng.lognormal(2, 0.4, n),
        }
    )
    powers = [0.8, 0.5, 0.2, 0.3 if homogeneous else 0.9]
    return np.exp(1 + np.log(drivers) @ powers + rng.normal(0, 0.1, n)), drivers


def test_homogeneous_prices_give_the_numeraire_what_the_others_leave():
    cost, drivers = make_priced(1)
    prices = ["wage", "capital", "fuel"]
    fit = fit_cost_regression(cost, drivers, prices=prices)
    assert list(fit.params.index) == ["const", "log(output)", "log(wage/fuel)", "log(capital/fuel)"]
    np.testing.assert_allclose(fit.elasticities, [0.8, 0.5, 0.2, 0.3], atol=0.1)
    assert fit.elasticities[1:].sum() == pytest.approx(1)
    doubled = drivers.assign(**{price: 2 * drivers[price] for price in prices})
    close(fit.predict(doubled), 2 * fit.predict(drivers))
    close(fit.interval(doubled).lower, 2 * fit.interval(drivers).lower)
    assert codes(fit) == set()


def test_the_test_of_homogeneity_is_that_of_the_unrestricted_regression():
    cost, drivers = make_priced(2, homogeneous=False)
    fit = fit_cost_regression(cost, drivers, prices=["wage", "capital", "fuel"], covariance="classical")
    theirs = sm.OLS(np.log(cost), regressors(drivers)).fit()
    one = theirs.t_test(([0, 0, 1, 1, 1], 1))
    test = fit.tests[0]
    assert test.p_value == pytest.approx(float(one.pvalue), rel=1e-6, abs=1e-12)
    assert "costing.not_homogeneous" in codes(fit)


def test_a_price_is_a_driver_in_logarithms():
    cost, drivers = make_priced(3)
    with pytest.raises(ValueError, match="对数形式"):
        fit_cost_regression(cost, drivers, log=False, prices=["wage", "fuel"])
    with pytest.raises(ValueError, match="不能同时列入levels：fuel"):
        fit_cost_regression(cost, drivers, levels=["fuel"], prices=["wage", "fuel"])
    with pytest.raises(ValueError, match="不在drivers里：coal"):
        fit_cost_regression(cost, drivers, prices=["wage", "coal"])
    with pytest.raises(ValueError, match="重复列出"):
        fit_cost_regression(cost, drivers, prices=["wage", "wage"])
    with pytest.raises(ValueError, match="因素“fuel”"):
        fit_cost_regression(cost, drivers.assign(fuel=-1.0), prices=["wage", "fuel"])


def test_drivers_may_be_named_by_numbers():
    cost, drivers = make_priced(2)
    named = fit_cost_regression(cost, drivers, prices=["wage", "capital", "fuel"])
    numbered = drivers.set_axis(range(4), axis=1)
    prices = [list(drivers.columns).index(name) for name in ("wage", "capital", "fuel")]
    fit = fit_cost_regression(cost, numbered, prices=prices)
    close(fit.params.to_numpy(), named.params.to_numpy())
    assert fit.tests == named.tests
    for wrong, text in (([1, 9], "不在drivers里：9"), ([1, 1], "重复列出：1、1")):
        with pytest.raises(ValueError, match=text):
            fit_cost_regression(cost, numbered, prices=wrong)
    with pytest.raises(ValueError, match="不能同时列入levels：2"):
        fit_cost_regression(cost, numbered, levels=[2], prices=[1, 2])


def test_one_price_for_all_leaves_homogeneity_untested_and_says_so():
    cost, drivers = make_priced(4)
    fit = fit_cost_regression(cost, drivers.assign(fuel=5.0), prices=["wage", "fuel"])
    assert fit.tests[0].p_value is None
    assert "costing.not_homogeneous_untested" in codes(fit)


# ------------------------------------------------------------------ levels


def test_without_logarithms_cost_is_predicted_as_it_is():
    rng = np.random.default_rng(5)
    drivers = pd.DataFrame({"a": rng.uniform(1, 9, 50), "b": rng.normal(size=50)})
    cost = pd.Series(10 + 2 * drivers["a"] - 3 * drivers["b"] + rng.normal(0, 0.5, 50))
    fit = fit_cost_regression(cost, drivers, log=False, covariance="classical")
    theirs = sm.OLS(cost, sm.add_constant(drivers)).fit()
    close(fit.params, theirs.params)
    assert fit.smearing == 1
    close(fit.predict(drivers), theirs.fittedvalues)
    frame = theirs.get_prediction(sm.add_constant(drivers)).summary_frame(alpha=0.1)
    close(fit.interval(drivers, level=0.9).upper, frame["obs_ci_upper"])
    with pytest.raises(ValueError, match="须取对数"):
        fit.frontier("cols")


def test_a_constant_brought_by_the_caller_is_the_constant():
    cost, drivers, _ = make_sample(6)
    fit = fit_cost_regression(cost, drivers.assign(const=1.0))
    close(fit.params, fit_cost_regression(cost, drivers).params)


# ------------------------------------------------------------------ the frontier


def test_the_frontier_is_least_squares_moved_down():
    cost, drivers, _ = make_sample(7)
    fit = fit_cost_regression(cost, drivers)
    for shift in ("cols", "upper_quartile"):
        direct = fit_shifted(np.log(cost), regressors(drivers), shift=shift)
        moved = fit.frontier(shift)
        close(moved.params, direct.params)
        close(moved.efficiency, direct.efficiency)
        close(fit.efficient_cost(drivers, shift=shift), np.exp(fit.fitted - moved.shift))
    assert (fit.efficient_cost(drivers, shift="cols") <= cost * (1 + 1e-12)).all()
    assert (cost <= fit.efficient_cost(drivers, shift="upper_quartile")).mean() == pytest.approx(
        0.25, abs=0.01
    )


def test_where_the_skewness_forbids_mols_no_cost_is_given():
    cost, drivers, _ = make_sample(8)
    low = fit_cost_regression(cost * np.where(np.arange(len(cost)) % 10 == 0, 0.1, 1.0), drivers)
    assert [f.code for f in low.frontier("mols").findings] == ["costing.wrong_skewness"]
    assert low.efficient_cost(drivers, shift="mols_half_normal").isna().all()


# ------------------------------------------------------------------ bad data


def test_rows_on_a_plane_are_told_and_have_no_frontier():
    _, drivers, _ = make_sample(9)
    cost = np.exp(1 + np.log(drivers["a"]))
    fit = fit_cost_regression(cost, drivers)
    assert "costing.perfect_fit" in codes(fit)
    with pytest.raises(PerfectFit):
        fit.frontier("cols")


def test_equal_rows_one_row_and_constant_drivers_are_refused():
    cost, drivers, _ = make_sample(10)
    with pytest.raises(Collinear, match="const"):
        fit_cost_regression(cost, drivers.assign(b=3.0))
    with pytest.raises(Collinear):
        fit_cost_regression(cost * 0 + 1, drivers * 0 + 2)
    with pytest.raises(TooFewRows):
        fit_cost_regression(cost[:1], drivers[:1])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_no_number_is_named_by_row_and_column(bad):
    cost, drivers, _ = make_sample(11)
    spoiled = drivers.copy()
    spoiled.iloc[4, 1] = bad
    with pytest.raises(ValueError, match="第5行（4）的“b”"):
        fit_cost_regression(cost, spoiled)
    wrong = cost.copy()
    wrong.iloc[2] = bad
    for log in (True, False):
        with pytest.raises(ValueError, match="成本"):
            fit_cost_regression(wrong, drivers, log=log)


def test_magnitudes_do_not_matter():
    cost, drivers, _ = make_sample(12)
    plain = fit_cost_regression(cost, drivers)
    huge = fit_cost_regression(cost * 1e12, drivers * [1e-9, 1e11])
    close(huge.params[1:], plain.params[1:])
    close(huge.predict(drivers * [1e-9, 1e11]), plain.predict(drivers) * 1e12)
    flat = fit_cost_regression(cost, drivers, log=False, covariance="HC3")
    wide = fit_cost_regression(cost * 1e12, drivers * [1e-9, 1e11], log=False)
    np.testing.assert_allclose(wide.std_errors / [1e12, 1e21, 1e1], flat.std_errors, rtol=1e-8)


def test_data_no_panel_has_looked_at_are_told():
    cost, drivers, _ = make_sample(12)
    assert codes(fit_cost_regression(cost, drivers)) == set()
    wide = drivers.copy()
    wide.iloc[3, 0], wide.iloc[4, 0] = 1e12, 1e-3
    dear = cost.copy()
    dear.iloc[3] = 1e300
    formula = (1e3 * drivers["a"] ** 0.5 * drivers["b"] ** 0.5).round(2)
    quantile = partial(fit_quantile, tau=0.5, interval=None)
    for fit in (fit_cost_regression, partial(quantile, log=True)):
        for told, label in ((fit(cost, wide), "“a”"), (fit(dear, drivers), "“成本”")):
            (span,) = (one for one in told.findings if one.code == "costing.span")
            assert label in span.message
        assert "costing.perfect_fit" in codes(fit(formula, drivers))
    design = wide.assign(const=1.0)
    for fit in (
        quantile(cost, wide),
        fit_sfa(cost, design),
        fit_cost_regression(cost, wide, log=False, covariance="classical"),
    ):
        assert "costing.span" in codes(fit)


def test_a_dmu_has_a_year_once_however_the_rows_are_taken():
    cost, drivers, _ = make_sample(12)
    index = pd.MultiIndex.from_tuples([(i // 2, 0 if i < 2 else i % 2) for i in range(len(cost))])
    with pytest.raises(ValueError, match="重复的行"):
        fit_cost_regression(cost.set_axis(index), drivers.set_axis(index))


def test_a_target_far_outside_is_refused_rather_than_infinite():
    cost, drivers, _ = make_sample(13)
    fit = fit_cost_regression(cost, drivers.assign(share=np.linspace(0, 1, len(drivers))), levels=["share"])
    with pytest.raises(ValueError, match="样本之外"):
        fit.predict(pd.DataFrame({"a": [1.0], "b": [1.0], "share": [1e6 * np.sign(fit.params["share"])]}))


@pytest.mark.parametrize("option", [{"covariance": "HC1"}, {"panel": "between"}])
def test_an_unknown_option_names_those_there_are(option):
    cost, drivers, _ = make_sample(14)
    with pytest.raises(ValueError, match="不是可选项"):
        fit_cost_regression(cost, drivers, **option)


def test_a_level_lies_between_zero_and_one():
    cost, drivers, _ = make_sample(15)
    for level in (0.0, 1.0, 95.0):
        with pytest.raises(ValueError, match="置信水平"):
            fit_cost_regression(cost, drivers, level=level)
        with pytest.raises(ValueError, match="置信水平"):
            fit_cost_regression(cost, drivers).interval(drivers, level=level)
