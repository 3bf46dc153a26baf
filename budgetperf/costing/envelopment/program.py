"""One linear programme per dmu over shared columns, its starting basis and its proved result.

::

    min  c t   subject to   A l + t g + S s = b,   l, s >= 0

with A the reference units (inputs, outputs and, unless returns are constant, a row of ones), t the
score, g minus the dmu's own inputs (outputs) and S the signs of the slacks.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from budgetperf.costing.design import Array
from budgetperf.costing.envelopment.problem import Bools, DeaProblem, Ints, Orientation
from budgetperf.costing.words import Returns

FEASIBLE = 1e-10  # accepted shortfall of a row scaled to the dmu's own value
ROUNDING = 1e-13  # level below zero that floating point leaves; one further below is no solution
PROOF = 1e-9  # accepted relative error of a score
NOTHING = 1e-3  # share of a column's largest value by which a zero is measured
LOOSE = 1e-7  # the same for a second attempt by HiGHS
OPTIMAL, INFEASIBLE, STUCK = 0, 1, 2
SCORE = -1  # code of the score in a basis

CONVEXITY = {Returns.VRS: 0.0, Returns.DRS: 1.0, Returns.IRS: -1.0}
"""Sign of the slack in the row that sums the weights to one, to at most and to at least one."""


@dataclass(slots=True, eq=False)
class Outcome:
    """Results of n dmus.

    Parameters
    ----------
    score : array (n,)
    basis : array (n, r)
        Column of each basic variable: a unit, units + row for a slack, -1 the score.
    level : array (n, r)
        Value of each basic variable, of slacks in shares of the dmu's own value.
    prices : array (n, r)
        Of the scaled rows; the certificate of the score, or of infeasibility.
    status : array (n,)
    """

    score: Array
    basis: Ints
    level: Array
    prices: Array
    status: Ints

    @classmethod
    def empty(cls, n: int, r: int) -> "Outcome":
        """Room for n dmus."""
        basis, zeros = np.zeros((n, r), dtype=np.int64), np.zeros((n, r))
        return cls(np.full(n, np.nan), basis, zeros, zeros.copy(), np.full(n, STUCK))

    def put(self, rows: Ints, found: "Outcome") -> None:
        """Write the results of some dmus."""
        for name in ("score", "basis", "level", "prices", "status"):
            getattr(self, name)[rows] = getattr(found, name)

    def rows(self, rows: Ints) -> "Outcome":
        """The results of some dmus."""
        return Outcome(
            self.score[rows], self.basis[rows], self.level[rows], self.prices[rows], self.status[rows]
        )

    def inverted(self) -> "Outcome":
        """The output-oriented result of an input-oriented one under constant returns."""
        with np.errstate(divide="ignore", invalid="ignore"):
            score = 1 / self.score
            level = np.where(self.basis == SCORE, score[:, None], self.level / self.score[:, None])
        return Outcome(score, self.basis, level, self.prices, self.status)


@dataclass(frozen=True, slots=True, eq=False)
class RadialProgram:
    """The programmes of one problem under one technology and orientation.

    Parameters
    ----------
    columns : array (r, k)
    unit : array (k,)
        What each reference unit was divided by (allowed under constant returns only).
    slack_sign : array (r,)
        +1 at most, -1 at least, 0 equal.
    direction, rhs, scale : array (n, r)
        Column of the score, right side, and what a row is multiplied by.
    cost : float
        +1 where the score is made small, -1 where it is made large.
    """

    problem: DeaProblem
    columns: Array
    unit: Array
    slack_sign: Array
    direction: Array
    rhs: Array
    scale: Array
    cost: float

    def column(self, code: Ints, scale: Array) -> Array:
        """Return the scaled columns (p, r) of units and slacks, one for each dmu."""
        r, k = self.columns.shape
        units = self.columns.T[np.minimum(code, k - 1)] * scale
        # HiGHS may keep an equal row basic, at zero
        sign = np.where(self.slack_sign == 0, 1.0, self.slack_sign)
        slacks = (np.eye(r) * sign)[np.maximum(code - k, 0)]
        return np.asarray(np.where((code < k)[:, None], units, slacks), dtype=np.float64)

    def basis_matrix(self, rows: Ints, basis: Ints, score_at: Ints) -> Array:
        """Return the scaled bases (p, r, r), a column a basic variable."""
        r, scale = basis.shape[1], self.scale[rows]
        stack = np.stack([self.column(basis[:, i], scale) for i in range(r)], axis=1)
        stack[np.arange(len(rows)), score_at] = self.direction[rows] * scale
        return stack.transpose(0, 2, 1)

    def start(self, rows: Ints, working: Ints) -> tuple[Ints, Ints, Bools]:
        """Return the first bases, where the score stands in them, and who has one."""
        r, k, at = len(self.slack_sign), self.columns.shape[1], np.arange(len(rows))
        basis = np.tile(k + np.arange(r), (len(rows), 1))
        own = -self.direction[rows]
        carries = own > 0
        if self.unit_free or (self.slack_sign[-1] > 0 and self.cost > 0):
            score_at = carries.argmax(axis=1)
            basis[at, score_at] = SCORE
            return basis, score_at, np.ones(len(rows), dtype=bool)
        ban = self.problem.forbidden(rows, working)
        bound, unit = np.full(own.shape, np.nan), np.zeros(own.shape, dtype=np.int64)
        for i in np.flatnonzero(carries.any(axis=0)):
            values = self.cost * self.columns[i, working]
            if ban is None:
                unit[:, i], best = values.argmin(), np.full(len(rows), values.min())
            else:
                table = np.where(ban, np.inf, values)
                unit[:, i], best = table.argmin(axis=1), table.min(axis=1)
            bound[carries[:, i], i] = best[carries[:, i]] / own[carries[:, i], i]
        score_at = np.nanargmax(bound, axis=1)
        basis[at, -1] = working[unit[at, score_at]]
        basis[at, score_at] = SCORE
        return basis, score_at, np.isfinite(bound[at, score_at])

    def room(self, rows: Ints, score: Array) -> Array:
        """Return by what a unit's violation is divided to bound its relative effect on the score (p, k)."""
        m, scale = self.problem.x.shape[1], self.scale[rows]
        size = scale[:, :1] * self.columns[0]
        for i in range(1, m):
            np.maximum(size, scale[:, i, None] * self.columns[i], out=size)
        if self.cost > 0:
            at_most_one = not self.unit_free and self.slack_sign[-1] >= 0
            return np.asarray(np.maximum(size, score[:, None])) if at_most_one else size
        return np.asarray(np.maximum(size, 1.0) * score[:, None])

    @property
    def unit_free(self) -> bool:
        """Whether units may be scaled at will: no row sums their weights."""
        return len(self.slack_sign) == len(self.problem.names)

    def outcome(self, rows: Ints, basis: Ints, score_at: Ints, status: Ints, ray: Array) -> Outcome:
        """Solve the final bases anew and return what they say."""
        at, scale, r = np.arange(len(rows)), self.scale[rows], basis.shape[1]
        square = self.basis_matrix(rows, basis, score_at)
        level = np.linalg.solve(square, (self.rhs[rows] * scale)[:, :, None])[:, :, 0].astype(np.float64)
        unit_row = (np.arange(r) == score_at[:, None]).astype(np.float64)[:, :, None]
        dual = np.linalg.solve(square.transpose(0, 2, 1), unit_row)[:, :, 0].astype(np.float64)
        score = level[at, score_at]
        # a price of the wrong sign is none: what is left proves the score, or fails
        dual = np.where(dual * self.slack_sign * self.cost > 0, 0.0, dual)
        gap = np.abs((dual * self.rhs[rows] * scale).sum(axis=1) - score)
        good = (gap <= PROOF * np.abs(score)) & self._met(rows, basis, square, level, score_at)
        status = np.where((status == OPTIMAL) & ~good, STUCK, status)
        optimal = status == OPTIMAL
        prices = np.where(optimal[:, None], self.cost * dual * scale, ray)
        return Outcome(np.where(optimal, score, np.nan), basis, level, prices, status)

    def _met(self, rows: Ints, basis: Ints, square: Array, level: Array, score_at: Ints) -> Bools:
        """Whether the basic variables are not negative and meet the rows, to the digits claimed."""
        at, scale, k = np.arange(len(rows)), self.scale[rows], self.columns.shape[1]
        score = level[at, score_at]
        equal = k + np.flatnonzero(self.slack_sign == 0)
        short = level * np.abs(square).max(axis=1)
        short = np.where(np.isin(basis, equal), -np.abs(short), short)
        short[at, score_at] = np.inf
        target = (self.rhs[rows] - self.direction[rows] * score[:, None]) * scale
        target = np.where(target > 0, target, NOTHING)
        left = np.abs(np.einsum("pij,pj->pi", square, level) - self.rhs[rows] * scale)
        # a row whose slack is basic takes up what is left
        loose = (basis[:, :, None] == k + np.arange(basis.shape[1])).any(axis=1)
        loose |= left <= PROOF * target
        least = -np.minimum(10 * FEASIBLE * np.clip(score, 0.0, 1.0), ROUNDING)
        return np.asarray(loose.all(axis=1) & (short.min(axis=1) >= least))


def radial_program(problem: DeaProblem, returns: Returns, orientation: Orientation) -> RadialProgram:
    """Write the programmes down (formulas: ``docs/methods/envelopment.md``)."""
    n, m = problem.x.shape
    s, k = problem.y.shape[1], len(problem.x_ref)
    shrink = orientation is Orientation.INPUT
    columns = np.vstack([problem.x_ref.T, problem.y_ref.T])
    own = np.hstack([problem.x, problem.y])
    moved = np.r_[np.full(m, shrink), np.full(s, not shrink)]
    direction, rhs = np.where(moved, -own, 0.0), np.where(moved, 0.0, own)
    scale = 1 / np.where(own > 0, own, 1.0)
    sign, unit = np.r_[np.ones(m), -np.ones(s)], np.ones(k)
    if returns is Returns.CRS:
        unit = columns.max(axis=0)
        columns = columns / unit
    else:
        columns = np.vstack([columns, np.ones(k)])
        direction, rhs = np.c_[direction, np.zeros(n)], np.c_[rhs, np.ones(n)]
        scale, sign = np.c_[scale, np.ones(n)], np.r_[sign, CONVEXITY[returns]]
    cost = 1.0 if shrink else -1.0
    return RadialProgram(problem, columns, unit, sign, direction, rhs, scale, cost)


def solve_by_highs(program: RadialProgram, row: int) -> Outcome:
    """Solve one dmu over all units by HiGHS: what the batch could not prove."""
    r, k = program.columns.shape
    allowed = np.arange(k)
    forbidden = program.problem.forbidden(np.array([row]), allowed)
    if forbidden is not None:
        allowed = allowed[~forbidden[0]]
    scale = program.scale[row]
    units = program.columns[:, allowed] * scale[:, None]
    score = program.direction[row] * scale
    matrix = np.column_stack([units / units.max(axis=0), score, np.diag(program.slack_sign)])
    rhs = program.rhs[row] * scale
    cost = np.r_[np.zeros(len(allowed)), program.cost, np.zeros(r)]
    solver = equality_solver(matrix, rhs, cost)
    status, result = solver.getModelStatus(), Outcome.empty(1, r)
    ray = solver.getDualRay()[2]  # type: ignore[attr-defined]
    if status == highspy.HighsModelStatus.kInfeasible and _is_ray(ray, matrix, rhs):
        result.status[:] = INFEASIBLE
    if status != highspy.HighsModelStatus.kOptimal:
        return result
    code = np.r_[allowed, SCORE, k + np.arange(r), k + np.arange(r)]
    basic = solver.getBasicVariables()[1]  # type: ignore[attr-defined]
    basis = code[np.where(basic >= 0, basic, matrix.shape[1] - 1 - basic)]
    score_at = np.flatnonzero(basis == SCORE)
    if not score_at.size:  # a score of nothing
        result.status[:] = INFEASIBLE
        return result
    try:
        return program.outcome(np.array([row]), basis[None], score_at, np.array([OPTIMAL]), np.zeros((1, r)))
    except np.linalg.LinAlgError:
        return result


def _is_ray(ray: Array, matrix: Array, rhs: Array) -> bool:
    """Whether prices prove that no mix meets the right side: ``ray A <= 0 < ray b``."""
    if len(ray) != len(rhs):
        return False
    ray = ray * np.sign(ray @ rhs)
    return bool(ray @ rhs > 0 and (ray @ matrix <= LOOSE * (np.abs(ray) @ np.abs(matrix))).all())


def equality_solver(matrix: Array, rhs: Array, cost: Array) -> highspy.Highs:
    """Run HiGHS on ``min cost z, matrix z = rhs, z >= 0``: strictly, then as HiGHS does by default."""
    rows, columns = matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = cost
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
    lp.row_lower_ = lp.row_upper_ = rhs
    lp.a_matrix_.start_ = np.arange(columns + 1, dtype=np.int32) * rows
    lp.a_matrix_.index_ = np.tile(np.arange(rows, dtype=np.int32), columns)
    lp.a_matrix_.value_ = matrix.T.ravel()
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    for tolerance, presolve in ((FEASIBLE, "off"), (LOOSE, "on")):
        solver.setOptionValue("presolve", presolve)
        solver.setOptionValue("primal_feasibility_tolerance", tolerance)
        solver.setOptionValue("dual_feasibility_tolerance", tolerance)
        solver.passModel(lp)
        solver.run()
        if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            break
    return solver
