"""The cost regression: what a unit of given drivers costs on average, and at the frontier.

Cross-section or panel, in logarithms or not, homogeneous in prices where asked. It decides nothing
about money.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.costing.cost_form import CostForm, cost_form
from budgetperf.costing.coverage import demand_level
from budgetperf.costing.design import CONST, Floats, Prediction, array, clusters, table
from budgetperf.costing.diagnostics import TestResult
from budgetperf.costing.errors import BadOption, PerfectFit
from budgetperf.costing.frontier.panel import once, periods
from budgetperf.costing.ols import Covariance, OlsResult, fit_ols
from budgetperf.costing.periods import in_order
from budgetperf.costing.regression.findings import check_rounded, regression_findings
from budgetperf.costing.regression.panel_models import (
    NO_RESIDUAL,
    PanelFit,
    fit_random,
    fit_within,
    hausman_test,
    mundlak_test,
    with_periods,
)
from budgetperf.costing.shifts import Shift, ShiftedResult, fit_shifted
from budgetperf.findings import Finding
from budgetperf.terms import Term


class PanelModel(Term):
    """How the several years of a dmu enter a regression."""

    POOLED = "pooled", "混合回归"
    WITHIN = "within", "固定效应（组内）"
    RANDOM = "random", "随机效应"


@dataclass(frozen=True, slots=True, eq=False)
class CostRegressionResult:
    """A fitted cost function.

    Parameters
    ----------
    ols : OlsResult
        Least squares behind it; under within and random of the transformed data.
    form : CostForm
    panel : PanelModel or None
    effects : PanelFit or None
        The dmu effects of a panel, and their variances.
    response, fitted, residuals : Series (n,)
        (Log) cost, X b and what it leaves: dmu effects are in the residuals.
    smearing : float
        mean(exp(residual)), Duan (1983): what exp(fitted log) misses of the mean cost; 1 in levels.
    tests : tuple of TestResult
        Hausman, Mundlak (random effects), price homogeneity (where imposed).
    findings : tuple of Finding
    years : tuple
        Periods with a mark of their own, the first included; empty without time effects.
    """

    ols: OlsResult
    form: CostForm
    panel: PanelModel | None
    effects: PanelFit | None
    response: Floats
    fitted: Floats
    residuals: Floats
    smearing: float
    tests: tuple[TestResult, ...]
    findings: tuple[Finding, ...]
    years: tuple[object, ...] = ()

    @property
    def params(self) -> Floats:
        """Estimates; the coefficient of ``log(x)`` is the cost elasticity of ``x``."""
        return self.ols.estimates

    @property
    def std_errors(self) -> Floats:
        """Standard errors of ``params``."""
        return self.ols.std_errors

    @property
    def elasticities(self) -> Floats:
        """Estimates without constant and years, the numeraire's (1 - the other prices') included."""
        found = self.params.drop([CONST, *self.params.index[len(self.params) - len(self.years[1:]) :]])
        if self.form.numeraire is None:
            return found
        names = [f"log({price}/{self.form.numeraire})" for price in self.form.prices[:-1]]
        return pd.concat([found, pd.Series({f"log({self.form.numeraire})": 1 - found[names].sum()})])

    def predict(self, drivers: pd.DataFrame) -> Floats:
        """Return the mean cost of units with these drivers, in the unit of cost.

        Notes
        -----
        ``exp(z'b) x smearing`` (times the numeraire), or ``z'b`` in levels; a dmu effect at its mean.

        Raises
        ------
        BadTable
            If a driver is missing or cannot be used, a period is unknown, or the cost overflows.
        """
        centre = array(self._design(drivers)) @ array(self.params)
        return pd.Series(self.form.restore(centre, drivers) * self.smearing, index=drivers.index)

    def interval(self, drivers: pd.DataFrame, *, level: float = 0.95) -> Prediction:
        """Predict the cost of new units, with the interval one new unit falls into.

        Parameters
        ----------
        drivers : DataFrame (n_targets, n_drivers)
        level : float
            Coverage of the prediction interval, 0 to 1.

        Notes
        -----
        With ``z`` the regressors of the target, ``V`` the covariance of the estimates and ``s``
        the residual sd, the interval is
        ``exp(z'b -/+ t(df, (1 + level)/2) sqrt(s^2 + z'Vz))``: a quantile of log cost is the log
        of the quantile of cost, so the ends need no smearing; the point, a mean, stands above the
        middle. In a panel ``s^2 = s_e^2 + s_u^2`` and df <= N - 1; under within ``s_u^2 / N`` more.

        Raises
        ------
        BadTable, BadOption
            See ``predict``; also if level is not between 0 and 1.
        """
        demand_level(level)
        z = array(self._design(drivers))
        centre = z @ array(self.params)
        spread = np.einsum("ij,jk,ik->i", z, array(self.ols.covariance_matrix), z)
        variance, df = self._unit_variance()
        half = float(stats.t.ppf(0.5 + level / 2, df)) * np.sqrt(variance + spread)
        ends = [
            pd.Series(self.form.restore(centre + side * half, drivers), index=drivers.index)
            for side in (-1, 1)
        ]
        return Prediction(self.predict(drivers), ends[0], ends[1], level)

    def frontier(self, shift: Shift | str) -> ShiftedResult:
        """Move the cost function to the frontier: COLS, MOLS or the upper quartile (catch-up).

        Parameters
        ----------
        shift : {"cols", "mols", "mols_half_normal", "mols_exponential", "upper_quartile"}
            ``mols`` is ``mols_half_normal``.

        Notes
        -----
        By ``shifts.fit_shifted`` on log actual over predicted cost: row by row, or under within on
        the dmu effects (Schmidt and Sickles 1984), so its efficiencies are those of rows or dmus.

        Raises
        ------
        BadOption
            If cost is not in logarithms.
        PerfectFit
            If nothing is left to shift by.
        """
        if not self.form.log:
            raise BadOption("移至前沿以实际与预测之比计算，成本须取对数：请用log=True")
        by_dmu = self.panel is PanelModel.WITHIN and self.effects is not None
        left = self.effects.effects if by_dmu and self.effects is not None else self.residuals
        if float(left.abs().max()) <= NO_RESIDUAL * float(self.response.abs().max()):
            raise PerfectFit(len(left))
        moved = fit_shifted(left, pd.DataFrame({CONST: 1.0}, index=left.index), shift=shift)
        params = self.params.copy()
        params[CONST] += float(moved.params[CONST])
        return ShiftedResult(params, self.params, moved.shift, moved.efficiency, moved.findings)

    def efficient_cost(self, drivers: pd.DataFrame, *, shift: Shift | str) -> Floats:
        """Return what the frontier unit would spend with these drivers: NaN where no shift is had.

        Raises
        ------
        BadTable, BadOption, PerfectFit
            See ``predict`` and ``frontier``.
        """
        centre = array(self._design(drivers)) @ array(self.frontier(shift).params)
        if np.isnan(centre).all():
            return pd.Series(centre, index=drivers.index)
        return pd.Series(self.form.restore(centre, drivers), index=drivers.index)

    def _design(self, drivers: pd.DataFrame) -> pd.DataFrame:
        design = self.form.design(drivers)
        if self.years:
            design = with_periods(design, self.years)
        return table(design, "预测所用的因素表", columns=self.params.index)

    def _unit_variance(self) -> tuple[float, float]:
        """Return the variance of a new unit around the cost function, and its degrees of freedom."""
        if self.effects is None:
            return self.ols.residual_sd**2, self.ols.df
        between, n_dmus = self.effects.sigma_u**2, len(self.effects.effects)
        level = between / n_dmus if self.panel is PanelModel.WITHIN else 0.0
        return self.effects.sigma_e**2 + between + level, min(self.ols.df, n_dmus - 1)


def fit_cost_regression(
    cost: Floats,
    drivers: pd.DataFrame,
    *,
    log: bool = True,
    covariance: Covariance | str = Covariance.HC3,
    panel: PanelModel | str | None = None,
    levels: Sequence[str] = (),
    prices: Sequence[str] = (),
    groups: "pd.Series[str] | None" = None,
    time_effects: bool = False,
    level: float = 0.95,
) -> CostRegressionResult:
    """Regress (log) cost on a constant and the (log) drivers.

    Parameters
    ----------
    cost : Series (n,)
        Yuan in prices of one year; positive in logarithms. Rows by (dmu, year) in a panel.
    drivers : DataFrame (n, n_drivers)
        In their units; the constant is added.
    log : bool
    covariance : {"HC3", "cluster", "classical"}
    panel : {None, "pooled", "within", "random"}
        None takes the rows as they come; within is least squares with a dummy per dmu.
    levels, prices
        See ``cost_form.CostForm``: drivers kept out of logarithms; input prices, the numeraire last.
    groups : Series (n,), optional
        Cluster of each row; by default the dmu.
    time_effects : bool
        A mark for every year but the first (a panel only).
    level : float
        Coverage of the intervals of the estimates, 0 to 1.

    Raises
    ------
    TooFewRows, Collinear
        See ``ols.fit_ols`` and ``panel_models``.
    BadTable
        With ``time_effects``, if periods are of several kinds (see ``periods.in_order``).
    BadTable, BadOption
        With row and column of a value that cannot be used, or an option that does not fit the rest.

    References
    ----------
    Nerlove (1963), homogeneity; Duan (1983); Swamy and Arora (1972); Ofwat (2019), PR19 final
    determinations: securing cost efficiency.
    """
    kind, errors = None if panel is None else PanelModel(panel), Covariance(covariance)
    form = cost_form(log=log, levels=levels, prices=prices)
    design = form.design(drivers)
    y = form.response(cost, drivers)
    years = _years(drivers, kind) if time_effects else ()
    design = with_periods(design, years) if years else design
    if kind is not None:
        periods(drivers.index)
    groups = _groups(groups, drivers.index, errors)
    ols, effects = _fit(y, design, kind, errors, groups, level)
    residuals = y - array(design) @ array(ols.estimates)
    tests = _tests(y, design, drivers, form, kind, errors, groups, effects)
    return CostRegressionResult(
        ols=ols,
        form=form,
        panel=kind,
        effects=effects,
        response=y,
        fitted=y - residuals,
        residuals=residuals,
        smearing=float(np.exp(array(residuals)).mean()) if log else 1.0,
        tests=tests,
        findings=regression_findings(y, residuals, ols, effects, tests)
        + _check_data(form, cost, drivers, ols),
        years=years,
    )


def _check_data(form: CostForm, cost: Floats, drivers: pd.DataFrame, ols: OlsResult) -> tuple[Finding, ...]:
    """Return what a panel's own checks would tell of these columns."""
    left = float(ols.residuals.abs().max()) > NO_RESIDUAL * float(ols.fitted.abs().max())
    rounded = check_rounded(array(ols.residuals), cost[ols.residuals.index]) if form.log and left else ()
    return (*form.check_spans(cost, drivers), *rounded)


def _groups(given: "pd.Series[str] | None", index: pd.Index, errors: Covariance) -> "pd.Series[str] | None":
    """Return the cluster of each row: as given, else the dmu where clusters are asked for; a dmu has a year once."""
    once(index)
    if given is not None:
        return clusters(given, index)
    if errors is not Covariance.CLUSTER or index.nlevels != 2:
        return None
    return pd.Series(index.get_level_values(0).astype(str), index=index)


def _years(drivers: pd.DataFrame, kind: PanelModel | None) -> tuple[object, ...]:
    """Return the periods that get a mark, the first included."""
    if kind is None:
        raise BadOption("年份效应（time_effects）需要给出panel")
    periods(drivers.index)
    return in_order(drivers.index.get_level_values(1))


def _fit(
    y: Floats,
    design: pd.DataFrame,
    kind: PanelModel | None,
    covariance: Covariance,
    groups: "pd.Series[str] | None",
    level: float,
) -> tuple[OlsResult, PanelFit | None]:
    demand_level(level)
    if kind is None or kind is PanelModel.POOLED:
        return fit_ols(y, design, covariance=covariance, groups=groups, level=level), None
    fit = fit_within if kind is PanelModel.WITHIN else fit_random
    effects = fit(y, design, covariance=covariance, groups=groups, level=level)
    return effects.ols, effects


def _tests(
    y: Floats,
    design: pd.DataFrame,
    drivers: pd.DataFrame,
    form: CostForm,
    kind: PanelModel | None,
    covariance: Covariance,
    groups: "pd.Series[str] | None",
    effects: PanelFit | None,
) -> tuple[TestResult, ...]:
    tests = []
    if kind is PanelModel.RANDOM and effects is not None:
        names = [c for c in form.design(drivers).columns if c != CONST]
        tests.append(hausman_test(y, design, effects))
        tests.append(mundlak_test(y, design, names, effects, groups=groups))
    if form.numeraire is not None:
        free = design.copy()
        free[form.numeraire] = np.log(array(drivers[[form.numeraire]]))[:, 0]
        tests.append(_homogeneity_test(y, free, form.numeraire, kind, covariance, groups))
    return tuple(tests)


def _homogeneity_test(
    y: Floats,
    free: pd.DataFrame,
    numeraire: str,
    kind: PanelModel | None,
    covariance: Covariance,
    groups: "pd.Series[str] | None",
) -> TestResult:
    """Test the restriction: the log numeraire has no coefficient of its own."""
    name, null = "价格一次齐次", "全部要素价格上涨一倍，成本上涨一倍"
    try:
        ols, _ = _fit(y, free, kind, covariance, groups, 0.95)
    except ValueError as error:
        return TestResult(name, null, reason=f"不加约束的模型无法估计：{error}")
    if not ols.std_errors[numeraire] > 0:
        return TestResult(name, null, reason="没有残差，无从检验")
    statistic = float(ols.estimates[numeraire] / ols.std_errors[numeraire])
    return TestResult(name, null, statistic, 2 * float(stats.t.sf(abs(statistic), ols.df)), f"t({ols.df})")
