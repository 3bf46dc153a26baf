import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import linprog
from scipy.stats import norm

from budgetperf.costing.design import regressors
from budgetperf.costing.errors import Collinear, TooFewRows
from budgetperf.costing.quantile import check, fit_quantile, fit_quantile_baseline
from tests.costing.factories import make_sample


def primal_optimum(y, x, tau):
    """The textbook primal programme, solved without our code."""
    n, k = x.shape
    costs = np.r_[np.zeros(k), np.full(n, tau), np.full(n, 1 - tau)]
    split = np.hstack([x, np.eye(n), -np.eye(n)])
    return linprog(costs, A_eq=split, b_eq=y, bounds=[(None, None)] * k + [(0, None)] * (2 * n)).fun


@pytest.mark.parametrize("tau", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_no_estimate_has_a_smaller_check_loss(tau):
    cost, drivers, _ = make_sample(1)
    y, design = np.log(cost), regressors(drivers)
    fit = fit_quantile(y, design, tau=tau)
    assert fit.check_loss == pytest.approx(primal_optimum(y.to_numpy(), design.to_numpy(), tau), rel=1e-9)
    assert fit.gap < 1e-9
    assert (fit.residuals.abs() < 1e-9).sum() >= 3
    below, through = (fit.residuals < -1e-9).mean(), (fit.residuals.abs() < 1e-9).mean()
    assert below <= tau <= below + through


def test_statsmodels_comes_near_and_never_beats_it():
    cost, drivers, _ = make_sample(2)
    y, design = np.log(cost), regressors(drivers)
    ours = fit_quantile(y, design, tau=0.7)
    theirs = sm.QuantReg(y, design).fit(q=0.7)
    np.testing.assert_allclose(ours.estimates, theirs.params, atol=1e-3)
    assert ours.check_loss <= check(theirs.resid.to_numpy(), 0.7).sum() + 1e-12
    assert ours.pseudo_r2 == pytest.approx(theirs.prsquared, abs=0.01)


def test_a_change_of_units_changes_the_estimates_as_it_should():
    cost, drivers, _ = make_sample(3)
    design = regressors(drivers)
    base = fit_quantile(np.log(cost), design, tau=0.4).estimates
    scaled = fit_quantile(1e7 * np.log(cost), design * [1.0, 1e-4, 1e5], tau=0.4).estimates
    np.testing.assert_allclose(scaled / [1e7, 1e11, 1e2], base, rtol=1e-8)


def test_an_exact_relation_has_no_loss():
    _, drivers, _ = make_sample(4)
    design = regressors(drivers)
    fit = fit_quantile(design.sum(axis=1), design, tau=0.3)
    np.testing.assert_allclose(fit.estimates, 1.0, rtol=1e-9)
    assert fit.check_loss == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("tau", [0.0, 1.0])
def test_tau_lies_strictly_between_zero_and_one(tau):
    cost, drivers, _ = make_sample(5)
    with pytest.raises(ValueError, match="分位点"):
        fit_quantile(cost, drivers, tau=tau)


def baseline(seed=1, *, draws=1, sample=5, **size):
    cost, drivers, groups = make_sample(sample, **size)
    return fit_quantile_baseline(
        cost, drivers, tau=0.6, groups=groups, rng=np.random.default_rng(seed), n_draws=draws
    )


def test_the_same_seed_gives_the_same_draws_and_another_others():
    first, again, other = baseline(1, draws=5), baseline(1, draws=5), baseline(2, draws=5)
    pd.testing.assert_frame_equal(first.draws, again.draws)
    assert not np.allclose(first.draws, other.draws)
    pd.testing.assert_series_equal(first.quantile.estimates, other.quantile.estimates)


def test_each_draw_is_the_exact_fit_of_its_resampled_clusters():
    cost, drivers, groups = make_sample(6, n_clusters=30)
    found = fit_quantile_baseline(
        cost, drivers, tau=0.6, groups=groups, rng=np.random.default_rng(9), n_draws=4
    )
    counts = np.random.default_rng(9).multinomial(30, np.full(30, 1 / 30), size=4)
    for draw, weights in zip(found.draws.to_numpy(), counts, strict=True):
        times = weights[pd.factorize(groups)[0]]
        y, x = (
            np.repeat(np.log(cost).to_numpy(), times),
            np.repeat(regressors(drivers).to_numpy(), times, axis=0),
        )
        assert check(y - x @ draw, 0.6).sum() == pytest.approx(primal_optimum(y, x, 0.6), rel=1e-9)


def test_the_bootstrap_interval_covers_the_true_quantile_at_about_its_level():
    target, hits = pd.DataFrame({"a": [5.0, 20.0], "b": [2.0, 4.0]}), []
    truth = np.exp(3 + 0.7 * np.log(target["a"]) + 0.2 * np.log(target["b"]) + 0.2 * norm.ppf(0.6))
    for sample in range(100):
        interval = baseline(draws=100, sample=sample, n_clusters=50).predict(target, level=0.8)
        hits.extend((interval.lower <= truth) & (truth <= interval.upper))
    assert 0.72 < np.mean(hits) < 0.88


def test_the_interval_holds_its_point_and_widens_with_its_level():
    found = baseline(draws=200)
    target = pd.DataFrame({"a": [5.0], "b": [2.0]})
    narrow, wide = found.predict(target, level=0.5), found.predict(target, level=0.95)
    assert wide.lower[0] < narrow.lower[0] <= narrow.point[0] <= narrow.upper[0] < wide.upper[0]


def test_three_coefficients_need_four_clusters():
    assert baseline(n_clusters=4).n_clusters == 4
    with pytest.raises(TooFewRows, match="现有3，至少需要4"):
        baseline(n_clusters=3)


def test_a_repeated_driver_is_refused():
    cost, drivers, groups = make_sample(7)
    drivers["again"] = drivers["a"] * 3
    with pytest.raises(Collinear):
        fit_quantile_baseline(cost, drivers, tau=0.5, groups=groups, rng=np.random.default_rng(1), n_draws=1)
