"""StoNED's second stage: variances of known samples, and no figure where residuals show none."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.integrate import quad

from budgetperf.costing.convex import SecondStage, fit_stoned
from budgetperf.costing.convex.second_stage import conditional_mean, quasi_loglike, split, variances
from tests.costing.test_convex import codes, sample


def composed(n, sigma_u, sigma_v, seed=1):
    rng = np.random.default_rng(seed)
    e = rng.normal(0, sigma_v, n) - np.abs(rng.normal(0, sigma_u, n))
    return e - e.mean()


@pytest.mark.parametrize("method", list(SecondStage))
def test_variances_of_a_large_sample_are_found(method):
    found = split(composed(20_000, 0.4, 0.2), method, 1.0)
    assert found.failed == ""
    assert found.sigma_u == pytest.approx(0.4, rel=0.02)
    assert found.sigma_v == pytest.approx(0.2, rel=0.05)
    assert found.mean == pytest.approx(0.4 * np.sqrt(2 / np.pi), rel=0.02)


def test_quasi_likelihood_is_that_of_the_skew_normal():
    e = composed(50, 0.4, 0.2)
    sums = []
    for share in (0.2, 0.5, 0.8):
        sigma_u, sigma_v = variances(e, share)
        assert sigma_u**2 * (1 - 2 / np.pi) + sigma_v**2 == pytest.approx(e.var())
        total, mean = np.hypot(sigma_u, sigma_v), sigma_u * np.sqrt(2 / np.pi)
        density = stats.skewnorm(-sigma_u / sigma_v, loc=mean, scale=total)
        sums.append(density.logpdf(e).sum() - quasi_loglike(e, share))
    np.testing.assert_allclose(sums, sums[0])


def test_conditional_mean_is_the_integral():
    sigma_u, sigma_v = 0.3, 0.2
    for e in (-2.0, -0.1, 0.0, 0.4, 3.0):
        noise = e - sigma_u * np.sqrt(2 / np.pi)

        def weight(u, noise=noise):
            return np.exp(-((noise + u) ** 2) / (2 * sigma_v**2) - u**2 / (2 * sigma_u**2) + noise**2 / 0.26)

        peak = max(0.0, -noise * sigma_u**2 / (sigma_u**2 + sigma_v**2))
        ends = (0.0, peak + 2.0)
        expected = quad(lambda u, w=weight: u * w(u), *ends)[0] / quad(weight, *ends)[0]
        assert conditional_mean(np.array([e]), sigma_u, sigma_v)[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("method", list(SecondStage))
@pytest.mark.parametrize(
    ("e", "failed"),
    [
        (-composed(500, 0.4, 0.2), "wrong_skewness"),
        (composed(2000, 0.4, 1e-6), "no_noise"),
        (np.zeros(10), "no_residuals"),
        (1e-6 * composed(500, 0.4, 0.2), "no_residuals"),
    ],
)
def test_without_variances_there_is_a_reason_and_no_number(method, e, failed):
    found = split(e, method, 1.0)
    assert found.failed == failed
    assert np.isnan([found.sigma_u, found.sigma_v, found.mean]).all()


def test_a_skewness_that_is_but_rounding_lifts_no_quasi_likelihood():
    even = np.linspace(-1, 1, 100)
    even[0] -= 1e-6
    found = split(even, SecondStage.QUASI_LIKELIHOOD, 1.0)
    assert found.skewness < 0
    assert found.failed == "no_inefficiency"


def frontier_sample(kind, form, n=120):
    _, x = sample(n=n)
    sign = 1 if kind == "production" else -1
    power = 0.5 if kind == "production" else 1.2
    function = x.sum(axis=1) ** power
    e = sign * composed(n, 0.35, 0.15, seed=3)
    return (function * np.exp(e) if form == "multiplicative" else function + e), x, function


@pytest.mark.parametrize("form", ["additive", "multiplicative"])
@pytest.mark.parametrize("kind", ["production", "cost"])
@pytest.mark.parametrize("method", list(SecondStage))
def test_frontier_and_efficiency_follow_from_the_split(kind, form, method):
    y, x, _ = frontier_sample(kind, form)
    fit = fit_stoned(y, x, kind=kind, form=form, method=method)
    sign = 1 if kind == "production" else -1
    assert 0.15 < fit.sigma_u < 0.6
    e = fit.regression.residuals
    if form == "multiplicative":
        np.testing.assert_allclose(np.log(y / fit.frontier), e - sign * fit.mean_inefficiency)
        np.testing.assert_allclose(fit.efficiency, np.exp(-fit.inefficiency))
    else:
        np.testing.assert_allclose(y - fit.frontier, e - sign * fit.mean_inefficiency)
        actual = fit.frontier - sign * fit.inefficiency
        better, worse = (actual, fit.frontier) if kind == "production" else (fit.frontier, actual)
        np.testing.assert_allclose(fit.efficiency, better / worse)
    assert fit.efficiency.between(0, 1).all()
    assert (sign * e).corr(fit.inefficiency, method="spearman") == pytest.approx(-1)
    assert fit.efficiency.index.equals(y.index)


def test_an_additive_frontier_below_zero_has_no_efficiency():
    y, x, _ = frontier_sample("cost", "additive")
    fit = fit_stoned(y - 100, x, kind="cost", form="additive")
    assert (fit.frontier < 0).all()
    assert fit.inefficiency.notna().all()
    assert fit.efficiency.isna().all()


def test_wrong_skewness_is_an_error_and_every_figure_is_empty():
    y, x, _ = frontier_sample("production", "multiplicative")
    fit = fit_stoned(y, x, kind="cost")
    assert codes(fit) == ["wrong_skewness"]
    assert fit.findings[0].severity.value == "error"
    assert fit.frontier.isna().all()
    assert fit.efficiency.isna().all()
    assert fit.regression.fitted.notna().all()


def test_a_perfect_fit_is_never_split():
    y, x = sample()
    fit = fit_stoned(x @ [1.0, 2.0], x, form="additive", returns="crs")
    assert codes(fit) == ["perfect_fit", "no_residuals"]
    assert fit.frontier.isna().all()
    assert len(y) == len(fit.frontier)


def test_residuals_off_zero_under_additive_constant_returns_are_told():
    y, x, _ = frontier_sample("cost", "additive")
    fit = fit_stoned(1 / (1 + y), x, kind="cost", form="additive", returns="crs")
    assert "off_centre" in codes(fit)


def test_a_weak_skewness_is_told():
    _, x, function = frontier_sample("production", "multiplicative")
    fit = fit_stoned(function * np.exp(composed(120, 0.2, 0.2, seed=4)), x)
    assert fit.skewness < 0
    assert codes(fit) == ["weak_evidence"]
    assert pd.notna(fit.sigma_u)
