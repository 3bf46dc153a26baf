"""Several quantiles at once that do not cross within the data.

Holds the joint programme, solved only where separate optima cross.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged
from budgetperf.costing.quantile.program import BAND, DIRECT, GAP, LEAST_LOSS, ROUNDS, SOLVER, Rows, check

CROSSED = 1e-9  # of responses scaled to one
CUTS = 3  # worst rows a pair of quantiles is held apart at, a round


def crossings(q: Array, estimates: Array) -> tuple[Rows, Rows]:
    """Return the rows at which a quantile lies above the next, and which: worst rows of each pair."""
    rise = q @ np.diff(estimates, axis=0).T
    worst = np.argsort(rise, axis=0)[:CUTS].T
    pairs = np.repeat(np.arange(len(worst)), worst.shape[1])
    rows = worst.ravel()
    crossed = rise[rows, pairs] < -CROSSED
    return rows[crossed], pairs[crossed]


def solve_uncrossed(y: Array, q: Array, taus: tuple[float, ...], estimates: Array) -> tuple[Array, float]:
    """Minimise the sum of the check losses so that no quantile lies below a lower one at any row.

    Parameters
    ----------
    y : array (n,)
        Scaled to about one.
    q : array (n, k)
        Orthogonal columns of unit mean square.
    taus : tuple of float
        Increasing.
    estimates : array (n_taus, k)
        The separate optima.

    Returns
    -------
    estimates : array (n_taus, k)
    gap : float
        Relative duality gap of the joint programme.

    Raises
    ------
    NotConverged
        If no certified optimum is found.

    Notes
    -----
    Bondell, Reich and Wang (2010): ``x_i'(b_(t+1) - b_t) >= 0`` for all rows, and so within their
    convex hull; constraints enter as they are found violated. As in ``program``, rows far
    from a quantile enter with their sign until they change sides.
    """
    n, k = q.shape
    levels = np.asarray(taus)[:, None]
    residuals = y - estimates @ q.T
    near = np.ones(residuals.shape, dtype=bool)
    if n > DIRECT:
        width = min(int(4 * BAND * np.sqrt(k * n)), n)
        distance = np.abs(residuals) / np.sqrt(np.einsum("ij,ij->i", q, q))
        near = distance <= np.partition(distance, width - 1, axis=1)[:, width - 1 : width]
    dual = np.where(residuals > 0, levels, levels - 1)
    rows, pairs = crossings(q, estimates)
    for _ in range(ROUNDS):
        solved = _joint(y, q, np.asarray(taus), near, dual, (rows, pairs))
        if solved is None:
            near |= np.abs(residuals) <= np.quantile(np.abs(residuals), min(2 * near.mean(), 1.0))
            continue
        estimates, dual = solved
        residuals = y - estimates @ q.T
        wrong = ~near & (np.where(residuals > 0, levels, levels - 1) != dual)
        more = crossings(q, estimates)
        if not wrong.any() and not len(more[0]):
            break
        near |= wrong
        rows, pairs = np.append(rows, more[0]), np.append(pairs, more[1])
    else:
        raise NotConverged("不交叉的分位数回归", f"{ROUNDS}轮后仍有交叉")
    loss = sum(float(check(line, tau).sum()) for line, tau in zip(residuals, taus, strict=True))
    gap = abs(loss - float((dual @ y).sum())) / max(loss, LEAST_LOSS * n)
    if gap > GAP:
        raise NotConverged("不交叉的分位数回归", f"对偶间隙{gap:.2g}大于{GAP}")
    return estimates, gap


def _joint(
    y: Array,
    q: Array,
    taus: Array,
    near: NDArray[np.bool_],
    dual: Array,
    cuts: tuple[Rows, Rows],
) -> tuple[Array, Array] | None:
    """Solve the dual of the joint programme on the near rows; None when they are too few."""
    k, n_taus = q.shape[1], len(taus)
    which, rows = np.nonzero(near)
    rest = -np.where(near, 0.0, dual) @ q
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(rows) + len(cuts[0]), k * n_taus
    lp.col_cost_ = np.append(-y[rows], np.zeros(len(cuts[0])))
    lp.col_lower_ = np.append(taus[which] - 1, np.zeros(len(cuts[0])))
    lp.col_upper_ = np.append(taus[which], np.full(len(cuts[0]), highspy.kHighsInf))
    lp.row_lower_ = lp.row_upper_ = rest.ravel()
    own = which[:, None] * k + np.arange(k)
    both = cuts[1][:, None] * k + np.arange(2 * k)  # a cut stands in its block and the next
    lp.a_matrix_.start_ = np.cumsum(
        np.concatenate([[0], np.full(len(rows), k), np.full(len(cuts[0]), 2 * k)])
    ).astype(np.int32)
    lp.a_matrix_.index_ = np.append(own.ravel(), both.ravel()).astype(np.int32)
    apart = np.hstack([-q[cuts[0]], q[cuts[0]]])
    lp.a_matrix_.value_ = np.append(q[rows].ravel(), apart.ravel())
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in SOLVER.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible and not near.all():
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise NotConverged("不交叉的分位数回归", f"求解器返回{solver.modelStatusToString(status)}")
    solution = solver.getSolution()
    dual = dual.copy()
    dual[which, rows] = np.asarray(solution.col_value)[: len(rows)]
    return -np.asarray(solution.row_dual).reshape(n_taus, k), dual
