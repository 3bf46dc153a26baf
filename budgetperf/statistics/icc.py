"""Intraclass correlation: how much of the spread of scores is of the targets, not of the raters.

Holds the six forms of Shrout and Fleiss with their F tests and intervals. Which form is meant is
for the caller to say: raters may be new for every target (1), a sample (2) or all there are (3),
and the score used a single rater's (,1) or the mean of the k (,k).
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
    demand_ratings,
    flat_raters,
    fully_alike,
    negligible,
    told,
)

FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")
SOURCE = "Shrout & Fleiss (1979)"


@dataclass(frozen=True, slots=True, eq=False)
class IccResult:
    """The six forms side by side.

    Parameters
    ----------
    table : DataFrame (6, 7)
        By form: ``estimate``, ``f``, ``df1``, ``df2``, ``p_value`` (of no correlation), ``low``
        and ``high``. No unit; NaN, and told, where a form is not defined; ``low`` may be -inf.
    mean_squares : Series (4,)
        BMS between targets, WMS within them, JMS between raters, EMS residual; unit squared.
    n_targets, n_raters : int
    confidence : float
        Of the intervals.
    findings : tuple of Finding
    """

    table: pd.DataFrame
    mean_squares: Floats
    n_targets: int
    n_raters: int
    confidence: float
    findings: tuple[Finding, ...]


def icc(ratings: pd.DataFrame, *, confidence: float = 0.95) -> IccResult:
    """Return the six intraclass correlations of a complete table.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        At least 2 × 2, complete, any unit; every linear change of unit gives the same result.
    confidence : float
        Of the two-sided intervals.

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_ratings``.
    NoVariation
        All targets have the same mean, so that there is nothing to tell apart.
    BadParameter
        ``confidence`` is not between 0 and 1.

    Notes
    -----
    With n targets and k raters: ICC(1,1) = (BMS - WMS) / (BMS + (k - 1) WMS); ICC(2,1) =
    (BMS - EMS) / (BMS + (k - 1) EMS + k (JMS - EMS) / n); ICC(3,1) = (BMS - EMS) / (BMS +
    (k - 1) EMS); the means of k have (BMS - WMS) / BMS, (BMS - EMS) / (BMS + (JMS - EMS) / n),
    (BMS - EMS) / BMS. Intervals of forms 1 and 3 are exact under normality, of form 2
    Satterthwaite's, with a negative ICC(2,1) taken as 0 in its degrees of freedom [ours].

    References
    ----------
    Shrout and Fleiss (1979) Intraclass correlations: uses in assessing rater reliability,
    Psychological Bulletin 86, 420-428; McGraw and Wong (1996) Forming inferences about some
    intraclass correlation coefficients, Psychological Methods 1, 30-46.
    """
    demand_share("置信水平", confidence)
    table = demand_ratings(ratings)
    squares = _mean_squares(table)
    n, k = table.shape
    columns = {
        "estimate": _estimates(squares, n, k),
        **_tests(squares, n, k),
        **_bounds(squares, n, k, (1 - confidence) / 2),
    }
    found = pd.DataFrame(columns, index=pd.Index(FORMS, name="form"))
    found.loc[found["estimate"].isna(), ["low", "high"]] = np.nan
    return IccResult(found, squares, n, k, confidence, _findings(table, found, squares))


def _mean_squares(table: pd.DataFrame) -> Floats:
    scores = array(table)
    n, k = scores.shape
    centred = scores - scores.mean()
    by_target = centred.mean(axis=1, keepdims=True)
    by_rater = centred.mean(axis=0, keepdims=True)
    sums = {
        "BMS": (k * float((by_target**2).sum()), n - 1),
        "WMS": (float(((centred - by_target) ** 2).sum()), n * (k - 1)),
        "JMS": (n * float((by_rater**2).sum()), k - 1),
        "EMS": (float(((centred - by_target - by_rater) ** 2).sum()), (n - 1) * (k - 1)),
    }
    squares = {name: 0.0 if negligible(total, scores) else total / df for name, (total, df) in sums.items()}
    if squares["BMS"] == 0:
        raise NoVariation("各对象的平均分完全相同，看不出对象之间的差别，组内相关系数没有意义")
    return pd.Series(squares)


def _estimates(squares: Floats, n: int, k: int) -> list[float]:
    bms, wms, jms, ems = squares
    below = bms + (jms - ems) / n
    return [
        (bms - wms) / (bms + (k - 1) * wms),
        (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n),
        (bms - ems) / (bms + (k - 1) * ems),
        (bms - wms) / bms,
        (bms - ems) / below if below > 0 else np.nan,
        (bms - ems) / bms,
    ]


def _tests(squares: Floats, n: int, k: int) -> dict[str, list[float]]:
    bms, wms, _, ems = squares
    one, two = (n - 1, n * (k - 1)), (n - 1, (n - 1) * (k - 1))
    f = [bms / noise if noise > 0 else np.inf for noise in (wms, ems, ems)] * 2
    df = [one, two, two] * 2
    return {
        "f": f,
        "df1": [float(first) for first, _ in df],
        "df2": [float(second) for _, second in df],
        "p_value": [float(stats.f.sf(at, *both)) for at, both in zip(f, df, strict=True)],
    }


def _bounds(squares: Floats, n: int, k: int, tail: float) -> dict[str, list[float]]:
    rows = zip(
        _scaled(n - 1, n * (k - 1), tail),
        _scaled(n - 1, _satterthwaite(squares, n, k), tail),
        _scaled(n - 1, (n - 1) * (k - 1), tail),
        strict=True,
    )
    low, high = (_at(squares, n, k, row) for row in rows)
    return {"low": low, "high": high}


def _at(squares: Floats, n: int, k: int, scale: tuple[float, float, float]) -> list[float]:
    """Return the six forms with the noise blown up (or down) to one end of its interval."""
    bms, wms, jms, ems = squares
    one, two, three = scale[0] * wms, scale[1], scale[2] * ems
    gap, below = n * (bms - two * ems), two * (jms - ems) + n * bms
    return [
        (bms - one) / (bms + (k - 1) * one),
        gap / (two * (k * jms + (k * n - k - n) * ems) + n * bms),
        (bms - three) / (bms + (k - 1) * three),
        1 - one / bms,
        gap / below if below > 0 else -np.inf,
        1 - three / bms,
    ]


def _scaled(df1: float, df2: float, tail: float) -> tuple[float, float]:
    """Return the factors of the noise at the low and the high end of the correlation."""
    return float(stats.f.isf(tail, df1, df2)), float(stats.f.ppf(tail, df1, df2))


def _satterthwaite(squares: Floats, n: int, k: int) -> float:
    """Return the degrees of freedom of the noise of form 2, raters and residual together."""
    _, _, jms, ems = squares
    rho = max(_estimates(squares, n, k)[1], 0.0)
    raters, residual = k * rho * jms, (n * (1 + (k - 1) * rho) - k * rho) * ems
    if raters + residual == 0:
        return float((n - 1) * (k - 1))
    return (k - 1) * (n - 1) * (raters + residual) ** 2 / ((n - 1) * raters**2 + residual**2)


def _findings(table: pd.DataFrame, found: pd.DataFrame, squares: Floats) -> tuple[Finding, ...]:
    findings = list(flat_raters(table))
    negative = "、".join(found.index[found["estimate"] < 0])
    if negative:
        text = f"{negative}为负：同一对象内部的差异大于对象之间的差异，评分不可用来区分对象"
        findings.append(told("negative_icc", Severity.WARNING, text, SOURCE))
    unknown = "、".join(found.index[found["estimate"].isna()])
    if unknown:
        findings.append(told("undefined_icc", Severity.ERROR, f"{unknown}的分母不大于0，没有定义", SOURCE))
    endless = "、".join(found.index[np.isneginf(found["low"])])
    if endless:
        findings.append(
            told("unbounded_icc", Severity.NOTE, f"{endless}的区间没有下限：对象或评委太少", SOURCE)
        )
    if squares["EMS"] == 0:
        findings.append(fully_alike("除评委之间的固定差距外评分完全一致，F值为无穷大，区间收缩为一点"))
    return tuple(findings)
