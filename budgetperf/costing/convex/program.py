"""One quadratic programme over the pairs at hand, solved by clarabel.

Variables per point g: the value ``level[g]`` and the slopes ``slope[g]`` of its supporting plane,
and the effects of the contextual variables. For a concave function a pair (g, h) demands::

    level[h] <= level[g] + slope[g] . (points[h] - points[g]),   slope >= 0

for a convex one the reverse; constant returns add ``level[g] = slope[g] . points[g]``.
"""

from dataclasses import dataclass

import clarabel
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from budgetperf.costing.convex.options import ConvexReturns
from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged

STEPS = 0.99, 0.9  # of the way to the edge of the cone: the solver's own, and one for where that gets stuck
SOLVED = (clarabel.SolverStatus.Solved, clarabel.SolverStatus.AlmostSolved)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What is made small: ``1/2 sum (aim - t - z . effect)^2 + extra (t - 1)^2``.

    Parameters
    ----------
    aim, size, extra : array (n,)
        ``t = size * level[group] / unit`` is the value of the function; extra > -1.
    z : array (n, m)
    unit : array (n_points,)
        In which levels and slopes of each point are solved for, so that all are near one.
    """

    aim: Array
    size: Array
    extra: Array
    z: Array
    unit: Array


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The optimum over the pairs at hand.

    Parameters
    ----------
    level : array (n_points,)
    slope : array (n_points, d)
        Rounded to planes that increase, and under constant returns pass through the origin.
    effect : array (m,)
    at : array (n_variables,)
        Levels, slopes and effects as solved, in the solver's units.
    price : array (n_variables,)
        Multipliers of the conditions times the conditions.
    """

    level: Array
    slope: Array
    effect: Array
    at: Array
    price: Array

    def gap(self, by_level: Array, by_effect: Array) -> float:
        """Return how far from optimal it is, at most, for a convex objective with this gradient.

        Parameters
        ----------
        by_level : array (n_points,)
            In the solver's units.
        by_effect : array (m,)

        Notes
        -----
        With gradient g, conditions A x <= 0 and multipliers z >= 0: f(x) - f(x') <= -g'(x' - x)
        and g'x' >= (g + A'z)'x' for every x' that satisfies them. So ``|z'A x| + |g + A'z|'|x|``,
        x' taken to be of the size of x.
        """
        gradient = np.zeros(len(self.at))
        gradient[: len(by_level)], gradient[len(self.at) - len(by_effect) :] = by_level, by_effect
        reach = np.abs(self.at)
        reach[len(self.at) - len(by_effect) :] += 1.0
        return abs(float(self.price @ self.at)) + float(np.abs(gradient + self.price) @ reach)


def solve(problem: Problem, target: Target, pairs: NDArray[np.intp], accuracy: float) -> Solution:
    """Solve over the given pairs.

    Parameters
    ----------
    problem : Problem
    target : Target
    pairs : array (n_pairs, 2) of int
        (g, h): the plane of g against point h.
    accuracy : float
        Of the solver, relative.

    Raises
    ------
    NotConverged
        If the solver gives no finite point. Whether a finite one is good enough is said by
        ``Solution.gap``, not by the solver's word.
    """
    count, d = problem.points.shape
    quadratic, linear = _objective(problem, target)
    equal, below = _conditions(problem, target, pairs)
    matrix = sparse.vstack([equal, below], format="csc")
    cones = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(below.shape[0])]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.direct_solve_method = "qdldl"  # these factors stay sparse: four times faster than faer
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = accuracy
    upper = sparse.triu(quadratic, format="csc")
    for step in STEPS:
        settings.max_step_fraction = step
        answer = clarabel.DefaultSolver(
            upper, linear, matrix, np.zeros(matrix.shape[0]), cones, settings
        ).solve()
        if answer.status in SOLVED:
            break
    at, dual = np.array(answer.x), np.array(answer.z)
    if not (np.isfinite(at).all() and np.isfinite(dual).all()):
        raise NotConverged("凸回归", f"求解器返回{answer.status}")
    dual[equal.shape[0] :] = np.maximum(dual[equal.shape[0] :], 0)
    level, slope, effect = np.split(at, [count, count * (d + 1)])
    slopes = np.maximum(slope.reshape(count, d), 0) * target.unit[:, None]
    through = problem.returns is ConvexReturns.CRS
    levels = (slopes * problem.points).sum(axis=1) if through else level * target.unit
    return Solution(levels, slopes, effect, at, matrix.T @ dual)


def _objective(problem: Problem, target: Target) -> tuple[sparse.csc_matrix, Array]:
    count, d = problem.points.shape
    n = len(target.aim)
    membership = sparse.csc_matrix((target.size, (np.arange(n), problem.group)), shape=(n, count))
    regressors = sparse.hstack([membership, sparse.csc_matrix((n, count * d)), target.z], format="csc")
    bent = sparse.csc_matrix(membership.multiply(target.extra[:, None]))
    bent.resize(n, regressors.shape[1])
    values = regressors[:, :count].copy()
    values.resize(n, regressors.shape[1])
    quadratic = regressors.T @ regressors + values.T @ bent
    return quadratic.tocsc(), -(regressors.T @ target.aim + bent.T @ np.ones(n))


def _conditions(
    problem: Problem, target: Target, pairs: NDArray[np.intp]
) -> tuple[sparse.csc_matrix, sparse.csc_matrix]:
    """Return the rows that must be zero and those that must not be positive."""
    points, unit, m = problem.points, target.unit, target.z.shape[1]
    count, d = points.shape
    here, there = pairs.T
    rows, columns = np.arange(len(pairs)), np.arange(d)
    largest = np.maximum(unit[here], unit[there])
    own, other = problem.sign * unit[here] / largest, problem.sign * unit[there] / largest
    slopes = -own[:, None] * (points[there] - points[here])
    entries = np.concatenate([other, -own, slopes.ravel()])
    row = np.concatenate([rows, rows, np.repeat(rows, d)])
    column = np.concatenate([there, here, (count + here[:, None] * d + columns).ravel()])
    width = count * (d + 1) + m
    planes = sparse.csc_matrix((entries, (row, column)), shape=(len(pairs), width))
    increasing = sparse.hstack(
        [sparse.csc_matrix((count * d, count)), -sparse.eye(count * d), sparse.csc_matrix((count * d, m))]
    )
    below = sparse.vstack([planes, increasing], format="csc")
    if problem.returns is ConvexReturns.VRS:
        return sparse.csc_matrix((0, width)), below
    through = sparse.csc_matrix(
        (points.ravel(), (np.repeat(np.arange(count), d), np.arange(count * d))), shape=(count, count * d)
    )
    zero = sparse.hstack([sparse.eye(count), -through, sparse.csc_matrix((count, m))], format="csc")
    return zero, below
