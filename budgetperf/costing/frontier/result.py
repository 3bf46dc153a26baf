"""The words and the result of a stochastic frontier, and how a climb becomes one.

Holds labels, units, standard errors and findings; the fit itself is in ``frontier``.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from budgetperf.costing.design import Floats, array, checked, table
from budgetperf.costing.diagnostics import TestResult
from budgetperf.costing.frontier.design import FRONTIER, LN_U, LN_V, of_part, returned, skewness_of
from budgetperf.costing.frontier.efficiency import efficiency_table
from budgetperf.costing.frontier.findings import (
    LARGEST,
    check_end,
    check_evidence,
    check_identification,
    check_logarithm,
    check_rival,
    check_skewness,
    one_sided_test,
    skewness_test,
)
from budgetperf.costing.frontier.likelihood import LOG_2PI
from budgetperf.costing.frontier.model import NO_INEFFICIENCY, CrossSection
from budgetperf.costing.frontier.optimum import Optimum
from budgetperf.costing.frontier.panel import PanelModel
from budgetperf.costing.words import Inefficiency
from budgetperf.findings import Finding
from budgetperf.terms import Term

NO_GAIN = 1e-6  # log likelihood above least squares that is none


class FrontierKind(Term):
    """Which side of the frontier is inefficient."""

    PRODUCTION = "production", "生产前沿"
    COST = "cost", "成本前沿"

    @property
    def sign(self) -> int:
        """1 when inefficiency lowers the response, -1 when it raises it."""
        return 1 if self is FrontierKind.PRODUCTION else -1


class PanelPattern(Term):
    """How a dmu's inefficiency moves over the periods of a panel."""

    INVARIANT = "invariant", "不随时间变化"
    TIME_VARYING = "time_varying", "随时间按指数变化"


@dataclass(frozen=True, slots=True, eq=False)
class SfaResult:
    """A stochastic frontier with labels.

    Parameters
    ----------
    params, std_errors : Series (p,)
        By (part, name); parts ``frontier``, ``mu``, ``ln_sigma_u2``, ``scale``, ``ln_sigma_v2``,
        ``eta``. Errors from the inverse of the observed information; NaN where there is no maximum.
    covariance_matrix : DataFrame (p, p)
    loglike, ols_loglike : float
        Of the model, and of least squares without inefficiency.
    efficiency : DataFrame (n, 7)
        See ``efficiency.efficiency_table``; frontier over actual for a cost frontier. NaN
        when no inefficiency is estimable.
    effects : DataFrame (n, m)
        Derivative of E(u) by each covariate of inefficiency, row by row; empty without covariates.
    fitted, residuals : Series (n,)
        The frontier X b and y - X b.
    skewness : float
        Of the least-squares residuals (in a panel of their means by dmu), negated for a cost
        frontier; negative as it should be.
    skewness_test, one_sided_test : TestResult
    findings : tuple of Finding
    kind, distribution, level, n, steps
        The options; number of rows; Newton steps of the best start.
    """

    params: Floats
    std_errors: Floats
    covariance_matrix: pd.DataFrame
    loglike: float
    ols_loglike: float
    efficiency: pd.DataFrame
    effects: pd.DataFrame
    fitted: Floats
    residuals: Floats
    skewness: float
    skewness_test: TestResult
    one_sided_test: TestResult
    findings: tuple[Finding, ...]
    kind: FrontierKind
    distribution: Inefficiency
    level: float
    n: int
    steps: int

    def part(self, name: str) -> Floats:
        """Return the parameters of a part by their names."""
        return of_part(self.params, name)

    @property
    def sigma_u(self) -> float:
        """Parameter of the inefficiency (su); NaN when it depends on covariates."""
        return self._deviation(LN_U)

    @property
    def sigma_v(self) -> float:
        """Standard deviation of the noise."""
        return self._deviation(LN_V)

    @property
    def sigma_squared(self) -> float:
        """su^2 + sv^2."""
        return self.sigma_u**2 + self.sigma_v**2

    @property
    def gamma(self) -> float:
        """su^2 / (su^2 + sv^2), 0 (all noise) to 1 (all inefficiency)."""
        return self.sigma_u**2 / self.sigma_squared

    def predict(self, X: pd.DataFrame) -> Floats:  # noqa: N803  # the field's letter for a design
        """Return the frontier of new rows, in the unit of ``y``; columns found by name.

        Raises
        ------
        BadTable
            If a column of the fit is missing.
        BadTable
            With the place of a value that is not finite.
        """
        estimates = self.part(FRONTIER)
        rows = checked(table(X, "预测的自变量", columns=estimates.index), "预测的自变量", X.index)
        return pd.Series(array(rows) @ array(estimates), index=X.index)

    def _deviation(self, part: str) -> float:
        values = self.part(part)
        return float(np.exp(values.iloc[0] / 2)) if len(values) == 1 else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What was asked for: response and options."""

    y: Floats
    kind: FrontierKind
    distribution: Inefficiency
    level: float


def assembled(
    model: CrossSection | PanelModel, best: Optimum, rival: Optimum | None, asked: Request
) -> SfaResult:
    """Return the end of a climb in the caller's labels and units, with its findings.

    Parameters
    ----------
    model : CrossSection or PanelModel
    best : Optimum
    rival : Optimum or None
        A ridge that is higher than ``best``.
    asked : Request
    """
    sample, n, leaning = model.sample, len(asked.y), model.leaning()
    ols, units = -n / 2 * (LOG_2PI + 1), n * float(np.log(sample.scale))
    ended = NO_INEFFICIENCY if best.value - ols < NO_GAIN else best.ended
    params, covariance = _estimates(model, best, ended)
    gain = 0.0 if ended == NO_INEFFICIENCY else best.value - ols
    residuals = pd.Series(sample.remaining(array(of_part(params, FRONTIER))), index=asked.y.index)
    result = SfaResult(
        params=params,
        std_errors=pd.Series(np.sqrt(np.diag(covariance)), index=params.index),
        covariance_matrix=covariance,
        loglike=ols + gain - units,
        ols_loglike=ols - units,
        efficiency=_efficiency(model, best, asked, ended),
        effects=model.effects(best.at, params, asked.y.index),
        fitted=asked.y - residuals,
        residuals=residuals,
        skewness=skewness_of(leaning),
        skewness_test=skewness_test(skewness_of(leaning), len(leaning)),
        one_sided_test=one_sided_test(gain, len(params) - sample.part.size - 1),
        findings=(),
        kind=asked.kind,
        distribution=asked.distribution,
        level=asked.level,
        n=n,
        steps=best.steps,
    )
    higher = check_rival(rival.value - best.value, rival.ended) if rival is not None else ()
    return replace(result, findings=(*_findings(result, ended), *higher))


def _findings(result: SfaResult, ended: str) -> tuple[Finding, ...]:
    parts = result.params.index.get_level_values("part")
    one_sided = result.covariance_matrix.index[~parts.isin([FRONTIER, LN_V])]
    return (
        *check_skewness(result.skewness),
        *check_end(ended),
        *check_evidence(result.one_sided_test),
        *check_logarithm(result.efficiency["u"]),
        *check_identification(result.covariance_matrix.loc[one_sided, one_sided]),
    )


def _estimates(model: CrossSection | PanelModel, best: Optimum, ended: str) -> tuple[Floats, pd.DataFrame]:
    """Return parameters and covariance; without inefficiency those of least squares."""
    pairs = [(part.name, label) for part in model.parts for label in part.labels]
    index = pd.MultiIndex.from_tuples(pairs, names=["part", "name"])
    values, jacobian = returned(model.parts, best.at)
    covariance = np.full_like(jacobian, np.nan)
    if not ended:
        covariance = jacobian @ np.linalg.inv(best.information) @ jacobian.T
    params = pd.Series(values, index=index)
    if ended == NO_INEFFICIENCY:
        params[:] = np.nan
        params.loc[FRONTIER] = model.sample.ols
        params.loc[[LN_V]] = 2 * np.log(model.sample.scale)
        if len(of_part(params, LN_U)) == 1:
            params.loc[[LN_U]] = -np.inf
    return params, pd.DataFrame(covariance, index=index, columns=index)


def _efficiency(model: CrossSection | PanelModel, best: Optimum, asked: Request, ended: str) -> pd.DataFrame:
    """Return the efficiencies; what does not exist is NaN."""
    posterior = model.posterior(best.at).times(model.sample.scale)
    table = efficiency_table(posterior, asked.y.index, asked.level)
    if float(table["u"].max()) > LARGEST:
        table["excess"] = np.nan  # exp(u) overflows; the finding says why
    if ended:
        lost = table.columns if ended == NO_INEFFICIENCY else ["lower", "upper"]
        table[lost] = np.nan
    return table
