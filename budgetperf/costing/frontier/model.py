"""Cross-section likelihoods of parameters: predictors, summed derivatives, starts, ridges.

A model joins one density to the parts of its parameters. All of it is in standardised units.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.costing.design import Array, Floats
from budgetperf.costing.frontier.design import LN_U, LN_V, MU, SCALE, Part, Sample, of_part, skewness_of
from budgetperf.costing.frontier.efficiency import Posterior, exponential_posterior, normal_posterior
from budgetperf.costing.frontier.likelihood import (
    DensityFunction,
    Row,
    exponential,
    mills,
    mills_excess,
    scaled_normal,
)
from budgetperf.costing.frontier.optimum import Climb
from budgetperf.costing.frontier.starts import Start, chosen

LEAST_INEFFICIENCY = -9.0  # log su2, of residuals of unit variance, that is none in every row
LEAST_NOISE = -14.0  # log sv2 that is none
FARTHEST = 12.0  # |mu| / su that is a ridge when beyond it in every row
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
        mu, lu = self.spread(at)
        return ridge(mu, lu, float(at[-1]))

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
        """Return where to climb from."""
        return chosen(
            self._placed_at,
            lambda at: float(np.sum(self.density(*self.predictors(at)).value)),
            skewness=skewness_of(self.leaning()),
            n=self.sample.n,
            exponential=self.density is exponential,
            truncated=any(part.name == MU for part in self.parts),
        )

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
        mu, lu = self.spread(at)
        su = np.exp(np.asarray(lu) / 2)
        mean, by_mu = su * mills_excess(mu / su), 1 - mills(mu / su) * mills_excess(mu / su)
        by_lu = (mean - mu * by_mu) / 2
        if self.density is exponential:
            mean, by_lu = su, su / 2
        slopes = {MU: by_mu, LN_U: by_lu * self.sample.scale, SCALE: mean * self.sample.scale}
        found = pd.DataFrame(index=index)
        for part in (p for p in self.parts[1:] if p.design is not None):
            for label in part.labels:
                if label not in part.constants:
                    found[label] = (
                        found.get(label, 0.0) + of_part(params, part.name)[label] * slopes[part.name]
                    )
        return found

    def _placed_at(self, start: Start) -> Array:
        wanted = {MU: start.mu, LN_U: np.log(start.su2), LN_V: np.log(start.sv2), SCALE: 0.0}
        found = [start.mean * self.sample.up]
        for part in self.parts[1:]:
            level = np.ones(1) if part.design is None else part.design.mean(axis=0)
            found.append(wanted[part.name] * level)
        return np.concatenate(found)

    def _placed(self) -> Iterator[tuple[Part, slice]]:
        return zip(self.parts, self.bounds, strict=True)


def ridge(mu: Row, lu: Row, lv: float) -> str:
    """Name the ridge on which all rows lie; empty when on none."""
    if np.max(lu) < LEAST_INEFFICIENCY:
        return NO_INEFFICIENCY
    if lv < LEAST_NOISE:
        return NO_NOISE
    if np.min(np.abs(mu) / np.exp(np.asarray(lu) / 2)) > FARTHEST:
        return RUNAWAY
    return ""


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
