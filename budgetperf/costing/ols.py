"""Ordinary least squares on a labelled design, with classical, robust and clustered errors.

Takes pandas, never a panel; what cost has to do with it is in ``regression``.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.linalg import solve_triangular

from budgetperf.costing.design import Array, Basis, Floats, array, least_squares, orthogonal_basis
from budgetperf.costing.errors import BadOption, TooFewRows
from budgetperf.terms import Term

IntArray: TypeAlias = NDArray[np.int64]


class Covariance(Term):
    """How the covariance of the estimates is found."""

    CLASSICAL = "classical", "同方差"
    HC3 = "HC3", "异方差稳健（HC3）"
    CLUSTER = "cluster", "按单位聚类稳健"


@dataclass(frozen=True, slots=True, eq=False)
class Absorbed:
    """Dummies swept out of the data: how many besides the constant, and the leverage they took.

    Parameters
    ----------
    count : int
    leverage : array (n,) or float
        Added to each row's leverage on what is left.
    """

    count: int
    leverage: Array | float


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
        sqrt(SSR / (n - k)), absorbed dummies counted in k.
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
    absorbed: Absorbed | None = None,
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
    absorbed : Absorbed, optional
        Dummies swept out of ``y`` and ``X`` beforehand.

    Raises
    ------
    TooFewRows
        If n <= k (absorbed dummies counted), clusters <= k, or one row alone decides a coefficient
        (robust covariances).
    Collinear
        See ``design.orthogonal_basis``.

    Notes
    -----
    The estimates come from ``design.least_squares``. With ``X = Q R`` and leverages h the
    covariance is ``R^-1 M R^-T``: M = s^2 I (classical), Q' diag(e^2 / (1 - h)^2) Q (HC3), or
    G/(G-1) (n-1)/(n-k) sum of Q_g' e_g e_g' Q_g (clusters): well conditioned for every design.

    References
    ----------
    MacKinnon and White (1985), HC3; Liang and Zeger (1986), clusters.
    """
    basis, swept = orthogonal_basis(X), absorbed or Absorbed(0, 0.0)
    n, k = X.shape
    clusters = _cluster_codes(groups, covariance, k)
    leverage = _leverage(basis, swept, covariance)
    estimates = pd.Series(least_squares(array(y), array(X), basis), index=X.columns)
    residuals = y - array(X) @ array(estimates)
    residual_sd = float(np.sqrt((array(residuals) ** 2).sum() / (n - k - swept.count)))
    back = solve_triangular(basis.r, np.eye(k))
    matrix = back @ _meat(covariance, basis, array(residuals), leverage, residual_sd, clusters) @ back.T
    n_clusters = None if clusters is None else int(clusters.max()) + 1
    df = n - k - swept.count if n_clusters is None else n_clusters - 1
    errors = pd.Series(np.sqrt(np.diag(matrix)), index=X.columns)
    half = float(stats.t.ppf(0.5 + level / 2, df)) * errors
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
        residual_sd=residual_sd,
        fitted=y - residuals,
        residuals=residuals,
        condition_number=basis.condition_number,
    )


def _leverage(basis: Basis, swept: Absorbed, covariance: Covariance) -> Array:
    """Return the leverage of each row, absorbed dummies counted, refusing what leaves no residual."""
    n, k = basis.q.shape
    if n - k - swept.count < 1:
        raise TooFewRows(f"{k + swept.count}个系数的回归数据行不足", n=n, needed=k + swept.count + 1)
    leverage: Array = (basis.q**2).sum(axis=1) + swept.leverage
    if covariance is not Covariance.CLASSICAL and (leverage > 1 - 1e-10).any():
        raise TooFewRows(
            "有一行数据独自决定了某个系数，稳健协方差不存在，该系数涉及的行数不足", n=1, needed=2
        )
    return leverage


def _meat(
    covariance: Covariance,
    basis: Basis,
    residuals: Array,
    leverage: Array,
    residual_sd: float,
    clusters: IntArray | None,
) -> Array:
    """Return M, the covariance of the scores on the orthonormal columns (k, k)."""
    if clusters is not None:
        return _clustered(basis, residuals, clusters)
    if covariance is Covariance.CLASSICAL:
        return residual_sd**2 * np.eye(len(basis.r))
    scores = basis.q * (residuals / (1 - leverage))[:, None]
    return np.asarray(scores.T @ scores)


def _clustered(basis: Basis, residuals: Array, clusters: IntArray) -> Array:
    (n, k), n_clusters = basis.q.shape, int(clusters.max()) + 1
    sums = np.zeros((n_clusters, k))
    np.add.at(sums, clusters, basis.q * residuals[:, None])
    return np.asarray(n_clusters / (n_clusters - 1) * (n - 1) / (n - k) * sums.T @ sums)


def _r_squared(y: Array, residuals: Array, *, centred: bool) -> float:
    """Return the share of variation explained; 0 when there is none to explain."""
    total = float(((y - y.mean() if centred else y) ** 2).sum())
    return 1 - float((residuals**2).sum()) / total if total > 0 else 0.0


def _cluster_codes(groups: "pd.Series[str] | None", covariance: Covariance, k: int) -> IntArray | None:
    if covariance is not Covariance.CLUSTER:
        return None
    if groups is None:
        raise BadOption("聚类稳健协方差需要groups：每行所属的单位")
    codes, names = pd.factorize(groups)
    if len(names) <= k:
        raise TooFewRows(f"{k}个系数的聚类稳健协方差单位数不足", n=len(names), needed=k + 1)
    return np.asarray(codes, dtype=np.int64)
