"""The method that asks what best practice would cost, from an envelope of the units.

An adapter of ``envelopment`` and ``conditions`` to the table of methods; it estimates nothing itself.
Where it has no answer for a target it gives NaN, and the baseline goes on without it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from budgetperf.costing.conditions import ConditionsResult, correct_for_conditions, target_difference
from budgetperf.costing.design import CONST, Floats, Prediction, array, log_cost, regressors
from budgetperf.costing.envelopment import DeaResult, fit_dea
from budgetperf.costing.envelopment.bootstrap import BiasResult, correct_bias
from budgetperf.costing.errors import Collinear, NotConverged, TooFewRows
from budgetperf.costing.method import BaselineSpec, FittedMethod, estimates_table, fit_ratio
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.rounding import figure
from budgetperf.costing.spread import Spread
from budgetperf.costing.words import DriverRole, MethodName
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import Json, plain

COST = "cost"
NO_ENDS = pd.DataFrame({"lower": [], "upper": []}, dtype="float64")
EFFICIENT = 1e-9  # scores nearer to 1 are 1


def envelope(frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, spread: Spread) -> FittedMethod:
    """The least cost at which the rows, or mixes of them, did as much; its interval by the smoothed bootstrap."""
    rows = frame.set_axis([f"{dmu} {year}" for dmu, year in frame.index])
    plainly = Envelope(rows, panel, spec, spread)
    fit = plainly.score(rows, slacks=bool(panel.conditions))
    made, told = _corrected(plainly, fit)
    logs = log_cost(fit.efficiency) if made.local is None else made.local.efficiency
    card = {
        "returns": spec.returns.label,
        "outputs": [driver.label for driver in panel.work],
        "n": len(frame),
        "n_efficient": int((fit.efficiency > 1 - EFFICIENT).sum()),
        "mean_efficiency": figure(float(fit.efficiency.mean())),
        "n_draws": spec.n_draws,
        "interval": "最低成本的区间（平滑自助法，修正样本前沿偏松）",
        **({} if made.local is None else {"conditions": _conditions_card(made.local)}),
    }
    best = log_cost(rows[COST]) + logs
    return FittedMethod(
        name=MethodName.DEA,
        predict=made.predict,
        fit_ratio=fit_ratio(best, -logs),
        card=plain(card),
        findings=(*fit.findings, *_left_out(panel), *told),
        center=made.center,
        weights=made.weights,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """The rows an envelope is made of, how it is asked, and what local conditions explain of its scores.

    Parameters
    ----------
    rows : DataFrame (n, 1 + n_drivers)
        Cost and drivers by "dmu year".
    panel : PanelSpec
    spec : BaselineSpec
    spread : Spread
        Where draws are solved.
    local : ConditionsResult or None
        Of log scores.
    """

    rows: pd.DataFrame
    panel: PanelSpec
    spec: BaselineSpec
    spread: Spread
    local: ConditionsResult | None = None

    def score(self, units: pd.DataFrame, *, slacks: bool) -> DeaResult:
        """Return the scores (n,) of units with their cost and drivers against the rows."""
        return fit_dea(
            *self._of(units), returns=self.spec.returns, reference=self._of(self.rows), slacks=slacks
        )

    def biased(self, units: pd.DataFrame | None = None) -> BiasResult:
        """Return the bias-corrected scores of units, or of the rows themselves; TooFewRows as ``correct_bias``."""
        return correct_bias(
            *self._of(self.rows), seed=self.spec.seed, returns=self.spec.returns, draws=self.spec.n_draws,
            level=float(self.spec.level), targets=None if units is None else self._of(units),
            spread=self.spread,
        )  # fmt: skip

    def predict(self, drivers: pd.DataFrame) -> Prediction:
        """Least cost of the targets' work in their conditions; NaN beyond the envelope."""
        units = self._units(drivers)
        fit = self.score(units, slacks=self.local is not None)
        known = fit.efficiency.notna()
        ends = self._ends(units[known]) if known.any() else NO_ENDS
        table = ends.reindex(units.index).assign(point=fit.efficiency).mul(units[COST], axis=0)
        table["upper"] = np.maximum(table["upper"], table["point"])
        if self.local is not None:
            table = self._moved(table, *self._step(units, fit.peers))
        return Prediction(table["point"], table["lower"], table["upper"], float(self.spec.level))

    def center(self, drivers: pd.DataFrame) -> Floats:
        """Return the point of ``predict``."""
        units = self._units(drivers)
        fit = self.score(units, slacks=self.local is not None)
        least = fit.efficiency * units[COST]
        return least if self.local is None else least * np.exp(self._step(units, fit.peers)[0])

    def weights(self, drivers: pd.DataFrame) -> Floats:
        """Weights by (target, row of the panel)."""
        return self.score(self._units(drivers), slacks=True).peers

    def differences(self, units: pd.DataFrame, peers: Floats) -> pd.DataFrame:
        """Conditions of units less those of their peers' mix (n, n_conditions); of units that have peers."""
        both = pd.concat([self.rows, units.loc[~units.index.isin(self.rows.index)]])
        names = [driver.code for driver in self.panel.conditions]
        z = regressors(both[names], levels=self.panel.levels).drop(columns=CONST)
        return target_difference(z, peers, self.rows[COST])

    def _units(self, drivers: pd.DataFrame) -> pd.DataFrame:
        """Targets as units that spend the median: their score times it is the least cost of their work."""
        return drivers.assign(**{COST: float(self.rows[COST].median())})

    def _of(self, units: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        return units[[COST]], units[[driver.code for driver in self.panel.work]]

    def _ends(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return lower and upper; none where nearly all rows are efficient and nothing tells of the rest."""
        try:
            found = self.biased(units)
        except TooFewRows:
            return NO_ENDS
        return pd.DataFrame({"lower": found.lower, "upper": found.upper})

    def _step(self, units: pd.DataFrame, peers: Floats) -> tuple[Floats, Floats]:
        """Return what conditions add to log cost, held within the cap, and its standard error (n,)."""
        assert self.local is not None
        ols, cap = self.local.ols, float(self.spec.condition_cap)
        away = self.differences(units, peers).reindex(units.index)
        spread = array(ols.covariance_matrix.loc[away.columns, away.columns])
        error = np.sqrt(np.einsum("ij,jk,ik->i", array(away), spread, array(away)))
        step = -(away @ ols.estimates.loc[away.columns])
        return step.clip(-cap, cap), pd.Series(error, index=units.index)

    def _moved(self, table: pd.DataFrame, step: Floats, error: Floats) -> pd.DataFrame:
        """Move the point by the step, and widen the interval by what is not known of it, on the log scale."""
        half = norm.ppf((1 + float(self.spec.level)) / 2) * error
        logs = np.log(table)
        middle = logs["point"] + step
        down = np.sqrt((logs["point"] - logs["lower"]) ** 2 + half**2)
        up = np.sqrt((logs["upper"] - logs["point"]) ** 2 + half**2)
        ends = {"point": middle, "lower": middle - down, "upper": middle + up}
        return pd.DataFrame({name: np.exp(end) for name, end in ends.items()})


def _corrected(made: Envelope, fit: DeaResult) -> tuple[Envelope, tuple[Finding, ...]]:
    """Learn what conditions explain of the rows' log scores; none where the rows cannot tell."""
    if not made.panel.conditions:
        return made, ()
    try:
        away = made.differences(made.rows, fit.peers)
        local = correct_for_conditions(
            log_cost(fit.efficiency), away, dependent=log_cost(made.biased().corrected), fitted_on=away,
            cap=float(made.spec.condition_cap),
        )  # fmt: skip
    except (TooFewRows, Collinear, NotConverged) as error:
        text = f"数据包络方法未能修正当地条件的影响：{error}"
        return made, (Finding("costing.conditions", Severity.WARNING, Where(pointer="/drivers"), text),)
    return replace(made, local=local), ()


def _conditions_card(local: ConditionsResult) -> Json:
    estimates = local.ols.estimates.drop(CONST)
    return plain(
        {
            "estimates": estimates_table(estimate=estimates, std_error=local.ols.std_errors),
            "n": local.ols.n,
            "left_out": list(local.left_out),
            "capped": list(local.capped),
        }
    )


def _left_out(panel: PanelSpec) -> tuple[Finding, ...]:
    """A share or a mark is no work done: the envelope cannot hold it."""
    names = "、".join(
        driver.label for driver in panel.drivers if not driver.logged and driver.role is DriverRole.WORK
    )
    if not names:
        return ()
    text = f"“{names}”不是工作量，数据包络方法不采用，其影响由其他方法反映"
    return (Finding("costing.envelopment.no_work", Severity.NOTE, Where(pointer="/drivers"), text),)
