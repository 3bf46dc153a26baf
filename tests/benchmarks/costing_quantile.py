"""How fast a quantile is fitted, beside statsmodels in the same run: ``python -m tests.benchmarks.costing_quantile``.

The median of a hundred thousand rows on ten drivers and a constant, errors t(4) and heteroskedastic, as in
the timings of peers: ours exact and proved, with its kernel covariance as statsmodels has one; and without.
One BLAS thread; runs in turn, least time of each. Only the ratios mean something; absolute figures are the
machine's of the day.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import statsmodels.api as sm

from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.quantile.program import check

AIM = 3.0


def made(n: int, k: int = 10) -> tuple[pd.Series, pd.DataFrame]:
    """Seeded rows."""
    rng = np.random.default_rng(7)
    drivers = pd.DataFrame(rng.normal(size=(n, k)), columns=[f"x{i}" for i in range(k)])
    noise = (1 + 0.3 * drivers["x0"].abs()) * rng.standard_t(4, n)
    return 1 + drivers @ (np.arange(1, k + 1) / k) + noise, drivers


def timed(runs: dict[str, Callable[[], np.ndarray]], repeats: int) -> dict[str, tuple[float, np.ndarray]]:
    """Return the least time and the estimates of each, run in turn."""
    best: dict[str, tuple[float, np.ndarray]] = {name: (np.inf, np.empty(0)) for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            begin = time.perf_counter()
            estimates = run()
            best[name] = min(best[name], (time.perf_counter() - begin, estimates), key=lambda pair: pair[0])
    return best


def compare(n: int, tau: float, repeats: int) -> float:
    """Print one size side by side and return how many times ours is faster."""
    cost, drivers = made(n)
    design = sm.add_constant(drivers).to_numpy()
    values, proofs = cost.to_numpy(), {}

    def ours(interval: str | None) -> np.ndarray:
        fit = fit_quantile(cost, drivers, tau=tau, interval=interval)
        proofs[interval] = fit.gap
        return fit.params.to_numpy()

    found = timed(
        {
            "ours, kernel": lambda: ours("kernel"),
            "ours, no interval": lambda: ours(None),
            "statsmodels QuantReg": lambda: np.asarray(sm.QuantReg(values, design).fit(q=tau).params),
        },
        repeats,
    )
    losses = {name: float(check(values - design @ b, tau).sum()) for name, (_, b) in found.items()}
    least, theirs = min(losses.values()), found["statsmodels QuantReg"][0]
    print(
        f"n = {n:,}, 10 drivers + constant, tau = {tau}; relative duality gap of ours {proofs['kernel']:.1e}"
    )
    for name, (seconds, _) in found.items():
        above = losses[name] / least - 1
        print(
            f"  {name:22} {seconds:8.3f} s  {theirs / seconds:5.1f} x  loss {losses[name]:.9f} (+{above:.1e})"
        )
    if losses["ours, kernel"] > least * (1 + 1e-12):
        raise SystemExit("ours is not the optimum")
    return theirs / found["ours, kernel"][0]


def main() -> None:
    """Compare the sizes asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--tau", type=float, nargs="*", default=[0.5, 0.9])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, one BLAS thread, best of {asked.repeats}"
    )
    ratios = {(n, tau): compare(n, tau, asked.repeats) for n in asked.rows for tau in asked.tau}
    aimed = [ratio for (n, _), ratio in ratios.items() if n >= 100_000]
    if aimed:
        met = "met" if min(aimed) >= AIM else "MISSED"
        print(f"aim of {AIM:g} times statsmodels at 100,000 rows: {met} ({min(aimed):.1f})")


def pinned() -> int:
    """Run in a process of one BLAS thread, which is counted when numpy is imported."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "tests.benchmarks.costing_quantile", *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, **threads}, check=False).returncode


if __name__ == "__main__":
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        main()
    else:
        raise SystemExit(pinned())
