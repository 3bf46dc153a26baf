"""What to know about a fit before believing it: collinearity, influence, heteroskedasticity.

Diagnostics never remove a row and never change a fit. The rules are fixed in advance and
named; who decides to leave a row out signs for it elsewhere.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.diagnostic import het_breuschpagan

from budgetperf.costing.design import CONST, Floats, array, orthogonal_basis
from budgetperf.costing.ols import OlsResult
from budgetperf.costing.rounding import p_value_text
from budgetperf.findings import Finding, Severity, Where

COLLINEAR = 30.0  # scaled condition number from which Belsley, Kuh and Welsch speak of harm
INFLATION = 10.0  # variance inflation factor
INFLUENCE = 4.0  # Cook's distance above 4 / n is reported


@dataclass(frozen=True, slots=True)
class TestResult:
    """A specification test, or the reason why there is none.

    Parameters
    ----------
    name : str
    null : str
        The null hypothesis in words.
    statistic, p_value : float or None
        None when the test cannot be had.
    distribution : str
        Of the statistic under the null, e.g. ``"chi2(3)"``.
    reason : str
        Why there is no result; empty when there is one.
    """

    name: str
    null: str
    statistic: float | None = None
    p_value: float | None = None
    distribution: str = ""
    reason: str = ""

    __test__ = False  # no pytest class, in spite of its name

    def rejects(self, alpha: float = 0.05) -> bool:
        """Tell whether the null is rejected; False when there is no result."""
        return self.p_value is not None and self.p_value < alpha


def variance_inflation(design: pd.DataFrame) -> Floats:
    """Return the variance inflation factor of each regressor but the constant.

    Notes
    -----
    1 / (1 - R2 of the regressor on the others), read off the inverse correlation matrix.
    """
    columns = design.drop(columns=CONST)
    if columns.shape[1] == 1:
        return pd.Series([1.0], index=columns.columns)
    inverse = np.linalg.inv(np.corrcoef(columns.to_numpy(), rowvar=False))
    return pd.Series(np.diag(inverse), index=columns.columns)


def cooks_distance(fit: OlsResult, design: pd.DataFrame) -> Floats:
    """Return Cook's distance of each row.

    Notes
    -----
    e^2 h / (k s^2 (1 - h)^2) with leverage h (Cook 1977).
    """
    leverage = (orthogonal_basis(design).q ** 2).sum(axis=1)
    k = design.shape[1]
    distance = array(fit.residuals) ** 2 * leverage / (k * fit.residual_sd**2 * (1 - leverage) ** 2)
    return pd.Series(distance, index=fit.residuals.index)


def breusch_pagan(fit: OlsResult, design: pd.DataFrame) -> TestResult:
    """Test for heteroskedasticity (Koenker's studentised form)."""
    name, null = "Breusch-Pagan", "残差方差与自变量无关（同方差）"
    if CONST not in design.columns or design.shape[1] < 2:
        return TestResult(name, null, reason="模型没有常数项或没有自变量，检验无从进行")
    if float(fit.residuals.abs().max()) <= 1e-12 * float(fit.fitted.abs().max()):
        return TestResult(name, null, reason="模型完全拟合，没有残差可检验")
    statistic, p_value, _, _ = het_breuschpagan(fit.residuals.to_numpy(), design.to_numpy())
    return TestResult(name, null, float(statistic), float(p_value), f"chi2({design.shape[1] - 1})")


def check_collinearity(fit: OlsResult, design: pd.DataFrame) -> tuple[Finding, ...]:
    """Condition number and inflation factors stay below the fixed limits."""
    inflated = variance_inflation(design)
    worst = inflated[inflated > INFLATION]
    if worst.empty:
        return ()
    names = "、".join(f"{name}（VIF {value:.1f}）" for name, value in worst.items())
    scaled = f"，条件数{fit.condition_number:.0f}" if fit.condition_number > COLLINEAR else ""
    text = f"成本动因之间高度相关：{names}{scaled}；各自的系数不宜单独解释"
    return (Finding("costing.collinear", Severity.WARNING, Where(pointer="/drivers"), text),)


def check_influence(fit: OlsResult, design: pd.DataFrame) -> tuple[Finding, ...]:
    """Rows with Cook's distance above 4 / n are told by dmu and year, the largest first, never removed."""
    limit = INFLUENCE / fit.n
    distance = cooks_distance(fit, design).sort_values(ascending=False, kind="stable")
    keys: list[tuple[str, int]] = distance.index.to_list()
    return tuple(
        Finding(
            "costing.influence",
            Severity.NOTE,
            Where(pointer=f"/rows/{dmu}/{year}"),
            f"{dmu}在{year}年对回归影响偏大（Cook距离{_apart(value, limit)}）",
        )
        for (dmu, year), value in zip(keys, distance, strict=True)
        if value > limit
    )


def _apart(value: float, limit: float) -> str:
    """Return both with three places, or as many more as tell them apart."""
    both = ((f"{value:.{places}f}", f"{limit:.{places}f}") for places in range(3, 18))
    return "＞".join(next((pair for pair in both if pair[0] != pair[1]), (f"{value}", f"{limit}")))


def check_heteroskedasticity(fit: OlsResult, design: pd.DataFrame) -> tuple[Finding, ...]:
    """Tell when the residual variance moves with the drivers."""
    test = breusch_pagan(fit, design)
    if not test.rejects():
        return ()
    text = (
        f"残差方差随成本动因变化（{test.name}检验{p_value_text(test.p_value or 0.0)}）；"
        "系数标准误已用稳健估计，预测区间为平均宽度"
    )
    return (Finding("costing.heteroskedastic", Severity.NOTE, Where(pointer="/rows"), text),)


CHECKS = (check_collinearity, check_influence, check_heteroskedasticity)
