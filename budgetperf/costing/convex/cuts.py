"""Shape conditions generated as they are needed: of n^2 pairs some twenty a point ever bind.

Start from each point's nearest neighbours, solve, add the pairs that are violated most at each
point, and solve again; nothing is dropped, so the objective rises to that of all pairs.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from budgetperf.costing.convex.options import ErrorForm
from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.convex.program import Solution, Target, solve
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged

NEIGHBOURS, ADDED = 8, 4  # pairs of a point at the start, and at most in a round
COARSE, FINE, FINEST, LAST = 1e-4, 1e-10, 1e-11, 1e-15  # accuracy of the solver: many pairs missing, few,
# in need, and all it can give
FEW = 0.02  # new pairs a point from which it pays to solve finely
TOLERANCE = 1e-7  # violation, and movement of the expansion, at which it is done
SMALL, SHRINKING = 1e-4, 0.9  # or at which it stands still in the noise of the solver
ACCEPTED = 1e-6  # violation and relative gap above which nothing is returned
LEAST_SHARE, LEAST_SQUARE = 1e-3, 1e-6  # of the total sum of squares, and of a row in units of the
# solver: a smaller sum of squares is taken for this when the gap is measured
ROUNDS = 200
BLOCK = 1 << 21  # pairs looked at in one piece: 16 MB


class Model(Protocol):
    """Squares to be made small, and how they are expanded about a point."""

    def target(self) -> Target:
        """Return the squares about the present point."""
        ...

    def residuals(self, level: Array, effect: Array) -> Array:
        """Return the residuals."""
        ...

    def gradient(self, level: Array, effect: Array) -> tuple[Array, Array]:
        """Return the derivatives of half the sum of squares by level and by effect."""
        ...

    def move(self, solution: Solution, *, complete: bool) -> float:
        """Go to the solution, or as far as is safe; return how far it was, relative.

        ``complete`` says that the solution violates no pair.
        """
        ...


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why no other function of the shape fits better.

    Parameters
    ----------
    violation : float
        Largest shape condition violated by the solver's planes, over all pairs of rows, in
        standard deviations of y (additive) or relative to the function (multiplicative). The
        reported values are the extremum of all planes and satisfy every condition.
    gap : float
        Bound on what a better function could take off the sum of squares, from the gradient at the
        reported values and the multipliers; relative to that sum, or to a thousandth of the total
        sum of squares where it is smaller (the fit is nearly perfect). Rows far beyond the others
        count for no more than these, see ``response.Size``. Multiplicative: where those
        squares are convex, see ``findings.check_convexity``.
    pairs, rounds : int
        Conditions that were generated, out of n (n - 1); programmes solved.
    """

    violation: float
    gap: float
    pairs: int
    rounds: int


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """A solution no pair of which is violated.

    Parameters
    ----------
    solution : Solution
    envelope : array (n_points,)
        The extremum of all planes at each point: satisfies every condition exactly.
    certificate : Certificate
    """

    solution: Solution
    envelope: Array
    certificate: Certificate


def settle(problem: Problem, model: Model) -> Settled:
    """Solve and add pairs until none is violated and the expansion stands still.

    Raises
    ------
    NotConverged
        After ``ROUNDS`` rounds, if the solver gives no finite point, or if violation and gap
        stay above ``ACCEPTED``.
    """
    count = len(problem.points)
    pairs, accuracy, moved = neighbours(problem.points), COARSE, np.inf
    for round_ in range(1, ROUNDS + 1):
        target = model.target()
        solution = solve(problem, target, np.stack(np.divmod(pairs, count), axis=1), accuracy)
        found, violation, envelope = _separate(problem, solution, target.unit, max(TOLERANCE, accuracy / 10))
        fresh = np.setdiff1d(found, pairs)
        before, moved = moved, model.move(solution, complete=not len(fresh))
        still = moved < TOLERANCE or SHRINKING * before < moved < SMALL
        if accuracy < COARSE and not len(fresh) and still:
            gap = _relative_gap(problem, model, solution, envelope, target.unit)
            if max(violation, gap) <= ACCEPTED:
                return Settled(solution, envelope, Certificate(violation, gap, len(pairs), round_))
            if accuracy == LAST:
                raise NotConverged(
                    "凸回归", f"约束最多被违反{violation:.2g}，对偶间隙{gap:.2g}，允许{ACCEPTED}"
                )
            accuracy = FINEST if accuracy > FINEST else LAST
        if len(fresh) <= FEW * count:
            accuracy = min(accuracy, FINE)
        pairs = np.union1d(pairs, fresh)
    raise NotConverged("凸回归", f"{ROUNDS}轮后仍有约束被违反{violation:.2g}，或展开点仍移动{moved:.2g}")


def constant(problem: Problem) -> Settled:
    """Return the function that equals a response of equal values: nothing is left, so none is better."""
    count, d = problem.points.shape
    level = np.full(count, 0.0 if problem.form is ErrorForm.ADDITIVE else 1.0)
    effect = np.zeros(problem.contextual.shape[1])
    at = np.concatenate([level, np.zeros(count * d), effect])
    solution = Solution(level, np.zeros((count, d)), effect, at, np.zeros(len(at)))
    return Settled(solution, level, Certificate(0.0, 0.0, 0, 0))


def _relative_gap(problem: Problem, model: Model, solution: Solution, envelope: Array, unit: Array) -> float:
    by_level, by_effect = model.gradient(envelope, solution.effect)
    residuals = model.residuals(envelope, solution.effect)
    squares, total = float(residuals @ residuals), len(residuals) * problem.spread**2
    known = min(squares, total) if problem.response.far else squares
    size = max(known, LEAST_SHARE * total, LEAST_SQUARE * len(residuals))
    return 2 * solution.gap(by_level * unit, by_effect) / size


def neighbours(points: Array) -> NDArray[np.intp]:
    """Return each point's nearest neighbours as pairs ``g * n_points + h``, sorted."""
    count = len(points)
    near = min(NEIGHBOURS, count - 1)
    if near == 0:
        return np.empty(0, dtype=np.intp)
    _, found = cKDTree(points).query(points, near + 1)
    own = np.arange(count)[:, None]
    keys = (own * count + found)[found != own]
    return np.unique(keys).astype(np.intp)


def _separate(
    problem: Problem, solution: Solution, unit: Array, tolerance: float
) -> tuple[NDArray[np.intp], float, Array]:
    """Return the most violated pairs, the largest violation, and the extremum of the planes."""
    points, level, slope = problem.points, solution.level, solution.slope
    count = len(points)
    most, found, worst = min(ADDED, count), [], 0.0
    excess = np.zeros(count)
    for start in range(0, count, max(1, BLOCK // count)):
        own = np.arange(start, min(start + max(1, BLOCK // count), count))
        planes = (level[own] - (slope[own] * points[own]).sum(axis=1))[:, None] + slope[own] @ points.T
        beyond = problem.sign * (level - planes)
        beyond[np.arange(len(own)), own] = 0.0
        excess = np.maximum(excess, beyond.max(axis=0))
        beyond /= np.maximum(unit[own][:, None], unit)
        worst = max(worst, float(beyond.max()))
        best = np.argpartition(-beyond, most - 1, axis=1)[:, :most]
        violated = np.take_along_axis(beyond, best, axis=1) > tolerance
        found.append((own[:, None] * count + best)[violated])
    return np.concatenate(found), worst, level - problem.sign * excess
