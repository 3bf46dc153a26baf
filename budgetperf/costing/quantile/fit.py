"""Quantiles of cost given drivers, solved exactly, one or several that do not cross.

Labels, units, options and results; the solver is in ``program``, intervals in
``interval``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import pandas as pd

from budgetperf.costing.cost_form import CostForm, cost_form
from budgetperf.costing.coverage import check_draws, demand_draws, demand_level
from budgetperf.costing.design import Array, Floats, Prediction, array, clusters, dmus
from budgetperf.costing.errors import BadOption, NotConverged, PerfectFit
from budgetperf.costing.ols import IntArray
from budgetperf.costing.quantile.crossing import CROSSED, crossings, solve_uncrossed
from budgetperf.costing.quantile.findings import check_crossing, quantile_findings
from budgetperf.costing.quantile.interval import (
    DEFAULT,
    IntervalOptions,
    RankUncertainty,
    Uncertainty,
    bootstrap_uncertainty,
    kernel_uncertainty,
)
from budgetperf.costing.quantile.program import Vertex, check
from budgetperf.costing.quantile.sample import QuantileSample, quantile_sample
from budgetperf.costing.regression.findings import check_rounded
from budgetperf.findings import Finding
from budgetperf.terms import Term


class QuantileInterval(Term):
    """How the interval of a quantile is found."""

    RANK = "rank", "秩检验反演"
    KERNEL = "kernel", "核估计协方差"
    BOOTSTRAP = "bootstrap", "聚类自助法"


@dataclass(frozen=True, slots=True, eq=False)
class QuantileResult:
    """A conditional quantile.

    Parameters
    ----------
    params, lower, upper : Series (k,)
        Estimates and the ends of their intervals; NaN without an interval.
    tau, level : float
    method : QuantileInterval or None
    uncertainty : Uncertainty or None
        What the intervals come from: ``covariance`` or ``draws`` where there are.
    rank_scores : Series (n,)
        The dual, in [0, 1]: 1 above the quantile, 0 below, between on it.
    vertex : Index (k,)
        Rows the quantile passes through, which determine it; empty under a binding constraint.
    check_loss, gap : float
        Sum of tau r+ + (1 - tau) r-; relative duality gap, the proof that no estimate does better.
    pseudo_r2 : float
        1 - check_loss / check_loss of the unconditional quantile (Koenker and Machado 1999).
    fitted, residuals : Series (n,)
        Of (log) cost.
    form : CostForm
    findings : tuple of Finding
    n : int
    """

    params: Floats
    lower: Floats
    upper: Floats
    tau: float
    level: float
    method: QuantileInterval | None
    uncertainty: Uncertainty | None
    rank_scores: Floats
    vertex: pd.Index
    check_loss: float
    gap: float
    pseudo_r2: float
    fitted: Floats
    residuals: Floats
    form: CostForm
    findings: tuple[Finding, ...]
    n: int

    def predict(self, drivers: pd.DataFrame) -> Floats:
        """Return the quantile of cost of units with these drivers; exp of a quantile is one of exp.

        Raises
        ------
        BadTable
            If a driver is missing or cannot be used, or the cost overflows.
        """
        z = array(self.form.targets(drivers, self.params.index))
        return pd.Series(self.form.restore(z @ array(self.params), drivers), index=drivers.index)

    def interval(self, drivers: pd.DataFrame, *, level: float = 0.95) -> Prediction:
        """Return the quantile of cost of new units, and how well it is known.

        Notes
        -----
        The interval covers the *quantile*, not the cost of a single unit: it says how well the
        level of the tau-th unit is known.

        Raises
        ------
        BadTable, BadOption
            See ``predict``; also without an interval method.
        """
        if self.uncertainty is None:
            raise BadOption("拟合时没有要求区间（interval=None），无从给出")
        demand_level(level)
        z = array(self.form.targets(drivers, self.params.index))
        point = z @ array(self.params)
        ends = self.uncertainty.ends(z, point, level, log=self.form.log)
        lower, upper = (pd.Series(end, index=drivers.index) for end in ends)
        return Prediction(self.predict(drivers), lower, upper, level)


@dataclass(frozen=True, slots=True, eq=False)
class QuantilesResult:
    """Several quantiles of one cost that do not cross at any row of the data, nor between them.

    Parameters
    ----------
    fits : tuple of QuantileResult
        By increasing tau.
    findings : tuple of Finding
        Of all fits; with what was done when separate optima crossed.
    """

    fits: tuple[QuantileResult, ...]
    findings: tuple[Finding, ...]

    @property
    def params(self) -> pd.DataFrame:
        """Estimates (k, n_taus), a column per tau."""
        return pd.DataFrame({fit.tau: fit.params for fit in self.fits})

    def predict(self, drivers: pd.DataFrame) -> pd.DataFrame:
        """Return the quantiles of cost (n_targets, n_taus); see ``QuantileResult.predict``."""
        return pd.DataFrame({fit.tau: fit.predict(drivers) for fit in self.fits})


@overload
def fit_quantile(
    cost: Floats,
    drivers: pd.DataFrame,
    *,
    tau: float,
    interval: QuantileInterval | str | None = ...,
    level: float = ...,
    log: bool = ...,
    levels: Sequence[str] = ...,
    groups: "pd.Series[str] | None" = ...,
    options: IntervalOptions = ...,
) -> QuantileResult: ...


@overload
def fit_quantile(
    cost: Floats,
    drivers: pd.DataFrame,
    *,
    tau: Sequence[float],
    interval: QuantileInterval | str | None = ...,
    level: float = ...,
    log: bool = ...,
    levels: Sequence[str] = ...,
    groups: "pd.Series[str] | None" = ...,
    options: IntervalOptions = ...,
) -> QuantilesResult: ...


def fit_quantile(
    cost: Floats,
    drivers: pd.DataFrame,
    *,
    tau: float | Sequence[float],
    interval: QuantileInterval | str | None = QuantileInterval.RANK,
    level: float = 0.95,
    log: bool = False,
    levels: Sequence[str] = (),
    groups: "pd.Series[str] | None" = None,
    options: IntervalOptions = DEFAULT,
) -> QuantileResult | QuantilesResult:
    """Fit the ``tau`` quantile of cost given drivers, exactly; several do not cross.

    Parameters
    ----------
    cost : Series (n,)
        Yuan in prices of one year; positive in logarithms.
    drivers : DataFrame (n, n_drivers)
        In their units; the constant is added.
    tau : float or sequence of float
        Strictly between 0 and 1.
    interval : {"rank", "kernel", "bootstrap", None}
        None is fastest. Rank takes 4 k programmes; see ``interval``.
    level : float
        Coverage of the intervals of the estimates, 0 to 1.
    log : bool
        Cost and drivers in logarithms; by default as they are.
    levels : sequence of str
        Drivers kept out of logarithms.
    groups : Series (n,), optional
        Cluster of each row for the bootstrap; by default the dmu of an index (dmu, year), else the row.
    options : IntervalOptions
        Kernel, bandwidth and density; draws and seed.

    Raises
    ------
    TooFewRows, Collinear
        See ``design.orthogonal_basis``; clusters, see ``interval.bootstrap_uncertainty``.
    NotConverged
        If an optimum cannot be certified by its duality gap.
    PerfectFit
        If no interval is had because cost is a formula, rounded to the fen.
    BadOption
        If ``level`` is no share, or the seed or draws of the bootstrap are none.
    BadTable, BadOption
        With row and column of a value that cannot be used, or an option that does not exist.

    Notes
    -----
    Where the optimum is not unique one optimal vertex is returned, and a finding tells.

    References
    ----------
    Koenker and Bassett (1978); Portnoy and Koenker (1997); Bondell, Reich and Wang (2010).
    """
    method = None if interval is None else QuantileInterval(interval)
    demand_level(level)
    if method is QuantileInterval.BOOTSTRAP:
        demand_draws(options.seed, options.n_draws)
    taus = _taus(tau)
    form = cost_form(log=log, levels=levels)
    design = form.design(drivers)
    sample = quantile_sample(form.response(cost, drivers), design)
    told = form.check_spans(cost, drivers)
    exact = check_rounded(sample.least_squares_residuals, cost) if form.log else ()
    if method is QuantileInterval.BOOTSTRAP:
        told += check_draws(options.n_draws, level, pointer="/quantile")
    vertices = tuple(_optimum(sample, one) for one in taus)
    found = [
        _Fit(sample, one, vertex, form, method, level, (*told, *exact))
        for one, vertex in zip(taus, vertices, strict=True)
    ]
    codes = _clusters(groups, drivers)
    try:
        fits = tuple(fit.result(options, codes) for fit in found)
    except NotConverged as error:
        if exact:
            raise PerfectFit(sample.n) from error
        raise
    if np.ndim(tau) == 0:
        return fits[0]
    return _uncrossed(sample, taus, vertices, fits)


def _taus(tau: object) -> tuple[float, ...]:
    """Return the quantiles asked for, increasing."""
    try:
        asked = np.atleast_1d(np.asarray(tau))
    except ValueError:  # lists of unlike lengths
        asked = np.empty(0)
    taus = tuple(sorted(map(float, asked))) if asked.ndim == 1 and asked.dtype.kind in "iuf" else ()
    if not taus or len(set(taus)) < len(taus) or not all(0 < one < 1 for one in taus):
        raise BadOption(f"分位点须在0和1之间且不重复，现为{tau}")
    return taus


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    sample: QuantileSample
    tau: float
    vertex: Vertex
    form: CostForm
    method: QuantileInterval | None
    level: float
    about_data: tuple[Finding, ...]

    def result(self, options: IntervalOptions, codes: IntArray) -> QuantileResult:
        """Return the labelled result of this optimum."""
        sample, names = self.sample, self.sample.design.columns
        params = sample.through(self.vertex)
        residuals = sample.y - array(sample.design) @ params
        residuals.iloc[self.vertex.rows] = 0.0
        uncertainty = self._uncertainty(options, array(residuals), codes)
        empty = np.full(len(params), np.nan)
        ends = (
            (empty, empty)
            if uncertainty is None
            else uncertainty.ends(np.eye(len(params)), params, self.level)
        )
        loss = float(check(array(residuals), self.tau).sum())
        middle = np.quantile(sample.y, self.tau, method="inverted_cdf")
        flat = float(check(array(sample.y) - middle, self.tau).sum())
        return QuantileResult(
            params=pd.Series(params, index=names),
            lower=pd.Series(ends[0], index=names),
            upper=pd.Series(ends[1], index=names),
            tau=self.tau,
            level=self.level,
            method=self.method,
            uncertainty=uncertainty,
            rank_scores=pd.Series(self.vertex.dual + 1 - self.tau, index=sample.y.index),
            vertex=sample.y.index[self.vertex.rows],
            check_loss=loss,
            gap=self.vertex.gap,
            pseudo_r2=1 - loss / flat if flat > 0 else 0.0,
            fitted=sample.y - residuals,
            residuals=residuals,
            form=self.form,
            findings=quantile_findings(sample, self.vertex, self.tau, residuals, ends) + self.about_data,
            n=sample.n,
        )

    def _uncertainty(self, options: IntervalOptions, residuals: Array, codes: IntArray) -> Uncertainty | None:
        if self.method is None:
            return None
        if self.method is QuantileInterval.RANK:
            return RankUncertainty(self.sample, self.vertex, self.tau)
        if self.method is QuantileInterval.KERNEL:
            return kernel_uncertainty(self.sample, residuals, self.tau, options)
        return bootstrap_uncertainty(self.sample, self.tau, codes, options)


def _optimum(sample: QuantileSample, tau: float) -> Vertex:
    vertex = sample.solve(tau)
    if vertex is None:
        raise NotConverged("分位数回归", "求解器没有找到可行的对偶")
    return vertex


def _clusters(groups: "pd.Series[str] | None", drivers: pd.DataFrame) -> IntArray:
    if groups is None and drivers.index.nlevels != 2:
        return np.arange(len(drivers))
    named = dmus(drivers.index) if groups is None else clusters(groups, drivers.index)
    return np.asarray(pd.factorize(named)[0], dtype=np.int64)


def _uncrossed(
    sample: QuantileSample,
    taus: tuple[float, ...],
    vertices: tuple[Vertex, ...],
    fits: tuple[QuantileResult, ...],
) -> QuantilesResult:
    """Return the fits as they are, or held apart where they cross; intervals hold their point."""
    separate = np.array([vertex.estimates for vertex in vertices])
    before = tuple(dict.fromkeys(finding for fit in fits for finding in fit.findings))
    if len(taus) == 1 or not len(crossings(sample.unit_q, separate)[0]):
        return QuantilesResult(fits, before)
    joint, gap = solve_uncrossed(sample.unit_y, sample.unit_q, taus, separate)
    moved = sample.estimates(joint)
    held: list[QuantileResult] = []
    for fit, values, moved_by in zip(fits, moved, np.abs(joint - separate).max(axis=1), strict=True):
        held.append(fit if moved_by <= CROSSED else _held_apart(fit, sample, values, gap))
    told = check_crossing(taus, fits, tuple(held))
    return QuantilesResult(tuple(held), before + told)


def _held_apart(fit: QuantileResult, sample: QuantileSample, values: Array, gap: float) -> QuantileResult:
    params = pd.Series(values, index=sample.design.columns)
    residuals = sample.y - array(sample.design) @ values
    loss = float(check(array(residuals), fit.tau).sum())
    flat = fit.check_loss / (1 - fit.pseudo_r2) if fit.pseudo_r2 < 1 else 0.0
    return replace(
        fit,
        params=params,
        lower=fit.lower.clip(upper=params),
        upper=fit.upper.clip(lower=params),
        vertex=fit.vertex[:0],
        check_loss=loss,
        gap=gap,
        pseudo_r2=1 - loss / flat if flat > 0 else 0.0,
        fitted=sample.y - residuals,
        residuals=residuals,
    )
