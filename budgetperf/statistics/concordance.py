"""Kendall's W: how far raters put the targets in the same order.

Holds the coefficient with its correction for ties and two tests of it. Only ranks count: a rater
who is stricter throughout agrees fully with a milder one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import NoVariation
from budgetperf.statistics.labelled import Array, Floats, array
from budgetperf.statistics.ratings import demand_ratings, flat_raters, fully_alike, told

SMALL = 7  # targets up to which the chi-square is too coarse (Siegel and Castellan 1988)


@dataclass(frozen=True, slots=True, eq=False)
class KendallResult:
    """Concordance of m raters over n targets.

    Parameters
    ----------
    w : float
        0 no common order, 1 the same order; corrected for ties.
    w_uncorrected : float
        As if there were no ties.
    f, df1, df2, p_value : float
        Kendall and Babington Smith's F of no concordance; inf and 0 where w is 1.
    chi2, chi2_df, chi2_p_value : float
        Friedman's test, conservative for few raters.
    rank_sums : Series (n,)
        By target; 1 is the lowest score, ties share the mean rank.
    ties : Series (m,)
        By rater, sum of t^3 - t over groups of t equal scores.
    findings : tuple of Finding
    """

    w: float
    w_uncorrected: float
    f: float
    df1: float
    df2: float
    p_value: float
    chi2: float
    chi2_df: float
    chi2_p_value: float
    rank_sums: Floats
    ties: Floats
    findings: tuple[Finding, ...]


def kendall_w(ratings: pd.DataFrame) -> KendallResult:
    """Return Kendall's coefficient of concordance.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        Scores or ranks, complete, three targets and two raters at least; the unit of each rater
        is free, but all count in the same direction.

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_ratings``.
    NoVariation
        Every rater gives all targets one score.

    Notes
    -----
    W = 12 sum (R_i - mean R)^2 / (m^2 (n^3 - n) - m sum T_j), T_j = sum (t^3 - t).
    chi2 = m (n - 1) W with n - 1; F = (m - 1) W / (1 - W) with n - 1 - 2 / m and m - 1 times that.

    References
    ----------
    Kendall and Babington Smith (1939) The problem of m rankings, Annals of Mathematical
    Statistics 10, 275-287; Kendall (1948) Rank correlation methods; Legendre (2005) Species
    associations: the Kendall coefficient of concordance revisited, JABES 10, 226-245 (why F).
    """
    table = demand_ratings(ratings, targets=3)
    ranks = stats.rankdata(array(table), axis=0)
    n, m = ranks.shape
    ties = np.array([_ties(column) for column in ranks.T])
    sums = ranks.sum(axis=1)
    spread = 12 * float(((sums - m * (n + 1) / 2) ** 2).sum())
    most = m * m * (n**3 - n)
    if ties.sum() == m * (n**3 - n):
        raise NoVariation("每位评委给全部对象的评分都相同，无从排序，肯德尔和谐系数没有意义")
    w = min(spread / (most - m * float(ties.sum())), 1.0)
    f, df1 = ((m - 1) * w / (1 - w) if w < 1 else np.inf), n - 1 - 2 / m
    chi2 = m * (n - 1) * w
    return KendallResult(
        w,
        spread / most,
        f,
        df1,
        (m - 1) * df1,
        float(stats.f.sf(f, df1, (m - 1) * df1)),
        chi2,
        n - 1.0,
        float(stats.chi2.sf(chi2, n - 1)),
        pd.Series(sums, index=table.index),
        pd.Series(ties, index=table.columns),
        (*flat_raters(table), *_small(n), *_alike(w)),
    )


def _ties(ranks: Array) -> float:
    counts = np.unique(ranks, return_counts=True)[1].astype(np.float64)
    return float((counts**3 - counts).sum())


def _alike(w: float) -> tuple[Finding, ...]:
    return (fully_alike("评委的排序完全一致，F值为无穷大"),) if w == 1 else ()


def _small(n: int) -> tuple[Finding, ...]:
    if n > SMALL:
        return ()
    text = f"只有{n}个对象，卡方近似偏粗，显著性请看F检验，或查精确表"
    return (told("few_targets", Severity.NOTE, text, "Siegel & Castellan (1988)"),)
