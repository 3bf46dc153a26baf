"""How well a quantile is known: rank inversion, kernel covariance, bootstrap by cluster.

Each answers for any linear combination of the estimates, so for coefficients and predictions alike.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.regression.quantile_regression import bofinger, chamberlain, hall_sheather, kernels

from budgetperf.costing.design import Array, array
from budgetperf.costing.errors import NotConverged, TooFewRows
from budgetperf.costing.ols import IntArray
from budgetperf.costing.quantile.program import DualProgram, Vertex
from budgetperf.costing.quantile.sample import QuantileSample
from budgetperf.terms import Term

BEYOND = 1e-6  # of the cutoff: how far past a step of the rank statistic the next one is looked for
STEPS = 1000  # at most so many equal rows
NO_RESIDUAL = 1e-12  # of the largest response
SAME = 1e-11  # relative distance of two steps that are one


class Kernel(Term):
    """The kernel of a density at zero."""

    EPANECHNIKOV = "epa", "Epanechnikov核"
    BIWEIGHT = "biw", "双权核"
    COSINE = "cos", "余弦核"
    GAUSSIAN = "gau", "高斯核"
    PARZEN = "par", "Parzen核"
    EPANECHNIKOV_ROOT5 = "epa5", "Epanechnikov核（±√5）"
    RECTANGLE = "rec", "矩形核"
    TRIANGLE = "tri", "三角核"


class Bandwidth(Term):
    """The rule of a bandwidth."""

    HALL_SHEATHER = "hsheather", "Hall–Sheather"
    BOFINGER = "bofinger", "Bofinger"
    CHAMBERLAIN = "chamberlain", "Chamberlain"


class Density(Term):
    """What is assumed of the density of the residuals at zero."""

    IID = "iid", "各行相同（独立同分布）"
    POWELL = "powell", "逐行核估计（Powell）"
    DIFFERENCE = "difference", "逐行差商（Hendricks–Koenker）"


@dataclass(frozen=True, slots=True)
class IntervalOptions:
    """What an interval of a quantile may be given besides its level.

    Parameters
    ----------
    kernel : {"epa", "biw", "cos", "gau", "par", "epa5", "rec", "tri"}
    bandwidth : {"hsheather", "bofinger", "chamberlain"}
    density : {"powell", "iid", "difference"}
    seed, n_draws : int
        Of the bootstrap: its only source of chance, and how often it draws (twice at least; fewer
        than 2 / (1 - level) are told).
    """

    kernel: Kernel | str = Kernel.EPANECHNIKOV
    bandwidth: Bandwidth | str = Bandwidth.HALL_SHEATHER
    density: Density | str = Density.POWELL
    seed: int = 0
    n_draws: int = 400


DEFAULT = IntervalOptions()
KERNELS = {
    **kernels,
    "epa5": lambda u: np.where(u**2 <= 5, 0.75 * (1 - u**2 / 5) / np.sqrt(5), 0),
    "rec": lambda u: np.where(np.abs(u) <= 1, 0.5, 0),
    "tri": lambda u: np.maximum(1 - np.abs(u), 0),
}
RULES = {
    Bandwidth.HALL_SHEATHER: hall_sheather,
    Bandwidth.BOFINGER: bofinger,
    Bandwidth.CHAMBERLAIN: chamberlain,
}


class Uncertainty(Protocol):
    """Ends of the interval of linear combinations of the estimates."""

    def ends(
        self, combinations: Array, point: Array, level: float, *, log: bool = False
    ) -> tuple[Array, Array]:
        """Return lower and upper (m,) of ``combinations`` (m, k) around their ``point`` (m,); of exp if log."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RankUncertainty:
    """Inversion of the rank score test.

    Notes
    -----
    A value t of ``c'b`` is kept while ``|S(t)| <= z sqrt(tau (1 - tau) q_c)`` with S the regression
    rank score statistic, ``q_c = 1 / c'(X'X)^-1 c`` and z from t(n - k). S(t) is minus the slope of
    the loss along ``c'b``: so an end is where the loss tilted by ``s c'b`` is least, one exact
    programme a side; between two steps of S it is interpolated, as R's ``rq`` does.

    References
    ----------
    Koenker (1994), Confidence intervals for regression quantiles; Koenker and Machado (1999).
    """

    sample: QuantileSample
    vertex: Vertex
    tau: float

    def ends(
        self, combinations: Array, point: Array, level: float, *, log: bool = False
    ) -> tuple[Array, Array]:
        """See ``Uncertainty``; infinite where the data do not bound an end."""
        n, k = self.sample.design.shape
        z = float(stats.t.ppf(0.5 + level / 2, n - k))
        found = [[self._end(self.sample.contrast(c), z, side) for c in combinations] for side in (1, -1)]
        return _ends(np.minimum(found[0], point), np.maximum(found[1], point), log)

    def _end(self, contrast: Array, z: float, side: int) -> float:
        """Return one end: the lower for a positive side."""
        length = float(np.linalg.norm(contrast))
        contrast = contrast / length
        cutoff = z * float(np.sqrt(self.tau * (1 - self.tau) * self.sample.n))
        solved = self.tilted(contrast, side * cutoff, self.vertex)
        if solved is None:
            return -side * np.inf
        walk = _Walk(self, contrast, side, BEYOND * cutoff, float(contrast @ solved.estimates))
        inner, outer = self.steps(contrast, solved, side)
        inner, last = walk.beside(inner, -1)
        if inner <= 0:  # the quantile itself stands on many equal rows
            return walk.here * length * self.sample.scale
        outer, _ = walk.beside(outer, 1)
        share = (cutoff - inner) / (outer - inner)
        return (last + share * (walk.here - last)) * length * self.sample.scale

    def tilted(self, contrast: Array, slope: float, near: Vertex | None) -> Vertex | None:
        """Return the optimum of the loss tilted by ``slope c'b``."""
        return self.sample.solve(self.tau, tilt=slope * contrast, near=near)

    def steps(self, contrast: Array, vertex: Vertex, side: int) -> tuple[float, float]:
        """Return the statistic on the near and on the far side of a vertex, both taken positive."""
        q = self.sample.unit_q[vertex.rows]
        slope = float(contrast @ (self.sample.unit_q.T @ vertex.dual)) / float(contrast @ contrast)
        rate = np.linalg.solve(q.T, contrast) * side
        at = vertex.dual[vertex.rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            up = np.where(rate > 0, self.tau - at, self.tau - 1 - at) / rate
            down = np.where(rate > 0, self.tau - 1 - at, self.tau - at) / rate
        moving = np.abs(rate) > 1e-12 * np.abs(rate).max()
        return side * slope + float(down[moving].max()), side * slope + float(up[moving].min())


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """From one step of the rank statistic to the next; equal rows step together, as one."""

    rank: RankUncertainty
    contrast: Array
    side: int
    past: float
    here: float

    def beside(self, reach: float, way: int) -> tuple[float, float]:
        """Return the statistic up to the next step outward (1) or inward (-1), and where that is."""
        for _ in range(STEPS):
            solved = self.rank.tilted(self.contrast, self.side * (reach + way * self.past), self.rank.vertex)
            if solved is None:
                return reach, -self.side * np.inf
            value = float(self.contrast @ solved.estimates)
            if abs(value - self.here) > SAME * max(abs(self.here), 1.0):
                return reach, value
            inner, outer = self.rank.steps(self.contrast, solved, self.side)
            reach = outer if way > 0 else inner
        return reach, self.here


@dataclass(frozen=True, slots=True, eq=False)
class KernelUncertainty:
    """A normal approximation with this covariance of the estimates (k, k) and t(df)."""

    covariance: pd.DataFrame
    df: int

    def ends(
        self, combinations: Array, point: Array, level: float, *, log: bool = False
    ) -> tuple[Array, Array]:
        """See ``Uncertainty``."""
        variance = np.einsum("ij,jk,ik->i", combinations, array(self.covariance), combinations)
        half = float(stats.t.ppf(0.5 + level / 2, self.df)) * np.sqrt(variance)
        return _ends(point - half, point + half, log)


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapUncertainty:
    """Percentiles of draws (n_draws, k) of the estimates."""

    draws: pd.DataFrame
    n_clusters: int

    def ends(
        self, combinations: Array, point: Array, level: float, *, log: bool = False
    ) -> tuple[Array, Array]:
        """See ``Uncertainty``; the interval holds its point."""
        tail = (1 - level) / 2
        drawn = combinations @ array(self.draws).T
        if log:
            drawn, point = np.exp(drawn), np.exp(point)
        low, high = np.quantile(drawn, [tail, 1 - tail], axis=1)
        return np.minimum(low, point), np.maximum(high, point)


def _ends(lower: Array, upper: Array, log: bool) -> tuple[Array, Array]:  # noqa: FBT001  # passed on
    with np.errstate(over="ignore"):
        return (np.exp(lower), np.exp(upper)) if log else (lower, upper)


def kernel_uncertainty(
    sample: QuantileSample, residuals: Array, tau: float, options: IntervalOptions
) -> KernelUncertainty:
    """Estimate the covariance of the estimates from the density of the residuals at zero.

    Raises
    ------
    NotConverged
        If no residual lies within the bandwidth: the density is estimated as zero.

    Notes
    -----
    ``tau (1 - tau) D^-1 X'X D^-1`` with ``D = X' diag(f) X``. f: alike for all rows,
    ``mean(K(r/h)) / h``; row by row ``K(r_i/h) / h`` (Powell 1991); or
    ``2 d / (x_i'(b(tau + d) - b(tau - d)))`` (Hendricks and Koenker 1992). ``h = min(sd(y), IQR(r) / 1.34)
    (z(tau + d) - z(tau - d))`` as Stata has it, d by the rule of the bandwidth.
    """
    n, k = sample.design.shape
    density, kernel = Density(options.density), Kernel(options.kernel)
    width = float(RULES[Bandwidth(options.bandwidth)](n, tau))
    while tau - width <= 0 or tau + width >= 1:
        width /= 2
    if density is Density.DIFFERENCE:
        f = _difference(sample, tau, width)
    else:
        quartiles = np.quantile(residuals, [0.25, 0.75])
        spread = min(float(np.std(array(sample.y))), float(quartiles[1] - quartiles[0]) / 1.34)
        h = spread * float(stats.norm.ppf(tau + width) - stats.norm.ppf(tau - width))
        wide = h > NO_RESIDUAL * float(np.abs(array(sample.y)).max())
        f = np.asarray(KERNELS[kernel](residuals / h)) / h if wide else np.zeros(n)
        if density is Density.IID:
            f = np.full(n, f.mean())
    middle = sample.basis.q.T @ (sample.basis.q * f[:, None])
    roots = np.linalg.eigvalsh(middle)
    if not roots[0] > 1e-10 * max(float(f.max()), 0.0):
        raise NotConverged("分位数核协方差", "残差在分位面附近没有密度，请改用rank或bootstrap区间")
    inverse = np.linalg.inv(middle)
    back = np.linalg.inv(sample.basis.r)
    names = sample.design.columns
    matrix = tau * (1 - tau) * back @ inverse @ inverse @ back.T
    return KernelUncertainty(pd.DataFrame(matrix, index=names, columns=names), n - k)


def _difference(sample: QuantileSample, tau: float, width: float) -> Array:
    ends = [sample.solve(tau + side * width) for side in (1, -1)]
    assert ends[0] is not None
    assert ends[1] is not None
    rise = sample.unit_q @ (ends[0].estimates - ends[1].estimates) * sample.scale
    return np.where(rise > 0, 2 * width / np.maximum(rise, 1e-300), 0.0)


def bootstrap_uncertainty(
    sample: QuantileSample, tau: float, codes: IntArray, options: IntervalOptions
) -> BootstrapUncertainty:
    """Draw the estimates anew from whole clusters.

    Raises
    ------
    TooFewRows
        If there are not more clusters than coefficients.

    References
    ----------
    Hagemann (2017), cluster-robust bootstrap inference in quantile regression models.
    """
    n_clusters, k = int(codes.max()) + 1, sample.design.shape[1]
    if n_clusters <= k:
        raise TooFewRows(f"{k}个系数的聚类自助法单位数不足", n=n_clusters, needed=k + 1)
    program = DualProgram(sample.unit_y, sample.unit_q, tau)
    chance, draws = np.random.default_rng(options.seed), []
    for weights in chance.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=options.n_draws):
        program.weigh(weights[codes].astype("float64"))
        solved = program.solve()
        assert solved is not None
        draws.append(solved[0])
    drawn = sample.estimates(np.array(draws))
    return BootstrapUncertainty(pd.DataFrame(drawn, columns=sample.design.columns), n_clusters)
