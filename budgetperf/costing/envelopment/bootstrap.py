"""Bias of envelopment scores by the smoothed bootstrap: the frontier of a sample lies inside the true one."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from budgetperf.costing.coverage import check_draws, demand_draws, demand_level
from budgetperf.costing.design import Array, Floats
from budgetperf.costing.envelopment.fit import solve
from budgetperf.costing.envelopment.problem import DeaProblem, Orientation, frame_problem
from budgetperf.costing.errors import BadOption, NotConverged, TooFewRows
from budgetperf.costing.spread import Spread, in_turn, pieces
from budgetperf.costing.words import Returns
from budgetperf.findings import Finding, Severity, Where

INEFFICIENT = 1e-6  # distances above 1 by more make the density that is smoothed
BIASED = float(np.sqrt(3))  # bias / standard error up to which a correction adds more noise than it takes


@dataclass(frozen=True, slots=True, eq=False)
class BiasResult:
    """Bias-corrected scores.

    Parameters
    ----------
    efficiency : Series (n,)
        As estimated.
    corrected : Series (n,)
        Estimate less bias, on the distance scale (1 / theta, phi) turned back.
    bias, std_error : Series (n,)
        Of the distance (1 and up).
    lower, upper : Series (n,)
        Interval of the true efficiency at ``level``.
    level : float
    bandwidth : float
    draws : int
    seed : int
    findings : tuple of Finding
    """

    efficiency: Floats
    corrected: Floats
    bias: Floats
    std_error: Floats
    lower: Floats
    upper: Floats
    level: float
    bandwidth: float
    draws: int
    seed: int
    findings: tuple[Finding, ...]


def _require_terms(returns: Returns, seed: int, draws: int, level: float) -> None:
    if returns is Returns.FDH:
        raise BadOption("自由处置包的效率不能用此自助法修正偏差")
    demand_draws(seed, draws)
    demand_level(level, name="区间的覆盖率")


def correct_bias(
    inputs: pd.DataFrame,
    outputs: pd.DataFrame,
    *,
    seed: int,
    returns: Returns | str = Returns.CRS,
    orientation: Orientation | str = Orientation.INPUT,
    draws: int = 2000,
    level: float = 0.9,
    targets: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    spread: Spread = in_turn,
) -> BiasResult:
    """Correct scores for the bias of a frontier made of the sample itself.

    Parameters
    ----------
    inputs, outputs : DataFrame (n, m), (n, s)
        As for ``fit_dea``: the sample the frontier is made of.
    seed : int
        The only source of chance: the same seed gives the same figures.
    returns : Returns
        ``crs`` by default; not ``fdh``, for which the bootstrap is not consistent.
    orientation : Orientation
    draws : int
        Two at least; fewer than 2 / (1 - level) are told.
    level : float
        Coverage of the interval, 0 to 1.
    targets : pair of DataFrame (k, m), (k, s), optional
        Who is measured, against the sample; the sample itself by default.
    spread : Spread
        Where the programmes of the draws are solved; the figures are the same wherever that is.

    Raises
    ------
    TooFewRows
        If fewer than three dmus are inefficient: there is no density to smooth.
    BadOption
        If the seed, the draws or the level are none.
    BadValue, ValueError, NotConverged
        As ``fit_dea``.

    Notes
    -----
    Distances d >= 1 (1 / theta, or phi) are reflected at 1, drawn with replacement, shaken by a
    normal kernel of width h, their variance restored, and reflected back to d*. The reference of
    the draw is ``x d / d*`` (``y d / d*`` for outputs: each unit moved to the frontier, then off it
    by d*). ``corrected = d - (mean(d_b) - d)``; the interval is ``d - (quantile(d_b) - d)``. h is
    Silverman's 0.9 min(sd, IQR / 1.349) n^(-1/5) of the reflected distances above 1, adjusted to
    the full sample (Daraio and Simar 2007, 3.23 and 3.26).

    References
    ----------
    Simar and Wilson (1998, 2000), homogeneous smoothed bootstrap.
    """
    returns, orientation = Returns(returns), Orientation(orientation)
    _require_terms(returns, seed, draws, level)
    measured = frame_problem(*(targets or (inputs, outputs)), reference=(inputs, outputs))
    shrink = orientation is Orientation.INPUT
    score = solve(measured, returns, orientation, slacks=False).score
    distance = 1 / score if shrink else score
    width, drawn = _draws(measured, returns, orientation, draws, seed, spread)
    bias, error = drawn.mean(axis=0) - distance, drawn.std(axis=0, ddof=1)
    low, high = 2 * distance - np.quantile(drawn, [(1 + level) / 2, (1 - level) / 2], axis=0)
    low, high = (1 / high, 1 / low) if shrink else (low, high)
    corrected = 1 / (distance - bias) if shrink else distance - bias

    figures = np.column_stack([score, corrected, bias, error, low, high])
    table = pd.DataFrame(figures, index=measured.labels, columns=range(6))
    return BiasResult(
        efficiency=table[0],
        corrected=table[1],
        bias=table[2],
        std_error=table[3],
        lower=table[4],
        upper=table[5],
        level=level,
        bandwidth=width,
        draws=draws,
        seed=seed,
        findings=_weak(bias, error) + check_draws(draws, level, pointer="/rows"),
    )


def _draws(
    measured: DeaProblem,
    returns: Returns,
    orientation: Orientation,
    draws: int,
    seed: int,
    spread: Spread,
) -> tuple[float, Array]:
    """Return the width of the kernel and the distances of the measured in each draw (draws, n)."""
    sample = measured.of_reference()
    score = solve(sample, returns, orientation, slacks=False).score
    distance = 1 / score if orientation is Orientation.INPUT else score
    width, rng = bandwidth(distance), np.random.default_rng(seed)
    pseudo = np.array([_pseudo(distance, width, rng) for _ in range(draws)])
    moved = pseudo / distance if orientation is Orientation.INPUT else distance / pseudo
    solved = partial(_distances, measured, sample, returns, orientation)
    found = np.concatenate(spread(solved, [moved[piece] for piece in pieces(draws)]))
    lost = int((~np.isfinite(found)).any(axis=1).sum())
    if lost:
        raise NotConverged("效率的自助法", f"{lost}次抽取中有单位没有解")
    return width, found


def bandwidth(distance: Array) -> float:
    """Return the width of the kernel (see ``correct_bias``)."""
    above = distance[distance > 1 + INEFFICIENT]
    if len(above) < 3:
        raise TooFewRows("平滑自助法需要无效单位的效率分布，无效单位不足", n=len(above), needed=3)
    both = np.r_[above, 2 - above]
    spread = both.std(ddof=1)
    quarter = float(np.subtract(*np.quantile(both, [0.75, 0.25]))) / 1.349
    used = quarter if INEFFICIENT < quarter < spread else spread
    adjust = distance.std(ddof=1) / spread * (len(both) / len(distance)) ** 0.2
    return float(0.9 * used * len(both) ** -0.2 * adjust)


def _pseudo(distance: Array, width: float, rng: np.random.Generator) -> Array:
    """Return the distances (n,) of one pseudo-sample."""
    reflected = np.r_[distance, 2 - distance]
    drawn = rng.choice(reflected, size=len(distance))
    shaken = drawn + width * rng.standard_normal(len(distance))
    pseudo = drawn.mean() + (shaken - drawn.mean()) / np.sqrt(1 + width**2 / reflected.var(ddof=1))
    return np.asarray(np.where(pseudo < 1, 2 - pseudo, pseudo))


def _distances(
    measured: DeaProblem, sample: DeaProblem, returns: Returns, orientation: Orientation, moved: Array
) -> Array:
    """Return the distances (n_draws, n) of the measured; in each draw the sample is ``moved`` (n_draws, n)."""
    shrink = orientation is Orientation.INPUT

    def score(by: Array) -> Array:
        x, y = (sample.x * by[:, None], sample.y) if shrink else (sample.x, sample.y * by[:, None])
        return solve(replace(measured, x_ref=x, y_ref=y), returns, orientation, slacks=False).score

    scores: Array = np.array([score(by) for by in moved])
    return 1 / scores if shrink else scores


def _weak(bias: Array, error: Array) -> tuple[Finding, ...]:
    """A correction pays where bias^2 > 3 variance (Simar and Wilson 2000)."""
    weak = np.abs(bias) <= BIASED * error
    if not weak.any():
        return ()
    text = f"{int(weak.sum())}个单位的偏差不到标准误的{BIASED:.2f}倍，修正后的效率未必更准"
    return (Finding("costing.envelopment.bias_weak", Severity.NOTE, Where(pointer="/rows"), text),)
