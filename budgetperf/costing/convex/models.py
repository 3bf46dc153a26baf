"""The squares of each form of error, expanded so that every step is a quadratic programme.

Additive: exact at once. Multiplicative: Newton's method on ``1/2 sum r^2``, r = ln y - ln f - z'b,
whose conditions stay linear. Its curvature in f is (1 + r) / f^2, positive wherever f < e y.
"""

import numpy as np

from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.convex.program import Solution, Target
from budgetperf.costing.design import Array

NEAR = 0.3  # relative movement below which the true curvature is trusted
LEAST_CURVATURE = 0.1  # of 1 + r
LARGEST_STEP = 2.0  # factor by which a value of the function may change in a step
HALVINGS, ROUNDING = 20, 1e-10


class Additive:
    """``y = f(x) + z'b + e``: the squares as they are."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        straight, unit = np.zeros(len(problem.y)), np.ones(len(problem.points))
        self.squares = Target(problem.y, problem.size, straight, problem.contextual, unit)

    def target(self) -> Target:
        """Return the squares."""
        return self.squares

    def residuals(self, level: Array, effect: Array) -> Array:
        """Return y - f - z'b."""
        squares = self.squares
        return squares.aim - squares.size * level[self.problem.group] - squares.z @ effect

    def gradient(self, level: Array, effect: Array) -> tuple[Array, Array]:
        """Return the derivatives of half the sum of squares by level and by effect."""
        r, squares = self.residuals(level, effect), self.squares
        by_level = np.asarray(np.bincount(self.problem.group, r * squares.size, len(level)), dtype=np.float64)
        return -by_level, -(squares.z.T @ r)

    def move(self, solution: Solution, *, complete: bool) -> float:  # noqa: ARG002  # nothing to move
        """Return 0: nothing is expanded."""
        return 0.0


class Multiplicative:
    """``ln y = ln f(x) + z'b + e``, expanded about the present values of f and b."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        counts = np.bincount(problem.group)
        self.level: Array = np.exp(np.bincount(problem.group, np.log(problem.y / problem.size)) / counts)
        self.effect: Array = np.zeros(problem.contextual.shape[1])
        self.moved, self.inside = np.inf, False

    def residuals(self, level: Array, effect: Array) -> Array:
        """Return ln y - ln f - z'b."""
        problem = self.problem
        fitted = np.log(problem.size * level[problem.group])
        return np.asarray(np.log(problem.y) - fitted - problem.contextual @ effect)

    def gradient(self, level: Array, effect: Array) -> tuple[Array, Array]:
        """Return the derivatives of half the sum of squares by level and by effect."""
        r = self.residuals(level, effect)
        by_level = np.bincount(self.problem.group, r, len(level)) / level
        return -by_level, -(self.problem.contextual.T @ r)

    def target(self) -> Target:
        """Return the squares about the present point, t = f / f0.

        Notes
        -----
        ``1/2 (r - (t - 1) - z'(b - b0))^2 + 1/2 r (t - 1)^2`` has gradient and curvature of
        ``1/2 r^2``. Far away, and with contextual variables (where a negative r would make the
        sum indefinite), r > 0 only: Gauss and Newton's steps, slower and safe.
        """
        r, z = self.residuals(self.level, self.effect), self.problem.contextual
        trusted = self.moved < NEAR and z.shape[1] == 0
        extra = np.maximum(r, LEAST_CURVATURE - 1 if trusted else 0.0)
        return Target(1 + r + z @ self.effect, np.ones(len(r)), extra, z, self.level.copy())

    def move(self, solution: Solution, *, complete: bool) -> float:
        """Go to the solution, and return the relative movement it asks for.

        Notes
        -----
        While pairs are missing: by at most ``LARGEST_STEP``. Between two solutions that violate
        none: as far along the line as the squares fall, so that the steps cannot go round.
        """
        ratio = solution.level / self.level
        turn = self.problem.contextual @ (solution.effect - self.effect)
        far = float(np.abs(turn).max(initial=0))
        self.moved = max(float(np.abs(ratio - 1).max()), far)
        if self.inside and complete:
            self._descend(solution)
        else:
            self.level = self.level * np.clip(ratio, 1 / LARGEST_STEP, LARGEST_STEP)
            self.effect = self.effect + (solution.effect - self.effect) / max(1.0, far)
            self.inside = complete and self.moved < 1 - 1 / LARGEST_STEP
        return self.moved

    def _descend(self, solution: Solution) -> None:
        before = float((self.residuals(self.level, self.effect) ** 2).sum())
        for halvings in range(HALVINGS):
            step = 0.5**halvings
            level = self.level + step * (solution.level - self.level)
            effect = self.effect + step * (solution.effect - self.effect)
            if (level > 0).all() and float((self.residuals(level, effect) ** 2).sum()) <= before * (
                1 + ROUNDING
            ):
                self.level, self.effect = level, effect
                return
