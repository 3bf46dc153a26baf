"""Cross-section likelihoods of parameters: predictors, summed derivatives, starts, ridges.

A model joins one density to the parts of its parameters. All of it is in standardised units.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.costing.design import CONST, Array, Floats
from budgetperf.costing.sfa_design import LN_U, LN_V, MU, SCALE, Part, Sample, skewness_of
from budgetperf.costing.sfa_efficiency import Posterior, exponential_posterior, normal_posterior
from budgetperf.costing.sfa_likelihood import (
    DensityFunction,
    Row,
    exponential,
    mills,
    mills_excess,
    scaled_normal,
)
from budgetperf.costing.sfa_optimum import Climb

SHARES = (0.2, 0.5, 0.8)  # of the residual variance that is inefficiency, where moments say nothing
RATIOS = (-2.0, 0.0, 1.5)  # mu / su of the starts
LEAST_LOG = -14.0  # a variance below exp(-14) of the residuals' is none
FARTHEST = 12.0  # |mu| / su beyond it is a ridge
HALF_NORMAL_THIRD = float(np.sqrt(2 / np.pi) * (1 - 4 / np.pi))  # E(e - Ee)^3 / su^3 of v - u
NO_INEFFICIENCY, NO_NOISE, RUNAWAY = "no_inefficiency", "no_noise", "runaway"


@dataclass(frozen=True, slots=True, eq=False)
class CrossSection:
    """Rows that know nothing of each other.

    Parameters
    ----------
    sample : Sample
    parts : tuple of Part
        The frontier first, then the others in the order of the density's predictors.
    density : DensityFunction
    """

    sample: Sample
    parts: tuple[Part, ...]
    density: DensityFunction

    @property
    def bounds(self) -> list[slice]:
        """Where the parameters of each part stand."""
        ends = np.cumsum([part.size for part in self.parts])
        return [slice(int(end) - p.size, int(end)) for p, end in zip(self.parts, ends, strict=True)]

    def predictors(self, at: Array) -> list[Row]:
        """Return the residual e and the value of each further part; scalars where all rows agree."""
        found = [p.design @ at[b] if p.design is not None else at[b][0] for p, b in self._placed()]
        return [self.sample.residual + found[0], *found[1:]]

    def surface(self, at: Array) -> Climb:
        """Return log likelihood, gradient and Hessian."""
        density, places = self.density(*self.predictors(at)), self.bounds
        gradient, hessian = np.zeros(len(at)), np.zeros((len(at), len(at)))
        for i, slope in enumerate(density.first):
            gradient[places[i]] = _down(self.parts[i].design, slope, self.sample.n)
        for (i, j), curve in density.second.items():
            block = _across(self.parts[i].design, curve, self.parts[j].design, self.sample.n)
            hessian[places[i], places[j]] = block
            hessian[places[j], places[i]] = block.T
        return float(np.sum(density.value)), gradient, hessian

    def escaped(self, at: Array) -> str:
        """Name the ridge: a variance that vanishes, or a truncation point that runs away."""
        values = {part.name: at[place] for part, place in self._placed()}
        levels = {
            part.name: float(np.mean(part.design @ values[part.name]))
            if part.design is not None
            else float(values[part.name][0])
            for part in self.parts[1:]
        }
        return ridge(levels)

    def posterior(self, at: Array) -> Posterior:
        """Return inefficiency given the residuals."""
        e, *_, lv = self.predictors(at)
        mu, lu = self.spread(at)
        if self.density is exponential:
            return exponential_posterior(np.asarray(e), lu, lv)
        return normal_posterior(np.asarray(e), mu, lu, lv)

    def leaning(self) -> Array:
        """Return the residuals whose skewness shows inefficiency."""
        return self.sample.residual

    def starts(self) -> list[Array]:
        """Return one start for each ratio mu / su: the best of those with the residuals' moments."""
        skewness = skewness_of(self.leaning())
        single = not any(part.name == MU for part in self.parts)
        if single and self.density is exponential:
            families = [list(exponential_moments(skewness))]
        elif single:
            families = [[(0.0, *m) for m in normal_moments(0.0, skewness)]]
        else:
            families = [[(r, *m) for m in normal_moments(r, 0.0)] for r in RATIOS]
        return [self._best(family) for family in families]

    def spread(self, at: Array) -> tuple[Row, Row]:
        """Return mu and ln su2 of each row; mu is zero where the density has none."""
        others = self.predictors(at)[1:]
        if self.density is scaled_normal:
            tau, cu, w, _ = others
            return tau * np.exp(w), cu + 2 * w
        return (0.0, others[0]) if len(others) == 2 else (others[0], others[1])

    def effects(self, at: Array, params: Floats, index: pd.Index) -> pd.DataFrame:
        """Return dE(u)/dz of each covariate of inefficiency, row by row (Wang 2002).

        Notes
        -----
        E(u) = su m, m = a + mills(a), a = mu / su: by mu 1 - mills(a) m, by ln su2
        (su m - mu (1 - mills(a) m)) / 2; exponential: su / 2. Under scaling d E(u).
        """
        names = {p.name: p.labels for p in self.parts if p.name in (MU, LN_U, SCALE) and p.design is not None}
        mu, lu = self.spread(at)
        su = np.exp(np.asarray(lu) / 2)
        mean, by_mu = su * mills_excess(mu / su), 1 - mills(mu / su) * mills_excess(mu / su)
        by_lu = (mean - mu * by_mu) / 2
        if self.density is exponential:
            mean, by_lu = su, su / 2
        slopes = {MU: by_mu, LN_U: by_lu * self.sample.scale, SCALE: mean * self.sample.scale}
        found = pd.DataFrame(index=index)
        for part, labels in names.items():
            for label in labels:
                found[label] = found.get(label, 0.0) + params[part][label] * slopes[part]
        return found.drop(columns=CONST, errors="ignore")

    def _best(self, family: list[tuple[float, ...]]) -> Array:
        tried = [self._placing(*moments) for moments in family]
        if len(tried) == 1:
            return tried[0]
        with np.errstate(all="ignore"):
            heights = [float(np.sum(self.density(*self.predictors(at)).value)) for at in tried]
        return tried[int(np.nanargmax(heights))]

    def _placing(self, ratio: float, su2: float, sv2: float, mean: float) -> Array:
        wanted = {MU: ratio * np.sqrt(su2), LN_U: np.log(su2), LN_V: np.log(sv2), SCALE: 0.0}
        start = [mean * self.sample.up]
        for part in self.parts[1:]:
            if part.design is None:
                start.append(np.full(1, wanted[part.name]))
            else:
                start.append(wanted[part.name] * part.design.mean(axis=0))
        return np.concatenate(start)

    def _placed(self) -> Iterator[tuple[Part, slice]]:
        return zip(self.parts, self.bounds, strict=True)


def ridge(levels: dict[str, float]) -> str:
    """Name the ridge on which mean predictors lie; empty when on none."""
    if levels[LN_U] < LEAST_LOG:
        return NO_INEFFICIENCY
    if levels[LN_V] < LEAST_LOG:
        return NO_NOISE
    if abs(levels.get(MU, 0.0)) > FARTHEST * np.exp(levels[LN_U] / 2):
        return RUNAWAY
    return ""


def normal_moments(ratio: float, skewness: float) -> Iterator[tuple[float, float, float]]:
    """Yield (su2, sv2, E u) that give residuals of unit variance, with their skewness if it can be.

    Notes
    -----
    Half-normal: E(e - Ee)^3 = sqrt(2/pi) (1 - 4/pi) su^3 (Olson, Schmidt and Waldman 1980); else
    var u = su2 (1 - l (a + l)), l = mills(a), for some shares of the variance.
    """
    mean = float(mills_excess(ratio))
    spread = 1 - (mean - ratio) * mean
    if ratio == 0 and skewness < 0:
        su2 = (skewness / HALF_NORMAL_THIRD) ** (2 / 3)
        shares: tuple[float, ...] = (float(np.clip(su2 * spread, 0.05, 0.95)),)
    else:
        shares = SHARES
    for share in shares:
        su2 = share / spread
        yield su2, 1 - share, float(np.sqrt(su2)) * mean


def exponential_moments(skewness: float) -> Iterator[tuple[float, float, float, float]]:
    """Yield (0, su2, sv2, E u) for exponential inefficiency: third moment -2 su^3."""
    shares = (float(np.clip((-skewness / 2) ** (2 / 3), 0.05, 0.95)),) if skewness < 0 else SHARES
    for share in shares:
        yield 0.0, share, 1 - share, float(np.sqrt(share))


def _down(design: Array | None, slope: Row, n: int) -> Array:
    """Return design' slope."""
    if design is None:
        return np.atleast_1d(np.sum(slope) if np.ndim(slope) else np.asarray(slope * n))
    return np.asarray(design.T @ np.broadcast_to(slope, n))


def _across(left: Array | None, curve: Row, right: Array | None, n: int) -> Array:
    """Return left' diag(curve) right."""
    if left is None:
        return _down(right, curve, n)[None, :]
    if right is None:
        return _down(left, curve, n)[:, None]
    return np.asarray((left * np.broadcast_to(curve, n)[:, None]).T @ right)
