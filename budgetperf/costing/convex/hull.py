"""The tightest function of the shape through fitted values, at any point.

The planes of a convex regression are not unique between the observed points, this bound is
(Kuosmanen and Kortelainen 2012): for production the lowest concave increasing function that is
nowhere below the values, for cost the highest convex increasing one that is nowhere above.
"""

import highspy
import numpy as np

from budgetperf.costing.convex.options import ConvexReturns, Shape
from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged


def tightest(values: Array, points: Array, at: Array, shape: Shape, returns: ConvexReturns) -> Array:
    """Return the function at ``at``; NaN where the observed points say nothing.

    Parameters
    ----------
    values : array (n,)
    points : array (n, d)
    at : array (n_targets, d)
    shape, returns

    Raises
    ------
    NotConverged
        If a linear programme ends neither optimal nor infeasible.

    Notes
    -----
    Production: ``max sum w f`` over ``sum w x <= x0``; cost: ``min sum w f`` over
    ``sum w x >= x0``; w >= 0, and ``sum w = 1`` under variable returns. One programme whose right
    side moves from target to target, each started from the last basis.
    """
    n, d = points.shape
    reach = np.abs(points).max(axis=0)
    size = np.where(reach > 0, reach, 1.0)
    largest = float(np.abs(values).max()) or 1.0
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = n, d + 1
    program.col_cost_ = -shape.sign * values / largest
    program.col_lower_, program.col_upper_ = np.zeros(n), np.full(n, np.inf)
    fixed = returns is ConvexReturns.VRS
    program.row_lower_ = np.append(np.full(d, -np.inf), 1.0 if fixed else 0.0)
    program.row_upper_ = np.append(np.full(d, np.inf), 1.0 if fixed else np.inf)
    program.a_matrix_.start_ = np.arange(n + 1, dtype=np.int32) * (d + 1)
    program.a_matrix_.index_ = np.tile(np.arange(d + 1, dtype=np.int32), n)
    program.a_matrix_.value_ = np.column_stack([points / size, np.ones(n)]).ravel()
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    return np.array([largest * _bound(solver, row / size, shape) for row in at])


def _bound(solver: highspy.Highs, at: Array, shape: Shape) -> float:
    for row, value in enumerate(at):
        low, high = (-np.inf, value) if shape is Shape.PRODUCTION else (value, np.inf)
        solver.changeRowBounds(row, low, high)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return float("nan")
    if status != highspy.HighsModelStatus.kOptimal:
        raise NotConverged("凸回归的预测", f"求解器返回{solver.modelStatusToString(status)}")
    return -shape.sign * float(solver.getInfo().objective_function_value)
