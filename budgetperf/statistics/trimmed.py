"""The trimmed mean: what remains of a mean when a share of each end is left out.

Holds the estimate for research and baselines. Points of a panel are trimmed exactly, in decimals,
by ``scoring.raters``.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import BadParameter
from budgetperf.statistics.labelled import Floats, array
from budgetperf.statistics.parameters import demand_share, is_number
from budgetperf.statistics.ratings import demand_values, negligible, told


@dataclass(frozen=True, slots=True)
class TrimmedMean:
    """A mean without the ends, with its interval.

    Parameters
    ----------
    mean, std_error, low, high : float
        In the unit of the input.
    dropped_low, dropped_high : tuple of str
        Whose values were left out, the most extreme first.
    n_counted : int
    share : float
        Asked for at each end.
    confidence : float
    findings : tuple of Finding
    """

    mean: float
    std_error: float
    low: float
    high: float
    dropped_low: tuple[str, ...]
    dropped_high: tuple[str, ...]
    n_counted: int
    share: float
    confidence: float
    findings: tuple[Finding, ...]


def trimmed_mean(values: Floats, *, share: float = 0.1, confidence: float = 0.95) -> TrimmedMean:
    """Return the mean of the middle of a column.

    Parameters
    ----------
    values : Series (n,)
        Two at least, any unit.
    share : float
        Left out at each end, 0 up to (not including) 0.5; the number is rounded down.
    confidence : float

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_values``; also fewer than two values left.
    BadParameter
        ``share`` or ``confidence`` is off its range.

    Notes
    -----
    g = floor(share n), h = n - 2 g. Standard error sqrt(SSD_w / (h (h - 1))) with SSD_w the sum
    of squared deviations of the winsorised values; Student's t with h - 1. With g = 0 it is the
    ordinary mean and its interval. Of equal values the first in the table is left out first.

    References
    ----------
    Tukey and McLaughlin (1963) Less vulnerable confidence and significance procedures for
    location, Sankhya A 25, 331-352; Yuen (1974) Biometrika 61, 165-170.
    """
    demand_share("置信水平", confidence)
    if not is_number(share) or not 0 <= share < 0.5:
        raise BadParameter(f"每端去掉的比例须为不小于0且小于0.5的数，现为{share}")
    column = demand_values(values, least=2)
    figures = array(column)
    order = np.argsort(figures, kind="stable")
    n = len(figures)
    g = int(share * n + 1e-9)  # 0.1 of 30 is three
    h = n - 2 * g
    if h < 2:
        demand_values(column.iloc[order[g : n - g]], least=2)
    kept = figures[order][g : n - g]
    winsorised = np.clip(figures, kept[0], kept[-1])
    squares = float(((winsorised - winsorised.mean()) ** 2).sum())
    squares = 0.0 if negligible(squares, figures) else squares
    mean, error = float(kept.mean()), (squares / (h * (h - 1))) ** 0.5
    reach = float(stats.t.isf((1 - confidence) / 2, h - 1)) * error
    names = [str(name) for name in column.index[order]]
    return TrimmedMean(
        mean,
        error,
        mean - reach,
        mean + reach,
        tuple(names[:g]),
        tuple(names[: n - g - 1 : -1]) if g else (),
        h,
        share,
        confidence,
        _findings(error, g, share, n),
    )


def _findings(error: float, g: int, share: float, n: int) -> tuple[Finding, ...]:
    findings = []
    if error == 0:
        text = "去掉两端后其余数值全部相同，标准误为0，区间收缩为一点"
        findings.append(told("no_error", Severity.WARNING, text, at="/values"))
    if share > 0 and g == 0:
        text = f"{n}个数值按{share:.0%}去掉两端不足一个，没有去掉任何数值"
        findings.append(told("nothing_trimmed", Severity.NOTE, text, at="/values"))
    return tuple(findings)
