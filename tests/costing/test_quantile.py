import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import linprog
from scipy.stats import norm

from budgetperf.costing.design import regressors
from budgetperf.costing.errors import Collinear, NotConverged, PerfectFit, TooFewRows
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.quantile.interval import IntervalOptions
from budgetperf.costing.quantile.program import check
from tests.costing.factories import make_sample

TAUS = (0.05, 0.25, 0.5, 0.75, 0.95)


def codes(found):
    return {finding.code for finding in found.findings}


def primal_optimum(y, x, tau):
    """The textbook primal programme, solved without our code."""
    n, k = x.shape
    costs = np.r_[np.zeros(k), np.full(n, tau), np.full(n, 1 - tau)]
    split = np.hstack([x, np.eye(n), -np.eye(n)])
    return linprog(costs, A_eq=split, b_eq=y, bounds=[(None, None)] * k + [(0, None)] * (2 * n)).fun


def assert_proved(fit, design):
    """The dual is feasible, complementary and as large as the loss; the fit goes through its vertex."""
    scores, x = fit.rank_scores.to_numpy(), design.to_numpy()
    assert ((scores > -1e-7) & (scores < 1 + 1e-7)).all()
    np.testing.assert_allclose(x.T @ (scores - 1 + fit.tau), 0, atol=1e-7 * np.abs(x).sum())
    residuals = fit.residuals.to_numpy()
    away = np.abs(residuals) > 1e-8
    np.testing.assert_allclose(scores[away], residuals[away] > 0, atol=1e-12)
    assert len(fit.vertex) == x.shape[1] == np.linalg.matrix_rank(design.loc[fit.vertex])
    assert (fit.residuals[fit.vertex] == 0).all()
    assert fit.gap < 1e-9


# ------------------------------------------------------------------ the optimum


@pytest.mark.parametrize("tau", TAUS)
def test_no_estimate_has_a_smaller_check_loss(tau):
    cost, drivers, _ = make_sample(1)
    y, design = np.log(cost), regressors(drivers)
    fit = fit_quantile(cost, drivers, tau=tau, log=True, interval=None)
    assert fit.check_loss == pytest.approx(primal_optimum(y.to_numpy(), design.to_numpy(), tau), rel=1e-9)
    assert_proved(fit, design)
    below, through = (fit.residuals < -1e-9).mean(), (fit.residuals.abs() < 1e-9).mean()
    assert below <= tau <= below + through


@pytest.mark.parametrize("tau", [0.05, 0.5, 0.9])
def test_a_large_sample_is_solved_on_its_near_rows_to_the_same_vertex(tau, monkeypatch):
    rng = np.random.default_rng(2)
    drivers = pd.DataFrame(rng.normal(size=(9000, 4)), columns=list("abcd"))
    cost = 1 + drivers.sum(axis=1) + (1 + 0.3 * drivers["a"].abs()) * rng.standard_t(3, 9000)
    near = fit_quantile(cost, drivers, tau=tau, interval=None)
    assert_proved(near, regressors(drivers, levels=list("abcd")))
    monkeypatch.setattr("budgetperf.costing.quantile.program.DIRECT", 10_000)
    whole = fit_quantile(cost, drivers, tau=tau, interval=None)
    assert set(near.vertex) == set(whole.vertex)
    np.testing.assert_allclose(near.params, whole.params, rtol=1e-9)


@pytest.mark.parametrize("spread", [1e-3, 1e6])
def test_near_rows_that_were_guessed_wrong_are_found(spread):
    """Half of the rows lie far away in one driver, so that the sample's quantile misleads there."""
    rng = np.random.default_rng(3)
    a = np.where(np.arange(8000) % 2 == 0, rng.normal(size=8000), spread * (1 + rng.random(8000)))
    drivers = pd.DataFrame({"a": a, "b": rng.integers(0, 3, 8000).astype(float)})
    cost = pd.Series(np.round(drivers["b"] + rng.standard_cauchy(8000) * (1 + np.abs(a) / spread), 1))
    assert_proved(fit_quantile(cost, drivers, tau=0.3, interval=None), regressors(drivers, levels=["a", "b"]))


def test_statsmodels_comes_near_and_never_beats_it():
    cost, drivers, _ = make_sample(2)
    ours = fit_quantile(cost, drivers, tau=0.7, log=True)
    theirs = sm.QuantReg(np.log(cost), regressors(drivers)).fit(q=0.7)
    np.testing.assert_allclose(ours.params, theirs.params, atol=1e-3)
    assert ours.check_loss <= check(theirs.resid.to_numpy(), 0.7).sum() + 1e-12
    assert ours.pseudo_r2 == pytest.approx(theirs.prsquared, abs=0.01)


def test_a_change_of_units_changes_the_estimates_as_it_should():
    cost, drivers, _ = make_sample(3)
    for interval in ("rank", "kernel"):
        base = fit_quantile(cost, drivers, tau=0.4, interval=interval)
        scaled = fit_quantile(1e12 * cost, drivers * [1e-3, 1e9], tau=0.4, interval=interval)
        for name in ("params", "lower", "upper"):
            ours, theirs = getattr(scaled, name), getattr(base, name)
            np.testing.assert_allclose(ours / [1e12, 1e15, 1e3], theirs, rtol=1e-7)


def test_one_absurd_cost_or_driver_leaves_the_rest_exact():
    cost, drivers, _ = make_sample(15)
    base = fit_quantile(cost, drivers, tau=0.5)
    top = base.residuals.idxmax()
    far = fit_quantile(cost.where(cost.index != top, 1e12), drivers, tau=0.5)
    np.testing.assert_allclose(far.params, base.params, rtol=1e-9)
    np.testing.assert_allclose([far.lower, far.upper], [base.lower, base.upper], rtol=1e-7)
    drivers.loc[7, "a"] = 1e12
    fit, design = fit_quantile(cost, drivers, tau=0.5, interval=None), regressors(drivers, levels=["a", "b"])
    scaled = (design / design.max()).to_numpy()
    assert fit.check_loss == pytest.approx(primal_optimum(cost.to_numpy(), scaled, 0.5), rel=1e-8)


def test_many_equal_rows_and_equal_costs_keep_the_optimum():
    rng = np.random.default_rng(4)
    drivers = pd.DataFrame({"a": rng.integers(0, 3, 200).astype(float), "b": rng.integers(0, 2, 200) * 1.0})
    cost = pd.Series(rng.integers(0, 4, 200).astype(float))
    design = regressors(drivers, levels=["a", "b"]).to_numpy()
    for tau in TAUS:
        fit = fit_quantile(cost, drivers, tau=tau)
        assert fit.check_loss == pytest.approx(primal_optimum(cost.to_numpy(), design, tau), rel=1e-9)
        assert ((fit.lower <= fit.params) & (fit.params <= fit.upper)).all()


def test_an_optimum_that_is_not_unique_is_told():
    cost, drivers = pd.Series([1.0, 2.0, 3.0, 4.0]), pd.DataFrame({"a": [0.0, 0.0, 1.0, 1.0]})
    assert "costing.not_unique" in codes(fit_quantile(cost, drivers, tau=0.5, interval=None))
    odd = fit_quantile(pd.Series(np.arange(6.0) ** 2), pd.DataFrame({"a": [0.0] * 3 + [1.0] * 3}), tau=0.5)
    assert "costing.not_unique" not in codes(odd)
    np.testing.assert_array_equal(odd.params, [1.0, 15.0])


def test_an_exact_relation_has_no_loss_and_is_told():
    _, drivers, _ = make_sample(4)
    cost = 1 + drivers.sum(axis=1)
    for interval in ("rank", "bootstrap"):
        fit = fit_quantile(cost, drivers, tau=0.3, interval=interval, options=IntervalOptions(n_draws=5))
        np.testing.assert_allclose(fit.params, 1.0, rtol=1e-9)
        assert fit.check_loss == pytest.approx(0, abs=1e-9)
        assert "costing.perfect_fit" in codes(fit)
    with pytest.raises(NotConverged, match="没有密度"):
        fit_quantile(cost, drivers, tau=0.3, interval="kernel")


# ------------------------------------------------------------------ intervals


def rank_statistic(sample, tau, value):
    """The rank score statistic of log(a) = value, by the definition: the dual without that column."""
    cost, drivers, _ = make_sample(sample, n_clusters=25)
    y, x = np.log(cost).to_numpy(), regressors(drivers)
    column, rest = x["log(a)"].to_numpy(), x.drop(columns="log(a)").to_numpy()
    target = (1 - tau) * rest.sum(axis=0)
    dual = linprog(-(y - value * column), A_eq=rest.T, b_eq=target, bounds=(0, 1)).x
    left = column - rest @ np.linalg.lstsq(rest, column, rcond=None)[0]
    return abs(left @ (dual - 1 + tau)) / np.sqrt(tau * (1 - tau) * left @ left)


@pytest.mark.parametrize("tau", [0.3, 0.5])
def test_a_rank_interval_holds_what_the_rank_test_keeps(tau):
    cost, drivers, _ = make_sample(5, n_clusters=25)
    fit = fit_quantile(cost, drivers, tau=tau, log=True, level=0.9)
    z = norm.ppf(0.95) * 1.02  # t(47) is 2 % wider
    low, point, high = fit.lower["log(a)"], fit.params["log(a)"], fit.upper["log(a)"]
    width = high - low
    for inside in (point, low + 0.15 * width, high - 0.15 * width):
        assert rank_statistic(5, tau, inside) < z
    for outside in (low - 0.3 * width, high + 0.3 * width):
        assert rank_statistic(5, tau, outside) > z


def test_a_large_sample_has_the_rank_interval_of_its_whole(monkeypatch):
    rng = np.random.default_rng(6)
    drivers = pd.DataFrame({"a": rng.normal(size=4000), "b": rng.normal(size=4000)})
    cost = 1 + drivers["a"] + rng.standard_t(4, 4000)
    near = fit_quantile(cost, drivers, tau=0.4)
    monkeypatch.setattr("budgetperf.costing.quantile.program.DIRECT", 5000)
    whole = fit_quantile(cost, drivers, tau=0.4)
    np.testing.assert_allclose(near.lower, whole.lower, rtol=1e-7)
    np.testing.assert_allclose(near.upper, whole.upper, rtol=1e-7)


@pytest.mark.parametrize("interval", ["rank", "kernel", "bootstrap"])
def test_intervals_cover_the_true_quantile_at_about_their_level(interval):
    hits, prices = [], []
    target = pd.DataFrame({"a": [5.0, 20.0], "b": [2.0, 4.0]})
    truth = np.exp(3 + 0.7 * np.log(target["a"]) + 0.2 * np.log(target["b"]) + 0.2 * norm.ppf(0.6))
    for sample in range(50):
        cost, drivers, groups = make_sample(sample, n_clusters=50)
        options = IntervalOptions(n_draws=100, seed=1)
        fit = fit_quantile(
            cost, drivers, tau=0.6, log=True, interval=interval, groups=groups, level=0.8, options=options
        )
        prices.append(fit.lower["log(a)"] <= 0.7 <= fit.upper["log(a)"])
        found = fit.interval(target, level=0.8)
        hits.extend((found.lower <= truth) & (truth <= found.upper))
    assert 0.70 < np.mean(hits) < 0.90
    assert 0.68 < np.mean(prices) < 0.92


@pytest.mark.parametrize("density", ["powell", "difference", "iid"])
def test_kernel_errors_are_near_the_asymptotic_ones(density):
    rng = np.random.default_rng(7)
    drivers = pd.DataFrame({"a": rng.normal(size=20_000)})
    cost = 1 + drivers["a"] + rng.normal(0, 2, 20_000)
    fit = fit_quantile(cost, drivers, tau=0.5, interval="kernel", options=IntervalOptions(density=density))
    truth = np.sqrt(np.pi / 2) * 2 / np.sqrt(20_000)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.uncertainty.covariance)), truth, rtol=0.12)


def boot(seed=1, *, draws=2, sample=5, **size):
    cost, drivers, groups = make_sample(sample, **size)
    options = IntervalOptions(seed=seed, n_draws=draws)
    return fit_quantile(
        cost, drivers, tau=0.6, log=True, groups=groups, interval="bootstrap", options=options
    )


def test_the_same_seed_gives_the_same_draws_and_another_others():
    first, again, other = boot(1, draws=5), boot(1, draws=5), boot(2, draws=5)
    pd.testing.assert_frame_equal(first.uncertainty.draws, again.uncertainty.draws)
    assert not np.allclose(first.uncertainty.draws, other.uncertainty.draws)
    pd.testing.assert_series_equal(first.params, other.params)


def test_each_draw_is_the_exact_fit_of_its_resampled_clusters():
    cost, drivers, groups = make_sample(6, n_clusters=30)
    found = boot(9, draws=4, sample=6, n_clusters=30)
    counts = np.random.default_rng(9).multinomial(30, np.full(30, 1 / 30), size=4)
    for draw, weights in zip(found.uncertainty.draws.to_numpy(), counts, strict=True):
        times = weights[pd.factorize(groups)[0]]
        y, x = (
            np.repeat(np.log(cost).to_numpy(), times),
            np.repeat(regressors(drivers).to_numpy(), times, axis=0),
        )
        assert check(y - x @ draw, 0.6).sum() == pytest.approx(primal_optimum(y, x, 0.6), rel=1e-9)


@pytest.mark.parametrize("interval", ["rank", "kernel", "bootstrap"])
def test_the_interval_holds_its_point_and_widens_with_its_level(interval):
    cost, drivers, _ = make_sample(5)
    found = fit_quantile(cost, drivers, tau=0.6, log=True, interval=interval)
    target = pd.DataFrame({"a": [5.0], "b": [2.0]})
    narrow, wide = found.interval(target, level=0.5), found.interval(target, level=0.95)
    assert wide.lower[0] < narrow.lower[0] <= narrow.point[0] <= narrow.upper[0] < wide.upper[0]
    assert found.predict(target)[0] == narrow.point[0]


def test_three_coefficients_need_four_clusters():
    assert boot(n_clusters=4).uncertainty.n_clusters == 4
    with pytest.raises(TooFewRows, match="现有3，至少需要4"):
        boot(n_clusters=3)


def test_a_tail_of_few_rows_has_open_intervals_and_says_so():
    cost, drivers, _ = make_sample(7, n_clusters=10)
    fit = fit_quantile(cost, drivers, tau=0.02, log=True)
    assert {"costing.thin_tail", "costing.unbounded_interval"} <= codes(fit)
    assert np.isinf(fit.lower).any()
    assert codes(fit_quantile(cost, drivers, tau=0.02, interval=None)) >= {"costing.thin_tail"}


# ------------------------------------------------------------------ several quantiles


def crossing_sample(n=60):
    rng = np.random.default_rng(8)
    drivers = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    return drivers["a"] + rng.standard_t(2, n), drivers


MANY = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def test_quantiles_that_cross_are_held_apart_at_the_least_loss():
    cost, drivers = crossing_sample()
    separate = [fit_quantile(cost, drivers, tau=tau, interval=None) for tau in MANY]
    apart = np.diff(np.column_stack([fit.fitted for fit in separate]), axis=1)
    assert apart.min() < -0.01
    together = fit_quantile(cost, drivers, tau=MANY)
    assert "costing.crossing" in codes(together)
    assert np.diff(together.predict(drivers), axis=1).min() > -1e-8
    loss = sum(fit.check_loss for fit in together.fits)
    assert sum(fit.check_loss for fit in separate) < loss
    assert loss == pytest.approx(joint_optimum(cost, drivers), rel=1e-8)
    for fit in together.fits:
        assert ((fit.lower <= fit.params) & (fit.params <= fit.upper)).all()
    assert list(together.params.columns) == list(MANY)


def joint_optimum(cost, drivers):
    """The whole programme with every constraint at once, solved without our code."""
    x, y = regressors(drivers, levels=list(drivers.columns)).to_numpy(), cost.to_numpy()
    n, k = x.shape
    m = len(MANY)
    costs = np.r_[np.zeros(k * m), *[np.r_[np.full(n, t), np.full(n, 1 - t)] for t in MANY]]
    equal = np.hstack([np.kron(np.eye(m), x), np.kron(np.eye(m), np.hstack([np.eye(n), -np.eye(n)]))])
    order = np.kron(np.eye(m)[:-1] - np.eye(m)[1:], x)
    order = np.hstack([order, np.zeros((n * (m - 1), 2 * n * m))])
    bounds = [(None, None)] * (k * m) + [(0, None)] * (2 * n * m)
    return linprog(
        costs, A_ub=order, b_ub=np.zeros(len(order)), A_eq=equal, b_eq=np.tile(y, m), bounds=bounds
    ).fun


def test_large_samples_are_held_apart_too(monkeypatch):
    cost, drivers = crossing_sample(400)
    whole = fit_quantile(cost, drivers, tau=np.linspace(0.02, 0.98, 25).tolist(), interval=None)
    monkeypatch.setattr("budgetperf.costing.quantile.crossing.DIRECT", 100)
    near = fit_quantile(cost, drivers, tau=np.linspace(0.02, 0.98, 25).tolist(), interval=None)
    assert "costing.crossing" in codes(near)
    ours, theirs = (sum(fit.check_loss for fit in found.fits) for found in (near, whole))
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_quantiles_that_do_not_cross_are_left_as_they_are():
    cost, drivers, _ = make_sample(9)
    together = fit_quantile(cost, drivers, tau=[0.75, 0.25], log=True, interval=None)
    alone = fit_quantile(cost, drivers, tau=0.25, log=True, interval=None)
    pd.testing.assert_series_equal(together.fits[0].params, alone.params)
    assert "costing.crossing" not in codes(together)


# ------------------------------------------------------------------ bad data


@pytest.mark.parametrize("tau", [0.0, 1.0, float("nan"), [], [0.5, 0.5], [0.2, 1.2]])
def test_tau_lies_strictly_between_zero_and_one(tau):
    cost, drivers, _ = make_sample(5)
    with pytest.raises(ValueError, match="分位点"):
        fit_quantile(cost, drivers, tau=tau)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_value_that_is_no_number_is_named(bad):
    cost, drivers, _ = make_sample(6)
    spoiled = drivers.copy()
    spoiled.iloc[4, 1] = bad
    with pytest.raises(ValueError, match="第5行（4）的“b”"):
        fit_quantile(cost, spoiled, tau=0.5)
    wrong = cost.copy()
    wrong.iloc[2] = bad
    with pytest.raises(ValueError, match="第3行（2）的“成本”"):
        fit_quantile(wrong, drivers, tau=0.5)
    with pytest.raises(ValueError, match="不一致"):
        fit_quantile(cost[:-1], drivers, tau=0.5)


def test_draws_of_a_formula_rounded_to_the_fen_end_by_name():
    x = pd.DataFrame(np.exp(np.random.default_rng(0).normal(2, 0.5, (60, 2))), columns=["a", "b"])
    cost = (1e3 * x["a"] ** 0.5 * x["b"] ** 0.5).round(2)
    try:
        told = codes(fit_quantile(cost, x, tau=0.5, interval="bootstrap", log=True))
    except PerfectFit:
        return
    assert "costing.perfect_fit" in told


def test_repeated_and_constant_drivers_and_single_rows_are_refused():
    cost, drivers, groups = make_sample(7)
    for spoiled in (drivers.assign(again=drivers["a"] * 3), drivers.assign(b=2.0)):
        with pytest.raises(Collinear):
            fit_quantile(cost, spoiled, tau=0.5)
    with pytest.raises(TooFewRows):
        fit_quantile(cost[:1], drivers[:1], tau=0.5)
    with pytest.raises(ValueError, match="groups的行标签与数据不一致"):
        fit_quantile(cost, drivers, tau=0.5, interval="bootstrap", groups=groups[:3])
    with pytest.raises(ValueError, match="不是可选项"):
        fit_quantile(cost, drivers, tau=0.5, interval="wald")


def test_without_an_interval_none_is_given():
    cost, drivers, _ = make_sample(8)
    fit = fit_quantile(cost, drivers, tau=0.5, interval=None)
    assert fit.lower.isna().all()
    with pytest.raises(ValueError, match="interval=None"):
        fit.interval(drivers)
    with pytest.raises(ValueError, match="置信水平"):
        fit_quantile(cost, drivers, tau=0.5).interval(drivers, level=1.0)
