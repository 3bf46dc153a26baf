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

from budgetperf.costing.convex.options import Returns
from budgetperf.costing.convex.problem import Problem
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Weighted squares to be made small: ``1/2 sum w (aim - size * level[group] / unit - z . effect)^2``.

    Parameters
    ----------
    aim, size, weight : array (n,)
    z : array (n, m)
    unit : array (n_points,)
        In which levels and slopes of each point are solved for, so that all are near one.
    """

    aim: Array
    size: Array
    weight: Array
    z: Array
    unit: Array


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The optimum over the pairs at hand.

    Parameters
    ----------
    level : array (n_points,)
    slope : array (n_points, d)
    effect : array (m,)
    gap : float
        Duality gap of the half sum of squares, the solver's own residuals added.
    """

    level: Array
    slope: Array
    effect: Array
    gap: float


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
        ``gap``, not by the solver's word.
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
    answer = clarabel.DefaultSolver(
        upper, linear, matrix, np.zeros(matrix.shape[0]), cones, settings
    ).solve()
    at, dual = np.asarray(answer.x), np.asarray(answer.z)
    if not (np.isfinite(at).all() and np.isfinite(dual).all()):
        raise NotConverged("凸回归", f"求解器返回{answer.status}")
    residual = quadratic @ at + linear + matrix.T @ dual
    gap = at @ (quadratic @ at) + linear @ at + np.abs(residual) @ np.abs(at)
    level, slope, effect = np.split(at, [count, count * (d + 1)])
    return Solution(
        level * target.unit, slope.reshape(count, d) * target.unit[:, None], effect, abs(float(gap))
    )


def _objective(problem: Problem, target: Target) -> tuple[sparse.csc_matrix, Array]:
    count, d = problem.points.shape
    n = len(target.aim)
    membership = sparse.csc_matrix((target.size, (np.arange(n), problem.group)), shape=(n, count))
    regressors = sparse.hstack([membership, sparse.csc_matrix((n, count * d)), target.z], format="csc")
    weighted = regressors.T.multiply(target.weight).tocsc()
    return (weighted @ regressors).tocsc(), -(weighted @ target.aim)


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
    if problem.returns is Returns.VRS:
        return sparse.csc_matrix((0, width)), below
    through = sparse.csc_matrix(
        (points.ravel(), (np.repeat(np.arange(count), d), np.arange(count * d))), shape=(count, count * d)
    )
    zero = sparse.hstack([sparse.eye(count), -through, sparse.csc_matrix((count, m))], format="csc")
    return zero, below
