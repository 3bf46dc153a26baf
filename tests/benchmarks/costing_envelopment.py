"""Envelopment, VRS, input oriented, 2 inputs and 2 outputs, every unit against all: ours, a warm HiGHS loop, dealib."""

from importlib import import_module

import highspy
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from budgetperf.costing.envelopment import fit_dea
from tests.benchmarks.sides import Side, tell, timed

Array = NDArray[np.float64]
SIZES = (500, 2_000, 5_000)
SAME = 1e-6


def units(n: int) -> tuple[Array, Array]:
    """Return inputs and outputs of n units with a smooth frontier and half-normal waste."""
    rng = np.random.default_rng(7)
    x = rng.uniform(1, 10, (n, 2))
    made = x[:, 0] ** 0.4 * x[:, 1] ** 0.5 * np.exp(-np.abs(rng.normal(0, 0.3, n)))
    share = rng.uniform(0.2, 0.8, n)
    return x, np.column_stack([made * share, made * (1 - share)])


def warm_loop(x: Array, y: Array) -> Array:
    """One persistent model: columns theta and a weight a unit; each unit moves theta's column and the right side."""
    n, m = x.shape
    s = y.shape[1]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + 1, m + s + 1
    lp.col_cost_ = np.r_[1.0, np.zeros(n)]
    lp.col_lower_, lp.col_upper_ = np.zeros(n + 1), np.full(n + 1, highspy.kHighsInf)
    columns = np.vstack([np.zeros(m + s + 1), np.column_stack([-x, y, np.ones(n)])])
    columns[0, :m] = x[0]
    lp.a_matrix_.start_ = np.arange(n + 2, dtype=np.int32) * (m + s + 1)
    lp.a_matrix_.index_ = np.tile(np.arange(m + s + 1, dtype=np.int32), n + 1)
    lp.a_matrix_.value_ = columns.ravel()
    lp.row_lower_ = np.r_[np.zeros(m), y[0], 1.0]
    lp.row_upper_ = np.r_[np.full(m + s, highspy.kHighsInf), 1.0]
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1)):
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    scores = np.empty(n)
    for unit in range(n):
        for row in range(m):
            solver.changeCoeff(row, 0, x[unit, row])
        for row in range(s):
            solver.changeRowBounds(m + row, y[unit, row], highspy.kHighsInf)
        solver.run()
        scores[unit] = solver.getInfo().objective_function_value
    return scores


def ours(x: Array, y: Array) -> Array:
    """Scores alone, as the peers give them."""
    inputs, outputs = pd.DataFrame(x, columns=["x1", "x2"]), pd.DataFrame(y, columns=["y1", "y2"])
    return fit_dea(inputs, outputs, slacks=False, returns="vrs").efficiency.to_numpy()


def compare(sizes: tuple[int, ...] = SIZES) -> bool:
    """Print the comparison of each size."""
    dea = import_module("dealib.dea").dea
    agree = True
    for n in sizes:
        x, y = units(n)
        seconds, scores = timed(lambda x=x, y=y: ours(x, y), runs=3 if n < 1_000 else 1)
        warm, loop = timed(lambda x=x, y=y: warm_loop(x, y))
        slow, peer = timed(lambda x=x, y=y: dea(x, y).eff)
        peers = [
            Side("warm HiGHS loop", warm, float(np.abs(loop - scores).max())),
            Side("dealib", slow, float(np.abs(np.asarray(peer) - scores).max())),
        ]
        agree &= tell(f"DEA VRS 2 x 2, n = {n:,}", Side("fit_dea", seconds, 0.0), peers, same=SAME)
    return agree
