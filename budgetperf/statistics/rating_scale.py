"""Andrich's rating scale with random targets: likelihood, its gradient, and the place of a target.

Holds the mathematics of many-facet severity on numbers alone; labels and refusals are next door.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import logsumexp

from budgetperf.statistics.facets import Design, Places
from budgetperf.statistics.labelled import Array

REACH = 6.0  # standard deviations covered by the quadrature
BISECTIONS = 60
BEYOND = 30.0  # logits past the hardest step where no estimate lies


def contrasts(levels: int) -> Array:
    """Return the (levels, levels - 1) matrix that writes effects of sum zero by all but the last."""
    return np.vstack([np.eye(levels - 1), -np.ones(levels - 1)])


def log_probabilities(distance: Array, thresholds: Array) -> Array:
    """Return ln P of each grade (…, m + 1) at ``distance`` = target - severity, in logits."""
    reached = np.concatenate([[0.0], np.cumsum(thresholds)])
    raw = np.arange(len(reached)) * distance[..., None] - reached
    return np.asarray(raw - logsumexp(raw, axis=-1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Unpacked:
    """The parameters in words: effects of each facet, thresholds, mean and spread of the targets."""

    effects: tuple[Array, ...]
    thresholds: Array
    mean: float
    spread: float


class MarginalLikelihood:
    """Minus the log likelihood with the targets integrated out, and its gradient.

    ``theta ~ N(mean, spread^2)``; nodes are spaced evenly, ``gap`` standard deviations apart, or
    fixed at ``grid`` with plain normal densities as weights (TAM).
    """

    def __init__(self, design: Design, gap: float, grid: Array | None) -> None:
        self.sizes = [len(facet.levels) for facet in design.facets]
        self.maps = [contrasts(size) for size in self.sizes]
        self.steps_map = contrasts(design.n_steps) if design.n_steps > 1 else np.zeros((1, 0))
        self.gap, self.grid = gap, grid
        half = int(np.ceil(REACH / gap))
        self.z: Array = np.arange(-half, half + 1, dtype=np.float64) * gap
        codes = np.column_stack([facet.codes for facet in design.facets])
        self.cells, cell = np.unique(codes, axis=0, return_inverse=True)
        self._count(design, cell.ravel())

    def _count(self, design: Design, cell: Places) -> None:
        n_cells, grades = len(self.cells), design.n_steps + 1
        shape = (len(design.targets), n_cells)
        ones = np.ones(len(cell))
        self.rated = sparse.csr_array((ones, (design.target, cell)), shape=shape)
        at = cell * grades + design.steps
        self.given = sparse.csr_array((ones, (design.target, at)), shape=(shape[0], n_cells * grades))
        self.raw = np.bincount(design.target, design.steps).astype(np.float64)
        self.by_cell = np.bincount(cell, design.steps, minlength=n_cells)
        self.by_grade = np.bincount(design.steps, minlength=grades).astype(np.float64)

    @property
    def n_free(self) -> int:
        """How many parameters are free."""
        return int(sum(size - 1 for size in self.sizes) + self.steps_map.shape[1] + 2)

    def unpack(self, free: Array) -> Unpacked:
        """Return the parameters with the ones that make sums zero."""
        cuts = np.cumsum([*(size - 1 for size in self.sizes), self.steps_map.shape[1]])
        *effects, steps, ends = np.split(free, cuts)
        whole = tuple(m @ part for m, part in zip(self.maps, effects, strict=True))
        return Unpacked(whole, self.steps_map @ steps, float(ends[0]), float(np.exp(ends[1])))

    def __call__(self, free: Array) -> tuple[float, Array]:
        """Return minus the log likelihood and its gradient."""
        p = self.unpack(free)
        nodes, log_weights = self._nodes(p)
        severity = sum(
            (effect[self.cells[:, f]] for f, effect in enumerate(p.effects)), np.zeros(len(self.cells))
        )
        logs = log_probabilities(nodes[None, :] - severity[:, None], p.thresholds)  # cell, node, grade
        flat = logs.transpose(0, 2, 1).reshape(-1, len(nodes))
        joint = self.given @ flat + log_weights
        total = logsumexp(joint, axis=1)
        posterior = np.exp(joint - total[:, None])
        return -float(total.sum()), -self._gradient(p, nodes, np.exp(logs), posterior)

    def _nodes(self, p: Unpacked) -> tuple[Array, Array]:
        half_log = float(np.log(2 * np.pi)) / 2
        if self.grid is None:
            even: Array = -0.5 * self.z**2 - half_log + float(np.log(self.gap))
            nodes: Array = p.mean + p.spread * self.z
            return nodes, even
        weights: Array = -0.5 * ((self.grid - p.mean) / p.spread) ** 2 - half_log - float(np.log(p.spread))
        return self.grid, weights

    def _gradient(self, p: Unpacked, nodes: Array, chance: Array, posterior: Array) -> Array:
        expected = chance @ np.arange(chance.shape[-1])  # cell, node
        weight = self.rated.T @ posterior  # cell, node
        by_cell = (weight * expected).sum(axis=1) - self.by_cell
        parts = [
            m.T @ np.bincount(self.cells[:, f], by_cell, minlength=self.sizes[f])
            for f, m in enumerate(self.maps)
        ]
        reached = np.einsum("cq,cqk->k", weight, chance) - self.by_grade  # by ln of cumulated steps
        parts.append(self.steps_map.T @ np.cumsum(reached[::-1])[::-1][1:])
        if self.grid is None:
            pull = posterior * (self.raw[:, None] - self.rated @ expected)
            ends = [pull.sum(), (pull @ self.z).sum() * p.spread]
        else:
            z = (nodes - p.mean) / p.spread
            ends = [(posterior @ z).sum() / p.spread, (posterior @ (z**2 - 1)).sum()]
        return np.concatenate([*parts, ends])


def moments(distance: Array, thresholds: Array) -> tuple[Array, Array, Array]:
    """Return mean, variance and third central moment of a grade at each distance."""
    chance = np.exp(log_probabilities(distance, thresholds))
    grades = np.arange(chance.shape[-1], dtype=np.float64)
    mean: Array = chance @ grades
    off: Array = grades - mean[..., None]
    variance: Array = (chance * off**2).sum(axis=-1)
    third: Array = (chance * off**3).sum(axis=-1)
    return mean, variance, third


def warm_estimates(target: Places, steps: Places, severity: Array, thresholds: Array) -> tuple[Array, Array]:
    """Return the place of each target and its standard error, in logits, by Warm's likelihood.

    Solves raw - expected + J / (2 I) = 0, which is finite for the lowest and highest raw scores
    too; ``severity`` (n,) is that of each rating, and 1 / sqrt(I) the standard error.
    """
    count = int(target.max()) + 1
    edge = float(np.abs(severity).max() + np.abs(thresholds).sum()) + BEYOND
    low, high = np.full(count, -edge), np.full(count, edge)
    raw = np.bincount(target, steps)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        mean, variance, third = moments(middle[target] - severity, thresholds)
        information = np.bincount(target, variance)
        lift = raw - np.bincount(target, mean) + np.bincount(target, third) / (2 * information)
        low, high = np.where(lift > 0, middle, low), np.where(lift > 0, high, middle)
    place: Array = (low + high) / 2
    information = np.bincount(target, moments(place[target] - severity, thresholds)[1])
    return place, np.asarray(1 / np.sqrt(information), dtype=np.float64)
