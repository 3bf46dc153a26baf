"""Least squares moved to the frontier: COLS, MOLS and the upper quartile.

No likelihood and no interval: a shift of the constant, and efficiencies read off the residuals.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.costing.design import Array, Floats, checked, labelled
from budgetperf.costing.errors import BadTable
from budgetperf.costing.frontier.design import skewness_of, standardise
from budgetperf.costing.frontier.findings import check_skewness
from budgetperf.costing.frontier.result import FrontierKind
from budgetperf.costing.frontier.starts import HALF_NORMAL_THIRD
from budgetperf.findings import Finding
from budgetperf.terms import Term

MOLS = "mols"  # by itself it means the half-normal moments, those first published
LARGEST_LOG = 700.0  # beyond it exp overflows


class Shift(Term):
    """How far least squares is moved."""

    COLS = "cols", "修正最小二乘（移至最优单位）"
    MOLS_HALF_NORMAL = "mols_half_normal", "矩修正最小二乘（半正态）"
    MOLS_EXPONENTIAL = "mols_exponential", "矩修正最小二乘（指数）"
    UPPER_QUARTILE = "upper_quartile", "上四分位"


@dataclass(frozen=True, slots=True, eq=False)
class ShiftedResult:
    """A frontier parallel to least squares.

    Parameters
    ----------
    params : Series (k,)
        NaN where the residuals' skewness leaves no shift.
    ols : Series (k,)
    shift : float
        In the unit of ``y``, down for a cost frontier and up for a production frontier if positive.
    efficiency : Series (n,)
        exp(-u) with u the distance to the frontier; 1 beyond it.
    findings : tuple of Finding
    """

    params: Floats
    ols: Floats
    shift: float
    efficiency: Floats
    findings: tuple[Finding, ...]


def fit_shifted(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    shift: Shift | str,
    kind: FrontierKind | str = FrontierKind.COST,
) -> ShiftedResult:
    """Fit least squares and move its constant to the frontier.

    Parameters
    ----------
    y : Series (n,)
        Log cost or log output.
    X : DataFrame (n, k)
        Regressors with the constant column brought by the caller.
    shift : {"cols", "mols", "mols_half_normal", "mols_exponential", "upper_quartile"}
        ``mols`` is ``mols_half_normal``.
    kind : {"cost", "production"}

    Raises
    ------
    NoConstant, TooFewRows, Collinear, PerfectFit, ValueError
        See ``frontier.fit_sfa``.

    Notes
    -----
    With r the production residuals (cost residuals negated): COLS max r (Greene 1980); MOLS E(u)
    by the third moment, half-normal su = (m3 / (sqrt(2/pi) (1 - 4/pi)))^(1/3) and su sqrt(2/pi),
    exponential (-m3 / 2)^(1/3) (Olson, Schmidt and Waldman 1980); upper quartile: log of the
    75 % quantile (linear between ranks) of exp(r), for cost the 25 % quantile of actual over
    predicted, as Ofwat takes it (PR19).
    """
    kind, shift = FrontierKind(kind), Shift.MOLS_HALF_NORMAL if shift == MOLS else Shift(shift)
    response = checked(labelled(y, "因变量").to_frame("y"), "因变量", y.index)["y"]
    sample = standardise(response, checked(X, "自变量", y.index), sign=kind.sign)
    residual = sample.residual * sample.scale
    distance, findings = _distance(residual, shift, kind)
    moved = sample.ols + sample.part.back @ (sample.up * distance / sample.scale)
    return ShiftedResult(
        params=pd.Series(moved, index=X.columns),
        ols=pd.Series(sample.ols, index=X.columns),
        shift=distance,
        efficiency=pd.Series(np.exp(-np.maximum(distance - residual, 0)), index=y.index),
        findings=findings,
    )


def _distance(residual: Array, shift: Shift, kind: FrontierKind) -> tuple[float, tuple[Finding, ...]]:
    """Return how far the frontier is from least squares, NaN when the skewness forbids it."""
    if shift is Shift.COLS:
        return float(residual.max()), ()
    if shift is Shift.UPPER_QUARTILE:
        if float(np.abs(residual).max()) > LARGEST_LOG:
            raise BadTable("残差过大，不像对数；上四分位按实际与预测之比计算，因变量须取对数")
        ratios = np.exp(kind.sign * residual)
        quartile = float(np.quantile(ratios, 0.75 if kind is FrontierKind.PRODUCTION else 0.25))
        return kind.sign * float(np.log(quartile)), ()
    third, findings = float((residual**3).mean()), check_skewness(skewness_of(residual))
    if findings:
        return float("nan"), findings
    if shift is Shift.MOLS_EXPONENTIAL:
        return float(np.cbrt(-third / 2)), ()
    return float(np.cbrt(third / HALF_NORMAL_THIRD) * np.sqrt(2 / np.pi)), ()
