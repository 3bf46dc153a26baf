import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import truncnorm

from budgetperf.costing.errors import NotConverged
from budgetperf.costing.frontier.efficiency import (
    Posterior,
    efficiency_table,
    exponential_posterior,
    normal_posterior,
)
from budgetperf.costing.frontier.likelihood import (
    exponential,
    half_normal,
    mills,
    mills_excess,
    scaled_normal,
    truncated_normal,
)
from budgetperf.costing.frontier.optimum import FLAT, climb, differenced

DENSITIES = {half_normal: 3, exponential: 3, truncated_normal: 4, scaled_normal: 5}


@pytest.mark.parametrize(("density", "p"), DENSITIES.items(), ids=lambda x: getattr(x, "__name__", ""))
def test_first_and_second_derivatives_are_those_of_finite_differences(density, p):
    rng, step = np.random.default_rng(p), 1e-5
    at = [rng.normal(0, 0.8, 9) for _ in range(p)]
    here = density(*at)
    assert set(here.second) == {(i, j) for i in range(p) for j in range(i, p)}
    for i in range(p):
        above, below = ([v + sign * step * (j == i) for j, v in enumerate(at)] for sign in (1, -1))
        up, down = density(*above), density(*below)
        np.testing.assert_allclose(here.first[i], (up.value - down.value) / (2 * step), atol=1e-8)
        for j in range(p):
            slope = (up.first[j] - down.first[j]) / (2 * step)
            np.testing.assert_allclose(here.second[min(i, j), max(i, j)], slope, atol=1e-8)


@pytest.mark.parametrize(
    ("density", "predictors"),
    [
        (half_normal, (0.3, -0.4)),
        (exponential, (0.3, -0.4)),
        (truncated_normal, (0.7, 0.3, -0.4)),
        (truncated_normal, (-2.0, 0.3, -0.4)),
        (scaled_normal, (0.7, 0.3, 0.2, -0.4)),
    ],
)
def test_each_density_integrates_to_one_and_is_the_convolution_it_says(density, predictors):
    total, _ = quad(lambda e: np.exp(density(e, *predictors).value), -60, 15, limit=400)
    assert total == pytest.approx(1, abs=1e-8)


def test_the_truncated_density_is_that_of_noise_less_inefficiency():
    mu, su, sv, e = -0.4, 0.7, 0.5, -0.6
    u = truncnorm(-mu / su, np.inf, mu, su)
    noise = lambda x: np.exp(-(x**2) / (2 * sv**2)) / np.sqrt(2 * np.pi) / sv  # noqa: E731
    direct, _ = quad(lambda x: u.pdf(x) * noise(e + x), 0, 20)
    ours = truncated_normal(e, mu, 2 * np.log(su), 2 * np.log(sv)).value
    assert float(np.exp(ours)) == pytest.approx(direct, rel=1e-9)


def test_mills_ratios_hold_in_both_tails():
    far = np.array([-1e8, -1e4, -1001.0, -999.0])
    np.testing.assert_allclose(mills(far), -far, rtol=2e-6)
    np.testing.assert_allclose(mills_excess(far), -1 / far, rtol=1e-5)
    assert mills(40.0) == 0
    assert mills_excess(40.0) == 40


def test_efficiencies_are_the_moments_of_the_truncated_normal():
    centre, spread = np.array([-1.5, -0.1, 0.4, 3.0]), 0.6
    found = Posterior(centre, spread)
    for i, c in enumerate(centre):
        u = truncnorm(-c / spread, np.inf, c, spread)
        assert found.mean()[i] == pytest.approx(u.mean(), rel=1e-9)
        assert found.mean_exp()[i] == pytest.approx(u.expect(lambda x: np.exp(-x)), rel=1e-7)
        assert found.mean_exp(1.0)[i] == pytest.approx(u.expect(np.exp, ub=30), rel=1e-7)
        assert found.quantile(0.9)[i] == pytest.approx(u.ppf(0.9), rel=1e-9)
    np.testing.assert_array_equal(found.mode(), [0, 0, 0.4, 3.0])


def test_a_unit_far_above_the_frontier_is_as_good_as_efficient():
    found = Posterior(np.array([-1e3, -1e6]), 0.5)
    np.testing.assert_allclose(found.mean_exp(), 1 - found.mean(), atol=1e-6)
    np.testing.assert_allclose(found.mean(), 0.25 / np.array([1e3, 1e6]), rtol=1e-5)
    assert (found.quantile(0.975) < 2e-3).all()


@pytest.mark.parametrize("kind", ["half_normal", "exponential"])
def test_the_interval_covers_the_true_efficiency_at_its_level(kind):
    rng, n = np.random.default_rng(3), 40_000
    u = np.abs(rng.normal(0, 0.4, n)) if kind == "half_normal" else rng.exponential(0.4, n)
    e, lu, lv = rng.normal(0, 0.3, n) - u, 2 * np.log(0.4), 2 * np.log(0.3)
    found = normal_posterior(e, 0.0, lu, lv) if kind == "half_normal" else exponential_posterior(e, lu, lv)
    table = efficiency_table(found, range(n), 0.9)
    inside = (table["lower"] <= np.exp(-u)) & (np.exp(-u) <= table["upper"])
    assert inside.mean() == pytest.approx(0.9, abs=0.005)
    assert table["bc"].mean() == pytest.approx(np.exp(-u).mean(), abs=0.005)
    assert table["u"].mean() == pytest.approx(u.mean(), abs=0.005)


# ------------------------------------------------------------------ the climb


def bowl(at):
    return differenced(lambda x: (-float(x @ x) / 2, -x), at)


def test_a_climb_ends_at_the_top():
    found = climb(bowl, np.array([2.0, -7.0]), lambda _: "")
    np.testing.assert_allclose(found.at, 0, atol=1e-9)
    np.testing.assert_allclose(found.information, np.eye(2), atol=1e-6)
    assert found.ended == ""


def test_a_climb_that_rises_for_ever_is_told_where_it_is_and_never_a_maximum():
    def slope(at):
        return float(np.log(at[0])), 1 / at

    far = climb(lambda at: differenced(slope, at), np.ones(1), lambda at: "far" if at[0] > 50 else "")
    assert far.ended == "far"
    with pytest.raises(NotConverged, match="200步内未到达极大值"):
        climb(lambda at: differenced(slope, at), np.ones(1), lambda _: "")


def test_a_plain_is_no_maximum():
    def plain(at):
        return 1.0, np.full(1, 1e-5), np.zeros((1, 1))

    assert climb(plain, np.ones(1), lambda _: "").ended == FLAT


def test_derivatives_that_are_no_numbers_are_refused():
    with pytest.raises(NotConverged, match="不是有限数"):
        climb(lambda at: (0.0, at * np.nan, np.eye(1)), np.ones(1), lambda _: "")
