"""The second stage: what is still too much or too little once the radial score is reached.

Complementary slackness keeps it small: a positive price fixes its slack at zero, and only units
whose reduced cost is zero can be peers. Most dmus need no second programme at all.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from budgetperf.costing.design import Array
from budgetperf.costing.envelopment.problem import Bools, DeaProblem, Ints, Orientation
from budgetperf.costing.envelopment.program import (
    OPTIMAL,
    STUCK,
    Outcome,
    RadialProgram,
    equality_solver,
    radial_program,
)
from budgetperf.costing.envelopment.simplex import solve_radial
from budgetperf.costing.words import Returns

PRICED = 1e-9  # a price above this share of its side fixes its slack at zero
TIGHT = 1e-9  # relative reduced cost up to which a unit may be a peer
ZERO = 1e-14  # an output score of nothing: the dmu alone makes what it makes
SHARE = 1e-10  # a weight that moves less than this share of a dmu's values is none


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Scores, slacks and weights in arrays.

    Parameters
    ----------
    score : array (n,)
        NaN where infeasible, unbounded or unsolved.
    slacks : array (n, m + s) or None
        In the units of the columns; NaN where there is no score or no answer.
    unsolved : array of bool (n,)
        Whether the solver gave neither a score nor its infeasibility.
    rows, peers, weights : array (n_weights,)
        The weights above zero: dmu, reference unit, weight.
    """

    score: Array
    slacks: Array | None
    unsolved: Bools
    rows: Ints
    peers: Ints
    weights: Array


def solve_stages(
    problem: DeaProblem, returns: Returns, orientation: Orientation, *, slacks: bool
) -> Solution:
    """Solve the radial stage and, where asked, the largest sum of slacks in the columns' own units."""
    found = solve_radial(problem, returns, orientation)
    program = radial_program(problem, returns, orientation)
    score = np.where(
        (found.status == OPTIMAL) & (found.score > (0 if orientation is Orientation.INPUT else ZERO)),
        found.score,
        np.nan,
    )
    size = len(problem.names)
    table = np.where(np.isnan(score)[:, None], np.nan, np.zeros((len(score), size)))
    weights: dict[int, tuple[Ints, Array]] = {}
    if slacks:
        open_rows = _unpriced(program, found)
        for row in np.flatnonzero(open_rows.any(axis=1) & ~np.isnan(score)).tolist():
            second = _largest_slacks(program, found, row, open_rows[row])
            if second is None:
                table[row] = np.nan
            else:
                table[row], weights[row] = second
    stuck = found.status == STUCK
    return Solution(score, table if slacks else None, stuck, *_collect(program, found, score, weights))


def _unpriced(program: RadialProgram, found: Outcome) -> Bools:
    """Return the rows (n, m + s) whose price is nothing beside the others of their side.

    The sides balance: prices of what moves sum to one, those of the rest, with the price of scale,
    to the score.
    """
    problem, size = program.problem, len(program.problem.names)
    m = problem.x.shape[1]
    share = np.abs(found.prices / program.scale)
    counts = np.hstack([problem.x, problem.y]) > 0
    largest = [
        np.where(counts[:, part], share[:, part], 0.0).max(axis=1) for part in (slice(m), slice(m, size))
    ]
    if not program.unit_free:
        rest = 1 if program.cost > 0 else 0
        largest[rest] = np.maximum(largest[rest], share[:, -1])
    side = np.repeat(np.stack(largest, axis=1), [m, size - m], axis=1)
    return np.asarray(share[:, :size] <= PRICED * side)


def _largest_slacks(
    program: RadialProgram, found: Outcome, row: int, is_open: Bools
) -> tuple[Array, tuple[Ints, Array]] | None:
    """Return slacks (m + s,) and the peers with their weights; None where HiGHS has no answer."""
    problem, k, size = program.problem, program.columns.shape[1], len(is_open)
    prices, reach = found.prices[row], _mix(program, found, row)
    reduced = -(prices @ program.columns) / (np.abs(prices) @ program.columns + 1e-300)
    forbidden = problem.forbidden(np.array([row]), np.arange(k))
    tight = reduced <= TIGHT if forbidden is None else (reduced <= TIGHT) & ~forbidden[0]
    peers, slack = np.flatnonzero(tight), np.flatnonzero(is_open)
    rhs = program.rhs[row] - program.direction[row] * found.score[row]
    size_of = np.where((rhs > 0) | (reach > PRICED), np.maximum(rhs, reach), 1.0)
    scale = 1 / size_of
    scaled = program.columns[:, peers] * scale[:, None]
    length = scaled.max(axis=0)
    free = np.r_[slack, np.arange(size, len(scale))]  # the row of weights keeps its slack too
    worth = problem.units[slack] * size_of[slack]
    solver = equality_solver(
        np.hstack([scaled / length, np.diag(program.slack_sign)[:, free]]),
        rhs * scale,
        np.r_[np.zeros(len(peers)), -worth / worth.max(), np.zeros(len(free) - len(slack))],
    )
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    value = np.asarray(solver.getSolution().col_value)
    table = np.zeros(size)
    table[slack] = np.maximum(value[len(peers) : len(peers) + len(slack)], 0.0) * worth
    used = value[: len(peers)] > SHARE
    return table, (peers[used], (value[: len(peers)] / length / program.unit[peers])[used])


def _mix(program: RadialProgram, found: Outcome, row: int) -> Array:
    """Return what the weights of the first stage add up to (r,)."""
    basis, level = found.basis[row], found.level[row]
    unit = (basis >= 0) & (basis < program.columns.shape[1])
    return np.asarray(program.columns[:, basis[unit]] @ np.maximum(level[unit], 0.0))


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
