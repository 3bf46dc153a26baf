import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

from budgetperf.costing import diagnostics
from budgetperf.costing.design import CONST, regressors
from budgetperf.costing.ols import Covariance, fit_ols
from tests.costing.factories import make_sample


def fitted(seed=1, **spoil):
    cost, drivers, _ = make_sample(seed)
    drivers.index = cost.index = pd.MultiIndex.from_tuples(
        [(f"D{i // 2:02}", 2023 + i % 2) for i in range(len(cost))], names=["dmu", "year"]
    )
    for row, factor in spoil.items():
        cost.iloc[int(row[1:])] *= factor
    design = regressors(drivers)
    return fit_ols(np.log(cost), design, covariance=Covariance.CLASSICAL), design, np.log(cost)


def test_inflation_and_influence_are_those_of_statsmodels():
    fit, design, y = fitted()
    theirs = [variance_inflation_factor(design.to_numpy(), i) for i in (1, 2)]
    np.testing.assert_allclose(diagnostics.variance_inflation(design), theirs)
    influence = OLSInfluence(sm.OLS(y, design).fit()).cooks_distance[0]
    np.testing.assert_allclose(diagnostics.cooks_distance(fit, design), influence)


def test_a_single_driver_is_never_inflated():
    _, design, _ = fitted()
    assert list(diagnostics.variance_inflation(design[[CONST, "log(a)"]])) == [1.0]


def test_a_spoiled_row_is_told_by_dmu_and_year_and_stays():
    fit, design, _ = fitted(r7=8)
    found = diagnostics.check_influence(fit, design)
    assert "/rows/D03/2024" in [f.where.pointer for f in found]
    assert fit.n == 120
    limit = diagnostics.cooks_distance(fit, design) > 4 / 120
    assert len(found) == limit.sum()
    for one in found:
        said, least = re.search(r"距离([\d.]+)＞([\d.]+)", one.message).groups()
        assert float(said) > float(least)


def test_collinear_drivers_are_told_with_their_inflation():
    fit, design, y = fitted()
    assert diagnostics.check_collinearity(fit, design) == ()
    rng = np.random.default_rng(99)
    design["log(c)"] = design["log(a)"] + rng.normal(0, 0.1, len(design))
    near = fit_ols(y, design, covariance=Covariance.CLASSICAL)
    (finding,) = diagnostics.check_collinearity(near, design)
    assert "log(a)（VIF" in finding.message
    assert "log(b)" not in finding.message


def test_even_variance_is_not_rejected_more_often_than_stated():
    rejected = [diagnostics.breusch_pagan(*fitted(seed)[:2]).rejects() for seed in range(200)]
    assert 0.01 < np.mean(rejected) < 0.10


def test_variance_that_grows_with_a_driver_is_told():
    fit, design, y = fitted()
    noisy = y + np.random.default_rng(2).normal(0, 1, len(y)) * (design["log(a)"] > 2)
    uneven = fit_ols(noisy, design, covariance=Covariance.CLASSICAL)
    test = diagnostics.breusch_pagan(uneven, design)
    assert test.rejects()
    assert test.distribution == "chi2(2)"
    assert diagnostics.check_heteroskedasticity(uneven, design)
    assert not diagnostics.check_heteroskedasticity(fit, design)


@pytest.mark.parametrize("columns", [["log(a)", "log(b)"], [CONST]])
def test_a_test_that_cannot_be_had_gives_its_reason(columns):
    _, design, y = fitted()
    part = design[columns]
    test = diagnostics.breusch_pagan(fit_ols(y, part, covariance=Covariance.CLASSICAL), part)
    assert (test.statistic, test.p_value, test.rejects()) == (None, None, False)
    assert test.reason


def test_a_perfect_fit_leaves_nothing_to_test():
    _, design, _ = fitted()
    fit = fit_ols(design.sum(axis=1), design, covariance=Covariance.CLASSICAL)
    assert "完全拟合" in diagnostics.breusch_pagan(fit, design).reason
