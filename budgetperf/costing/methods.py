"""The table of baseline methods: each turns a frame of the panel into a fitted method.

A new method is its own core file, one adapter here and one line in ``METHODS``. An adapter
estimates nothing itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from budgetperf.costing import diagnostics
from budgetperf.costing.design import Floats, Prediction, regressors
from budgetperf.costing.ols import Covariance
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.quantile import QuantileInterval, fit_quantile
from budgetperf.costing.quantile_interval import BootstrapUncertainty, IntervalOptions
from budgetperf.costing.regression import CostRegressionResult, fit_cost_regression
from budgetperf.costing.rounding import FIGURE_RULE, figure
from budgetperf.findings import Finding
from budgetperf.money import Money
from budgetperf.provenance import Json, plain
from budgetperf.terms import Term


class MethodFamily(Term):
    """Methods of one family share their view of cost, and their mistakes."""

    MEAN = "mean", "均值回归"
    QUANTILE = "quantile", "分位数"


HUNDRED_YUAN = Money(10_000)
MIN_DRAWS = 50  # fewer leave the tails of the interval to chance


@dataclass(frozen=True, slots=True)
class BaselineSpec:
    """How a baseline is made.

    Parameters
    ----------
    methods : tuple of str
        Keys of ``METHODS``.
    tau : Decimal
        Quantile taken as the norm, 0 to 1.
    level : Decimal
        Nominal coverage of each interval, 0 to 1.
    seed : int
        Of the bootstrap.
    n_draws : int
        Bootstrap samples, at least ``MIN_DRAWS``.
    rounding : Money
        Bounds and points are rounded half up to multiples of it.
    n_peers : int
        Nearest units shown beside the baseline.
    """

    methods: tuple[str, ...] = ("driver_regression", "quantile")
    tau: Decimal = Decimal("0.5")
    level: Decimal = Decimal("0.8")
    seed: int = 0
    n_draws: int = 400
    rounding: Money = HUNDRED_YUAN
    n_peers: int = 5

    def __post_init__(self) -> None:
        unknown = [name for name in self.methods if name not in METHODS]
        if not self.methods or unknown or len(set(self.methods)) < len(self.methods):
            raise ValueError(f"测算方法须为{'、'.join(METHODS)}之一且不重复，现为{self.methods}")
        if not (0 < self.tau < 1 and 0 < self.level < 1):
            raise ValueError(f"分位点{self.tau}与置信水平{self.level}须在0和1之间")
        if self.n_draws < MIN_DRAWS:
            raise ValueError(f"自助法次数须不少于{MIN_DRAWS}，现为{self.n_draws}")


@dataclass(frozen=True, slots=True, eq=False)
class FittedMethod:
    """One method, fitted: its prediction, its squared correlation with log cost, its card."""

    name: str
    predict: Callable[[pd.DataFrame], Prediction]
    fit_ratio: Decimal
    card: Json
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """A line of the table."""

    label: str
    family: MethodFamily
    fit: Callable[[pd.DataFrame, PanelSpec, BaselineSpec], FittedMethod]


def _table(**columns: Floats) -> Json:
    """Return labelled estimates as text figures, by ``FIGURE_RULE``."""
    names = next(iter(columns.values())).index
    return {str(n): {c: str(figure(float(v.loc[n]))) for c, v in columns.items()} for n in names}


def _fit_ratio(fitted: Floats, residuals: Floats) -> Decimal:
    if float(np.ptp(fitted)) == 0:
        return Decimal(0)
    correlation = float(np.corrcoef(fitted, fitted + residuals)[0, 1])
    return figure(correlation**2)


def _dmus(frame: pd.DataFrame) -> "pd.Series[str]":
    return pd.Series(frame.index.get_level_values("dmu"), index=frame.index, dtype="str")


def _driver_regression(frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec) -> FittedMethod:
    """Clustered by dmu where a dmu has several years, else HC3."""
    drivers, groups, level = frame[panel.codes], _dmus(frame), float(spec.level)
    clustered = bool(groups.duplicated().any())
    result = fit_cost_regression(
        frame["cost"],
        drivers,
        levels=tuple(panel.levels),
        covariance=Covariance.CLUSTER if clustered else Covariance.HC3,
        groups=groups if clustered else None,
        level=level,
    )
    ols, design = result.ols, regressors(drivers, levels=panel.levels)
    findings = tuple(finding for check in diagnostics.CHECKS for finding in check(ols, design))
    return FittedMethod(
        name="driver_regression",
        predict=lambda targets: result.interval(targets, level=level),
        fit_ratio=_fit_ratio(ols.fitted, ols.residuals),
        card=_regression_card(result, diagnostics.breusch_pagan(ols, design)),
        findings=findings,
    )


def _regression_card(result: CostRegressionResult, test: diagnostics.TestResult) -> Json:
    ols = result.ols
    return plain(
        {
            "estimates": _table(
                estimate=ols.estimates, std_error=ols.std_errors, lower=ols.lower, upper=ols.upper
            ),
            "covariance": ols.covariance.label,
            "n": ols.n,
            "n_clusters": ols.n_clusters,
            "df": ols.df,
            "r2": figure(ols.r2),
            "residual_sd": figure(ols.residual_sd),
            "smearing": figure(result.smearing),
            "condition_number": figure(ols.condition_number),
            "heteroskedasticity": {
                "null": test.null,
                "p_value": None if test.p_value is None else figure(test.p_value),
                "reason": test.reason,
            },
            "interval": "新单位的预测区间（t分布，含参数与残差不确定性）",
        }
    )


def _quantile(frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec) -> FittedMethod:
    """Bootstrap by dmu, seeded."""
    result = fit_quantile(
        frame["cost"],
        frame[panel.codes],
        tau=float(spec.tau),
        interval=QuantileInterval.BOOTSTRAP,
        log=True,
        levels=tuple(panel.levels),
        groups=_dmus(frame),
        options=IntervalOptions(seed=spec.seed, n_draws=spec.n_draws),
    )
    drawn = result.uncertainty
    assert isinstance(drawn, BootstrapUncertainty)
    card = {
        "estimates": _table(estimate=result.params, bootstrap_sd=drawn.draws.std()),
        "tau": spec.tau,
        "n": result.n,
        "n_clusters": drawn.n_clusters,
        "n_draws": spec.n_draws,
        "pseudo_r2": figure(result.pseudo_r2),
        "check_loss": figure(result.check_loss),
        "interval": "条件分位数的聚类自助法百分位区间",
    }
    return FittedMethod(
        name="quantile",
        predict=lambda targets: result.interval(targets, level=float(spec.level)),
        fit_ratio=_fit_ratio(result.fitted, result.residuals),
        card=plain(card),
        findings=(),
    )


METHODS = {
    "driver_regression": Method("成本动因回归", MethodFamily.MEAN, _driver_regression),
    "quantile": Method("分位数基线", MethodFamily.QUANTILE, _quantile),
}


def method_card(fitted: FittedMethod) -> Json:
    """Return the card of a fitted method under its name, with the rule of its figures."""
    method = METHODS[fitted.name]
    return {
        "name": fitted.name,
        "label": method.label,
        "family": method.family.label,
        "figures": FIGURE_RULE,
        "fit_ratio": str(fitted.fit_ratio),
        "result": fitted.card,
    }
