"""Intervals of the cost regression: of its coefficients, and of the cost of a new dmu."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from budgetperf.costing.design import Array
from budgetperf.costing.regression import fit_cost_regression
from tests.simulations.claims import LEVEL, Claim, Count, Design, inside

ELASTICITY, NEW, YEARS = 0.8, 5, 4
SLOPE = "log(x)"
SLOW = 60

Errors = Callable[[np.random.Generator, Array], Array]


def normal(rng: np.random.Generator, x: Array) -> Array:
    return rng.normal(0, 0.2, len(x))


def growing(rng: np.random.Generator, x: Array) -> Array:
    return rng.normal(0, 0.05 + 0.1 * x, len(x))


def one_sided(rng: np.random.Generator, x: Array) -> Array:
    return np.abs(rng.normal(0, 0.4, len(x))) + rng.normal(0, 0.1, len(x))


def slope(rng: np.random.Generator, n: int, *, errors: Errors, covariance: str) -> Count:
    """The elasticity, from a cross-section."""
    cost, drivers, _ = _rows(rng, n, errors)
    ols = fit_cost_regression(cost, drivers, covariance=covariance, level=LEVEL).ols
    return inside(ELASTICITY, ols.lower[SLOPE], ols.upper[SLOPE])


def new_cost(rng: np.random.Generator, n: int, *, errors: Errors, smallest: float = 1) -> Count:
    """The cost of new dmus of this log size and larger."""
    cost, drivers, _ = _rows(rng, n, errors)
    fresh, asked, _ = _rows(rng, NEW, errors, smallest=smallest)
    found = fit_cost_regression(cost, drivers).interval(asked, level=LEVEL)
    return inside(fresh, found.lower, found.upper)


def panel_slope(rng: np.random.Generator, n: int, *, panel: str | None) -> Count:
    """The elasticity from several years, errors clustered by dmu; without a model the rows as they come."""
    cost, drivers, _ = _panel(rng, n)
    ols = fit_cost_regression(cost, drivers, covariance="cluster", panel=panel, level=LEVEL).ols
    return inside(ELASTICITY, ols.lower[SLOPE], ols.upper[SLOPE])


def panel_new_cost(rng: np.random.Generator, n: int, *, panel: str | None) -> Count:
    """The cost of new dmus, one year each."""
    cost, drivers, _ = _panel(rng, n)
    fresh, asked, _ = _panel(rng, NEW, years=1)
    fitted = fit_cost_regression(cost, drivers, covariance="cluster", panel=panel)
    found = fitted.interval(asked, level=LEVEL)
    return inside(fresh, found.lower, found.upper)


def _rows(
    rng: np.random.Generator, n: int, errors: Errors, *, smallest: float = 1
) -> tuple["pd.Series[float]", pd.DataFrame, Array]:
    x = rng.uniform(smallest, 4, n)
    y = 3 + ELASTICITY * x + errors(rng, x)
    return pd.Series(np.exp(y)), pd.DataFrame({"x": np.exp(x)}), x


def _panel(
    rng: np.random.Generator, n: int, *, years: int = YEARS
) -> tuple["pd.Series[float]", pd.DataFrame, Array]:
    """Each dmu has its own level of cost (sd 0.3), and moves a little from year to year."""
    dmu = np.repeat(np.arange(n), years)
    x = rng.uniform(1, 4, n)[dmu] + rng.normal(0, 0.3, n * years)
    y = 3 + ELASTICITY * x + rng.normal(0, 0.3, n)[dmu] + rng.normal(0, 0.1, n * years)
    index = pd.MultiIndex.from_arrays([[f"D{i:03}" for i in dmu], np.tile(np.arange(years), n)])
    return pd.Series(np.exp(y), index=index), pd.DataFrame({"x": np.exp(x)}, index=index), x


_SLOPES = (
    Design("classical", "同方差公式，误差正态", partial(slope, errors=normal, covariance="classical")),
    Design("classical_growing", "同方差公式，误差随规模增大", partial(slope, errors=growing, covariance="classical"), assumed=False),
    Design("hc3", "HC3，误差正态", partial(slope, errors=normal, covariance="HC3")),
    Design("hc3_growing", "HC3，误差随规模增大", partial(slope, errors=growing, covariance="HC3")),
    Design("hc3_one_sided", "HC3，误差含无效率", partial(slope, errors=one_sided, covariance="HC3")),
    Design("cluster", "按单位聚类，4年", partial(panel_slope, panel=None)),
    Design("within", "固定效应，4年", partial(panel_slope, panel="within"), sizes=(20, 50), replicates=SLOW),
    Design("random", "随机效应，4年", partial(panel_slope, panel="random"), sizes=(20, 50), replicates=SLOW),
)  # fmt: skip
_COSTS = (
    Design("normal", "误差正态", partial(new_cost, errors=normal)),
    Design("growing", "误差随规模增大，各种规模", partial(new_cost, errors=growing), assumed=False),
    Design(
        "growing_large",
        "误差随规模增大，最大的三分之一",
        partial(new_cost, errors=growing, smallest=3),
        assumed=False,
    ),
    Design("one_sided", "误差含无效率", partial(new_cost, errors=one_sided), assumed=False),
    Design("cluster", "按单位聚类，4年", partial(panel_new_cost, panel=None)),
    Design(
        "within", "固定效应，4年", partial(panel_new_cost, panel="within"), sizes=(20, 50), replicates=SLOW
    ),
    Design(
        "random", "随机效应，4年", partial(panel_new_cost, panel="random"), sizes=(20, 50), replicates=SLOW
    ),
)

CLAIMS = (
    Claim(
        "regression_slope",
        "成本回归：系数",
        "工作量弹性",
        (
            "costing.ols.fit_ols",
            "costing.regression.fit.fit_cost_regression",
            "costing.regression.panel_models.fit_within",
            "costing.regression.panel_models.fit_random",
        ),
        _SLOPES,
    ),
    Claim(
        "regression_cost",
        "成本回归：预测",
        "新单位的成本",
        ("costing.regression.fit.CostRegressionResult.interval",),
        _COSTS,
    ),
)
