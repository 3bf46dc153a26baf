"""How fast a convex regression is, beside one full programme: ``python -m tests.benchmarks.costing_convex``.

Additive CNLS with three inputs, variable returns: ours, which generates its conditions, against
clarabel with all n (n - 1) of them, at n = 400; and ours alone at n = 1,000. Objectives are compared
before a time is told. The full programme is given the faster of clarabel's two factorisations, each
tried here. Only the ratio means something; absolute figures are the machine's of the day.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from typing import TypeVar

import clarabel
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from budgetperf.costing.convex import CnlsResult, fit_cnls

RATIO_AIM, SECONDS_AIM = 5.0, 120.0
EQUAL = 1e-6
"""Relative difference of objectives that are the same."""
ACCURACY = 1e-8
"""Of the full programme: clarabel's default."""
Floats = NDArray[np.float64]
Result = TypeVar("Result")


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


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """What a call returns, and its wall seconds."""
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def told(n: int, fit: CnlsResult, seconds: float) -> None:
    proof = fit.certificate
    print(
        f"n = {n:5d}  ours            {seconds:8.2f} s  objective {fit.objective:.8f}  "
        f"gap {proof.gap:.1e}  violation {proof.violation:.1e}  "
        f"{proof.pairs} of {n * (n - 1)} pairs, {proof.rounds} rounds"
    )


def beside_the_full_programme(n: int) -> None:
    y, x = made(n)
    fit, ours = timed(lambda: fit_cnls(y, x))
    told(n, fit, ours)
    best = np.inf
    for method in ("qdldl", "faer"):
        (objective, status), seconds = timed(lambda m=method: full(y.to_numpy(), x.to_numpy(), m))
        print(f"n = {n:5d}  clarabel {method:6s} {seconds:8.2f} s  objective {objective:.8f}  {status}")
        assert abs(objective - fit.objective) <= EQUAL * objective, "not the same optimum"
        best = min(best, seconds)
    print(f"n = {n:5d}  {best / ours:.1f} times faster than the faster full programme (aim {RATIO_AIM:g})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", type=int, default=400, help="rows of the comparison")
    parser.add_argument("--alone", type=int, default=1000, help="rows of ours alone")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    print(
        f"{platform.python_version()}, clarabel {clarabel.__version__}, {os.cpu_count()} cores, load {load:.1f}"
    )
    beside_the_full_programme(asked.beside)
    y, x = made(asked.alone)
    fit, seconds = timed(lambda: fit_cnls(y, x))
    told(asked.alone, fit, seconds)
    print(f"n = {asked.alone:5d}  aim: at most {SECONDS_AIM:g} s")


if __name__ == "__main__":
    main()
