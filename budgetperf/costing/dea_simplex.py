"""The radial programmes of many dmus at once: a dual simplex over small bases, proved afterwards.

A DEA programme has as many rows as inputs and outputs, so its basis is tiny; what is long is the
list of units. Here all dmus pivot together in a few matrix products, against a growing set of
units: who proves extreme for one dmu is kept for the next. Every result is then checked against
*all* units by its prices; what fails the check is solved again by HiGHS.
"""

from dataclasses import dataclass

import numpy as np

from budgetperf.costing.dea_problem import Bools, DeaProblem, Ints, Orientation, Returns
from budgetperf.costing.dea_program import (
    FEASIBLE,
    INFEASIBLE,
    OPTIMAL,
    STUCK,
    Outcome,
    RadialProgram,
    radial_program,
    solve_by_highs,
)
from budgetperf.costing.design import Array

PIVOT = 1e-9  # least pivot, of rows scaled to the dmu's own values
STEPS = 300  # pivots of one dmu before it is left to HiGHS
PROOF = 1e-9  # accepted relative violation of any unit's constraint
CELLS = 2_000_000  # dmus x units looked at in one go


def solve_radial(problem: DeaProblem, returns: Returns, orientation: Orientation) -> Outcome:
    """Return score, weights and prices of every dmu.

    Parameters
    ----------
    problem : DeaProblem
    returns : Returns
        Not FDH.
    orientation : Orientation

    Notes
    -----
    What HiGHS cannot solve either stays ``STUCK``. Under constant returns the output score is 1 / (input score) with the same faces.
    """
    flipped = returns is Returns.CRS and orientation is Orientation.OUTPUT
    program = radial_program(problem, returns, Orientation.INPUT if flipped else orientation)
    n, k = len(problem.x), program.columns.shape[1]
    result = Outcome.empty(n, len(program.columns))
    working = _seeds(program)
    block = max(64, CELLS // k)
    for start in range(0, n, block):
        rows = np.arange(start, min(start + block, n))
        if program.startable:
            rows, working = _settle(program, rows, working, result)
        for row in rows:
            result.put(np.array([row]), solve_by_highs(program, int(row)))
    return result.inverted() if flipped else result


def _seeds(program: RadialProgram) -> Ints:
    """Return the units best at a few fixed mixes of inputs and outputs: a first guess at the frontier."""
    (k, m), s = program.problem.x_ref.shape, program.problem.y_ref.shape[1]
    directions = 16 * (m + s)
    if k <= 2 * directions:
        return np.arange(k)
    rng = np.random.default_rng(1)
    spent = rng.dirichlet(np.ones(m), size=directions) @ program.columns[:m]
    made = rng.dirichlet(np.ones(s), size=directions) @ program.columns[m : m + s]
    if program.unit_free:
        return np.unique((made / np.maximum(spent, 1e-300)).argmax(axis=1))
    balance = rng.uniform(0.0, 2.0, size=(directions, 1))
    return np.unique((balance * made - spent).argmax(axis=1))


def _settle(program: RadialProgram, rows: Ints, working: Ints, result: Outcome) -> tuple[Ints, Ints]:
    """Solve ``rows``, adding units until none violates; return who is unproved, and the units."""
    unproved: list[Ints] = []
    while rows.size:
        try:
            found = solve_batch(program, rows, working)
        except np.linalg.LinAlgError:  # a singular basis: all of them one by one
            return np.concatenate([*unproved, rows]), working
        result.put(rows, found)
        worst, violated = _violations(program, rows, found.prices)
        known = np.isin(worst, working)
        failed = (found.status == STUCK) | (violated & known) | ~found.feasible()
        unproved.append(rows[failed])
        grow = violated & ~known & ~failed
        working = np.union1d(working, worst[grow])
        rows = rows[grow]
    return np.concatenate(unproved) if unproved else rows, working


def _violations(program: RadialProgram, rows: Ints, prices: Array) -> tuple[Ints, Bools]:
    """Return the unit that most violates each dmu's prices, and whether it does."""
    gain = prices @ program.columns
    gain /= np.abs(prices) @ program.columns + 1e-300
    forbidden = program.problem.forbidden(rows, np.arange(program.columns.shape[1]))
    if forbidden is not None:
        gain[forbidden] = -1.0
    worst = gain.argmax(axis=1)
    return worst, gain[np.arange(len(rows)), worst] > PROOF


@dataclass(slots=True, eq=False)
class _Tableau:
    """Bases of a batch: position p of a dmu's basis holds the column coded ``basis[:, p]``."""

    basis: Ints
    inverse: Array
    weight: Array


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def solve_batch(program: RadialProgram, rows: Ints, working: Ints) -> Outcome:
    """Run the dual simplex for the dmus ``rows`` over the units ``working``.

    Notes
    -----
    Rows are scaled to the dmu's own values. The start is dual feasible without a first phase:
    one input (output) alone carries the price, the cheapest (largest) unit there the convexity
    row. The score is always basic; it leaves no row.
    """
    basis, score_at, startable = program.start(rows, working)
    scale = program.scale[rows]
    at = np.arange(len(rows))
    square = program.basis_matrix(rows, basis, score_at)
    weight = np.abs(square).max(axis=1)
    tableau = _Tableau(basis, np.linalg.inv(square).astype(np.float64), weight)
    rhs, columns = program.rhs[rows] * scale, program.columns[:, working]
    forbidden = program.problem.forbidden(rows, working)
    status = np.where(startable, STUCK, INFEASIBLE)
    ray = np.zeros_like(rhs)
    ray[~startable, -1] = 1.0
    active = at[startable]
    for _ in range(STEPS):
        leave, low = _leaving(tableau, rhs, score_at, active)
        status[active[~low]] = OPTIMAL
        active, leave = active[low], leave[low]
        if not active.size:
            break
        row = tableau.inverse[active, leave]
        prices = program.cost * tableau.inverse[active, score_at[active]]
        ban = None if forbidden is None else forbidden[active]
        enter, none = _entering(program, columns, scale[active], row, prices, ban)
        status[active[none]] = INFEASIBLE
        ray[active[none]] = -row[none] * scale[active[none]]
        active, leave, enter = active[~none], leave[~none], enter[~none]
        _pivot(program, tableau, working, scale, active, leave, enter)
    return program.outcome(rows, tableau.basis, score_at, status, ray)


def _leaving(tableau: _Tableau, rhs: Array, score_at: Ints, active: Ints) -> tuple[Ints, Bools]:
    """Return the most negative basic value of each dmu, and whether it is negative at all."""
    level = np.einsum("pij,pj->pi", tableau.inverse[active], rhs[active]) * tableau.weight[active]
    at = np.arange(len(active))
    level[at, score_at[active]] = np.inf
    leave = level.argmin(axis=1)
    return leave, level[at, leave] < -FEASIBLE


def _entering(
    program: RadialProgram, columns: Array, scale: Array, row: Array, prices: Array, ban: Bools | None
) -> tuple[Ints, Bools]:
    """Return the column whose reduced cost first reaches zero, of ties the largest pivot."""
    p, units = len(row), columns.shape[1]
    both = np.vstack([row * scale, prices * scale]) @ columns
    slack = np.vstack([row, prices]) * program.slack_sign
    alpha = np.hstack([both[:p], slack[:p]])
    cost = np.hstack([-both[p:], -slack[p:]])
    if ban is not None:
        alpha[:, :units][ban] = 0.0
    usable = alpha < -PIVOT
    ratio = np.where(usable, np.maximum(cost, 0.0) / -alpha, np.inf)
    least = ratio.min(axis=1)
    near = ratio <= (least + 1e-12 * (1 + least))[:, None]
    return np.where(near & usable, alpha, 0.0).argmin(axis=1), np.isinf(least)


def _pivot(
    program: RadialProgram,
    tableau: _Tableau,
    working: Ints,
    scale: Array,
    active: Ints,
    leave: Ints,
    enter: Ints,
) -> None:
    """Exchange one column in each basis and update the inverse."""
    at, units, k = np.arange(len(active)), len(working), program.columns.shape[1]
    code = np.where(enter < units, working[np.minimum(enter, units - 1)] if units else 0, enter - units + k)
    column = program.column(code, scale[active])
    inverse = tableau.inverse[active]
    change = np.einsum("pij,pj->pi", inverse, column)
    row = inverse[at, leave] / change[at, leave][:, None]
    inverse -= change[:, :, None] * row[:, None, :]
    inverse[at, leave] = row
    tableau.inverse[active] = inverse
    tableau.basis[active, leave] = code
    tableau.weight[active, leave] = np.abs(column).max(axis=1)
