"""The squares of each form of error, expanded so that every step is a quadratic programme.

Additive: exact at once. Multiplicative: Newton's method on ``1/2 sum (ln y - ln f - z'b)^2``, whose
conditions stay linear. Its curvature in ln f is 1 + residual, positive wherever f < e y.
"""

import numpy as np

from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.convex.program import Solution, Target
from budgetperf.costing.design import Array

NEAR = 0.3  # relative movement below which the true curvature is trusted
LEAST_CURVATURE = 0.1
LARGEST_STEP = 2.0  # factor by which a value of the function may change in a step


class Additive:
    """``y = f(x) + z'b + e``: the squares as they are."""

    def __init__(self, problem: Problem) -> None:
        ones = np.ones(len(problem.y))
        unit = np.ones(len(problem.points))
        self.squares = Target(problem.y, problem.size, ones, problem.contextual, unit)

    def target(self) -> Target:
        """Return the squares."""
        return self.squares

    def move(self, solution: Solution) -> float:  # noqa: ARG002  # nothing to expand about
        """Return 0: nothing is expanded."""
        return 0.0


class Multiplicative:
    """``ln y = ln f(x) + z'b + e``, expanded about the present values of f and b."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        counts = np.bincount(problem.group)
        self.level: Array = np.exp(np.bincount(problem.group, np.log(problem.y / problem.size)) / counts)
        self.effect: Array = np.zeros(problem.contextual.shape[1])
        self.moved = np.inf

    def residuals(self) -> Array:
        """Return ln y - ln f - z'b at the present point."""
        problem = self.problem
        fitted = np.log(problem.size * self.level[problem.group])
        return np.asarray(np.log(problem.y) - fitted - problem.contextual @ self.effect)

    def target(self) -> Target:
        """Return the squares with gradient and curvature of the logarithmic ones.

        Notes
        -----
        With w = 1 + r: ``1/2 w (f / f0 - 1 - r / w + z'(b - b0) / w)^2`` has the gradient of
        ``1/2 r^2``, its curvature in f, and in b at least its curvature. Far away w >= 1.
        """
        r, z = self.residuals(), self.problem.contextual
        weight = np.maximum(1 + r, LEAST_CURVATURE if self.moved < NEAR else 1.0)
        shifted = z / weight[:, None]
        aim = 1 + r / weight + shifted @ self.effect
        return Target(aim, np.ones(len(r)), weight, shifted, self.level.copy())

    def move(self, solution: Solution) -> float:
        """Go to the solution by at most ``LARGEST_STEP``; return the relative movement."""
        ratio = solution.level / self.level
        turn = self.problem.contextual @ (solution.effect - self.effect)
        far = float(np.abs(turn).max(initial=0))
        self.moved = max(float(np.abs(ratio - 1).max()), far)
        self.level = self.level * np.clip(ratio, 1 / LARGEST_STEP, LARGEST_STEP)
        self.effect = self.effect + (solution.effect - self.effect) / max(1.0, far)
        return self.moved
