"""From a conditional distribution of inefficiency to efficiencies with their intervals.

Given its residual, the inefficiency of a row is ``weight x N+(centre, spread^2)``: for the
(half- and truncated) normal models and the panel (Jondrow et al. 1982; Battese and Coelli 1988),
and for the exponential one with another centre.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import erfcx, log_ndtr, ndtri_exp

from budgetperf.costing.design import Array
from budgetperf.costing.frontier.likelihood import Row, mills_excess


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Inefficiency given the residuals: ``weight x N+(centre, spread^2)`` for each row.

    Parameters
    ----------
    centre : array (n,)
    spread : array or float
    weight : array or float
        The time pattern of a panel; 1 elsewhere.
    """

    centre: Array
    spread: Row
    weight: Row = 1.0

    def times(self, scale: float) -> "Posterior":
        """Return the distribution in another unit."""
        return Posterior(self.centre * scale, self.spread * scale, self.weight)

    def mean(self) -> Array:
        """Return E(u | e)."""
        return np.asarray(self.weight * self.spread * mills_excess(self.centre / self.spread))

    def mode(self) -> Array:
        """Return the most likely u given e."""
        return np.asarray(self.weight * np.maximum(self.centre, 0))

    def mean_exp(self, power: float = -1.0) -> Array:
        """Return E(exp(power u) | e): Battese-Coelli efficiency at -1, cost over frontier at 1.

        Notes
        -----
        ``exp(pwm + (pws)^2 / 2) Phi(z + pws) / Phi(z)``, z = centre / spread; where z < 0 the
        exponents cancel exactly and a ratio of scaled complementary error functions remains.
        """
        z, shift = self.centre / self.spread, power * self.weight * self.spread
        low = np.minimum(z, 0)
        tail = erfcx(-(low + np.minimum(shift, -low)) / np.sqrt(2)) / erfcx(-low / np.sqrt(2))
        direct = np.exp(log_ndtr(z + shift) - log_ndtr(z) + shift * (z + shift / 2))
        return np.asarray(np.where((z < 0) & (z + shift < 0), tail, direct))

    def quantile(self, probability: float) -> Array:
        """Return the quantile of u given e."""
        z = self.centre / self.spread
        above = ndtri_exp(np.log1p(-probability) + log_ndtr(z))
        return np.asarray(np.maximum(self.weight * self.spread * (z - above), 0))


def normal_posterior(e: Array, mu: Row, lu: Row, lv: Row) -> Posterior:
    """Return the posterior of the normal models: centre (mu sv2 - e su2) / s2, spread su sv / s."""
    share = 1 / (1 + np.exp(lv - lu))
    centre = mu * (1 - share) - e * share
    return Posterior(np.asarray(centre), np.sqrt(share * np.exp(lv)))


def exponential_posterior(e: Array, lu: Row, lv: Row) -> Posterior:
    """Return the posterior of the exponential model: centre -e - sv2 / su, spread sv."""
    return Posterior(np.asarray(-e - np.exp(lv - lu / 2)), np.exp(lv / 2))


def efficiency_table(posterior: Posterior, index: pd.Index, level: float) -> pd.DataFrame:
    """Return one row of efficiencies per row of the data.

    Notes
    -----
    Columns: ``bc`` = E(exp(-u) | e), ``jlms`` = exp(-E(u | e)), ``lower`` and ``upper`` = the
    interval of exp(-u) given e with equal tails (Horrace and Schmidt 1996), ``excess`` =
    E(exp(u) | e), of a cost frontier actual over efficient cost, ``u`` = E(u | e), ``mode`` = the
    most likely u. The interval takes the parameters as known. NaN where u is too large for exp.
    """
    tail = (1 - level) / 2
    with np.errstate(over="ignore", invalid="ignore"):  # what is no number is told by check_logarithm
        mean = posterior.mean()
        columns = _columns(posterior, mean, tail)
    return pd.DataFrame(columns, index=index).replace([np.inf, -np.inf], np.nan)


def _columns(posterior: Posterior, mean: Array, tail: float) -> dict[str, Array]:
    return {
        "bc": posterior.mean_exp(),
        "jlms": np.exp(-mean),
        "lower": np.exp(-posterior.quantile(1 - tail)),
        "upper": np.exp(-posterior.quantile(tail)),
        "excess": posterior.mean_exp(1.0),
        "u": mean,
        "mode": posterior.mode(),
    }
