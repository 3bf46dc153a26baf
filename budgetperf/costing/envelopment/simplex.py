"""The radial programmes of many dmus at once: a dual simplex over small bases, proved afterwards.

A DEA programme has as many rows as inputs and outputs, so its basis is tiny; what is long is the
list of units. Here all dmus pivot together in a few matrix products, against a growing set of
units: who proves extreme for one dmu is kept for the next. Every result is then checked against
*all* units by its prices; what fails the check is solved again by HiGHS.
"""

from dataclasses import dataclass

import numpy as np

from budgetperf.costing.design import Array
from budgetperf.costing.envelopment.exact import solve_exactly
from budgetperf.costing.envelopment.problem import Bools, DeaProblem, Ints, Orientation
from budgetperf.costing.envelopment.program import (
    FEASIBLE,
    INFEASIBLE,
    OPTIMAL,
    PROOF,
    SCORE,
    STUCK,
    Outcome,
    RadialProgram,
    radial_program,
    solve_by_highs,
)
from budgetperf.costing.words import Returns

EXACT_SPAN = 1e12  # beyond it double precision proves no six digits
EXACT_CELLS = 250_000  # dmus x units up to which all are solved in fractions then
PIVOT = 1e-9  # least pivot, of rows scaled to the dmu's own values and columns of length one
LEAST = 1e-14  # score below which feasibility is measured by this
STEPS = 300  # pivots of one dmu before it is left to HiGHS
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
    What HiGHS cannot solve either stays ``STUCK``. Under constant returns the output score is
    1 / (input score) with the same faces.
    """
    if orientation is Orientation.INPUT or returns in {Returns.VRS, Returns.DRS}:
        return _solve(radial_program(problem, returns, orientation))
    constant = _solve(radial_program(problem, Returns.CRS, Orientation.INPUT)).inverted()
    if returns is Returns.CRS:
        return constant
    return _with_at_least_one(problem, constant)


def _with_at_least_one(problem: DeaProblem, constant: Outcome) -> Outcome:
    """Return the output scores of non-decreasing returns from those of constant and variable returns.

    Notes
    -----
    Where the weights of a constant-returns optimum sum to one or more it is one here too; elsewhere
    the sum is one at some optimum, which variable returns find.
    """
    free = radial_program(problem, Returns.CRS, Orientation.INPUT)
    k, n = len(problem.x_ref), len(problem.x)
    unit = constant.basis < np.where(constant.basis == SCORE, SCORE, k)
    level = np.where(unit, constant.level / free.unit[np.minimum(constant.basis, k - 1)], constant.level)
    total = np.where(unit, level, 0.0).sum(axis=1)
    last = np.full((n, 1), k + len(problem.names))
    wide = Outcome(
        constant.score,
        np.hstack([constant.basis, last]),
        np.c_[level, total - 1],
        np.c_[constant.prices, np.zeros(n)],
        constant.status,
    )
    variable = _solve(radial_program(problem, Returns.VRS, Orientation.OUTPUT))
    small = (total < 1) & ~(variable.score >= constant.score * (1 - PROOF))
    rows = np.flatnonzero(small & (constant.status == OPTIMAL))
    wide.put(rows, variable.rows(rows))
    return wide


def _span(program: RadialProgram) -> float:
    """Return how many times the smallest positive value of a row of the programmes goes into its largest."""
    counts = program.columns > 0
    largest = np.where(counts, program.columns, 0.0).max(axis=1)
    least = np.where(counts, program.columns, np.inf).min(axis=1)
    return float((largest / least).max())


def _solve(program: RadialProgram) -> Outcome:
    """Return the proved results of all dmus of one programme."""
    n, k = len(program.rhs), program.columns.shape[1]
    result = Outcome.empty(n, len(program.columns))
    if n * k <= EXACT_CELLS and _span(program) > EXACT_SPAN:
        for row in range(n):
            result.put(np.array([row]), solve_exactly(program, row))
        return result
    working = _seeds(program)
    block = max(64, CELLS // k)
    for start in range(0, n, block):
        rows, working = _settle(program, np.arange(start, min(start + block, n)), working, result)
        for row in rows.tolist():
            one, found = np.array([row]), solve_by_highs(program, row)
            violated = _violations(program, one, found)[1] & (found.status == OPTIMAL)
            found.status[violated | _denied(program, one, found)] = STUCK
            if found.status[0] == STUCK:
                found = solve_exactly(program, row)
            result.put(one, found)
    return result


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
        worst, violated = _violations(program, rows, found)
        grow = violated & ~np.isin(worst, working) & (found.status != STUCK)
        failed = (found.status == STUCK) | violated | _denied(program, rows, found)
        unproved.append(rows[failed & ~grow])
        working = np.union1d(working, worst[grow])
        rows = rows[grow]
    return np.concatenate(unproved) if unproved else rows, working


def _violations(program: RadialProgram, rows: Ints, found: Outcome) -> tuple[Ints, Bools]:
    """Return the unit that most violates each dmu's prices, and whether it does.

    Notes
    -----
    A violation g_j moves the score by at most g_j l_j, and l_j is at most what the dmu's inputs leave
    room for (and one, where weights sum to it): so measured, and by the score, all of them below
    ``PROOF`` prove the score to as many digits.
    """
    gain = found.prices @ program.columns
    room = program.room(rows, found.score)
    lost = np.flatnonzero(found.status != OPTIMAL)
    if lost.size:
        room[lost] = np.abs(found.prices[lost]) @ program.columns + 1e-300
    gain /= np.maximum(room, 1e-300)
    forbidden = program.problem.forbidden(rows, np.arange(program.columns.shape[1]))
    if forbidden is not None:
        gain[forbidden] = -1.0
    worst = gain.argmax(axis=1)
    return worst, gain[np.arange(len(rows)), worst] > PROOF


def _denied(program: RadialProgram, rows: Ints, found: Outcome) -> Bools:
    """Whether a dmu that has a solution in itself was found to have none."""
    return np.asarray((found.status == INFEASIBLE) & program.problem.meets_itself(rows))


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
    length = (scale[:, :, None] * columns).max(axis=1)
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
        enter, none = _entering(program, columns, scale[active], length[active], row, prices, ban)
        status[active[none]] = INFEASIBLE
        ray[active[none]] = -row[none] * scale[active[none]]
        active, leave, enter = active[~none], leave[~none], enter[~none]
        _pivot(program, tableau, working, scale, active, leave, enter)
    return program.outcome(rows, tableau.basis, score_at, status, ray)


def _leaving(tableau: _Tableau, rhs: Array, score_at: Ints, active: Ints) -> tuple[Ints, Bools]:
    """Return the most negative basic value of each dmu, and whether it is negative at all."""
    level = np.einsum("pij,pj->pi", tableau.inverse[active], rhs[active]) * tableau.weight[active]
    at = np.arange(len(active))
    score = level[at, score_at[active]]
    level[at, score_at[active]] = np.inf
    leave = level.argmin(axis=1)
    return leave, level[at, leave] < -FEASIBLE * np.clip(score, LEAST, 1.0)


def _entering(
    program: RadialProgram,
    columns: Array,
    scale: Array,
    length: Array,
    row: Array,
    prices: Array,
    ban: Bools | None,
) -> tuple[Ints, Bools]:
    """Return the column whose reduced cost first reaches zero, of ties the largest pivot."""
    p, units = len(row), columns.shape[1]
    both = np.vstack([row * scale, prices * scale]) @ columns
    slack = np.vstack([row, prices]) * program.slack_sign
    alpha = np.hstack([both[:p] / length, slack[:p]])
    cost = np.hstack([-both[p:] / length, -slack[p:]])
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
