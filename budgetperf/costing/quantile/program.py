"""The exact solution of a quantile regression: a vertex, proved by its dual.

Takes arrays on an orthogonal basis; no labels, no inference. A large sample is solved on the rows
near the quantile, the others counted on their side of it, until none has changed sides.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged

GAP = 1e-9  # accepted relative duality gap
LEAST_LOSS = 1e-3  # a row, of responses scaled to one: below it the gap is measured against this
ON_PLANE = 1e-9  # of responses scaled to one: closer rows may take any dual within their bounds
OUTSIDE = 1e-7  # how far rounding may carry a dual beyond its bounds of about one
DIRECT, GROWTH, BAND = 3000, 4, 1.5  # rows solved at once; how samples grow; width of the near rows
ROUNDS = 40
SOLVER: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}
Rows = NDArray[np.int64]
Place = highspy.HighsBasisStatus


@dataclass(frozen=True, slots=True, eq=False)
class Vertex:
    """An optimal vertex, in the basis and the unit of ``y`` it was asked for.

    Parameters
    ----------
    estimates : array (k,)
    dual : array (n,)
        Within weight x (tau - 1, tau); ``q' dual = tilt``.
    rows : array (k,) of int
        Rows it passes through; they determine it.
    gap : float
        Relative duality gap: the proof that no other estimate does better.
    """

    estimates: Array
    dual: Array
    rows: Rows
    gap: float


def check(residuals: Array, tau: float) -> Array:
    """Return the check function of each residual: tau r above zero, (tau - 1) r below."""
    return np.where(residuals >= 0, tau * residuals, (tau - 1) * residuals)


class DualProgram:
    """The dual programme of one design, re-solved with new weights or a new tilt from the last basis.

    ``max y'd  s.t.  Q'd = tilt,  w (tau - 1) <= d <= w tau``; the estimates are the multipliers of
    the k equalities. A bootstrap draw or an end of a rank interval is a few simplex steps.
    """

    def __init__(self, y: Array, q: Array, tau: float, *, tilt: Array | None = None) -> None:
        self.n, self.k = q.shape
        self.y, self.q, self.tau = y, q, tau
        self.columns = np.arange(self.n, dtype=np.int32)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.n, self.k
        lp.col_cost_ = -y
        lp.col_lower_, lp.col_upper_ = np.full(self.n, tau - 1), np.full(self.n, tau)
        lp.row_lower_ = lp.row_upper_ = np.zeros(self.k) if tilt is None else tilt
        lp.a_matrix_.start_ = np.arange(self.n + 1, dtype=np.int32) * self.k
        lp.a_matrix_.index_ = np.tile(np.arange(self.k, dtype=np.int32), self.n)
        lp.a_matrix_.value_ = q.ravel()
        self.solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in SOLVER.items():
            self.solver.setOptionValue(name, value)
        self.solver.passModel(lp)

    def start(self, above: NDArray[np.bool_], rows: Rows) -> None:
        """Begin from these rows on the plane, the others above or below it."""
        status = [Place.kUpper if up else Place.kLower for up in above]
        for row in rows:
            status[row] = Place.kBasic
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status, basis.valid = status, [Place.kLower] * self.k, True
        self.solver.setBasis(basis)

    def weigh(self, weights: Array) -> None:
        """Count each row so many times."""
        self.solver.changeColsBounds(self.n, self.columns, weights * (self.tau - 1), weights * self.tau)

    def tilt(self, tilt: Array) -> None:
        """Add ``tilt'b`` to what is minimised."""
        for row, value in enumerate(tilt):
            self.solver.changeRowBounds(row, value, value)

    def solve(self) -> tuple[Array, Array] | None:
        """Return estimates (k,) and dual (n,); None when the loss falls without end along the tilt.

        Raises
        ------
        NotConverged
            If the solver stops for another reason.
        """
        self.solver.run()
        ended = self.solver.getModelStatus()
        if ended == highspy.HighsModelStatus.kInfeasible:
            return None
        if ended != highspy.HighsModelStatus.kOptimal:
            raise NotConverged("分位数回归", f"求解器返回{self.solver.modelStatusToString(ended)}")
        solution = self.solver.getSolution()
        return -np.asarray(solution.row_dual), np.asarray(solution.col_value)

    def rows(self) -> Rows:
        """Return the rows of the last basis."""
        status = self.solver.getBasis().col_status
        return np.flatnonzero(np.fromiter((one == Place.kBasic for one in status), bool, self.n))


def solve_vertex(
    y: Array, q: Array, tau: float, *, tilt: Array | None = None, near: Vertex | None = None
) -> Vertex | None:
    """Minimise ``sum check(y - Q b) + tilt'b`` exactly.

    Parameters
    ----------
    y : array (n,)
        Scaled to about one.
    q : array (n, k)
        Orthogonal columns of unit mean square.
    tau : float
    tilt : array (k,), optional
    near : Vertex, optional
        The optimum of a similar problem on the same rows, to begin from.

    Returns
    -------
    Vertex or None
        None when there is no minimum (a tilt steeper than the data).

    Raises
    ------
    NotConverged
        If the optimum cannot be certified.

    Notes
    -----
    Portnoy and Koenker (1997): nested random samples, each four times the last; the rows nearest
    to the last quantile by ``|r| / |q_i|`` are solved exactly by dual simplex, the others enter
    with their sign; rows found on the other side join, until none is.
    """
    n, k = q.shape
    tilt = np.zeros(k) if tilt is None else tilt
    if n <= DIRECT:
        program = DualProgram(y, q, tau, tilt=tilt)
        solved = program.solve()
        return None if solved is None else _certified(y, q, tau, tilt, *solved, program.rows())
    order = np.random.default_rng(n).permutation(n)
    sizes = [n]
    while sizes[-1] > DIRECT and near is None:
        sizes.append(max(sizes[-1] // GROWTH, DIRECT // 2))
    if near is None:
        sample = order[: sizes.pop()]
        first = DualProgram(y[sample], q[sample], tau, tilt=tilt * len(sample) / n)
        solved = first.solve()
        if solved is None:
            return None
        estimates, rows, known = solved[0], sample[first.rows()], len(sample)
    else:
        estimates, rows, known = near.estimates, near.rows, n
    for size in reversed(sizes):
        sample = (
            np.arange(n) if size == n else np.sort(np.append(order[:size], np.setdiff1d(rows, order[:size])))
        )
        place = np.searchsorted(sample, rows)
        settled = _settle(y[sample], q[sample], tau, tilt * len(sample) / n, estimates, place, known)
        if settled is None:
            return None
        estimates, dual, place = settled
        rows, known = sample[place], len(sample)
    return _certified(y, q, tau, tilt, estimates, dual, rows)


def _settle(
    y: Array, q: Array, tau: float, tilt: Array, estimates: Array, rows: Rows, known: int
) -> tuple[Array, Array, Rows] | None:
    """Solve on the rows near a quantile known from so many rows, until none has changed sides."""
    n, k = q.shape
    residuals = y - q @ estimates
    distance = np.abs(residuals) / np.sqrt(np.einsum("ij,ij->i", q, q))
    width = min(int(BAND * np.sqrt(k) * n / np.sqrt(known)) + 10 * k, n)
    dual = np.where(residuals > 0, tau, tau - 1)
    near = _nearest(distance, width, rows)
    for _ in range(ROUNDS):
        inside = np.flatnonzero(near)
        rest = tilt - dual @ q + dual[inside] @ q[inside]
        program = DualProgram(y[inside], q[inside], tau, tilt=rest)
        if len(rows) == k:
            program.start(residuals[inside] > 0, np.searchsorted(inside, rows))
        solved = program.solve()
        if solved is None:
            if width == n:
                return None
            width = min(2 * width, n)
            near |= _nearest(distance, width, rows)
            continue
        estimates, dual[inside] = solved
        rows = inside[program.rows()]
        residuals = y - q @ estimates
        wrong = ~near & (np.where(residuals > 0, tau, tau - 1) != dual)
        if not wrong.any():
            return estimates, dual, rows
        near |= wrong
    raise NotConverged("分位数回归", f"{ROUNDS}轮后仍有行换到分位面的另一侧")


def _nearest(distance: Array, width: int, rows: Rows) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.asarray(distance <= np.partition(distance, width - 1)[width - 1])
    near[rows] = True
    return near


def _certified(
    y: Array, q: Array, tau: float, tilt: Array, estimates: Array, dual: Array, rows: Rows
) -> Vertex:
    """Make the solution a vertex of the data and prove it by a dual found anew from its signs.

    Raises
    ------
    NotConverged
        If the dual leaves its bounds or the gap is not closed.
    """
    estimates, rows = _vertex(y, q, estimates, rows)
    residuals = y - q @ estimates
    residuals[rows] = 0.0
    away = np.abs(residuals) > ON_PLANE
    dual = np.clip(np.where(away, np.where(residuals > 0, tau, tau - 1), dual), tau - 1, tau)
    dual[rows] = 0.0
    dual[rows] = np.linalg.solve(q[rows].T, tilt - dual @ q)
    outside = float(max((dual - tau).max(), (tau - 1 - dual).max()))
    loss = float(check(residuals, tau).sum() + tilt @ estimates)
    gap = abs(loss - float(y @ dual)) / max(float(check(residuals, tau).sum()), LEAST_LOSS * len(y))
    if outside > OUTSIDE or gap > GAP:
        raise NotConverged("分位数回归", f"对偶越界{outside:.2g}，对偶间隙{gap:.2g}（须不大于{GAP}）")
    return Vertex(estimates, dual, rows, gap)


def _vertex(y: Array, q: Array, estimates: Array, rows: Rows) -> tuple[Array, Rows]:
    """Return the point where k rows meet; where fewer do, walk on the optimal face to the next row."""
    k = q.shape[1]
    while len(rows) < k:
        along = np.linalg.svd(q[rows])[2][-1] if len(rows) else np.eye(k)[0]
        slope, residuals = q @ along, y - q @ estimates
        slope[rows] = 0.0
        steps = np.full(len(y), np.inf)
        moving = np.abs(slope) > 1e-12
        steps[moving] = residuals[moving] / slope[moving]
        row = int(np.argmin(np.abs(steps)))
        estimates, rows = estimates + steps[row] * along, np.append(rows, row)
    return np.asarray(np.linalg.solve(q[rows], y[rows]), dtype=np.float64), rows
