"""The method that asks what best practice would cost, from a stochastic frontier.

An adapter of ``frontier`` to the table of methods; it estimates nothing itself. Where it has no
answer for a target it gives NaN, and the baseline goes on without it.
"""

from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm

from budgetperf.costing.conditioning import about_fit
from budgetperf.costing.design import Prediction, array, log_cost, regressors
from budgetperf.costing.frontier import SfaResult, fit_sfa
from budgetperf.costing.frontier.design import FRONTIER, of_part
from budgetperf.costing.method import BaselineSpec, FittedMethod, estimates_table, fit_ratio, shown
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.rounding import figure
from budgetperf.costing.spread import Spread
from budgetperf.costing.words import MethodName
from budgetperf.provenance import plain

COST = "cost"


def stochastic_frontier(
    frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, _spread: Spread
) -> FittedMethod:
    """The cost frontier of log cost; its interval is that of the frontier, by the delta method."""
    design = regressors(frame[panel.codes], levels=panel.levels)
    fit = fit_sfa(log_cost(frame[COST]), design, kind="cost", distribution=spec.distribution)
    params = fit.part(FRONTIER)
    card = {
        "estimates": estimates_table(estimate=params, std_error=of_part(fit.std_errors, FRONTIER)),
        "distribution": fit.distribution.label,
        "n": fit.n,
        "sigma_u": shown(fit.sigma_u),
        "sigma_v": shown(fit.sigma_v),
        "log_likelihood": figure(fit.loglike),
        "mean_efficiency": shown(float(fit.efficiency["bc"].mean())),
        "interval": "前沿成本的区间（极大似然，delta法）" if _proven(fit) else "没有证实找到最优解，不给结果",
    }
    return FittedMethod(
        name=MethodName.SFA,
        predict=partial(_frontier_cost, fit, panel=panel, level=float(spec.level)),
        fit_ratio=fit_ratio(fit.fitted, fit.residuals),
        card=plain(card),
        findings=about_fit(fit.findings),
        center=lambda drivers: _frontier_cost(fit, drivers, panel=panel, level=float(spec.level)).point,
    )


def _frontier_cost(fit: SfaResult, drivers: pd.DataFrame, *, panel: PanelSpec, level: float) -> Prediction:
    """NaN where no inefficiency was found (a frontier without it is a mean), or nothing proves it the frontier."""
    design = regressors(drivers, levels=panel.levels)
    names = [(FRONTIER, name) for name in design.columns]
    z, spread = array(design), array(fit.covariance_matrix.loc[names, names])
    half = norm.ppf((1 + level) / 2) * np.sqrt(np.einsum("ij,jk,ik->i", z, spread, z))
    known = 0.0 if np.isfinite(fit.sigma_u) and fit.sigma_u > 0 and _proven(fit) else np.nan
    center = array(fit.predict(design)) + known
    point, lower, upper = (pd.Series(np.exp(center + s), index=drivers.index) for s in (0.0, -half, half))
    return Prediction(point, lower, upper, level)


def _proven(fit: SfaResult) -> bool:
    return all(finding.code != "costing.not_a_maximum" for finding in fit.findings)
