"""Intervals of the quantile regression, by its three ways: of a coefficient, and of the quantile at new drivers."""

from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm

from budgetperf.costing.design import Array
from budgetperf.costing.quantile import fit_quantile
from budgetperf.costing.quantile.interval import IntervalOptions
from tests.simulations.claims import LEVEL, Claim, Count, Design, inside

SLOPE, NEW = "log(x)", 3
WAYS = {
    "rank": ("秩检验反演", "rank", IntervalOptions()),
    "powell": ("核估计（Powell）", "kernel", IntervalOptions()),
    "iid": ("核估计（独立同分布）", "kernel", IntervalOptions(density="iid")),
    "difference": ("核估计（差商）", "kernel", IntervalOptions(density="difference")),
    "bootstrap": ("自助法", "bootstrap", IntervalOptions(seed=1)),
}
SHAPES = {
    "even": ("误差同方差", (0.2, 0.0), 0.5),
    "growing": ("误差随规模增大", (0.05, 0.1), 0.5),
    "upper": ("误差同方差，75%分位", (0.2, 0.0), 0.75),
}


def both(rng: np.random.Generator, n: int, *, way: str, shape: str, of_cost: bool) -> Count:
    """The slope of the quantile, or the quantile of cost at new drivers."""
    (base, rise), tau = SHAPES[shape][1:]
    x = rng.uniform(1, 4, n)
    y = 3 + 0.8 * x + rng.normal(0, 1, n) * (base + rise * x)
    _, kind, options = WAYS[way]
    fit = fit_quantile(
        pd.Series(np.exp(y)), _frame(x), tau=tau, interval=kind, level=LEVEL, log=True, options=options
    )
    z = float(norm.ppf(tau))
    if not of_cost:
        return inside(0.8 + rise * z, fit.lower[SLOPE], fit.upper[SLOPE])
    new = rng.uniform(1, 4, NEW)
    found = fit.interval(_frame(new), level=LEVEL)
    return inside(np.exp(3 + 0.8 * new + (base + rise * new) * z), found.lower, found.upper)


def _frame(x: Array) -> pd.DataFrame:
    return pd.DataFrame({"x": np.exp(x)})


def _designs(*, of_cost: bool) -> tuple[Design, ...]:
    kept = [pair for pair in PAIRS if of_cost or pair not in COST_ONLY]
    return tuple(
        Design(
            f"{way}_{shape}",
            f"{WAYS[way][0]}，{SHAPES[shape][0]}",
            partial(both, way=way, shape=shape, of_cost=of_cost),
            assumed=not (way == "iid" and shape == "growing"),
            replicates=SLOW if of_cost or way == "bootstrap" else REPLICATES,
        )
        for way, shape in kept
    )


REPLICATES, SLOW = 100, 40
PAIRS = (
    ("rank", "even"), ("rank", "growing"), ("rank", "upper"), ("powell", "even"), ("powell", "growing"),
    ("iid", "even"), ("difference", "even"), ("bootstrap", "even"), ("bootstrap", "growing"), ("bootstrap", "upper"),
)  # fmt: skip
COST_ONLY = (("bootstrap", "growing"), ("bootstrap", "upper"))
ENDS = tuple(
    f"costing.quantile.interval.{kind}Uncertainty.ends" for kind in ("", "Rank", "Kernel", "Bootstrap")
)
CLAIMS = (
    Claim(
        "quantile_slope", "分位数回归：系数", "分位数的弹性",
        ("costing.quantile.fit.fit_quantile", *ENDS), _designs(of_cost=False),
    ),
    Claim(
        "quantile_cost", "分位数回归：预测", "新单位所处条件下的分位数成本",
        ("costing.quantile.fit.QuantileResult.interval",), _designs(of_cost=True),
    ),
)  # fmt: skip
