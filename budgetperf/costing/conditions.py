"""Local conditions: a score is compared with what the dmu's own peers, in their conditions, would do.

The second stage of the Norwegian regulator: scores, corrected for bias, are regressed on how much
harsher a dmu's conditions are than those of its target unit, and the score is freed of that part.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.costing.design import CONST, Floats, array
from budgetperf.costing.errors import BadTable
from budgetperf.costing.ols import Covariance, OlsResult, fit_ols
from budgetperf.costing.outliers import BaconCut, bacon


@dataclass(frozen=True, slots=True, eq=False)
class ConditionsResult:
    """Scores freed of local conditions.

    Parameters
    ----------
    efficiency : Series (n,)
        Corrected, held within ``cap`` of the score.
    uncapped : Series (n,)
    differences : DataFrame (n, q)
        Conditions of the dmu less those of its target unit.
    ols : OlsResult
        The regression behind the correction.
    left_out : tuple of str
        Dmus the outlier rule kept out of the regression; they are corrected all the same.
    capped : tuple of str
        Dmus whose correction met the cap.
    """

    efficiency: Floats
    uncapped: Floats
    differences: pd.DataFrame
    ols: OlsResult
    left_out: tuple[str, ...]
    capped: tuple[str, ...]


def first_component(columns: pd.DataFrame) -> Floats:
    """Return the scores of the first principal component of the standardised columns.

    Parameters
    ----------
    columns : DataFrame (n, q)

    Returns
    -------
    Series (n,)
        ``z v`` with z the columns less their mean over their sd (n - 1) and v the leading eigenvector
        of their correlation, its sign such that the loadings sum to something positive.

    Raises
    ------
    BadTable
        If a column is constant or a value missing.
    """
    values = array(columns)
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1])
    if not np.isfinite(values).all() or not (spread > 0).all():
        raise BadTable("主成分的变量含有缺失值，或有一列各单位相同")
    z = (values - values.mean(axis=0)) / spread
    loading = np.linalg.svd(z, full_matrices=False)[2][0]
    return pd.Series(z @ loading * np.sign(loading.sum() or 1.0), index=columns.index)


def target_difference(conditions: pd.DataFrame, peers: Floats, cost: Floats) -> pd.DataFrame:
    """Return the conditions of each dmu less those of its target unit.

    Parameters
    ----------
    conditions : DataFrame (n, q)
        Of all dmus and peers.
    peers : Series
        Weights by (dmu, peer): ``DeaResult.peers``.
    cost : Series (n,)
        Of the peers in the reference.

    Returns
    -------
    DataFrame (n_dmus, q)
        ``z_o - sum_j s_oj z_j``, s_oj = l_oj x_j / sum_j l_oj x_j: the peers' shares of the norm cost.

    Raises
    ------
    KeyError
        If a peer has no conditions or no cost.
    """
    dmu, peer = (peers.index.get_level_values(i) for i in (0, 1))
    part = pd.Series(peers.to_numpy() * cost.loc[peer].to_numpy(), index=dmu)
    share = part / part.groupby(level=0).sum().loc[dmu].to_numpy()
    target = (
        conditions.loc[peer].set_axis(dmu).mul(share.to_numpy(), axis=0).groupby(level=0, sort=False).sum()
    )
    return conditions.loc[target.index] - target


def correct_for_conditions(
    efficiency: Floats,
    differences: pd.DataFrame,
    *,
    dependent: Floats,
    fitted_on: pd.DataFrame,
    cap: float,
    alpha: float = 0.15,
    cut: BaconCut = BaconCut.PAPER,
) -> ConditionsResult:
    """Free scores of what local conditions explain.

    Parameters
    ----------
    efficiency : Series (n,)
        The scores to be corrected.
    differences : DataFrame (n, q)
        Of the same dmus (``target_difference``).
    dependent : Series (k,)
        Bias-corrected scores the coefficients are estimated from.
    fitted_on : DataFrame (k, q)
        Their differences.
    cap : float
        Largest correction either way, e.g. 0.4.
    alpha, cut
        Of the outlier rule (``outliers.bacon``) on dependent and differences together.

    Raises
    ------
    TooFewRows, Collinear, NotConverged, ValueError
        See ``outliers.bacon`` and ``regression.fit_ols``.

    Notes
    -----
    ``e' = e - d b``, b the slopes of the least-squares fit of dependent on the differences.

    References
    ----------
    Amundsveen, Kordahl, Kvile and Langset (2014).
    """
    design = fitted_on.loc[dependent.index]
    out = bacon(pd.concat([dependent.rename("score"), design], axis=1), alpha=alpha, cut=cut)
    kept = design.loc[~out]
    kept.insert(0, CONST, 1.0)
    ols = fit_ols(dependent.loc[~out], kept, covariance=Covariance.CLASSICAL)
    own = differences.loc[efficiency.index]
    step = -(own @ ols.estimates.drop(CONST))
    held = step.clip(-cap, cap)
    return ConditionsResult(
        efficiency=efficiency + held,
        uncapped=efficiency + step,
        differences=own,
        ols=ols,
        left_out=tuple(map(str, out.index[out])),
        capped=tuple(map(str, step.index[step != held])),
    )
