"""Shape conditions generated as they are needed: of n^2 pairs some twenty a point ever bind.

Start from each point's nearest neighbours, solve, add the pairs that are violated most at each
point, and solve again; nothing is dropped, so the objective rises to that of all pairs.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.convex.program import Solution, Target, solve
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged

NEIGHBOURS, ADDED = 8, 4  # pairs of a point at the start, and at most in a round
COARSE, FINE = 1e-4, 1e-9  # accuracy of the solver while many pairs are missing, and at the end
FEW = 0.1  # new pairs a point from which it pays to solve finely
TOLERANCE = 1e-7  # violation, and movement of the expansion, at which it is done
ROUNDS = 200
BLOCK = 1 << 21  # pairs looked at in one piece: 16 MB


class Model(Protocol):
    """Squares to be made small, and how they are expanded about a point."""

    def target(self) -> Target:
        """Return the squares about the present point."""
        ...

    def move(self, solution: Solution) -> float:
        """Go to the solution, or as far as is safe; return how far it was, relative."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """A solution no pair of which is violated.

    Parameters
    ----------
    solution : Solution
    violation : float
        Largest violated condition, in standard deviations of y or relative to the function.
    envelope : array (n_points,)
        The extremum of all planes at each point: satisfies every condition exactly.
    rounds, n_pairs : int
    """

    solution: Solution
    violation: float
    envelope: Array
    rounds: int
    n_pairs: int


def settle(problem: Problem, model: Model) -> Settled:
    """Solve and add pairs until none is violated and the expansion stands still.

    Raises
    ------
    NotConverged
        After ``ROUNDS`` rounds, or if the solver gives no finite point.
    """
    count = len(problem.points)
    pairs, accuracy, moved = neighbours(problem.points), COARSE, np.inf
    for round_ in range(1, ROUNDS + 1):
        target = model.target()
        solution = solve(problem, target, np.stack(np.divmod(pairs, count), axis=1), accuracy)
        found, violation, envelope = _separate(problem, solution, target.unit, max(TOLERANCE, accuracy / 10))
        moved = model.move(solution)
        fresh = np.setdiff1d(found, pairs)
        if accuracy == FINE and not len(fresh) and moved < TOLERANCE:
            return Settled(solution, violation, envelope, round_, len(pairs))
        if len(fresh) <= FEW * count:
            accuracy = FINE
        pairs = np.union1d(pairs, fresh)
    raise NotConverged("凸回归", f"{ROUNDS}轮后仍有约束被违反{violation:.2g}，或展开点仍移动{moved:.2g}")


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
