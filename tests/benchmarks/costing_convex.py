"""Convex regression, additive, 3 inputs, variable returns: ours, which generates its conditions, beside all at once.

The full programme is clarabel's, with each of its two factorisations; objectives decide whether it is the same
optimum. Then ours alone at n = 1,000, where the full programme takes hours.
"""

import clarabel
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from budgetperf.costing.convex import fit_cnls
from tests.benchmarks.sides import Side, tell, timed

SAME = 1e-6
"""Relative difference of objectives that are the same."""
ACCURACY = 1e-8
"""Of the full programme: clarabel's default."""
Floats = NDArray[np.float64]


def made(n: int, inputs: int = 3) -> tuple[pd.Series, pd.DataFrame]:
    """Seeded Cobb-Douglas production with normal noise."""
    rng = np.random.default_rng(1)
    x = rng.uniform(1, 10, (n, inputs))
    return pd.Series((x ** (0.8 / inputs)).prod(axis=1) + rng.normal(0, 0.7, n)), pd.DataFrame(x)


def full(y: Floats, x: Floats, method: str) -> tuple[float, str]:
    """Sum of squares of one programme over all pairs, in values and slopes, and clarabel's word."""
    n, d = x.shape
    here, there = np.nonzero(~np.eye(n, dtype=bool))
    rows, columns = np.arange(len(here)), np.arange(d)
    entries = [np.ones(len(here)), -np.ones(len(here)), (x[here] - x[there]).ravel()]
    places = [there, here, (n + here[:, None] * d + columns).ravel()]
    row = np.concatenate([rows, rows, np.repeat(rows, d)])
    width = n * (d + 1)
    planes = sparse.csc_matrix((np.concatenate(entries), (row, np.concatenate(places))), (len(rows), width))
    slopes = sparse.hstack([sparse.csc_matrix((n * d, n)), -sparse.eye(n * d)])
    matrix = sparse.vstack([planes, slopes], format="csc")
    quadratic = sparse.diags(np.append(np.ones(n), np.zeros(n * d)), format="csc")
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.direct_solve_method = False, method
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = ACCURACY
    right, cones = np.zeros(matrix.shape[0]), [clarabel.NonnegativeConeT(matrix.shape[0])]
    linear = np.append(-y, np.zeros(n * d))
    answer = clarabel.DefaultSolver(quadratic, linear, matrix, right, cones, settings).solve()
    return float(((y - np.asarray(answer.x)[:n]) ** 2).sum()), str(answer.status)


def compare(n: int = 400, alone: int = 1_000) -> bool:
    """Print the comparison at ``n`` and ours at ``alone``."""
    y, x = made(n)
    seconds, fit = timed(lambda: fit_cnls(y, x))
    peers = []
    for method in ("qdldl", "faer"):
        slow, (objective, status) = timed(lambda m=method: full(y.to_numpy(), x.to_numpy(), m))
        peers.append(Side(f"clarabel, {method} ({status})", slow, abs(objective / fit.objective - 1)))
    agree = tell(f"CNLS additive, n = {n:,}", Side("fit_cnls", seconds, 0.0), peers, same=SAME)
    y, x = made(alone)
    seconds, fit = timed(lambda: fit_cnls(y, x))
    proof = fit.certificate
    tell(f"CNLS additive, n = {alone:,}, ours alone", Side("fit_cnls", seconds, 0.0), [], same=SAME)
    print(
        f"  gap {proof.gap:.1e}, violation {proof.violation:.1e}, {proof.pairs:,} of {alone * (alone - 1):,} pairs"
    )
    return agree
