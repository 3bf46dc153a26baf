"""The second stage: what is still too much or too little once the radial score is reached.

Complementary slackness keeps it small: a positive price fixes its slack at zero, and only units
whose reduced cost is zero can be peers. Most dmus need no second programme at all.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from budgetperf.costing.dea_problem import DeaProblem, Ints, Orientation, Returns
from budgetperf.costing.dea_program import OPTIMAL, Outcome, RadialProgram, equality_solver, radial_program
from budgetperf.costing.dea_simplex import solve_radial
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged

PRICED = 1e-9  # a price above it (in shares of the score) fixes its slack at zero
TIGHT = 1e-7  # relative reduced cost up to which a unit may be a peer
SHARE = 1e-10  # a weight that moves less than this share of a dmu's values is none


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Scores, slacks and weights in arrays.

    Parameters
    ----------
    score : array (n,)
        NaN where infeasible.
    slacks : array (n, m + s) or None
        In the units of the columns.
    rows, peers, weights : array (n_weights,)
        The weights above zero: dmu, reference unit, weight.
    """

    score: Array
    slacks: Array | None
    rows: Ints
    peers: Ints
    weights: Array


def solve_stages(
    problem: DeaProblem, returns: Returns, orientation: Orientation, *, slacks: bool
) -> Solution:
    """Solve the radial stage and, where asked, the largest sum of slacks in the columns' own units.

    Raises
    ------
    NotConverged
        If a solver stops without an answer.
    """
    found = solve_radial(problem, returns, orientation)
    program = radial_program(problem, returns, orientation)
    score = np.where((found.status == OPTIMAL) & (found.score > SHARE), found.score, np.nan)
    size = len(problem.names)
    table = np.where(np.isnan(score)[:, None], np.nan, np.zeros((len(score), size)))
    weights = {}
    if slacks:
        open_rows = np.abs(found.prices[:, :size] / program.scale[:, :size]) <= PRICED
        for row in np.flatnonzero(open_rows.any(axis=1) & ~np.isnan(score)):
            table[row], weights[row] = _largest_slacks(program, found, int(row), open_rows[row])
    return Solution(score, table if slacks else None, *_collect(program, found, score, weights))


def _largest_slacks(
    program: RadialProgram, found: Outcome, row: int, is_open: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> tuple[Array, tuple[Ints, Array]]:
    """Return slacks (m + s,) and the peers with their weights."""
    problem, k, size = program.problem, program.columns.shape[1], len(is_open)
    scale, prices = program.scale[row], found.prices[row]
    reduced = -(prices @ program.columns) / (np.abs(prices) @ program.columns + 1e-300)
    forbidden = problem.forbidden(np.array([row]), np.arange(k))
    tight = reduced <= TIGHT if forbidden is None else (reduced <= TIGHT) & ~forbidden[0]
    peers, slack = np.flatnonzero(tight), np.flatnonzero(is_open)
    scaled = program.columns[:, peers] * scale[:, None]
    length = scaled.max(axis=0)
    free = np.r_[slack, np.arange(size, len(scale))]  # the row of weights keeps its slack too
    worth = problem.units[slack] / scale[slack]
    solver = equality_solver(
        np.hstack([scaled / length, np.diag(program.slack_sign)[:, free]]),
        (program.rhs[row] - program.direction[row] * found.score[row]) * scale,
        np.r_[np.zeros(len(peers)), -worth / worth.max(), np.zeros(len(free) - len(slack))],
    )
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        text = f"“{problem.labels[row]}”的松弛量求解器返回{solver.modelStatusToString(status)}"
        raise NotConverged("数据包络分析", text)
    value = np.asarray(solver.getSolution().col_value)
    table = np.zeros(size)
    table[slack] = value[len(peers) : len(peers) + len(slack)] * worth
    used = value[: len(peers)] > SHARE
    return table, (peers[used], (value[: len(peers)] / length / program.unit[peers])[used])


def _collect(
    program: RadialProgram, found: Outcome, score: Array, second: dict[int, tuple[Ints, Array]]
) -> tuple[Ints, Ints, Array]:
    """Return the weights of the second stage where there was one, of the first elsewhere."""
    k, level = program.columns.shape[1], found.level
    units = np.minimum(found.basis, k - 1)
    reach = np.stack(
        [(program.columns[:, units[:, i]].T * program.scale).max(axis=1) for i in range(units.shape[1])],
        axis=1,
    )
    first = (found.basis >= 0) & (found.basis < k) & (level * reach > SHARE) & ~np.isnan(score)[:, None]
    first[list(second)] = False
    row, at = np.nonzero(first)
    parts = [(row, found.basis[row, at], level[row, at] / program.unit[found.basis[row, at]])]
    parts += [(np.full(len(peer), row), peer, weight) for row, (peer, weight) in second.items()]
    rows, peers, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((peers, rows))
    return rows[order], peers[order], weights[order]
