"""Weights and a composite score by factor analysis: the method of GD-INDEX.

Holds what follows from the factors: scores, the composite, weights, and what must be told of
them. Extraction and rotation stand in ``factors``, adequacy in ``adequacy``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.adequacy import Adequacy, inverse, judge_adequacy
from budgetperf.statistics.errors import NothingLeft
from budgetperf.statistics.factors import Factors, extract
from budgetperf.statistics.labelled import Floats, array, constant_columns, demand_table
from budgetperf.statistics.methods import Extraction, Retention

ROWS_PER_INDICATOR = 5  # fewer evaluands per indicator than this is told


@dataclass(frozen=True, slots=True, eq=False)
class FactorWeightsResult:
    """Factors, weights and composite.

    Parameters
    ----------
    adequacy : Adequacy
    factors : Factors
    weights : Series (m,)
        Sum 1, never negative; 0 for a constant indicator.
    coefficients : DataFrame (m, k)
        Score coefficients: factor scores are z @ coefficients.
    scores : DataFrame (n, k)
        Factor scores by evaluand.
    composite : Series (n,)
        Mean of the scores weighed by rotated variance; standard units around 0.
    findings : tuple of Finding
    """

    adequacy: Adequacy
    factors: Factors
    weights: Floats
    coefficients: pd.DataFrame
    scores: pd.DataFrame
    composite: Floats
    findings: tuple[Finding, ...]


def fit_factor_weights(
    forward: pd.DataFrame,
    *,
    extraction: Extraction = Extraction.COMPONENT,
    retention: Retention = Retention.KAISER,
    cumulative: float = 0.85,
) -> FactorWeightsResult:
    """Weigh indicators by their rotated loadings and score evaluands by their factors.

    Parameters
    ----------
    forward : DataFrame (n, m)
        More is better (``labelled.oriented``), any units.
    extraction, retention, cumulative
        See ``factors.extract``.

    Raises
    ------
    BadTable, TooFewRows
        See ``labelled.demand_table``; three evaluands at least.
    NothingLeft
        Fewer than two indicators vary.
    SingularCorrelation, NotConverged

    Notes
    -----
    With z the standardised table (population standard deviation), R its correlations and L the
    rotated loadings: scores F = z R^-1 L (Thomson's regression), composite = sum_k (v_k / sum v)
    F_k with v_k the rotated variance of factor k. Weights: ``loading_weights``.

    References
    ----------
    GD-INDEX (factor analysis gives composite score and rank); Thomson (1951) The factorial analysis
    of human ability, 5th ed.
    """
    demand_table(forward, rows=3)
    steady = constant_columns(forward)
    moving = _moving(forward, steady)
    adequacy = judge_adequacy(moving.corr(), n=len(moving))
    factors = extract(moving, extraction=extraction, retention=retention, cumulative=cumulative)
    coefficients = _coefficients(moving, factors.loadings)
    scores = ((moving - moving.mean()) / moving.std(ddof=0)) @ coefficients
    shares = factors.variances / factors.variances.sum()
    weights = loading_weights(factors.loadings, factors.variances).reindex(forward.columns).fillna(0.0)
    findings = (
        *adequacy.findings,
        *_told_steady(steady),
        *_told_size(*moving.shape),
        *_told_loadings(factors, coefficients @ shares),
    )
    return FactorWeightsResult(adequacy, factors, weights, coefficients, scores, scores @ shares, findings)


def _moving(forward: pd.DataFrame, steady: tuple[str, ...]) -> pd.DataFrame:
    """Return the indicators that differ between evaluands."""
    moving = forward[[name for name in forward.columns if name not in steady]].astype(np.float64)
    if moving.shape[1] < 2:
        raise NothingLeft("在各评价对象间有差异的指标不足2个，因子分析无从进行")
    return moving


def _coefficients(moving: pd.DataFrame, loadings: pd.DataFrame) -> pd.DataFrame:
    """Return R^-1 L: the factor scores of a standardised table."""
    solved = inverse(moving.corr()) @ array(loadings)
    return pd.DataFrame(solved, index=moving.columns, columns=loadings.columns)


def loading_weights(loadings: pd.DataFrame, variances: Floats) -> Floats:
    """Return the weight of each indicator from rotated loadings (m, k) and their variances (k,).

    Notes
    -----
    Squared loadings are scaled to sum 1 inside each factor; an indicator takes its largest such
    share, times that factor's share of the variance; the weights are scaled to sum 1.

    References
    ----------
    Nicoletti, Scarpetta and Boylaud (2000), OECD Economics Department Working Paper 226; OECD and
    JRC (2008) Handbook on Constructing Composite Indicators, step 6, tables 17 and 18.
    """
    squares = loadings**2
    shares = squares / squares.sum()
    own = shares.to_numpy().argmax(axis=1)
    raw = pd.Series(
        shares.to_numpy()[np.arange(len(loadings)), own] * variances.to_numpy()[own], index=loadings.index
    )
    return raw / raw.sum()


def _told_steady(steady: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "statistics.constant",
            Severity.WARNING,
            Where(pointer=f"/values/{name}"),
            f"“{name}”在各评价对象间没有差异，不参加因子分析，因子权重为0",
        )
        for name in steady
    )


def _told_size(n: int, m: int) -> tuple[Finding, ...]:
    if n >= ROWS_PER_INDICATOR * m:
        return ()
    text = (
        f"{n}个评价对象、{m}个指标：每个指标不足{ROWS_PER_INDICATOR}个对象，因子结构不稳，换一年数据可能不同"
    )
    return (Finding("statistics.few_rows", Severity.WARNING, Where(pointer="/factor"), text),)


def _told_loadings(factors: Factors, composed: Floats) -> tuple[Finding, ...]:
    """Tell of indicators that work against their own direction, and of Heywood cases."""
    found: list[Finding] = []
    for name in factors.loadings.index:
        where, row = Where(pointer=f"/factor/{name}"), factors.loadings.loc[name]
        strongest = str(row.abs().idxmax())
        if float(row[strongest]) < 0:
            text = f"“{name}”在{strongest}上的载荷为负：与同一因子的其他指标反向，请核对指标方向或另设维度"
            found.append(Finding("statistics.negative_loading", Severity.WARNING, where, text))
        if float(factors.communalities[name]) > 1 + 1e-6:
            text = f"“{name}”的共同度大于1（Heywood现象），因子结果不可采用，请改用主成分法"
            found.append(Finding("statistics.heywood", Severity.ERROR, where, text))
    if against := [str(name) for name in composed.index[composed < 0]]:
        text = f"“{'”“'.join(against)}”在因子综合得分中的系数为负：指标越好得分越低；线性权重不受影响"
        found.append(
            Finding("statistics.negative_coefficient", Severity.WARNING, Where(pointer="/factor"), text)
        )
    return tuple(found)
