"""What a cost regression must tell before it is believed; nothing here changes a fit."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from budgetperf.costing.conditioning import DATA, check_conditioning
from budgetperf.costing.design import (
    Array,
    Floats,
    array,
    least_squares,
    log_cost,
    orthogonal_basis,
    regressors,
)
from budgetperf.costing.diagnostics import TestResult
from budgetperf.costing.errors import Collinear, TooFewRows
from budgetperf.costing.ols import Covariance, OlsResult
from budgetperf.costing.regression.panel_models import NO_RESIDUAL, PanelFit
from budgetperf.costing.regression.rounded import rounding_unit
from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.labelled import numeric

FEN = 0.01  # yuan
NOISELESS = 1e-8  # of a cost: no unit keeps to its drivers so closely


def regression_findings(
    y: Floats, residuals: Floats, ols: OlsResult, effects: PanelFit | None, tests: tuple[TestResult, ...]
) -> tuple[Finding, ...]:
    """Return every finding about a fit, by fixed rules."""
    return (
        *check_residuals(y, residuals, ols),
        *check_clusters(ols, y),
        *check_conditioning(ols.condition_number, pointer="/regression"),
        *check_effects(effects),
        *check_tests(tests),
    )


def check_residuals(y: Floats, residuals: Floats, ols: OlsResult) -> tuple[Finding, ...]:
    """Something is left for the noise, dmu effects aside."""
    left = min(float(residuals.abs().max()), float(ols.residuals.abs().max()))
    if left > NO_RESIDUAL * float(y.abs().max()):
        return ()
    text = "各行全部落在回归面上，残差为零：标准误与预测区间没有意义，请核对数据是否由公式生成或相互复制"
    return (_finding("perfect_fit", Severity.ERROR, text),)


def check_rounding(cost: Floats, drivers: pd.DataFrame, *, levels: Collection[str]) -> tuple[Finding, ...]:
    """More is left of log cost than rounding to the fen leaves of a formula.

    Notes
    -----
    rms of the least-squares residuals against rms of 1 fen / cost: costs are rounded once as filed (half a fen
    at most) and once as they are brought to the base year.
    """
    y, design = log_cost(cost), regressors(drivers, levels=levels)
    try:
        basis = orthogonal_basis(design)
    except (TooFewRows, Collinear):
        return ()
    left = array(y) - array(design) @ least_squares(array(y), array(design), basis)
    return _rounded(left, FEN / array(cost), "按分取整", pointer="/regression")


def check_rounded(left: Array, cost: Floats) -> tuple[Finding, ...]:
    """Residuals of log cost (n,) exceed what rounding to the last digit of the costs leaves of a formula."""
    amounts = array(numeric(cost))
    steps = np.maximum(rounding_unit(amounts) / amounts, NOISELESS)
    return _rounded(left, steps, "按末位取整", pointer=DATA)


def _rounded(left: Array, steps: Array, how: str, *, pointer: str) -> tuple[Finding, ...]:
    """Residuals are of the size of the steps (n,), those of rounding over the cost."""
    if np.sqrt((left**2).mean()) > np.sqrt((steps**2).mean()):
        return ()
    text = f"成本与动因的差异不超过{how}的误差：成本像是由公式算出来的，没有残差可言，区间没有意义，请核对数据来源"
    return (Finding("costing.perfect_fit", Severity.ERROR, Where(pointer=pointer), text),)


def check_clusters(ols: OlsResult, y: Floats) -> tuple[Finding, ...]:
    """Rows of one dmu are not taken for independent."""
    if ols.covariance is Covariance.CLUSTER or y.index.nlevels != 2:
        return ()
    if not y.index.get_level_values(0).has_duplicates:
        return ()
    text = "同一单位有多个年度，标准误却把各行当作独立，通常偏小；请用covariance=cluster"
    return (_finding("unclustered", Severity.WARNING, text),)


def check_effects(effects: PanelFit | None) -> tuple[Finding, ...]:
    """Effects of dmus have a variance, and every dmu several periods."""
    found = []
    if effects is not None and effects.sigma_u == 0:
        text = "单位效应的方差估为零：各单位之间没有稳定的差异，随机效应即混合回归"
        found.append(_finding("no_unit_effect", Severity.WARNING, text))
    if effects is not None and effects.single:
        text = f"只有一个时期的单位不提供组内信息，未参与估计：{'、'.join(effects.single)}"
        found.append(_finding("single_period", Severity.WARNING, text))
    return tuple(found)


def check_tests(tests: tuple[TestResult, ...]) -> tuple[Finding, ...]:
    """The specification tests can be had and do not reject."""
    remedies = {
        "Hausman": ("hausman", "随机效应可能有偏，请与组内估计比较"),
        "Mundlak": ("mundlak", "随机效应可能有偏，请与组内估计比较"),
        "价格一次齐次": ("not_homogeneous", "数据不支持所加的价格约束，请检查价格数据或函数形式"),
    }
    without = tuple(
        _finding(f"{remedies[test.name][0]}_untested", Severity.NOTE, f"{test.name}检验：{test.reason}")
        for test in tests
        if test.p_value is None
    )
    return without + tuple(
        _finding(
            remedies[test.name][0],
            Severity.WARNING,
            f"{test.name}检验拒绝“{test.null}”（p={test.p_value:.3g}）：{remedies[test.name][1]}",
        )
        for test in tests
        if test.rejects()
    )


def _finding(code: str, severity: Severity, text: str) -> Finding:
    return Finding(f"costing.{code}", severity, Where(pointer="/regression"), text)
