"""Least squares and the log-log driver regression built on it.

Holds estimates, robust covariance, and prediction with its interval. It takes pandas, never a
panel, and decides nothing about money.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from scipy.linalg import solve_triangular

from budgetperf.costing.design import (
    CONST,
    Array,
    Basis,
    Floats,
    Prediction,
    array,
    least_squares,
    log_cost,
    orthogonal_basis,
    regressors,
)
from budgetperf.costing.errors import TooFewRows
from budgetperf.terms import Term


class Covariance(Term):
    """How the covariance of the estimates is found."""

    CLASSICAL = "classical", "同方差"
    HC3 = "HC3", "异方差稳健（HC3）"
    CLUSTER = "cluster", "按单位聚类稳健"


@dataclass(frozen=True, slots=True, eq=False)
class OlsResult:
    """Least-squares estimates with labels.

    Parameters
    ----------
    estimates, std_errors : Series (k,)
    lower, upper : Series (k,)
        Student-t interval of each estimate at ``level``.
    covariance_matrix : DataFrame (k, k)
    covariance : Covariance
    level : float
    n : int
    n_clusters : int or None
        None unless clustered.
    df : int
        Degrees of freedom of the intervals: n_clusters - 1 when clustered, else n - k.
    r2 : float
        Centred when the design has a constant, else uncentred.
    residual_sd : float
        sqrt(SSR / (n - k)).
    fitted, residuals : Series (n,)
    condition_number : float
        Of the column-scaled design.
    """

    estimates: Floats
    std_errors: Floats
    lower: Floats
    upper: Floats
    covariance_matrix: pd.DataFrame
    covariance: Covariance
    level: float
    n: int
    n_clusters: int | None
    df: int
    r2: float
    residual_sd: float
    fitted: Floats
    residuals: Floats
    condition_number: float


def fit_ols(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    covariance: Covariance = Covariance.HC3,
    groups: "pd.Series[str] | None" = None,
    level: float = 0.95,
) -> OlsResult:
    """Fit ``y = X b + e`` by least squares; ``X`` brings its own constant.

    Parameters
    ----------
    y : Series (n,)
    X : DataFrame (n, k)
    covariance : Covariance
    groups : Series (n,), optional
        Cluster of each row; required when clustered.
    level : float
        Coverage of the intervals, 0 to 1.

    Raises
    ------
    TooFewRows
        If n <= k, clusters <= k, or one row alone decides a coefficient (robust covariances).
    Collinear
        See ``design.orthogonal_basis``.

    Notes
    -----
    The estimates come from ``design.least_squares``; their covariance from statsmodels on the
    orthonormal ``Q`` of ``X = Q R``, as ``V_b = R^-1 V_g R^-T``: the same algebra for each
    covariance, well conditioned for every design.

    References
    ----------
    MacKinnon and White (1985), HC3; Liang and Zeger (1986), clusters, with the usual
    G/(G-1) (n-1)/(n-k) correction.
    """
    basis = orthogonal_basis(X)
    n, k = X.shape
    clusters = _cluster_codes(groups, covariance, k)
    if covariance is not Covariance.CLASSICAL and ((basis.q**2).sum(axis=1) > 1 - 1e-10).any():
        raise TooFewRows(
            "有一行数据独自决定了某个系数，稳健协方差不存在，该系数涉及的行数不足", n=1, needed=2
        )
    matrix = _covariance_matrix(array(y), basis, covariance, clusters)
    n_clusters = None if clusters is None else len(np.unique(clusters))
    df = n - k if n_clusters is None else n_clusters - 1
    estimates = pd.Series(least_squares(array(y), array(X), basis), index=X.columns)
    errors = pd.Series(np.sqrt(np.diag(matrix)), index=X.columns)
    half = float(stats.t.ppf(0.5 + level / 2, df)) * errors
    residuals = y - array(X) @ array(estimates)
    return OlsResult(
        estimates=estimates,
        std_errors=errors,
        lower=estimates - half,
        upper=estimates + half,
        covariance_matrix=pd.DataFrame(matrix, index=X.columns, columns=X.columns),
        covariance=covariance,
        level=level,
        n=n,
        n_clusters=n_clusters,
        df=df,
        r2=_r_squared(array(y), array(residuals), centred=bool((array(X) == 1).all(axis=0).any())),
        residual_sd=float(np.sqrt((array(residuals) ** 2).sum() / (n - k))),
        fitted=y - residuals,
        residuals=residuals,
        condition_number=basis.condition_number,
    )


def _covariance_matrix(y: Array, basis: Basis, covariance: Covariance, clusters: Array | None) -> Array:
    """Return the covariance of the estimates (k, k), from the fit on the orthonormal columns."""
    model = sm.OLS(y, basis.q)
    fit = {
        Covariance.CLASSICAL: model.fit,
        Covariance.HC3: lambda: model.fit(cov_type="HC3", use_t=True),
        Covariance.CLUSTER: lambda: model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True),
    }[covariance]()
    back = solve_triangular(basis.r, np.eye(len(basis.r)))
    return np.asarray(back @ np.asarray(fit.cov_params()) @ back.T)


def _r_squared(y: Array, residuals: Array, *, centred: bool) -> float:
    """Return the share of variation explained; 0 when there is none to explain."""
    total = float(((y - y.mean() if centred else y) ** 2).sum())
    return 1 - float((residuals**2).sum()) / total if total > 0 else 0.0


def _cluster_codes(groups: "pd.Series[str] | None", covariance: Covariance, k: int) -> Array | None:
    if covariance is not Covariance.CLUSTER:
        return None
    if groups is None:
        raise ValueError("聚类稳健协方差需要groups：每行所属的单位")
    codes, names = pd.factorize(groups)
    if len(names) <= k:
        raise TooFewRows(f"{k}个系数的聚类稳健协方差单位数不足", n=len(names), needed=k + 1)
    return np.asarray(codes)


@dataclass(frozen=True, slots=True, eq=False)
class DriverRegressionResult:
    """A log-log driver regression.

    Parameters
    ----------
    ols : OlsResult
        On log cost; the coefficient of ``log(x)`` is the cost elasticity of ``x``.
    levels : tuple of str
        Drivers that entered without logarithm.
    smearing : float
        mean(exp(residual)), Duan (1983): what exp(fitted log) misses of the mean cost.
    """

    ols: OlsResult
    levels: tuple[str, ...]
    smearing: float

    def predict(self, drivers: pd.DataFrame, *, level: float) -> Prediction:
        """Predict the cost of new units.

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
        of the quantile of cost, so the ends need no smearing. The point estimates the *mean*
        cost, ``exp(z'b) x smearing``; it stands above the middle of the interval.
        """
        z = regressors(drivers, levels=self.levels)
        centre = z.to_numpy() @ self.ols.estimates.to_numpy()
        spread = np.einsum("ij,jk,ik->i", z, self.ols.covariance_matrix, z)
        half = float(stats.t.ppf(0.5 + level / 2, self.ols.df)) * np.sqrt(self.ols.residual_sd**2 + spread)
        return Prediction(
            point=pd.Series(np.exp(centre) * self.smearing, index=drivers.index),
            lower=pd.Series(np.exp(centre - half), index=drivers.index),
            upper=pd.Series(np.exp(centre + half), index=drivers.index),
            level=level,
        )

    @property
    def elasticities(self) -> Floats:
        """Estimates without the constant."""
        return self.ols.estimates.drop(CONST)


def fit_driver_regression(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    levels: Collection[str] = (),
    covariance: Covariance = Covariance.HC3,
    groups: "pd.Series[str] | None" = None,
    level: float = 0.95,
) -> DriverRegressionResult:
    """Regress log cost on a constant and the (log) drivers.

    Parameters
    ----------
    y : Series (n,)
        Cost, positive; yuan in prices of one year.
    X : DataFrame (n, n_drivers)
        Drivers in their units; no constant.
    levels : collection of str
        Drivers that enter without logarithm.
    covariance, groups, level
        See ``fit_ols``.

    Raises
    ------
    TooFewRows, Collinear
        See ``fit_ols``.
    ValueError
        If a cost or a logged driver is not positive.
    """
    ols = fit_ols(
        log_cost(y), regressors(X, levels=levels), covariance=covariance, groups=groups, level=level
    )
    return DriverRegressionResult(
        ols=ols, levels=tuple(levels), smearing=float(np.exp(ols.residuals.to_numpy()).mean())
    )
