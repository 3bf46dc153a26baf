"""Whether a correlation matrix is worth factoring: Kaiser-Meyer-Olkin and Bartlett.

Holds the two measures and what they mean for the reader; it extracts no factor.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.errors import SingularCorrelation
from budgetperf.statistics.labelled import Array, Floats, array

MAX_CONDITION = 1e10  # beyond it the inverse, and with it KMO and the scores, is noise
KMO_WANTED = 0.5
SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Adequacy:
    """Sampling adequacy (0-1, per indicator too) and the test of sphericity.

    Parameters
    ----------
    kmo : float
    msa : Series (m,)
    chi_square : float
    df : int
    p_value : float
    findings : tuple of Finding
    """

    kmo: float
    msa: Floats
    chi_square: float
    df: int
    p_value: float
    findings: tuple[Finding, ...]


def inverse(correlation: pd.DataFrame) -> Array:
    """Return the inverse of a correlation matrix.

    Raises
    ------
    SingularCorrelation
    """
    matrix = array(correlation)
    condition = float(np.linalg.cond(matrix))
    if not condition < MAX_CONDITION:
        raise SingularCorrelation(condition)
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def judge_adequacy(correlation: pd.DataFrame, *, n: int) -> Adequacy:
    """Return KMO and Bartlett's test of a correlation matrix.

    Parameters
    ----------
    correlation : DataFrame (m, m)
        m at least 2.
    n : int
        Evaluands it was computed from.

    Raises
    ------
    SingularCorrelation

    Notes
    -----
    KMO = sum r^2 / (sum r^2 + sum a^2) over the pairs, a the partial correlations
    -p_ij / sqrt(p_ii p_jj) of the inverse P. Bartlett: -(n - 1 - (2m + 5) / 6) ln |R| against
    chi-square with m (m - 1) / 2 degrees of freedom.

    References
    ----------
    Kaiser (1974) An index of factorial simplicity, Psychometrika 39, 31-36; Bartlett (1950)
    Tests of significance in factor analysis, British Journal of Psychology 3, 77-85.
    """
    r, p = array(correlation), inverse(correlation)
    scale = np.sqrt(np.diag(p))
    partial = -p / np.outer(scale, scale)
    off = ~np.eye(len(r), dtype=bool)
    r2, a2 = np.where(off, r**2, 0.0), np.where(off, partial**2, 0.0)
    both = r2.sum(axis=0) + a2.sum(axis=0)
    msa = np.divide(r2.sum(axis=0), both, out=np.zeros(len(r)), where=both > 0)
    kmo = float(r2.sum() / (r2.sum() + a2.sum())) if both.sum() > 0 else 0.0
    m = len(r)
    statistic = -(n - 1 - (2 * m + 5) / 6) * float(np.linalg.slogdet(r)[1])
    df = m * (m - 1) // 2
    p_value = float(chi2.sf(statistic, df))
    findings = _told(kmo, p_value)
    return Adequacy(kmo, pd.Series(msa, index=correlation.index), statistic, df, p_value, findings)


def _told(kmo: float, p_value: float) -> tuple[Finding, ...]:
    where = Where(pointer="/factor")
    found: list[Finding] = []
    if kmo < KMO_WANTED:
        text = f"KMO值{kmo:.3f}低于{KMO_WANTED}，指标间共同成分不足，不适合作因子分析；因子权重仅供参考"
        found.append(Finding("statistics.kmo", Severity.WARNING, where, text, "Kaiser (1974)"))
    if not p_value < SIGNIFICANCE:
        text = f"Bartlett球形检验p={p_value:.3f}，不能拒绝“各指标互不相关”，不适合作因子分析"
        found.append(Finding("statistics.bartlett", Severity.WARNING, where, text, "Bartlett (1950)"))
    return tuple(found)
