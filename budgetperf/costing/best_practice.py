"""Methods that ask what the best practice would cost: a stochastic frontier, an envelope of the units.

Adapters of ``frontier`` and ``envelopment`` to the table of methods; they estimate nothing themselves.
Where a method has no answer for a target it gives NaN, and the baseline goes on without it.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm

from budgetperf.costing.design import Floats, Prediction, array, log_cost, regressors
from budgetperf.costing.envelopment import DeaResult, fit_dea
from budgetperf.costing.envelopment.bootstrap import correct_bias
from budgetperf.costing.errors import TooFewRows
from budgetperf.costing.frontier import SfaResult, fit_sfa
from budgetperf.costing.frontier.design import FRONTIER, of_part
from budgetperf.costing.method import BaselineSpec, FittedMethod, estimates_table, fit_ratio, shown
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.rounding import figure
from budgetperf.costing.words import MethodName
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import plain

COST = "cost"
NO_ENDS = pd.DataFrame({"lower": [], "upper": []}, dtype="float64")
EFFICIENT = 1e-9  # scores nearer to 1 are 1


def stochastic_frontier(frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec) -> FittedMethod:
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
        "interval": "前沿成本的区间（极大似然，delta法）",
    }
    return FittedMethod(
        name=MethodName.SFA,
        predict=partial(_frontier_cost, fit, panel=panel, level=float(spec.level)),
        fit_ratio=fit_ratio(fit.fitted, fit.residuals),
        card=plain(card),
        findings=fit.findings,
    )


def _frontier_cost(fit: SfaResult, drivers: pd.DataFrame, *, panel: PanelSpec, level: float) -> Prediction:
    """NaN where no inefficiency was found: a frontier without it is a mean."""
    design = regressors(drivers, levels=panel.levels)
    names = [(FRONTIER, name) for name in design.columns]
    z, spread = array(design), array(fit.covariance_matrix.loc[names, names])
    half = norm.ppf((1 + level) / 2) * np.sqrt(np.einsum("ij,jk,ik->i", z, spread, z))
    known = 0.0 if np.isfinite(fit.sigma_u) and fit.sigma_u > 0 else np.nan
    center = array(fit.predict(design)) + known
    point, lower, upper = (pd.Series(np.exp(center + s), index=drivers.index) for s in (0.0, -half, half))
    return Prediction(point, lower, upper, level)


def envelope(frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec) -> FittedMethod:
    """The least cost at which the rows, or mixes of them, did as much; its interval by the smoothed bootstrap."""
    work = [driver for driver in panel.drivers if driver.logged]
    label = [f"{dmu} {year}" for dmu, year in frame.index]
    rows = frame.set_axis(label)
    made = _Envelope(rows[[COST]], rows[[driver.code for driver in work]], spec)
    fit = fit_dea(made.cost, made.outputs, returns=spec.returns, slacks=False)
    card = {
        "returns": spec.returns.label,
        "outputs": [driver.label for driver in work],
        "n": len(frame),
        "n_efficient": int((fit.efficiency > 1 - EFFICIENT).sum()),
        "mean_efficiency": figure(float(fit.efficiency.mean())),
        "n_draws": spec.n_draws,
        "interval": "最低成本的区间（平滑自助法，修正样本前沿偏松）",
    }
    return FittedMethod(
        name=MethodName.DEA,
        predict=made.predict,
        fit_ratio=_ratio(fit.efficiency, made.cost[COST]),
        card=plain(card),
        findings=(*fit.findings, *_left_out(panel)),
        weights=made.weights,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Envelope:
    """The rows an envelope is made of: their cost, their work, and how it is asked."""

    cost: pd.DataFrame
    outputs: pd.DataFrame
    spec: BaselineSpec

    def predict(self, drivers: pd.DataFrame) -> Prediction:
        """Least cost of the targets' work; NaN beyond the envelope."""
        spent, work = self._measured(drivers)
        score = self._fit(spent, work, slacks=False).efficiency
        known = score.notna()
        ends = self._ends(spent[known], work[known]) if known.any() else NO_ENDS
        table = ends.reindex(score.index).assign(point=score).mul(spent[COST], axis=0)
        upper = pd.Series(np.maximum(table["upper"], table["point"]), index=table.index)
        return Prediction(table["point"], table["lower"], upper, float(self.spec.level))

    def weights(self, drivers: pd.DataFrame) -> Floats:
        """Weights by (target, row of the panel)."""
        return self._fit(*self._measured(drivers), slacks=True).peers

    def _measured(self, drivers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Targets as units that spend the median: their score times it is the least cost of their work."""
        typical = float(self.cost[COST].median())
        return pd.DataFrame({COST: typical}, index=drivers.index), drivers[list(self.outputs.columns)]

    def _fit(self, spent: pd.DataFrame, work: pd.DataFrame, *, slacks: bool) -> DeaResult:
        return fit_dea(
            spent, work, returns=self.spec.returns, reference=(self.cost, self.outputs), slacks=slacks
        )

    def _ends(self, spent: pd.DataFrame, work: pd.DataFrame) -> pd.DataFrame:
        """Return lower and upper; none where nearly all rows are efficient and nothing tells of the rest."""
        spec = self.spec
        try:
            found = correct_bias(
                self.cost, self.outputs, seed=spec.seed, returns=spec.returns, draws=spec.n_draws,
                level=float(spec.level), targets=(spent, work),
            )  # fmt: skip
        except TooFewRows:
            return NO_ENDS
        return pd.DataFrame({"lower": found.lower, "upper": found.upper})


def _ratio(efficiency: Floats, cost: Floats) -> Decimal:
    logs = log_cost(cost)
    best = logs + log_cost(efficiency)
    return fit_ratio(best, logs - best)


def _left_out(panel: PanelSpec) -> tuple[Finding, ...]:
    """A share or a mark is no work done: the envelope cannot hold it."""
    names = "、".join(driver.label for driver in panel.drivers if not driver.logged)
    if not names:
        return ()
    text = f"“{names}”不是工作量，数据包络方法不采用，其影响由其他方法反映"
    return (Finding("costing.envelopment.no_work", Severity.NOTE, Where(pointer="/drivers"), text),)
