"""Weights of the chosen indicators by every method, side by side, and the scores they give.

A method that cannot be computed is an error among the findings and is missing from the tables:
no other method takes its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.indicators import Direction
from budgetperf.statistics.ahp import AhpResult, fit_ahp
from budgetperf.statistics.entropy import EntropyResult, fit_entropy
from budgetperf.statistics.errors import StatisticsError
from budgetperf.statistics.factor_weights import FactorWeightsResult, fit_factor_weights
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.labelled import Floats, min_max, oriented
from budgetperf.statistics.methods import WeightMethod
from budgetperf.statistics.records import PairTable

POINTS = 100.0

R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The methods that could be computed, their weights and scores.

    Parameters
    ----------
    factor, entropy, ahp
        None where the method could not be computed.
    weights : DataFrame (m, methods)
        Columns are ``WeightMethod``; each sums to 1.
    scores : DataFrame (n, methods)
        Linear scores 0-100; the factor score in standard units around 0.
    findings : tuple of Finding
    """

    factor: FactorWeightsResult | None
    entropy: EntropyResult | None
    ahp: AhpResult | None
    weights: pd.DataFrame
    scores: pd.DataFrame
    findings: tuple[Finding, ...]


def weigh(
    values: pd.DataFrame,
    directions: Mapping[str, Direction],
    *,
    pairs: PairTable | None,
    spec: IndexSpec,
) -> Weighed:
    """Weigh the indicators of a table by every method.

    Parameters
    ----------
    values : DataFrame (n, m)
        In their own units.
    directions : mapping of str to Direction
    pairs : PairTable or None
        Judgements among at least these indicators.
    spec : IndexSpec

    Notes
    -----
    Score of evaluand i under weights w: 100 sum_j w_j x_ij, x the min-max share (0-1).
    """
    forward = oriented(values, directions)
    shares = min_max(forward)
    findings: list[Finding] = []
    factor = _tried(WeightMethod.FACTOR, lambda: _factor(forward, spec), findings)
    entropy = _tried(WeightMethod.ENTROPY, lambda: fit_entropy(shares), findings)
    ahp = _judged(pairs, shares, findings)
    computed = {WeightMethod.FACTOR: factor, WeightMethod.ENTROPY: entropy, WeightMethod.AHP: ahp}
    found: dict[WeightMethod, Floats] = {}
    for method, result in computed.items():
        if result is not None:
            found[method] = result.weights
            findings.extend(result.findings)
    found[WeightMethod.EQUAL] = pd.Series(1 / shares.shape[1], index=shares.columns)
    weights = pd.DataFrame(found)
    scores = POINTS * shares @ weights
    if factor is not None:
        scores = scores.assign(**{WeightMethod.FACTOR_SCORE: factor.composite})
    return Weighed(factor, entropy, ahp, weights, scores, tuple(findings))


def _judged(pairs: PairTable | None, shares: pd.DataFrame, findings: list[Finding]) -> AhpResult | None:
    """Weigh by judgements in pairs, or tell that there are none."""
    if pairs is not None:
        return _tried(WeightMethod.AHP, lambda: fit_ahp(_pairs(pairs, shares)), findings)
    text = "没有提供两两比较表，未计算层次分析权重"
    findings.append(Finding("statistics.no_pairs", Severity.NOTE, Where(pointer="/pairs"), text))
    return None


def _factor(forward: pd.DataFrame, spec: IndexSpec) -> FactorWeightsResult:
    return fit_factor_weights(
        forward, extraction=spec.extraction, retention=spec.retention, cumulative=float(spec.cumulative)
    )


def _tried(method: WeightMethod, fit: Callable[[], R], findings: list[Finding]) -> R | None:
    try:
        return fit()
    except StatisticsError as error:
        text = f"{method.label}无法计算：{error}"
        where = Where(pointer=f"/{method.value}")
        findings.append(Finding("statistics.method_failed", Severity.ERROR, where, text))
        return None


def _pairs(pairs: PairTable, shares: pd.DataFrame) -> pd.DataFrame:
    """Return the judgements among the indicators that stayed."""
    rows = [[float(cell) for cell in row] for row in pairs.judgements]
    names = list(pairs.indicators)
    return pd.DataFrame(rows, index=names, columns=names).loc[shares.columns, shares.columns]
