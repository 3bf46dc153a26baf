"""Outliers in one column of figures: Grubbs' test for one, Rosner's generalised ESD for several.

Holds the two tests. Both suppose that all but the outliers are normal; both only name values,
dropping them is for the caller to decide and to record.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import BadParameter, NoVariation
from budgetperf.statistics.labelled import Floats, array
from budgetperf.statistics.methods import Tail
from budgetperf.statistics.parameters import demand_share, is_whole
from budgetperf.statistics.ratings import demand_values, negligible, told

GRUBBS_FROM = 7  # below it the test often tags ordinary values (NIST/SEMATECH e-Handbook 1.3.5.17.1)
ESD_FROM = 15  # below it the critical values are only rough (Rosner 1983)


@dataclass(frozen=True, slots=True)
class GrubbsResult:
    """The most extreme value and whether it is an outlier.

    Parameters
    ----------
    label : str
        Whose value it is; of equal ones the first.
    value : float
        In the unit of the input.
    g, critical : float
        Distance from the mean in standard deviations, and what it must exceed.
    p_value : float
        Bonferroni's bound, exact where small.
    is_outlier : bool
    significance : float
    side : Tail
    findings : tuple of Finding
    """

    label: str
    value: float
    g: float
    critical: float
    p_value: float
    is_outlier: bool
    significance: float
    side: Tail
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EsdResult:
    """The outliers of a column.

    Parameters
    ----------
    table : DataFrame (at_most, 4)
        A step a row, by label: ``value``, ``r`` (distance in standard deviations of what was
        left), ``critical``, ``is_outlier``.
    outliers : tuple of str
        Their labels, the most extreme first.
    significance : float
    findings : tuple of Finding
    """

    table: pd.DataFrame
    outliers: tuple[str, ...]
    significance: float
    findings: tuple[Finding, ...]


def grubbs(values: Floats, *, significance: float = 0.05, side: Tail | str = Tail.BOTH) -> GrubbsResult:
    """Test whether the most extreme value is an outlier.

    Parameters
    ----------
    values : Series (n,)
        Three at least, any unit.
    significance : float
        Chance of naming an outlier among normal values that have none.
    side : Tail
        ``both``, ``low`` or ``high``.

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_values``.
    NoVariation
        All values are equal.
    BadParameter
        ``significance`` is not between 0 and 1, or ``side`` is unknown.

    Notes
    -----
    G = max |x - mean| / s; critical (n - 1) / sqrt(n) sqrt(t^2 / (n - 2 + t^2)) with t the upper
    significance / (2 n) point of Student's t with n - 2, / n when one side is asked.

    References
    ----------
    Grubbs (1969) Procedures for detecting outlying observations in samples, Technometrics 11,
    1-21; NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17.1.
    """
    demand_share("显著性水平", significance)
    try:
        tail = Tail(side)
    except ValueError:
        raise BadParameter(f"没有“{side}”这一侧，可用：{'、'.join(one.value for one in Tail)}") from None
    column = demand_values(values, least=3)
    figures = array(column)
    scores = _standardised(figures)
    scores = {Tail.BOTH: np.abs(scores), Tail.HIGH: scores, Tail.LOW: -scores}[tail]
    at, n, sides = int(np.argmax(scores)), len(figures), 2 if tail is Tail.BOTH else 1
    g, critical = float(scores[at]), _critical(n, significance / sides)
    left = (n - 1) ** 2 - n * g * g
    t = np.sqrt(n * (n - 2) * g * g / left) if left > 0 else np.inf
    p_value = min(sides * n * float(stats.t.sf(t, n - 2)), 1.0)
    findings = _few(n, GRUBBS_FROM, "格拉布斯检验在样本很少时容易误判", "NIST e-Handbook 1.3.5.17.1")
    label, value = str(column.index[at]), float(figures[at])
    return GrubbsResult(label, value, g, critical, p_value, g > critical, significance, tail, findings)


def generalised_esd(values: Floats, *, at_most: int, significance: float = 0.05) -> EsdResult:
    """Name up to ``at_most`` outliers, seeing those that hide each other.

    Parameters
    ----------
    values : Series (n,)
        Three at least, any unit.
    at_most : int
        Upper bound of their number, fixed beforehand, at most half of the values.
    significance : float
        Chance of naming any among normal values that have none.

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_values``.
    NoVariation
        All values are equal.
    BadParameter
        ``at_most`` or ``significance`` is off its range.

    Notes
    -----
    R_i = max |x - mean| / s of what is left after i - 1 removals; critical as Grubbs' with
    n - i + 1 values. The number of outliers is the largest i with R_i above its critical value.
    Steps end early, and that is told, when all values left are equal.

    References
    ----------
    Rosner (1983) Percentage points for a generalized ESD many-outlier procedure, Technometrics
    25, 165-172; NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.17.3.
    """
    demand_share("显著性水平", significance)
    left = demand_values(values, least=3)
    n = len(left)
    if not is_whole(at_most) or not 1 <= at_most <= n // 2:
        raise BadParameter(f"异常值个数上限须为1到样本量一半（{n // 2}）的整数，现为{at_most}")
    rows: list[tuple[float, float, float]] = []
    labels = []
    findings = _few(n, ESD_FROM, "广义极端学生化偏差检验的临界值在样本很少时只是近似", "Rosner (1983)")
    for _ in range(at_most):
        figures = array(left)
        if rows and _steady(figures):
            text = f"去掉{len(rows)}个值后其余全部相同，检验到此为止"
            findings = (
                *findings,
                told("nothing_left", Severity.WARNING, text, "Rosner (1983)", at="/values"),
            )
            break
        scores = np.abs(_standardised(figures))
        at = int(np.argmax(scores))
        rows.append((float(figures[at]), float(scores[at]), _critical(len(figures), significance / 2)))
        labels.append(left.index[at])
        left = left.drop(labels[-1])
    count = max((i for i, (_, r, critical) in enumerate(rows, 1) if r > critical), default=0)
    table = pd.DataFrame(rows, columns=["value", "r", "critical"], index=labels)
    table["is_outlier"] = np.arange(len(rows)) < count
    return EsdResult(table, tuple(str(label) for label in labels[:count]), significance, findings)


def _steady(figures: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> bool:
    return negligible(float(((figures - figures.mean()) ** 2).sum()), figures)


def _standardised(
    figures: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    if _steady(figures):
        raise NoVariation("全部数值相同，没有离散程度可言，无从判断异常值")
    return np.asarray((figures - figures.mean()) / figures.std(ddof=1), dtype=np.float64)


def _critical(n: int, tail: float) -> float:
    """Return what the distance of the most extreme of ``n`` values must exceed on one side."""
    t2 = float(stats.t.isf(tail / n, n - 2)) ** 2
    return float((n - 1) / np.sqrt(n) * np.sqrt(t2 / (n - 2 + t2)))


def _few(n: int, wanted: int, text: str, source: str) -> tuple[Finding, ...]:
    if n >= wanted:
        return ()
    return (
        told(
            "small_sample",
            Severity.WARNING,
            f"只有{n}个数值，{text}（宜有{wanted}个以上）",
            source,
            at="/values",
        ),
    )
