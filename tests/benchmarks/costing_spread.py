"""A long fit, here and over the two workers of a Dask scheduler on this machine: 300 dmus, an envelope and StoNED.

The figures must be the same to the last sign; what is gained is bounded by the processors that are free.
"""

import logging
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
from workflows.executor import executor, spread_over

N, WORKERS = 300, 2
SPEC = BaselineSpec(seed=1)
DRAWS = {"dea": 400, "stoned": 50}
WORK = (DriverSpec("length", "管网长度", "公里"), DriverSpec("supply", "供水量", "万吨"))


def panel() -> CostPanel:
    """Units with two kinds of work at a convex cost, half-normal waste and noise."""
    rng = np.random.default_rng(11)
    work = np.exp(rng.normal(3, 0.8, (N, 2)))
    cost = 1e5 * np.hypot(work[:, 0], work[:, 1]) ** 1.1
    spent = cost * np.exp(np.abs(rng.normal(0, 0.4, N)) + rng.normal(0, 0.1, N))
    spec = PanelSpec(code="pipes", service="供水", cost_label="支出", drivers=WORK, base_year=2024)
    rows = tuple(
        PanelRow(f"D{at:03}", f"第{at}水厂", 2024, Money(int(spent[at] * 100)),
                 {"length": Decimal(f"{work[at, 0]:.3f}"), "supply": Decimal(f"{work[at, 1]:.3f}")})
        for at in range(N)
    )  # fmt: skip
    return CostPanel(spec, rows)


def timed_fit(made: CostPanel, method: str, spread: Spread) -> tuple[float, bytes]:
    """Return seconds and the whole result of a package."""
    begun = time.perf_counter()
    fitted = fit(made, replace(SPEC, methods=(method,), n_draws=DRAWS[method]), spread=spread)
    result = canonical_json(baseline_result(answer(fitted, ()), card=fitted.card))
    return time.perf_counter() - begun, result


def compare() -> bool:
    """Print a line a method; False when the two results differ."""
    made, same = panel(), True
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
        ) as cluster,
        executor(cluster.scheduler_address) as workers,
    ):
        timed_fit(made, "dea", spread_over(workers))  # the workers load their libraries
        for method, n_draws in DRAWS.items():
            here, local = timed_fit(made, method, in_turn)
            there, spread = timed_fit(made, method, spread_over(workers))
            same &= local == spread
            told = "equal" if local == spread else "DIFFERENT"
            print(
                f"spread {method}, {N} dmus, {n_draws} draws: here {here:.1f} s, {WORKERS} workers {there:.1f} s"
                f" ({here / there:.2f} times), results {told}"
            )
    return same
