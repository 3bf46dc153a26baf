"""Many-facet severity: how strict each rater is, on one scale with the targets and the grades.

Holds the fit of the many-facet rating scale model by marginal maximum likelihood, with what is
read off it: severities with errors and fit, fair scores of the targets, tests of equal severity.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import BadParameter, NoFiniteEstimate, NotConverged, NoVariation
from budgetperf.statistics.facets import Design, read_design
from budgetperf.statistics.labelled import Array, Floats
from budgetperf.statistics.parameters import demand_share
from budgetperf.statistics.rating_scale import MarginalLikelihood, Unpacked, moments, warm_estimates
from budgetperf.statistics.ratings import told

SOURCE = "Linacre (1989)"
METHOD = "多侧面严厉度模型"
REMEDY = "请检查评分是否过少、评委是否完全一致，或合并等级后重新估计"
SETTLED = 1e-10  # half the gain in likelihood that one more Newton step promises
NEWTON_STEPS, REFINEMENTS = 20, 8
ENDLESS = 50.0  # logits; a spread of the targets above it has no end
FLAT = 0.05  # logits; a spread of the targets below it is none
MISFIT = 1.5  # mean square from which a rater is called erratic (Linacre 2002)


@dataclass(frozen=True, slots=True, eq=False)
class SeverityResult:
    """Severities, thresholds and places in logits.

    Parameters
    ----------
    severity : DataFrame, by (facet, level)
        ``estimate`` (above 0: stricter than the mean of the facet), ``std_error``, ``low``,
        ``high``, ``n`` ratings, ``observed`` mean score, ``infit`` and ``outfit`` (mean squares,
        1 as the model expects).
    thresholds : DataFrame (m, 2), by grade
        ``estimate`` (where this grade and the one below are equally likely for a target at the
        severity) and ``std_error``; sum 0.
    targets : DataFrame (n_targets, 5)
        ``estimate`` (Warm) and ``std_error`` in logits, ``n``, ``observed`` mean score, ``fair``
        (the score expected of raters of severity 0), both in grades.
    equality : DataFrame (n_facets, 3)
        Wald test that all levels of a facet are equal: ``chi2``, ``df``, ``p_value``.
    mean, spread : float
        Of the targets' population.
    loglike : float
    confidence : float
    findings : tuple of Finding
    """

    severity: pd.DataFrame
    thresholds: pd.DataFrame
    targets: pd.DataFrame
    equality: pd.DataFrame
    mean: float
    spread: float
    loglike: float
    confidence: float
    findings: tuple[Finding, ...]


def fit_severity(
    ratings: pd.DataFrame,
    *,
    facets: Sequence[str] = ("rater",),
    target: str = "target",
    score: str = "score",
    group: str | None = None,
    grid: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> SeverityResult:
    """Fit the many-facet rating scale model.

    Parameters
    ----------
    ratings : DataFrame (n_ratings, columns)
        One rating a row (``facets.stack_ratings`` makes it of a table of targets by raters);
        a rating that was not given has no row.
    facets : sequence of str
        Columns crossed with the targets, e.g. rater and criterion.
    target, score : str
        Columns; scores are whole grades, each step between the lowest and highest given once.
    group : str, optional
        A column that is an attribute of the target; its levels are compared by supposing that
        the groups' targets are drawn from one population.
    grid : sequence of float, optional
        Fixed nodes in logits with plain normal weights, to reproduce TAM's figures; without it
        the quadrature is refined until it is exact.
    confidence : float
        Of ``low`` and ``high`` (normal).

    Raises
    ------
    BadParameter, BadTable, TooFewRows, NoFiniteEstimate, Disconnected
        See ``facets.read_design``.
    NoVariation
        The targets do not differ.
    NotConverged

    Notes
    -----
    ln P(k) / P(k - 1) = theta_i - sum_f lambda_f - tau_k, each facet and the thresholds summing
    to 0, theta ~ N(mean, spread^2). Standard errors from the observed information.

    References
    ----------
    Linacre (1989) Many-facet Rasch measurement, MESA Press; Andrich (1978) A rating formulation
    for ordered response categories, Psychometrika 43, 561-573; Bock and Aitkin (1981)
    Psychometrika 46, 443-459; Warm (1989) Psychometrika 54, 427-450; Eckes (2015) Introduction
    to many-facet Rasch measurement, 2nd edition.
    """
    demand_share("置信水平", confidence)
    design = read_design(ratings, score=score, target=target, facets=facets, group=group)
    model, free, information = _fit(design, None if grid is None else np.asarray(grid, dtype=np.float64))
    covariance: Array = np.linalg.inv(information).astype(np.float64)
    p = model.unpack(free)
    if p.spread < FLAT:
        raise NoVariation("各对象的水平没有可测的差别（总体标准差趋于0），严厉度模型不适用")
    table = _severities(design, model, p, covariance, float(stats.norm.isf((1 - confidence) / 2)))
    return SeverityResult(
        table,
        _thresholds(design, model, p, covariance),
        _targets(design, p),
        _equality(design, free, covariance),
        p.mean,
        p.spread,
        -model(free)[0],
        confidence,
        _findings(table, group),
    )


def _fit(design: Design, grid: Array | None) -> tuple[MarginalLikelihood, Array, Array]:
    """Return the likelihood, its maximum, and the observed information there."""
    if grid is not None and (len(grid) < 3 or not np.allclose(np.diff(grid), grid[1] - grid[0])):
        raise BadParameter("求积节点须等距，且不少于三个")
    model = MarginalLikelihood(design, 0.5, grid)
    free = np.zeros(model.n_free)
    for _ in range(REFINEMENTS):
        free = np.asarray(optimize.minimize(model, free, jac=True, method="BFGS").x, dtype=np.float64)
        p = model.unpack(free)
        _demand_end(design, p)
        fine = _narrowest(design, p) / p.spread
        if grid is not None or model.gap <= fine:
            return model, *_polished(model, free)
        model = MarginalLikelihood(design, 0.8 * fine, None)
    raise NotConverged(f"{METHOD}的求积", REFINEMENTS, REMEDY)


def _demand_end(design: Design, p: Unpacked) -> None:
    if not p.spread < ENDLESS:
        text = "评委之间几乎没有分歧，对象的差距趋于无穷，严厉度没有有限的估计；请直接使用评委一致的评分"
        raise NoFiniteEstimate(text, places=[facet.name for facet in design.crossed])


def _polished(model: MarginalLikelihood, free: Array) -> tuple[Array, Array]:
    """Return the maximum to rounding by Newton steps, and the information there."""
    taken = 0
    while taken < NEWTON_STEPS:
        taken += 1
        value, gradient = model(free)
        information = _information(model, free)
        if not np.isfinite(information).all() or np.linalg.eigvalsh(information)[0] <= 0:
            break
        step = np.linalg.solve(information, gradient)
        if float(gradient @ step) / 2 < SETTLED:
            return free, information
        while model(free - step)[0] > value and np.abs(step).max() > SETTLED:
            step = step / 2
        free = free - step
    if model.unpack(free).spread < FLAT:
        raise NoVariation("各对象的水平没有可测的差别（总体标准差趋于0），严厉度模型不适用")
    raise NotConverged(METHOD, taken, REMEDY)


def _information(model: MarginalLikelihood, free: Array, width: float = 1e-5) -> Array:
    columns = [
        (model(free + width * one)[1] - model(free - width * one)[1]) / (2 * width)
        for one in np.eye(len(free))
    ]
    found = np.array(columns)
    return np.asarray((found + found.T) / 2, dtype=np.float64)


def _narrowest(design: Design, p: Unpacked) -> float:
    """Return the least posterior standard deviation a target can have; the nodes must see it."""
    most = np.bincount(design.target).max() * _most_information(p)
    return float((p.spread**-2 + most) ** -0.5)


def _most_information(p: Unpacked) -> float:
    reach = float(np.abs(p.thresholds).max()) + 2
    return float(moments(np.linspace(-reach, reach, 201), p.thresholds)[1].max())


def _rating_severity(design: Design, p: Unpacked) -> Array:
    return sum(
        (effect[facet.codes] for effect, facet in zip(p.effects, design.facets, strict=True)),
        np.zeros(len(design.target)),
    )


def _severities(
    design: Design, model: MarginalLikelihood, p: Unpacked, covariance: Array, reach: float
) -> pd.DataFrame:
    severity = _rating_severity(design, p)
    place, _ = warm_estimates(design.target, design.steps, severity, p.thresholds)
    mean, variance, _ = moments(place[design.target] - severity, p.thresholds)
    square = (design.steps - mean) ** 2
    frames, start = [], 0
    for facet, effect, m in zip(design.facets, p.effects, model.maps, strict=True):
        stop = start + m.shape[1]
        error = np.sqrt(np.diag(m @ covariance[start:stop, start:stop] @ m.T))
        size = np.bincount(facet.codes)
        columns = {
            "estimate": effect,
            "std_error": error,
            "low": effect - reach * error,
            "high": effect + reach * error,
            "n": size,
            "observed": design.lowest + np.bincount(facet.codes, design.steps) / size,
            "infit": np.bincount(facet.codes, square) / np.bincount(facet.codes, variance),
            "outfit": np.bincount(facet.codes, square / variance) / size,
        }
        frames.append(pd.DataFrame(columns, index=facet.levels))
        start = stop
    return pd.concat(frames, keys=[facet.name for facet in design.facets], names=["facet", "level"])


def _thresholds(design: Design, model: MarginalLikelihood, p: Unpacked, covariance: Array) -> pd.DataFrame:
    m = model.steps_map
    part = slice(model.n_free - 2 - m.shape[1], model.n_free - 2)
    error = np.sqrt(np.diag(m @ covariance[part, part] @ m.T))
    grades = pd.RangeIndex(design.lowest + 1, design.lowest + 1 + design.n_steps, name="grade")
    return pd.DataFrame({"estimate": p.thresholds, "std_error": error}, index=grades)


def _targets(design: Design, p: Unpacked) -> pd.DataFrame:
    severity = _rating_severity(design, p)
    place, error = warm_estimates(design.target, design.steps, severity, p.thresholds)
    size = np.bincount(design.target)
    columns = {
        "estimate": place,
        "std_error": error,
        "n": size,
        "observed": design.lowest + np.bincount(design.target, design.steps) / size,
        "fair": design.lowest + moments(place, p.thresholds)[0],
    }
    return pd.DataFrame(columns, index=design.targets)


def _equality(design: Design, free: Array, covariance: Array) -> pd.DataFrame:
    rows, start = [], 0
    for facet in design.facets:
        stop = start + len(facet.levels) - 1
        part = free[start:stop]
        chi2 = float(part @ np.linalg.solve(covariance[start:stop, start:stop], part))
        rows.append((chi2, stop - start, float(stats.chi2.sf(chi2, stop - start))))
        start = stop
    names = pd.Index([facet.name for facet in design.facets], name="facet")
    return pd.DataFrame(rows, columns=["chi2", "df", "p_value"], index=names)


def _findings(table: pd.DataFrame, group: str | None) -> tuple[Finding, ...]:
    erratic: Floats = table[["infit", "outfit"]].max(axis=1)
    wild = erratic[erratic > MISFIT]
    findings = [
        told(
            "misfit",
            Severity.WARNING,
            f"“{facet}”中的“{level}”与模型不符（均方{value:.2f}，宜在{MISFIT}以下），评分忽宽忽严，请核对",
            "Linacre (2002)",
        )
        for (facet, level), value in zip(wild.index.to_flat_index(), wild, strict=True)
    ]
    if group:
        text = f"“{group}”是对象的属性，其差别建立在各组对象来自同一总体的假定上"
        findings.append(told("group_by_assumption", Severity.NOTE, text, SOURCE))
    return tuple(findings)
