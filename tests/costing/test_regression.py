import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from budgetperf.costing.design import regressors
from budgetperf.costing.errors import Collinear, TooFewRows
from budgetperf.costing.regression import Covariance, fit_driver_regression, fit_ols
from tests.costing.factories import make_sample


def close(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-9)


@pytest.mark.parametrize("covariance", list(Covariance))
def test_estimates_errors_and_intervals_are_those_of_statsmodels_on_the_raw_design(covariance):
    cost, drivers, groups = make_sample(1, shared=0.2)
    design = regressors(drivers)
    options = {
        Covariance.CLASSICAL: {},
        Covariance.HC3: {"cov_type": "HC3", "use_t": True},
        Covariance.CLUSTER: {
            "cov_type": "cluster",
            "cov_kwds": {"groups": pd.factorize(groups)[0]},
            "use_t": True,
        },
    }[covariance]
    theirs = sm.OLS(np.log(cost), design).fit(**options)
    ours = fit_ols(np.log(cost), design, covariance=covariance, groups=groups, level=0.9)
    close(ours.estimates, theirs.params)
    close(ours.covariance_matrix, theirs.cov_params())
    close(pd.concat([ours.lower, ours.upper], axis=1), theirs.conf_int(0.1))
    close([ours.r2, ours.residual_sd**2], [theirs.rsquared, theirs.mse_resid])
    assert list(ours.estimates.index) == ["const", "log(a)", "log(b)"]
    assert ours.n_clusters == (60 if covariance is Covariance.CLUSTER else None)
    assert ours.df == (59 if covariance is Covariance.CLUSTER else 117)


def test_without_a_constant_r2_is_uncentred():
    x = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]})
    y = pd.Series([10.0, 11.0, 12.0, 13.5])
    fit = fit_ols(y, x, covariance=Covariance.CLASSICAL)
    close(fit.r2, sm.OLS(y, x).fit().rsquared)


def test_known_elasticities_are_found():
    cost, drivers, groups = make_sample(2, n_clusters=500)
    fit = fit_driver_regression(cost, drivers, covariance=Covariance.CLUSTER, groups=groups)
    np.testing.assert_allclose(fit.elasticities, [0.7, 0.2], atol=4 * fit.ols.std_errors.iloc[1:].max())
    assert fit.ols.residual_sd == pytest.approx(0.2, rel=0.1)
    assert fit.smearing == pytest.approx(np.exp(0.02), rel=0.02)


def test_the_prediction_interval_is_the_classical_one_when_the_covariance_is():
    cost, drivers, _ = make_sample(3)
    fit = fit_driver_regression(cost, drivers, covariance=Covariance.CLASSICAL)
    target = pd.DataFrame({"a": [2.0, 30.0], "b": [1.0, 5.0]})
    ours = fit.predict(target, level=0.8)
    model = sm.OLS(np.log(cost), regressors(drivers)).fit().get_prediction(regressors(target))
    theirs = model.summary_frame(alpha=0.2)
    close(np.log(ours.lower), theirs["obs_ci_lower"])
    close(np.log(ours.upper), theirs["obs_ci_upper"])
    close(ours.point, np.exp(theirs["mean"]) * fit.smearing)


@pytest.mark.parametrize("shared", [0.0, 0.2])
def test_the_prediction_interval_covers_new_units_at_about_its_level(shared):
    hits = []
    for seed in range(150):
        cost, drivers, groups = make_sample(seed, n_clusters=40, shared=shared)
        new_cost, new_drivers, _ = make_sample(seed + 10_000, n_clusters=20, per_cluster=1, shared=shared)
        fit = fit_driver_regression(cost, drivers, covariance=Covariance.CLUSTER, groups=groups)
        interval = fit.predict(new_drivers, level=0.8)
        hits.extend((interval.lower <= new_cost) & (new_cost <= interval.upper))
    assert len(hits) == 3000
    assert 0.77 < np.mean(hits) < 0.83


def test_a_driver_may_enter_without_logarithm():
    cost, drivers, _ = make_sample(4)
    drivers["share"] = np.linspace(0, 1, len(drivers))
    fit = fit_driver_regression(cost * np.exp(0.5 * drivers["share"]), drivers, levels=["share"])
    assert fit.ols.estimates["share"] == pytest.approx(0.5, abs=4 * fit.ols.std_errors["share"])


def test_input_is_not_changed():
    cost, drivers, groups = make_sample(5)
    before = cost.copy(), drivers.copy()
    fit_driver_regression(cost, drivers, covariance=Covariance.CLUSTER, groups=groups)
    pd.testing.assert_series_equal(cost, before[0])
    pd.testing.assert_frame_equal(drivers, before[1])


def test_a_repeated_driver_is_refused_with_its_condition_number_and_names():
    cost, drivers, _ = make_sample(6)
    drivers["a_again"] = drivers["a"] ** 2
    with pytest.raises(Collinear, match=r"log\(a\).*log\(a_again\)") as caught:
        fit_driver_regression(cost, drivers)
    assert caught.value.condition_number > 1e12
    assert "log(b)" not in caught.value.columns


def test_three_coefficients_need_four_rows():
    cost, drivers, _ = make_sample(7)
    assert fit_driver_regression(cost[:4], drivers[:4], covariance=Covariance.CLASSICAL).ols.df == 1
    with pytest.raises(TooFewRows, match="现有3，至少需要4"):
        fit_driver_regression(cost[:3], drivers[:3], covariance=Covariance.CLASSICAL)


def test_three_coefficients_need_four_clusters():
    cost, drivers, groups = make_sample(8)
    options = {"covariance": Covariance.CLUSTER}
    assert fit_driver_regression(cost[:8], drivers[:8], groups=groups[:8], **options).ols.n_clusters == 4
    with pytest.raises(TooFewRows, match="单位数不足：现有3，至少需要4"):
        fit_driver_regression(cost[:6], drivers[:6], groups=groups[:6], **options)
    with pytest.raises(ValueError, match="groups"):
        fit_driver_regression(cost, drivers, **options)


@pytest.mark.parametrize("covariance", [Covariance.HC3, Covariance.CLUSTER])
def test_a_row_that_alone_decides_a_coefficient_has_no_robust_covariance(covariance):
    cost, drivers, groups = make_sample(9)
    drivers["mark"] = [1.0, 1.0] + [0.0] * (len(drivers) - 2)
    options = {"levels": ["mark"], "covariance": covariance, "groups": groups}
    assert fit_driver_regression(cost, drivers, **options).ols.n == len(cost)
    drivers.loc[1, "mark"] = 0.0
    with pytest.raises(TooFewRows, match="独自决定"):
        fit_driver_regression(cost, drivers, **options)


def test_a_cost_without_variation_has_nothing_to_explain():
    _, drivers, _ = make_sample(11)
    fit = fit_ols(pd.Series(0.0, index=drivers.index), regressors(drivers), covariance=Covariance.CLASSICAL)
    assert fit.r2 == 0


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan")])
def test_costs_and_logged_drivers_must_be_positive(bad):
    cost, drivers, _ = make_sample(10)
    spoiled = cost.copy()
    spoiled.iloc[3] = bad
    with pytest.raises(ValueError, match="成本"):
        fit_driver_regression(spoiled, drivers)
    drivers.loc[3, "a"] = bad
    with pytest.raises(ValueError, match="因素“a”"):
        fit_driver_regression(cost, drivers)
