"""Factors of a table: extraction, how many are kept, varimax rotation.

Extraction is statsmodels' (``PCA``, ``Factor``), rotation too; signs and order are settled here,
so that the same table gives the same factors on every machine.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.multivariate.factor import Factor
from statsmodels.multivariate.factor_rotation import rotate_factors
from statsmodels.multivariate.pca import PCA

from budgetperf.statistics.errors import NotConverged
from budgetperf.statistics.labelled import Array, Floats, array
from budgetperf.statistics.methods import Extraction, Retention

ITERATIONS = 1000
SETTLED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """The factors kept.

    Parameters
    ----------
    eigenvalues : Series (m,)
        Of the correlation matrix, falling; sum m.
    unrotated, loadings : DataFrame (m, k)
        Before and after rotation; columns 因子1 … 因子k by falling rotated variance, each pointed
        so that its loadings sum to at least 0.
    variances : Series (k,)
        Sum of squared rotated loadings by factor.
    communalities : Series (m,)
        Share of each indicator's variance the factors hold; above 1 is a Heywood case.
    """

    eigenvalues: Floats
    unrotated: pd.DataFrame
    loadings: pd.DataFrame
    variances: Floats
    communalities: Floats


def extract(
    forward: pd.DataFrame, *, extraction: Extraction, retention: Retention, cumulative: float = 0.85
) -> Factors:
    """Draw the factors of a table and rotate them.

    Parameters
    ----------
    forward : DataFrame (n, m)
        More is better; no constant column.
    extraction : Extraction
    retention : Retention
        ``KAISER``: eigenvalues above 1. ``CUMULATIVE``: as few as hold ``cumulative`` of the variance.
    cumulative : float
        0-1.

    Raises
    ------
    NotConverged
        The principal axes did not settle.

    Notes
    -----
    Components: L = V sqrt(lambda) of the correlation matrix. Varimax with Kaiser's normalisation.

    References
    ----------
    Kaiser (1958) The varimax criterion, Psychometrika 23, 187-200; Kaiser (1960) The application of
    electronic computers to factor analysis, Educational and Psychological Measurement 20, 141-151.
    """
    found = PCA(forward, standardize=True, method="eig")
    eigenvalues = np.clip(np.asarray(found.eigenvals, dtype=np.float64) / len(forward), 0, None)
    k = _kept(eigenvalues, retention, cumulative)
    if extraction is Extraction.COMPONENT:
        vectors = np.asarray(found.eigenvecs, dtype=np.float64)[:, :k]
        loadings: Array = vectors * np.sqrt(eigenvalues[:k])
    else:
        loadings = _axes(forward, k)
    return _labelled(eigenvalues, _pointed(loadings), forward.columns)


def _labelled(eigenvalues: Array, unrotated: Array, indicators: pd.Index) -> Factors:
    """Rotate the loadings and name rows and columns."""
    rotated = _pointed(varimax(unrotated))
    names = [f"因子{number}" for number in range(1, rotated.shape[1] + 1)]
    return Factors(
        pd.Series(eigenvalues, index=range(1, len(eigenvalues) + 1)),
        pd.DataFrame(unrotated, index=indicators, columns=names),
        pd.DataFrame(rotated, index=indicators, columns=names),
        pd.Series((rotated**2).sum(axis=0), index=names),
        pd.Series((rotated**2).sum(axis=1), index=indicators),
    )


def varimax(loadings: Array, *, normalise: bool = True) -> Array:
    """Rotate loadings (m, k) by varimax; one factor stays as it is.

    Parameters
    ----------
    loadings : array (m, k)
    normalise : bool
        Kaiser's: each indicator's loadings are scaled to length 1 while rotating.
    """
    if loadings.shape[1] == 1:
        return loadings.copy()
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True)) if normalise else np.ones((len(loadings), 1))
    length = np.where(length > 0, length, 1.0)
    rotated, _ = rotate_factors(loadings / length, "varimax")
    return np.asarray(rotated, dtype=np.float64) * length


def _kept(eigenvalues: Array, retention: Retention, cumulative: float) -> int:
    if retention is Retention.KAISER:
        return max(int((eigenvalues > 1).sum()), 1)
    held = np.cumsum(eigenvalues) / eigenvalues.sum()
    return min(int(np.searchsorted(held, cumulative - 1e-12)) + 1, len(eigenvalues))


def _axes(forward: pd.DataFrame, k: int) -> Array:
    """Iterated principal axes; statsmodels does not say whether it settled, so it is asked twice."""
    ends = [
        Factor(array(forward), n_factor=k, method="pa").fit(maxiter=limit)
        for limit in (ITERATIONS // 2, ITERATIONS)
    ]
    moved = float(np.abs(np.asarray(ends[0].communality) - np.asarray(ends[1].communality)).max())
    if moved > SETTLED:
        raise NotConverged(Extraction.AXIS.label, ITERATIONS)
    return np.asarray(ends[1].loadings, dtype=np.float64)


def _pointed(loadings: Array) -> Array:
    """Order factors by falling variance and point each where its loadings sum to at least 0."""
    order = np.argsort(-(loadings**2).sum(axis=0), kind="stable")
    chosen = loadings[:, order]
    return chosen * np.where(chosen.sum(axis=0) < 0, -1.0, 1.0)
