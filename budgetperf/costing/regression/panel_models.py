"""Least squares of a panel: dmu effects swept out (within) or half swept out (random).

Holds the two transformations and the variances behind them; estimates come from ``ols``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.costing.design import CONST, Array, Floats, array
from budgetperf.costing.diagnostics import TestResult
from budgetperf.costing.errors import BadTable, Collinear, PerfectFit, TooFewRows
from budgetperf.costing.frontier.panel import periods
from budgetperf.costing.ols import Absorbed, Covariance, OlsResult, fit_ols

NO_RESIDUAL = 1e-12  # of the largest response
SAME = 1e-10  # relative singular value below which columns of means repeat each other


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit:
    """A panel regression on its transformed data, and the effects of the dmus.

    Parameters
    ----------
    ols : OlsResult
        Of the transformed data; labels as in the design.
    effects : Series (n_dmus,)
        What a dmu's cost has beyond the constant; NaN for a dmu that was left out. Under random
        effects the best linear unbiased prediction.
    sigma_u, sigma_e : float
        Standard deviation of the effects and of the noise.
    theta : Series (n_dmus,)
        Share of its mean taken off each dmu: 1 under within.
    single : tuple of str
        Dmus of one period, which tell nothing within.
    """

    ols: OlsResult
    effects: Floats
    sigma_u: float
    sigma_e: float
    theta: Floats
    single: tuple[str, ...] = ()


def with_periods(design: pd.DataFrame, years: Sequence[object]) -> pd.DataFrame:
    """Return the design with a mark for every period but the first (two-way effects).

    Raises
    ------
    BadTable
        If a row is of none of these periods.
    """
    when = design.index.get_level_values(-1)
    unknown = sorted(set(when) - set(years), key=str)
    if unknown:
        raise BadTable(f"样本中没有这些时期，年份效应无从推算：{'、'.join(map(str, unknown))}")
    name = design.index.names[-1] or "period"
    marks = {f"{name}[{one}]": (when == one).astype("float64") for one in years[1:]}
    if both := [mark for mark in marks if mark in design]:
        raise BadTable(f"因素“{both[0]}”与年份效应的列同名，请改名")
    return design.assign(**marks)


def fit_within(
    y: Floats,
    design: pd.DataFrame,
    *,
    covariance: Covariance,
    groups: "pd.Series[str] | None",
    level: float,
) -> PanelFit:
    """Sweep out the mean of each dmu (least squares with a dummy per dmu).

    Raises
    ------
    BadTable
        If a driver does not change within any dmu.
    TooFewRows, Collinear
        See ``ols.fit_ols`` and ``sfa_panel.periods``.

    Notes
    -----
    ``y_it - ybar_i + ybar`` on the like of X: the constant is the mean effect, the residual degrees
    of freedom are n - N - k. A dmu of one period is left out. Leverage of a dummy: 1 / T_i.
    """
    periods(y.index)
    counts = y.groupby(level=0, sort=False).transform("size")
    several = array(counts) > 1
    single = tuple(str(dmu) for dmu in y.index.get_level_values(0)[~several])
    y, design = y[several], design[several]
    still = [
        str(name)
        for name in design.columns
        if name != CONST and _spread(design[name]) <= 1e-10 * float(np.abs(array(design[name])).max())
    ]
    if still:
        raise BadTable(f"within模型只用单位内部的变化，而这些因素在各单位内不变：{'、'.join(still)}")
    flat = design.apply(lambda column: _swept(column, 1.0) + column.mean())
    flat[CONST] = 1.0
    n_dmus = y.groupby(level=0, sort=False).ngroups
    absorbed = Absorbed(n_dmus - 1, array(1 / y.groupby(level=0, sort=False).transform("size")) - 1 / len(y))
    groups = None if groups is None else groups[several]
    ols = fit_ols(
        _swept(y, 1.0) + float(y.mean()),
        flat,
        covariance=covariance,
        groups=groups,
        level=level,
        absorbed=absorbed,
    )
    effects = _means(y - array(design) @ array(ols.estimates))
    noise = ols.residual_sd**2 * float((1 / y.groupby(level=0, sort=False).size()).mean())
    sigma_u = float(np.sqrt(max(float(effects.var()) - noise, 0.0)))
    return PanelFit(ols, effects, sigma_u, ols.residual_sd, effects * 0 + 1.0, single)


def fit_random(
    y: Floats,
    design: pd.DataFrame,
    *,
    covariance: Covariance,
    groups: "pd.Series[str] | None",
    level: float,
) -> PanelFit:
    """Fit random effects by feasible generalised least squares.

    Raises
    ------
    TooFewRows
        If there are not more dmus than coefficients (the between regression).
    PerfectFit
        If nothing varies within dmus beyond the drivers.
    Collinear, ValueError
        See ``fit_within``; drivers constant within every dmu are allowed here.

    Notes
    -----
    Swamy and Arora (1972): s_e^2 from within, s_b^2 from least squares of the dmu means (columns that
    repeat each other there, as marks of years do in a balanced panel, count once),
    s_u^2 = max(s_b^2 - s_e^2 / T, 0) with T the harmonic mean of T_i;
    theta_i = 1 - s_e / sqrt(T_i s_u^2 + s_e^2) of each mean is taken off.
    """
    moving = [c for c in design.columns if c == CONST or _spread(design[c]) > 0]
    within = fit_within(y, design[moving], covariance=Covariance.CLASSICAL, groups=None, level=level)
    if float(within.ols.residuals.abs().max()) <= NO_RESIDUAL * float(y.abs().max()):
        raise PerfectFit(len(y))
    means = design.groupby(level=0, sort=False).mean()
    sizes = y.groupby(level=0, sort=False).size().astype("float64")
    lengths = np.linalg.norm(array(means), axis=0)
    left, singular, _ = np.linalg.svd(array(means) / np.where(lengths > 0, lengths, 1), full_matrices=False)
    k = int((singular > SAME * singular[0]).sum())
    if len(means) <= k:
        raise TooFewRows(f"随机效应的组间回归有{k}个系数，单位数不足", n=len(means), needed=k + 1)
    averages = array(_means(y))
    between = averages - left[:, :k] @ (left[:, :k].T @ averages)
    noise = within.sigma_e**2
    variance = max(float(between @ between) / (len(means) - k) - noise * float((1 / sizes).mean()), 0.0)
    spread = sizes * variance + noise
    theta = 1 - (noise / spread) ** 0.5
    share = array(theta.loc[list(y.index.get_level_values(0))])
    part = design.apply(lambda column: _swept(column, share))
    ols = fit_ols(_swept(y, share), part, covariance=covariance, groups=groups, level=level)
    gaps = _means(y - array(design) @ array(ols.estimates))
    shrunk = gaps * sizes * variance / spread
    return PanelFit(ols, shrunk, float(np.sqrt(variance)), within.sigma_e, theta)


def hausman_test(y: Floats, design: pd.DataFrame, random: PanelFit) -> TestResult:
    """Test whether the effects are unrelated to the drivers, so that random effects may be used.

    Notes
    -----
    ``d' (V_w - V_r)^-1 d`` with d the difference of the estimates and classical covariances
    (Hausman 1978), over the drivers that change within dmus.
    """
    name, null = "Hausman", "单位效应与成本动因无关（随机效应一致）"
    moving = [c for c in design.columns if c == CONST or _spread(design[c]) > 0]
    within = fit_within(y, design[moving], covariance=Covariance.CLASSICAL, groups=None, level=0.95).ols
    classical = random.ols
    if classical.covariance is not Covariance.CLASSICAL:
        classical = fit_random(y, design, covariance=Covariance.CLASSICAL, groups=None, level=0.95).ols
    names = [c for c in moving if c != CONST]
    gap = array(within.estimates[names] - classical.estimates[names])
    spread = array(within.covariance_matrix.loc[names, names] - classical.covariance_matrix.loc[names, names])
    statistic, distribution = float(gap @ _solved(spread, gap, random)), f"chi2({len(names)})"
    size = np.sqrt(np.diag(within.covariance_matrix.loc[names, names]))
    if np.linalg.eigvalsh(spread / np.outer(size, size))[0] <= 0:
        reason = "两种协方差之差不正定，统计量不服从卡方分布，不给出p值"
        return TestResult(name, null, statistic, None, distribution, reason)
    return TestResult(name, null, statistic, float(stats.chi2.sf(statistic, len(names))), distribution)


def mundlak_test(
    y: Floats,
    design: pd.DataFrame,
    names: Sequence[str],
    random: PanelFit,
    *,
    groups: "pd.Series[str] | None",
) -> TestResult:
    """Test the same as Hausman by adding the dmu means of these drivers to random effects.

    Notes
    -----
    Wald test of the means with the covariance of the fit (Mundlak 1978; Wooldridge 2010, 10.7.3), F-distributed:
    valid under clustering, and there where Hausman's difference of covariances is no covariance.
    """
    name, null = "Mundlak", "单位效应与成本动因无关（随机效应一致）"
    moving = [c for c in names if _spread(design[c]) > 0]
    averages = design[moving].groupby(level=0, sort=False).transform("mean").add_prefix("mean ")
    share = array(random.theta.loc[list(y.index.get_level_values(0))])
    part = design.join(averages).apply(lambda column: _swept(column, share))
    try:
        ols = fit_ols(_swept(y, share), part, covariance=random.ols.covariance, groups=groups)
    except (Collinear, TooFewRows) as error:
        return TestResult(name, null, reason=str(error))
    added = list(averages.columns)
    gap, matrix = array(ols.estimates[added]), array(ols.covariance_matrix.loc[added, added])
    statistic = float(gap @ _solved(matrix, gap, random)) / len(added)
    p_value = float(stats.f.sf(statistic, len(added), ols.df))
    return TestResult(name, null, statistic, p_value, f"F({len(added)}, {ols.df})")


def _solved(matrix: Array, gap: Array, random: PanelFit) -> Array:
    try:
        return np.asarray(np.linalg.solve(matrix, gap), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        names = [str(name) for name in random.ols.estimates.index if name != CONST]
        raise Collinear(random.ols.condition_number, names) from error


def _means(values: Floats) -> Floats:
    return values.groupby(level=0, sort=False).mean()


def _swept(column: Floats, share: "float | Array") -> Floats:
    return pd.Series(column - column.groupby(level=0, sort=False).transform("mean") * share)


def _spread(column: Floats) -> float:
    """Return the largest distance from its dmu's mean, nothing counted as rounding."""
    largest = float(_swept(column, 1.0).abs().max())
    return largest if largest > 1e-12 * float(column.abs().max()) else 0.0
