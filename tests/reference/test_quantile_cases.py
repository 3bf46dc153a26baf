"""Quantile regression against published data with published results (the case's ``expected.json``)."""

import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.quantile.interval import IntervalOptions
from tests.reference.test_costing_cases import CASES, case

SE = 1e-3  # "relative 1e-3" of the case, which the upper quartile and all kernels meet
NAMES = ["const", "income"]
STATA_KERNELS = {
    "biweight": "biw",
    "cosine": "cos",
    "epan2": "epa",
    "epanechnikov": "epa5",
    "gaussian": "gau",
    "parzen": "par",
    "rectangle": "rec",
    "triangle": "tri",
}


def engel(tau, **options):
    known = case("qr-engel-koenker")
    data = pd.read_csv(CASES / "qr-engel-koenker" / "data.csv")
    return known, fit_quantile(data["foodexp"], data[["income"]], tau=tau, **options)


def test_engel_food_expenditure_quantiles_are_exact():
    known, fits = engel((0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95))
    solutions = known["exact_lp_solution"]
    assert [f"{fit.tau:g}" for fit in fits.fits] == list(solutions)
    for fit, exact in zip(fits.fits, solutions.values(), strict=True):
        np.testing.assert_allclose(fit.params, [exact["const"], exact["income"]], rtol=1e-9)
        assert fit.check_loss == pytest.approx(exact["check_loss"], rel=1e-12)
        assert fit.gap < 1e-12


def test_the_median_of_engel_is_that_of_r():
    known, fit = engel(0.5, level=0.9)
    r = known["expected"]["tau_0.5"]
    np.testing.assert_allclose(fit.params, [r[name] for name in NAMES], rtol=1e-6)
    ours = np.column_stack([fit.lower, fit.upper])
    np.testing.assert_allclose(ours, [r["rank_inversion_ci"][name] for name in NAMES], atol=5.1e-6, rtol=0)


def test_standard_errors_without_identical_distributions_are_those_of_r():
    known, fit = engel(0.5, interval="kernel", options=IntervalOptions(density="difference"))
    errors = np.sqrt(np.diag(fit.uncertainty.covariance))
    r = known["expected"]["tau_0.5"]["nid_se"]
    np.testing.assert_allclose(errors, [r[name] for name in NAMES], atol=5.1e-6, rtol=0)


def test_the_upper_quartile_and_the_tenth_are_those_of_stata_and_r():
    known, upper = engel(0.75)
    stata = known["expected"]["tau_0.75_stata"]
    # Stata's printed intercept is itself 1.7e-6 from the exact optimum, which the test above meets.
    np.testing.assert_allclose(upper.params, [stata["const"], stata["income"]], rtol=2e-6)
    assert upper.pseudo_r2 == pytest.approx(stata["pseudo_r2"], abs=5e-5)
    assert 2 * upper.check_loss == pytest.approx(stata["sum_adev"], rel=1e-6)  # Stata doubles the loss
    _, tenth = engel(0.1)
    np.testing.assert_allclose(tenth.fitted, known["expected"]["tau_0.1_R_fitted"], rtol=1e-6)
    np.testing.assert_allclose(tenth.residuals, known["expected"]["tau_0.1_R_residuals"], atol=1e-3)


@pytest.mark.parametrize("kernel", STATA_KERNELS)
@pytest.mark.parametrize("rule", ["bofinger", "chamberlain", "hsheather"])
def test_kernel_standard_errors_are_those_of_stata(kernel, rule):
    known, fit = engel(
        0.5,
        interval="kernel",
        options=IntervalOptions(kernel=STATA_KERNELS[kernel], bandwidth=rule, density="iid"),
    )
    stata = known["expected"]["stata_tables_all"][f"{kernel}_{rule}"]
    errors = np.sqrt(np.diag(fit.uncertainty.covariance))
    columns = stata["table_cols"]
    want = [[stata[name][columns.index(c)] for name in NAMES] for c in ("coef", "se", "lo", "hi")]
    np.testing.assert_allclose(fit.params, want[0], rtol=2e-6)
    np.testing.assert_allclose(errors, want[1], rtol=SE)
    np.testing.assert_allclose([fit.lower, fit.upper], want[2:], rtol=SE)
    assert fit.pseudo_r2 == pytest.approx(stata["pseudo_r2"], abs=5e-5)


def test_kernel_standard_errors_of_the_upper_quartile_are_those_of_stata():
    known, fit = engel(0.75, interval="kernel", options=IntervalOptions(density="iid"))
    stata = known["expected"]["tau_0.75_stata"]["se"]
    errors = np.sqrt(np.diag(fit.uncertainty.covariance))
    np.testing.assert_allclose(errors, [stata[name] for name in NAMES], rtol=SE)
