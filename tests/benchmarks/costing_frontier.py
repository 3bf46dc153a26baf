"""Half-normal production frontier, 100,000 units and 5 regressors: ours, panelsfa, pysfa; the likelihood decides."""

import warnings
from importlib import import_module

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from budgetperf.costing.frontier import fit_sfa
from tests.benchmarks.sides import Side, tell, timed

Array = NDArray[np.float64]
SAME = 1e-6
"""Of the log-likelihood, relative; a peer below ours by more has not reached the optimum."""


def sample(n: int, k: int) -> tuple[Array, Array]:
    """Return y and X, a constant first, with sd 0.3 of noise and 0.5 of inefficiency."""
    rng = np.random.default_rng(11)
    x = np.column_stack([np.ones(n), rng.normal(0, 1, (n, k - 1))])
    noise = rng.normal(0, 0.3, n) - np.abs(rng.normal(0, 0.5, n))
    return x @ np.linspace(1, 0.2, k) + noise, x


def log_likelihood(y: Array, x: Array, beta: Array, var_u: float, var_v: float) -> float:
    """Aigner, Lovell and Schmidt (1977)."""
    sigma, ratio = np.sqrt(var_u + var_v), np.sqrt(var_u / var_v)
    e = (y - x @ beta) / sigma
    return float((np.log(2 / sigma) + norm.logpdf(e) + norm.logcdf(-e * ratio)).sum())


def by_panelsfa(y: Array, x: Array) -> tuple[Array, float, float]:
    """Its own maximum: coefficients and both variances."""
    fit = import_module("panelsfa.cross_sectional").CrossSectionalSFA().fit(x, y)
    return fit.coef_, fit.gamma_ * fit.sigma_sq_, (1 - fit.gamma_) * fit.sigma_sq_


def by_pysfa(y: Array, x: Array) -> tuple[Array, float, float]:
    """One run of its optimiser; what its getters would do is run it again each."""
    found = import_module("pysfa.SFA").SFA(y, x[:, 1:]).optimize().x
    ratio = found[-1] ** 2
    variance = float(((y - x @ found[:-1]) ** 2).mean())
    return found[:-1], variance * ratio / (1 + ratio), variance / (1 + ratio)


def compare(n: int = 100_000, k: int = 5) -> bool:
    """Print the comparison."""
    y, x = sample(n, k)
    frame = pd.DataFrame(x, columns=["const", *(f"x{i}" for i in range(1, k))])
    seconds, fit = timed(lambda: fit_sfa(pd.Series(y), frame, distribution="half_normal"))
    peers = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, call in (("panelsfa", by_panelsfa), ("pysfa", by_pysfa)):
            slow, found = timed(lambda call=call: call(y, x))
            short = (fit.loglike - log_likelihood(y, x, *found)) / abs(fit.loglike)
            peers.append(Side(name, slow, abs(short)))
    return tell(f"SFA half-normal, {n:,} x {k}", Side("fit_sfa", seconds, 0.0), peers, same=SAME)
