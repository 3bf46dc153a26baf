"""From floats to figures: a build as plain records, every number rounded by one named rule.

The only door out of the package's floats; refusals of the cores become ``Invalid`` here.
"""

import math
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from budgetperf.errors import Invalid
from budgetperf.statistics.errors import StatisticsError
from budgetperf.statistics.factor_weights import FactorWeightsResult
from budgetperf.statistics.form import IndexSpec
from budgetperf.statistics.index import IndexResult, build_index
from budgetperf.statistics.labelled import Floats
from budgetperf.statistics.methods import Screen, WeightMethod
from budgetperf.statistics.records import (
    AgreementLine,
    CheckedEntry,
    Consistency,
    DroppedLine,
    EvaluandLine,
    FactorLines,
    IndexOutcome,
    IndexTables,
    LoadingLine,
    PairLine,
    Standing,
    SurveyLine,
    WeightLine,
)

FIGURE_RULE = "小数6位，四舍五入"
_UNIT = Decimal("0.000001")


def figure(value: float) -> Decimal:
    """Return a finite float to six decimals, half up (``FIGURE_RULE``).

    Examples
    --------
    >>> figure(0.1234565), figure(-0.00000001)
    (Decimal('0.123457'), Decimal('0.000000'))
    """
    return Decimal(repr(float(value))).quantize(_UNIT, ROUND_HALF_UP) + 0


def outcome_of(tables: IndexTables, spec: IndexSpec) -> IndexOutcome:
    """Build an indicator system and return it as records.

    Raises
    ------
    Invalid
        ``statistics.refused`` when a table cannot be used or nothing is left of it.
    """
    try:
        result = build_index(tables, spec)
    except StatisticsError as error:
        raise Invalid("statistics.refused", str(error)) from error
    return IndexOutcome(
        n_raters=len(tables.survey.raters),
        n_evaluands=len(tables.measured.evaluands),
        survey=_survey(result),
        spot_check=tuple(
            CheckedEntry(item.rater, item.indicator, item.rating) for item in result.importance.spot_check
        ),
        pairs=tuple(
            PairLine(item.first, item.second, figure(item.r), item.reason)
            for item in result.correlation.pairs
        ),
        dropped=_dropped(result),
        weights=_weights(result, tables),
        factor=_factor(result.weighed.factor) if result.weighed.factor else None,
        consistency=_consistency(result),
        methods=tuple(WeightMethod(name) for name in result.weighed.scores.columns),
        evaluands=_evaluands(result),
        agreement=tuple(
            AgreementLine(item.first, item.second, _known(item.kendall), _known(item.spearman))
            for item in result.agreement
        ),
        findings=result.findings,
    )


def _known(value: float) -> Decimal | None:
    return figure(value) if math.isfinite(value) else None


def _cell(table: pd.DataFrame, row: str, column: str) -> float:
    return float(table[column].loc[row])


def _at(values: Floats, name: str) -> float:
    return float(values.loc[name])


def _survey(result: IndexResult) -> tuple[SurveyLine, ...]:
    table, degrees = result.importance.table, result.membership.degrees
    return tuple(
        SurveyLine(
            name,
            int(_cell(table, name, "n")),
            _known(_cell(table, name, "mean")),
            _known(_cell(table, name, "important_ratio")),
            _known(_cell(table, name, "variation")),
            figure(_at(degrees, name)),
        )
        for name in map(str, table.index)
    )


def _dropped(result: IndexResult) -> tuple[DroppedLine, ...]:
    membership, discrimination = result.membership, result.discrimination
    chosen = [
        (name, Screen.MEMBERSHIP, f"隶属度{_at(membership.degrees, name):.3f}低于{membership.cut_off:g}")
        for name in membership.dropped
    ]
    repeated = [
        (pair.dropped, Screen.CORRELATION, f"与“{pair.kept}”相关系数{pair.r:.3f}；{pair.reason}")
        for pair in result.correlation.pairs
        if pair.dropped
    ]
    alike = [
        (
            name,
            Screen.DISCRIMINATION,
            f"变异系数{_at(discrimination.variation, name):.3f}低于{discrimination.cut_off:g}",
        )
        for name in discrimination.dropped
    ]
    return tuple(DroppedLine(*line) for line in (*chosen, *repeated, *alike))


def _weights(result: IndexResult, tables: IndexTables) -> tuple[WeightLine, ...]:
    heads = {head.name: head for head in tables.measured.indicators}
    return tuple(
        WeightLine(
            heads[name],
            _known(_at(result.discrimination.variation, name)),
            {
                WeightMethod(method): figure(_cell(result.weighed.weights, name, method))
                for method in result.weighed.weights.columns
            },
        )
        for name in result.discrimination.kept
    )


def _factor(found: FactorWeightsResult) -> FactorLines:
    factors, adequacy = found.factors, found.adequacy
    total = len(factors.eigenvalues)
    return FactorLines(
        figure(adequacy.kmo),
        figure(adequacy.chi_square),
        adequacy.df,
        figure(adequacy.p_value),
        tuple(figure(value) for value in factors.eigenvalues),
        tuple(figure(value / total) for value in factors.variances),
        tuple(
            LoadingLine(
                name,
                tuple(figure(_cell(factors.loadings, name, column)) for column in factors.loadings.columns),
                figure(_at(factors.communalities, name)),
                figure(_at(adequacy.msa, name)),
            )
            for name in map(str, factors.loadings.index)
        ),
    )


def _consistency(result: IndexResult) -> Consistency | None:
    found = result.weighed.ahp
    if found is None:
        return None
    return Consistency(
        figure(found.lambda_max),
        figure(found.consistency_index),
        figure(found.random_index),
        figure(found.consistency_ratio),
    )


def _evaluands(result: IndexResult) -> tuple[EvaluandLine, ...]:
    return tuple(
        EvaluandLine(
            name,
            {
                WeightMethod(method): Standing(
                    figure(_cell(result.weighed.scores, name, method)), int(_cell(result.ranks, name, method))
                )
                for method in result.weighed.scores.columns
            },
        )
        for name in map(str, result.weighed.scores.index)
    )
