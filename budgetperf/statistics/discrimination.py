"""Discrimination (辨别力): an indicator on which all evaluands are alike tells them apart no better than none.

Holds the coefficient of variation across evaluands and the cut.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.labelled import Floats, demand_table


@dataclass(frozen=True, slots=True, eq=False)
class DiscriminationResult:
    """Coefficients of variation (NaN where the mean is zero), who stays, and what must be told."""

    variation: Floats
    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    cut_off: float
    findings: tuple[Finding, ...]


def screen_discrimination(values: pd.DataFrame, *, cut_off: float) -> DiscriminationResult:
    """Drop the indicators whose coefficient of variation across evaluands is below ``cut_off``.

    Parameters
    ----------
    values : DataFrame (n, m)
        In their own units, before any standardising (a ratio scale: zero means none).
    cut_off : float
        A ratio; an indicator at the cut stays.

    Raises
    ------
    BadTable, TooFewRows
        See ``labelled.demand_table``.

    Notes
    -----
    V = s / |mean| with s the sample standard deviation (n - 1). Where the mean is zero V means
    nothing: the indicator stays (unless it is constant) and that is told.

    References
    ----------
    BJ-3E1C (辨别力 of candidates); 范柏乃、朱华 (2005); the cut is a parameter [ours, 0.1].
    """
    demand_table(values)
    numbers = values.astype(np.float64)
    mean, sd = numbers.mean().abs(), numbers.std(ddof=1)
    constant = numbers.max() == numbers.min()
    meaningless = (mean <= 1e-12 * numbers.abs().max()) & ~constant
    variation = (sd / mean.where(~meaningless & (mean > 0))).mask(constant, 0.0)
    stays = meaningless | (variation >= cut_off)
    kept, dropped = (tuple(map(str, values.columns[chosen])) for chosen in (stays, ~stays))
    return DiscriminationResult(variation, kept, dropped, cut_off, _told(values.columns[meaningless]))


def _told(meaningless: pd.Index) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "statistics.zero_mean",
            Severity.WARNING,
            Where(pointer=f"/values/{name}"),
            f"“{name}”的均值为零，变异系数没有意义，未按辨别力筛选；请人工判断",
        )
        for name in meaningless
    )
