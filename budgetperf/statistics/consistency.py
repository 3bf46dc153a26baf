"""Cronbach's alpha: how reliable the total of several scores is, when all mean the same thing.

Holds alpha with Feldt's interval, and alpha without each rater (or item) in turn.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import NoVariation
from budgetperf.statistics.labelled import Floats, array
from budgetperf.statistics.parameters import demand_share
from budgetperf.statistics.ratings import (
    ROUNDING,
    demand_ratings,
    flat_raters,
    fully_alike,
    negligible,
    told,
)


@dataclass(frozen=True, slots=True, eq=False)
class CronbachResult:
    """Alpha of the total.

    Parameters
    ----------
    alpha, low, high : float
        At most 1, no unit; negative where raters contradict each other.
    without : Series (n_raters,)
        Alpha when that rater is left out; NaN where fewer than two or no spread remain.
    confidence : float
    findings : tuple of Finding
    """

    alpha: float
    low: float
    high: float
    without: Floats
    confidence: float
    findings: tuple[Finding, ...]


def cronbach_alpha(ratings: pd.DataFrame, *, confidence: float = 0.95) -> CronbachResult:
    """Return Cronbach's alpha of a complete table.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        At least 2 × 2, complete; columns in one unit (raters, or items of one scale). Reverse
        items are turned by the caller.
    confidence : float

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_ratings``.
    NoVariation
        All targets have the same total.
    BadParameter
        ``confidence`` is not between 0 and 1.

    Notes
    -----
    alpha = k / (k - 1) (1 - sum s_j^2 / s_total^2), which equals ICC(3,k). Feldt:
    (1 - rho) / (1 - alpha) follows F(n - 1, (n - 1)(k - 1)).

    References
    ----------
    Cronbach (1951) Coefficient alpha and the internal structure of tests, Psychometrika 16,
    297-334; Feldt (1965) The approximate sampling distribution of Kuder-Richardson reliability
    coefficient twenty, Psychometrika 30, 357-370.
    """
    demand_share("置信水平", confidence)
    table = demand_ratings(ratings)
    alpha = _alpha(table)
    if np.isnan(alpha):
        raise NoVariation("各对象的总分完全相同，克朗巴哈系数没有意义")
    n, k = table.shape
    f = stats.f((n - 1), (n - 1) * (k - 1))
    low, high = (
        1 - (1 - alpha) * float(f.ppf(share)) for share in ((1 + confidence) / 2, (1 - confidence) / 2)
    )
    without = pd.Series({name: _alpha(table.drop(columns=name)) for name in table.columns}, dtype=np.float64)
    return CronbachResult(alpha, low, high, without, confidence, _findings(table, alpha))


def _alpha(table: pd.DataFrame) -> float:
    scores = array(table)
    k = scores.shape[1]
    centred = scores - scores.mean(axis=0)
    total = centred.sum(axis=1)
    if k < 2 or negligible(float((total**2).sum()), scores):
        return np.nan
    return float(k / (k - 1) * (1 - (centred**2).sum() / (total**2).sum()))


def _findings(table: pd.DataFrame, alpha: float) -> tuple[Finding, ...]:
    if alpha >= 1 - ROUNDING:
        return (*flat_raters(table), fully_alike("除评委之间的固定差距外评分完全一致，区间收缩为一点"))
    if alpha >= 0:
        return flat_raters(table)
    text = "克朗巴哈系数为负：评分彼此矛盾，或有反向项目没有转换方向"
    return (*flat_raters(table), told("negative_alpha", Severity.WARNING, text, "Cronbach (1951)"))
