"""A long fit, here and over the two workers of a Dask scheduler on this machine: an envelope and StoNED.

The figures must be the same to the last sign; what is gained is bounded by the processors that are free.
"""

import logging
import sys
import time
from dataclasses import replace
from decimal import Decimal

import numpy as np
from distributed import LocalCluster

from budgetperf.costing.fitted import fit
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.packages import baseline_result
from budgetperf.costing.panel import CostPanel, DriverSpec, PanelRow, PanelSpec
from budgetperf.costing.spread import Spread, in_turn
from budgetperf.costing.standings import answer
from budgetperf.money import Money
from budgetperf.provenance import canonical_json
from workflows.executor import executor
from workflows.progress import Watched

WORKERS = 2
SPEC = BaselineSpec(seed=1)
SIZES = {"dea": (300, 400), "stoned": (100, 50)}  # dmus, draws
WORK = (DriverSpec("length", "管网长度", "公里"), DriverSpec("supply", "供水量", "万吨"))


def panel(n: int) -> CostPanel:
    """Units with two kinds of work at a convex cost, half-normal waste and noise."""
    rng = np.random.default_rng(11)
    work = np.exp(rng.normal(3, 0.8, (n, 2)))
    cost = 1e5 * np.hypot(work[:, 0], work[:, 1]) ** 1.1
    spent = cost * np.exp(np.abs(rng.normal(0, 0.4, n)) + rng.normal(0, 0.1, n))
    spec = PanelSpec(code="pipes", service="供水", cost_label="支出", drivers=WORK, base_year=2024)
    rows = tuple(
        PanelRow(f"D{at:03}", f"第{at}水厂", 2024, Money(int(spent[at] * 100)),
                 {"length": Decimal(f"{work[at, 0]:.3f}"), "supply": Decimal(f"{work[at, 1]:.3f}")})
        for at in range(n)
    )  # fmt: skip
    return CostPanel(spec, rows)


def timed_fit(method: str, spread: Spread) -> tuple[float, bytes]:
    """Return seconds and the whole result of a package."""
    n, n_draws = SIZES[method]
    made = panel(n)
    begun = time.perf_counter()
    fitted = fit(made, replace(SPEC, methods=(method,), n_draws=n_draws), spread=spread)
    result = canonical_json(baseline_result(answer(fitted, ()), card=fitted.card))
    return time.perf_counter() - begun, result


def compare() -> bool:
    """Print a line a method; False when the two results differ."""
    same = True
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as cluster,
        executor(cluster.scheduler_address) as workers,
    ):
        timed_fit("dea", Watched(workers, sys.stderr))  # the workers load their libraries
        for method, (n, n_draws) in SIZES.items():
            here, local = timed_fit(method, in_turn)
            there, spread = timed_fit(method, Watched(workers, sys.stderr))
            same &= local == spread
            told = "equal" if local == spread else "DIFFERENT"
            print(
                f"spread {method}, {n} dmus, {n_draws} draws: here {here:.1f} s, {WORKERS} workers {there:.1f} s"
                f" ({here / there:.2f} times), results {told}"
            )
    return same
