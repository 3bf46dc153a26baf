"""The method that asks what best practice would cost, from a convex regression with noise (StoNED).

An adapter of ``convex`` to the table of methods; it estimates nothing itself. Its interval is a
parametric bootstrap: one convex regression a draw, which may be spread.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm

from budgetperf.costing.convex import StonedResult, fit_stoned
from budgetperf.costing.design import CONST, Array, Floats, Prediction, array, log_cost, regressors
from budgetperf.costing.errors import NotConverged
from budgetperf.costing.method import BaselineSpec, FittedMethod, estimates_table, fit_ratio, shown
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.rounding import figure
from budgetperf.costing.spread import Spread, pieces
from budgetperf.costing.words import MethodName
from budgetperf.provenance import plain

COST = "cost"
MOST_LOST = 0.05  # of the draws, before no interval is claimed


def convex_frontier(
    frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, spread: Spread
) -> FittedMethod:
    """The convex cost function moved to best practice; work shapes it, the other drivers shift it."""
    made = ConvexFrontier(frame, panel, spec, spread)
    fit = made.fitted
    regression = fit.regression
    card = {
        "estimates": estimates_table(estimate=regression.effects),
        "returns": regression.returns.label,
        "outputs": [driver.label for driver in panel.work],
        "n": len(frame),
        "n_draws": spec.n_draws,
        "sigma_u": shown(fit.sigma_u),
        "sigma_v": shown(fit.sigma_v),
        "sum_of_squares": figure(regression.objective),
        "mean_efficiency": shown(float(fit.efficiency.mean())),
        "interval": "前沿成本的区间（参数自助法，每次重新拟合凸回归，取其标准差）",
    }
    return FittedMethod(
        name=MethodName.STONED,
        predict=made.predict,
        fit_ratio=fit_ratio(log_cost(regression.fitted), regression.residuals),
        card=plain(card),
        findings=fit.findings,
        center=made.center,
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """What every draw shares: the drivers of the rows and of the targets, as a convex regression takes them.

    Parameters
    ----------
    work, context : DataFrame (n, k), (n, m)
    target_work, target_context : DataFrame (n_targets, k), (n_targets, m)
    returns : str
    """

    work: pd.DataFrame
    context: pd.DataFrame
    target_work: pd.DataFrame
    target_context: pd.DataFrame
    returns: str

    def fit(self, cost: Array) -> StonedResult:
        """Fit cost (n,) on the rows."""
        return fit_stoned(
            pd.Series(cost, index=self.work.index), self.work, kind="cost", returns=self.returns,
            contextual=self.context,
        )  # fmt: skip

    def log_frontier(self, fit: StonedResult) -> Array:
        """Return the log of best practice (n_targets,); of ordinary practice where a fit shows no inefficiency."""
        regression = fit.regression
        level = np.log(array(regression.predict(self.target_work)))
        shift = (array(self.target_context) - array(regression.reference)) @ array(regression.effects)
        return np.asarray(level + shift - np.nan_to_num(fit.mean_inefficiency))


def refit(sample: Sample, costs: Array) -> Array:
    """Return the log frontiers (n_draws, n_targets) of draws (n_draws, n); NaN of a draw without an optimum."""
    return np.array([_refit(sample, cost) for cost in costs])


def _refit(sample: Sample, cost: Array) -> Array:
    try:
        return sample.log_frontier(sample.fit(cost))
    except NotConverged:
        return np.full(len(sample.target_work), np.nan)


def _spread_of(drawn: Array) -> Array:
    """Return the standard deviation (n_targets,) of the draws; NaN where too many have no optimum."""
    lost = np.isnan(drawn).all(axis=1)
    if lost.mean() > MOST_LOST:
        return np.full(drawn.shape[1], np.nan)
    return np.asarray(drawn[~lost].std(axis=0, ddof=1))


class ConvexFrontier:
    """A fitted convex frontier.

    Parameters
    ----------
    frame : DataFrame (n, 1 + n_drivers)
        ``frames.panel_frame``.
    panel : PanelSpec
    spec : BaselineSpec
    spread : Spread
        Where draws are fitted.
    """

    def __init__(self, frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, spread: Spread) -> None:
        self.panel, self.spec, self.spread = panel, spec, spread
        self.work, self.context = self._columns(frame)
        self.fitted = self._sample(frame).fit(frame[COST].to_numpy(dtype="float64"))

    def center(self, drivers: pd.DataFrame) -> Floats:
        """Return best practice in yuan; NaN beyond the sample, or where no inefficiency was found."""
        log = self._sample(drivers).log_frontier(self.fitted)
        known = 0.0 if self.fitted.mean_inefficiency > 0 else np.nan
        return pd.Series(np.exp(log + known), index=drivers.index)

    def predict(self, drivers: pd.DataFrame) -> Prediction:
        """Return ``center`` and, on log cost, the normal interval by the standard deviation of the draws."""
        point = self.center(drivers)
        level = float(self.spec.level)
        if point.isna().all():
            return Prediction(point, point, point, level)
        sample, logs = self._sample(drivers), np.log(array(point))
        draws = self._draws()
        cut = [draws[piece] for piece in pieces(self.spec.n_draws)]
        drawn = np.concatenate(self.spread(partial(refit, sample), cut))
        half = norm.ppf((1 + level) / 2) * _spread_of(drawn)
        lower, upper = (pd.Series(np.exp(logs + end), index=drivers.index) for end in (-half, half))
        return Prediction(point, lower, upper, level)

    def _draws(self) -> Array:
        """Return costs (n_draws, n) drawn from the fitted model, from one stream."""
        rng, n = np.random.default_rng(self.spec.seed), len(self.work)
        best = np.log(array(self.fitted.frontier))
        u = np.abs(rng.normal(0, self.fitted.sigma_u, (self.spec.n_draws, n)))
        v = rng.normal(0, self.fitted.sigma_v, (self.spec.n_draws, n))
        return np.asarray(np.exp(best + u + v))

    def _sample(self, drivers: pd.DataFrame) -> Sample:
        return Sample(self.work, self.context, *self._columns(drivers), self.spec.returns.value)

    def _columns(self, drivers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return work as it is, and what shifts cost as a regressor would take it."""
        work = [driver.code for driver in self.panel.work]
        other = [code for code in self.panel.codes if code not in work]
        return drivers[work], regressors(drivers[other], levels=self.panel.levels).drop(columns=CONST)
