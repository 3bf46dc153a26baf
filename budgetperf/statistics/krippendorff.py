"""Krippendorff's alpha: observed against chance disagreement, for any scale and with gaps.

Holds the four scales. Ordinal distance is the distance of mid-ranks, so that it and the interval
distance come from sums of squares; only ratios need every pair of values.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import BadParameter, BadTable, NoVariation, TooFewRows
from budgetperf.statistics.labelled import Array, array
from budgetperf.statistics.methods import Measurement
from budgetperf.statistics.ratings import cells, demand_names, demand_ratings, flat_raters, negligible, told

SOURCE = "Krippendorff (2011)"
BLOCK = 512  # values compared with all others at a time

Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class KrippendorffResult:
    """Reliability of the values given.

    Parameters
    ----------
    alpha : float
        1 full agreement, 0 what chance gives, negative where raters disagree systematically.
    observed, expected : float
        Mean squared distance of two values of one target, and of any two values; in the square
        of the scale's unit (ranks for ordinal, none for nominal and ratio).
    level : Measurement
    n_values : int
        Values that have a partner on their target.
    unpaired : tuple of str
        Targets with fewer than two values, which say nothing of agreement.
    findings : tuple of Finding
    """

    alpha: float
    observed: float
    expected: float
    level: Measurement
    n_values: int
    unpaired: tuple[str, ...]
    findings: tuple[Finding, ...]


def krippendorff_alpha(ratings: pd.DataFrame, *, level: Measurement | str) -> KrippendorffResult:
    """Return Krippendorff's alpha.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        NaN where a rater did not judge. Numbers; at the nominal level any labels.
    level : Measurement
        ``nominal``, ``ordinal``, ``interval`` or ``ratio`` (values not below 0).

    Raises
    ------
    BadTable, TooFewRows
        See ``ratings.demand_ratings``; also fewer than two targets with two values, or a
        negative ratio.
    NoVariation
        All paired values are equal: neither agreement nor chance can be told.
    BadParameter
        An unknown level.

    Notes
    -----
    alpha = 1 - D_o / D_e, D_o = (1 / n) sum_u 1 / (m_u - 1) sum_{i != j in u} d(v_i, v_j)^2,
    D_e = 1 / (n (n - 1)) sum_{i != j} d(v_i, v_j)^2. d^2: 1 where different; difference of
    mid-ranks of the pooled values; difference; ((a - b) / (a + b))^2.

    References
    ----------
    Krippendorff (2011) Computing Krippendorff's alpha-reliability, University of Pennsylvania;
    Hayes and Krippendorff (2007) Answering the call for a standard reliability measure for
    coding data, Communication Methods and Measures 1, 77-89.
    """
    try:
        scale = Measurement(level)
    except ValueError:
        known = "、".join(member.value for member in Measurement)
        raise BadParameter(f"没有“{level}”这种测量层次，可用：{known}") from None
    values, targets, unpaired = _paired(ratings, scale)
    if (shared := len(np.unique(targets))) < 2:
        raise TooFewRows("至少被两位评委评过的对象太少", n=shared, needed=2)
    codes, counts = np.unique(values, return_inverse=True, return_counts=True)[1:]
    if len(counts) == 1 or negligible(float(((values - values.mean()) ** 2).sum()), values):
        raise NoVariation("全部评分相同，偶然不一致为零，克里彭多夫系数没有意义")
    placed = _mid_ranks(counts)[codes] if scale is Measurement.ORDINAL else values
    within, overall = _distances(placed, targets, scale)
    n = len(values)
    observed, expected = within / n, overall / (n * (n - 1))
    alpha = 1 - observed / expected
    findings = (*flat_raters(ratings), *_findings(unpaired, alpha))
    return KrippendorffResult(alpha, observed, expected, scale, n, unpaired, findings)


def _paired(ratings: pd.DataFrame, scale: Measurement) -> tuple[Array, Places, tuple[str, ...]]:
    """Return the values with a partner, the number of the target of each, and the lonely targets."""
    named = scale is Measurement.NOMINAL
    figures = demand_names(ratings)[0] if named else array(demand_ratings(ratings, complete=False, targets=1))
    if ratings.shape[1] < 2:
        raise TooFewRows("评委太少", n=ratings.shape[1], needed=2)
    if scale is Measurement.RATIO and (figures < 0).any():
        raise BadTable("等比层次的评分不能小于0", places=cells(ratings, figures < 0))
    given = ~np.isnan(figures)
    shared = given.sum(axis=1) >= 2
    rows = np.nonzero(given & shared[:, None])
    return figures[rows], rows[0], tuple(str(name) for name in ratings.index[~shared])


def _mid_ranks(counts: Places) -> Array:
    return np.cumsum(counts) - counts / 2


def _distances(values: Array, targets: Places, scale: Measurement) -> tuple[float, float]:
    """Return the sums of squared distances: within targets, each over its m - 1, and overall."""
    target = np.unique(targets, return_inverse=True)[1]
    size = np.bincount(target).astype(np.float64)
    if scale is Measurement.NOMINAL:
        same = np.unique(np.column_stack([target, values]), axis=0, return_counts=True)
        equal = np.bincount(same[0][:, 0].astype(np.intp), same[1].astype(np.float64) ** 2)
        whole = np.unique(values, return_counts=True)[1].astype(np.float64)
        return float(((size**2 - equal) / (size - 1)).sum()), float(len(values) ** 2 - (whole**2).sum())
    if scale is Measurement.RATIO:
        parts = np.split(values, np.cumsum(size[:-1]).astype(np.intp))  # the values come by target
        within = sum(_ratios(part, np.ones(len(part))) / (len(part) - 1) for part in parts)
        different, counts = np.unique(values, return_counts=True)
        return within, _ratios(different, counts.astype(np.float64))
    centred = values - values.mean()
    centred = centred - (np.bincount(target, centred) / size)[target]
    squares = np.bincount(target, centred**2)
    overall = float(((values - values.mean()) ** 2).sum())
    return float((2 * size * squares / (size - 1)).sum()), 2 * len(values) * overall


def _ratios(values: Array, counts: Array) -> float:
    """Return the sum of ((a - b) / (a + b))^2 over all ordered pairs; two zeros do not differ."""
    total = 0.0
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK, None]
        both = block + values
        shares = np.divide(block - values, both, out=np.zeros_like(both), where=both > 0)
        total += float(counts[start : start + BLOCK] @ shares**2 @ counts)
    return total


def _findings(unpaired: tuple[str, ...], alpha: float) -> tuple[Finding, ...]:
    findings = []
    if unpaired:
        text = f"以下对象不足两位评委评分，不计入：{'、'.join(unpaired)}"
        findings.append(told("unpaired", Severity.NOTE, text, SOURCE))
    if alpha < 0:
        text = "克里彭多夫系数为负：评委的分歧比偶然还大，请查评分口径是否一致"
        findings.append(told("negative_alpha", Severity.WARNING, text, SOURCE))
    return tuple(findings)
