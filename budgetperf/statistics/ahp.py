"""The analytic hierarchy process: weights from judgements in pairs, and how consistent these are.

Holds one matrix: the principal eigenvector, lambda max, consistency index and ratio. A ratio of
0.1 or more is told, never repaired: the people who judged judge again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.errors import BadTable, NoRandomIndex, NotReciprocal
from budgetperf.statistics.labelled import Array, Floats, array

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
"""Mean consistency index of random reciprocal matrices of order 1 to 15 (Saaty 1980, p. 21)."""

CONSISTENT_BELOW = 0.1
RECIPROCAL_TOLERANCE = 0.01  # relative: 0.33 for one third is taken, 0.3 is not


@dataclass(frozen=True, slots=True, eq=False)
class AhpResult:
    """Weights and consistency of one matrix.

    Parameters
    ----------
    weights : Series (m,)
        Sum 1.
    lambda_max : float
        Not below m.
    consistency_index, random_index, consistency_ratio : float
        Ratio 0 where the random index is 0 (order 1 and 2 are always consistent).
    findings : tuple of Finding
    """

    weights: Floats
    lambda_max: float
    consistency_index: float
    random_index: float
    consistency_ratio: float
    findings: tuple[Finding, ...]


def fit_ahp(pairs: pd.DataFrame) -> AhpResult:
    """Return the principal eigenvector of a pairwise matrix and its consistency ratio.

    Parameters
    ----------
    pairs : DataFrame (m, m)
        Row against column: 3 means the row is moderately more important, 1/3 the opposite.

    Raises
    ------
    BadTable
        Rows and columns do not carry the same names in the same order.
    NotReciprocal
        A cell is missing or not above 0, a diagonal is not 1, or a_ij a_ji is not 1.
    NoRandomIndex
        More than 15 indicators.

    Notes
    -----
    A w = lambda_max w; CI = (lambda_max - m) / (m - 1); CR = CI / RI.

    References
    ----------
    Saaty (1980) The analytic hierarchy process, McGraw-Hill; Saaty (1990) How to make a decision,
    European Journal of Operational Research 48, 9-26. Beside factor weights in GD-INDEX [ours].
    """
    _demand_reciprocal(pairs)
    order = len(pairs)
    if order > len(RANDOM_INDEX):
        raise NoRandomIndex(order, len(RANDOM_INDEX))
    matrix = array(pairs)
    lambda_max, vector = _principal(matrix)
    index = max((lambda_max - order) / (order - 1), 0.0) if order > 1 else 0.0
    random = RANDOM_INDEX[order - 1]
    ratio = index / random if random else 0.0
    weights = pd.Series(vector, index=pairs.index)
    return AhpResult(weights, lambda_max, index, random, ratio, _told(pairs, weights, ratio))


def _demand_reciprocal(pairs: pd.DataFrame) -> None:
    if list(pairs.index) != list(pairs.columns) or pairs.index.has_duplicates or pairs.empty:
        raise BadTable(
            "判断矩阵的行与列须为同样的指标、同样的次序，且不重复", places=[str(n) for n in pairs.index]
        )
    matrix = array(pairs)
    with np.errstate(invalid="ignore"):
        sound = np.isfinite(matrix) & (matrix > 0) & (np.abs(matrix * matrix.T - 1) <= RECIPROCAL_TOLERANCE)
    np.fill_diagonal(sound, np.diag(matrix) == 1)
    wrong = [(int(i), int(j)) for i, j in np.argwhere(~sound) if i <= j]
    if wrong:
        raise NotReciprocal([f"{pairs.index[i]}与{pairs.columns[j]}" for i, j in wrong])


def _principal(matrix: Array) -> tuple[float, Array]:
    """Return the Perron root and its vector, positive, of sum 1."""
    values, vectors = np.linalg.eig(matrix)
    at = int(np.argmax(values.real))
    vector = np.abs(vectors[:, at].real)
    return float(values[at].real), vector / vector.sum()


def _told(pairs: pd.DataFrame, weights: Floats, ratio: float) -> tuple[Finding, ...]:
    if ratio < CONSISTENT_BELOW:
        return ()
    w = array(weights)
    strain = np.abs(np.log(array(pairs) * w[None, :] / w[:, None]))
    i, j = np.unravel_index(int(np.argmax(strain)), strain.shape)
    first, second = sorted((int(i), int(j)))
    text = (
        f"判断矩阵一致性比率{ratio:.3f}不低于{CONSISTENT_BELOW}，判断前后矛盾，权重不宜采用；"
        f"出入最大的是“{pairs.index[first]}”与“{pairs.columns[second]}”，请重新判断"
    )
    return (
        Finding("statistics.inconsistent", Severity.ERROR, Where(pointer="/pairs"), text, "Saaty (1980)"),
    )
