import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from budgetperf.costing.design import regressors
from budgetperf.costing.errors import TooFewRows
from budgetperf.costing.ols import Covariance, fit_ols
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


def test_a_cost_without_variation_has_nothing_to_explain():
    _, drivers, _ = make_sample(11)
    fit = fit_ols(pd.Series(0.0, index=drivers.index), regressors(drivers), covariance=Covariance.CLASSICAL)
    assert fit.r2 == 0


def test_a_cluster_covariance_needs_its_clusters():
    cost, drivers, _ = make_sample(8)
    with pytest.raises(ValueError, match="groups"):
        fit_ols(np.log(cost), regressors(drivers), covariance=Covariance.CLUSTER)
    with pytest.raises(TooFewRows, match="现有3，至少需要4"):
        fit_ols(np.log(cost[:3]), regressors(drivers[:3]), covariance=Covariance.CLASSICAL)
