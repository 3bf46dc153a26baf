"""The whole build: screen the candidates, weigh those that stay by every method, score, rank, compare.

Holds the order of the steps and what is told between them; each screen and method stands in its
own module, the methods side by side in ``weighing``.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, spearmanr

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.correlation import CorrelationResult, screen_correlation
from budgetperf.statistics.discrimination import DiscriminationResult, screen_discrimination
from budgetperf.statistics.errors import NothingLeft
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.importance import ImportanceResult, rate_importance
from budgetperf.statistics.labelled import array
from budgetperf.statistics.membership import MembershipResult, screen_membership
from budgetperf.statistics.methods import WeightMethod
from budgetperf.statistics.records import IndexTables, demand_same
from budgetperf.statistics.weighing import Weighed, weigh

MIN_INDICATORS = 2
AGREEMENT_WANTED = 0.7  # Kendall's tau between two methods, below it is told [ours]
SAME = 9  # decimals to which two scores are the same score


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Rank correlation of two methods (NaN where one ranks everybody the same)."""

    first: WeightMethod
    second: WeightMethod
    kendall: float
    spearman: float


@dataclass(frozen=True, slots=True, eq=False)
class IndexResult:
    """A whole build, labelled.

    Parameters
    ----------
    importance, membership, correlation, discrimination
        The four looks at the candidates, in their order.
    weighed : Weighed
        The indicators ``discrimination`` kept, by every method.
    ranks : DataFrame (n, methods)
        1 is the best; equal scores share the better rank.
    agreement : tuple of Agreement
    findings : tuple of Finding
    """

    importance: ImportanceResult
    membership: MembershipResult
    correlation: CorrelationResult
    discrimination: DiscriminationResult
    weighed: Weighed
    ranks: pd.DataFrame
    agreement: tuple[Agreement, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Screened:
    """The four looks at the candidates."""

    importance: ImportanceResult
    membership: MembershipResult
    correlation: CorrelationResult
    discrimination: DiscriminationResult


def build_index(tables: IndexTables, spec: IndexSpec) -> IndexResult:
    """Build an indicator system from its tables.

    Parameters
    ----------
    tables : IndexTables
        Survey and values must name the same candidates; pairs, when given, all of them.
    spec : IndexSpec

    Raises
    ------
    BadTable, TooFewRows
        A table cannot be used.
    NothingLeft
        Fewer than two candidates stay.
    """
    demand_same(tables)
    values = _frame(tables)
    seen = _screen(values, _ratings(tables), spec)
    directions = {head.name: head.direction for head in tables.measured.indicators}
    weighed = weigh(values[list(seen.discrimination.kept)], directions, pairs=tables.pairs, spec=spec)
    ranks = weighed.scores.round(SAME).rank(ascending=False, method="min").astype(int)
    agreement = _agreement(weighed.scores)
    findings = (
        *seen.importance.findings,
        *seen.discrimination.findings,
        *weighed.findings,
        *_told_agreement(agreement),
    )
    return IndexResult(
        importance=seen.importance,
        membership=seen.membership,
        correlation=seen.correlation,
        discrimination=seen.discrimination,
        weighed=weighed,
        ranks=ranks,
        agreement=agreement,
        findings=findings,
    )


def _screen(values: pd.DataFrame, ratings: pd.DataFrame, spec: IndexSpec) -> _Screened:
    """Look at the candidates in the order of the method; each look sees those the last one kept."""
    rng = np.random.default_rng(spec.seed)
    importance = rate_importance(
        ratings, rng=rng, n_checked=spec.n_checked, important_from=spec.important_from
    )
    membership = screen_membership(ratings >= spec.important_from, cut_off=float(spec.membership_cut))
    _demand_left(membership.kept)
    correlation = screen_correlation(
        values[list(membership.kept)],
        bound=float(spec.correlation_bound),
        importance=importance.table["mean"],
    )
    discrimination = screen_discrimination(values[list(correlation.kept)], cut_off=float(spec.variation_cut))
    _demand_left(discrimination.kept)
    return _Screened(importance, membership, correlation, discrimination)


def _demand_left(kept: tuple[str, ...]) -> None:
    if len(kept) < MIN_INDICATORS:
        text = f"筛选后只剩{len(kept)}个指标，至少需要{MIN_INDICATORS}个；请放宽筛选参数或增加候选指标"
        raise NothingLeft(text)


def _frame(tables: IndexTables) -> pd.DataFrame:
    table = tables.measured
    names = [head.name for head in table.indicators]
    rows = [[float(cell) for cell in row] for row in table.rows]
    return pd.DataFrame(rows, index=list(table.evaluands), columns=names, dtype=np.float64)


def _ratings(tables: IndexTables) -> pd.DataFrame:
    """Return the survey with its columns in the order of the value table."""
    table = tables.survey
    rows = [[np.nan if cell is None else float(cell) for cell in row] for row in table.ratings]
    frame = pd.DataFrame(rows, index=list(table.raters), columns=list(table.indicators), dtype=np.float64)
    return (
        frame if frame.columns.has_duplicates else frame[[head.name for head in tables.measured.indicators]]
    )


def _agreement(scores: pd.DataFrame) -> tuple[Agreement, ...]:
    rounded = scores.round(SAME)
    steady = rounded.columns[rounded.max() == rounded.min()]
    found = []
    for first, second in combinations(scores.columns, 2):
        if first in steady or second in steady:
            found.append(Agreement(WeightMethod(first), WeightMethod(second), np.nan, np.nan))
            continue
        pair = array(rounded[first]), array(rounded[second])
        tau, rho = float(kendalltau(*pair).statistic), float(spearmanr(*pair).statistic)
        found.append(Agreement(WeightMethod(first), WeightMethod(second), tau, rho))
    return tuple(found)


def _told_agreement(agreement: tuple[Agreement, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "statistics.methods_disagree",
            Severity.WARNING,
            Where(pointer=f"/agreement/{item.first.value}/{item.second.value}"),
            f"“{item.first.label}”与“{item.second.label}”的排名差别较大（Kendall τ={item.kendall:.3f}，"
            f"低于{AGREEMENT_WANTED}），排名取决于方法，采用前请说明理由",
        )
        for item in agreement
        if item.kendall < AGREEMENT_WANTED
    )
