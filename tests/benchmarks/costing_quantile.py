"""Quantiles of 100,000 rows on 10 drivers, errors t(4) and heteroskedastic: ours exact and proved, statsmodels.

Ours comes with its kernel covariance, as statsmodels' does. The loss decides: statsmodels stops a little above the
optimum, ours is a vertex with its duality gap printed.
"""

import numpy as np
import pandas as pd
import statsmodels.api as sm

from budgetperf.costing.quantile import QuantileResult, fit_quantile
from budgetperf.costing.quantile.program import check
from tests.benchmarks.sides import Side, tell, timed

SAME = 1e-6
"""Of the loss, relative."""


def made(n: int, k: int = 10) -> tuple[pd.Series, pd.DataFrame]:
    """Seeded rows."""
    rng = np.random.default_rng(7)
    drivers = pd.DataFrame(rng.normal(size=(n, k)), columns=[f"x{i}" for i in range(k)])
    noise = (1 + 0.3 * drivers["x0"].abs()) * rng.standard_t(4, n)
    return 1 + drivers @ (np.arange(1, k + 1) / k) + noise, drivers


def compare(n: int = 100_000, taus: tuple[float, ...] = (0.5, 0.9)) -> bool:
    """Print the comparison of each quantile."""
    cost, drivers = made(n)
    values, design = cost.to_numpy(), sm.add_constant(drivers).to_numpy()
    agree = True
    for tau in taus:
        seconds, fit = timed(lambda tau=tau: _ours(cost, drivers, tau), runs=3)
        slow, theirs = timed(lambda tau=tau: sm.QuantReg(values, design).fit(q=tau).params, runs=3)
        above = float(check(values - design @ np.asarray(theirs), tau).sum()) / fit.check_loss - 1
        peers = [Side("statsmodels QuantReg", slow, above)]
        agree &= above >= 0
        agree &= tell(f"quantile {tau}, {n:,} x 10", Side("fit_quantile", seconds, 0.0), peers, same=SAME)
        print(f"  duality gap of ours {fit.gap:.1e}")
    return agree


def _ours(cost: pd.Series, drivers: pd.DataFrame, tau: float) -> QuantileResult:
    fit = fit_quantile(cost, drivers, tau=tau, interval="kernel")
    assert isinstance(fit, QuantileResult)
    return fit
