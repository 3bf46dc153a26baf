"""Methods that ask what ordinary practice costs: its mean by drivers, its quantile by drivers.

Adapters of ``regression`` and ``quantile`` to the table of methods; they estimate nothing themselves.
"""

import pandas as pd

from budgetperf.costing import diagnostics
from budgetperf.costing.conditioning import about_fit
from budgetperf.costing.design import Floats, regressors
from budgetperf.costing.method import BaselineSpec, FittedMethod, estimates_table, fit_ratio
from budgetperf.costing.ols import Covariance
from budgetperf.costing.panel import PanelSpec
from budgetperf.costing.quantile import QuantileInterval, fit_quantile
from budgetperf.costing.quantile.interval import BootstrapUncertainty, IntervalOptions
from budgetperf.costing.regression import CostRegressionResult, fit_cost_regression
from budgetperf.costing.rounding import figure
from budgetperf.costing.spread import Spread
from budgetperf.costing.words import MethodName
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import Json, plain


def _dmus(frame: pd.DataFrame) -> "pd.Series[str]":
    return pd.Series(frame.index.get_level_values("dmu"), index=frame.index, dtype="str")


def driver_regression(
    frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, _spread: Spread
) -> FittedMethod:
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
        name=MethodName.DRIVER_REGRESSION,
        predict=lambda targets: result.interval(targets, level=level),
        fit_ratio=fit_ratio(ols.fitted, ols.residuals),
        card=_regression_card(result, diagnostics.breusch_pagan(ols, design)),
        findings=(*about_fit(result.findings), *findings, *check_signs(ols.estimates, panel)),
        center=result.predict,
    )


def check_signs(estimates: Floats, panel: PanelSpec) -> tuple[Finding, ...]:
    """More work does not cost less: a negative elasticity of work speaks against the model."""
    wrong = [one.label for one in panel.work if float(estimates.get(f"log({one.code})", 0.0)) < 0]
    if not wrong:
        return ()
    text = f"“{'、'.join(wrong)}”越多成本反而越低，与常理相反，多因动因之间高度相关或口径有误；请核对后再用"
    return (Finding("costing.wrong_sign", Severity.WARNING, Where(pointer="/drivers"), text),)


def _regression_card(result: CostRegressionResult, test: diagnostics.TestResult) -> Json:
    ols = result.ols
    return plain(
        {
            "estimates": estimates_table(
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


def conditional_quantile(
    frame: pd.DataFrame, panel: PanelSpec, spec: BaselineSpec, _spread: Spread
) -> FittedMethod:
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
        "estimates": estimates_table(estimate=result.params, bootstrap_sd=drawn.draws.std()),
        "tau": spec.tau,
        "n": result.n,
        "n_clusters": drawn.n_clusters,
        "n_draws": spec.n_draws,
        "pseudo_r2": figure(result.pseudo_r2),
        "check_loss": figure(result.check_loss),
        "interval": "条件分位数的聚类自助法百分位区间",
    }
    return FittedMethod(
        name=MethodName.QUANTILE,
        predict=lambda targets: result.interval(targets, level=float(spec.level)),
        fit_ratio=fit_ratio(result.fitted, result.residuals),
        card=plain(card),
        findings=(*about_fit(result.findings), *check_signs(result.params, panel)),
        center=result.predict,
    )
