"""The panel frontier of Battese and Coelli: one inefficiency per dmu, with a time pattern.

``u_it = exp(-eta (t - T)) u_i``, T the last period of the panel; eta = 0 is time-invariant.
Gradient analytic, Hessian by its differences: a panel has few parameters.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_ndtr

from budgetperf.costing.design import CONST, Array, Floats, dmus
from budgetperf.costing.errors import BadTable, TooFewRows
from budgetperf.costing.frontier.design import ETA, LN_U, LN_V, MU, Part, Sample, skewness_of
from budgetperf.costing.frontier.efficiency import Posterior
from budgetperf.costing.frontier.likelihood import LOG_2PI, mills
from budgetperf.costing.frontier.model import ridge
from budgetperf.costing.frontier.optimum import Climb, differenced
from budgetperf.costing.frontier.starts import Start, chosen


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Who and when: the dmu of each row as a code, and its time counted back from the last period.

    Parameters
    ----------
    dmu : int array (n,)
    since : array (n,)
        t - T, zero in the last period.
    n_dmus : int
    """

    dmu: Array
    since: Array
    n_dmus: int


def periods(index: pd.Index) -> Periods:
    """Read the two levels (dmu, time) of an index.

    Raises
    ------
    BadTable
        If there are not two levels, a row names no dmu, a time is no number, or a dmu has a time twice.
    TooFewRows
        If no dmu has two periods, or there is one dmu only.
    """
    if not isinstance(index, pd.MultiIndex) or index.nlevels != 2:
        raise BadTable("面板模型需要两级行标签：（单位，时期），如 MultiIndex[(dmu, year)]")
    once(index)
    time = pd.to_numeric(pd.Series(index.get_level_values(1)), errors="coerce").to_numpy(dtype="float64")
    if not np.isfinite(time).all():
        raise BadTable("面板的时期须为数值（如年份）")
    codes, names = pd.factorize(index.get_level_values(0))
    if len(names) < 2:
        raise TooFewRows("面板模型的单位数不足", n=len(names), needed=2)
    if len(index) == len(names):
        raise TooFewRows("面板模型需要单位有多个时期；每个单位的时期数不足", n=1, needed=2)
    return Periods(np.asarray(codes), time - time.max(), len(names))


def once(index: pd.Index) -> None:
    """Refuse (``BadTable``) an index by dmu and time in which a row names no dmu, or a dmu has a time twice."""
    if index.nlevels != 2:
        return
    dmus(index)
    if index.has_duplicates:
        dmu, when = index[index.duplicated()][0]
        raise BadTable(f"单位{dmu!s}在时期{when!s}有重复的行")


@dataclass(frozen=True, slots=True, eq=False)
class PanelModel:
    """The likelihood of Battese and Coelli (1992).

    Parameters
    ----------
    sample : Sample
    parts : tuple of Part
        Frontier, mu (truncated normal only), the two log variances, eta (time-varying only).
    periods : Periods
    """

    sample: Sample
    parts: tuple[Part, ...]
    periods: Periods

    def _read(self, at: Array) -> tuple[Array, dict[str, float]]:
        k = self.parts[0].size
        design = self.parts[0].design
        assert design is not None
        names = [part.name for part in self.parts[1:]]
        return self.sample.residual + design @ at[:k], dict(zip(names, at[k:].tolist(), strict=True))

    def _sums(self, values: Array) -> Array:
        return np.asarray(np.bincount(self.periods.dmu, values, self.periods.n_dmus), dtype=np.float64)

    def slope(self, at: Array) -> tuple[float, Array]:
        """Return log likelihood and gradient.

        Notes
        -----
        For a dmu with A = sum e^2, B = sum h e, C = sum h^2, h = exp(-eta (t - T)),
        s*2 = 1 / (C/sv2 + 1/su2) and z = (mu/su2 - B/sv2) s*:
        ``-T ln(2 pi sv2)/2 + ln(s*2/su2)/2 - (A/sv2 + mu2/su2 - z2)/2 + ln Phi(z) - ln Phi(mu/su)``.
        """
        e, p = self._read(at)
        a, b, mu = np.exp(p[LN_U]), np.exp(p[LN_V]), p.get(MU, 0.0)
        h = np.exp(-p.get(ETA, 0.0) * self.periods.since)
        ee, he, hh = self._sums(e**2), self._sums(h * e), self._sums(h**2)
        n, count, alpha = len(e), self.periods.n_dmus, mu / np.sqrt(a)
        star2 = a * b / (hh * a + b)
        star = np.sqrt(star2)
        z = (mu / a - he / b) * star
        quadratic = np.sum(ee) / b + count * alpha**2 - np.sum(z**2)
        normal = np.sum(log_ndtr(z)) - count * log_ndtr(alpha)
        value = (-n * (LOG_2PI + p[LN_V]) + np.sum(np.log(star2 / a)) - quadratic) / 2 + normal
        m, ma = z + mills(z), mills(alpha)
        by_he, by_hh = -m * star / b, -star2 * (1 + m * z) / (2 * b)
        by_e = -e / b + by_he[self.periods.dmu] * h
        by_h = by_he[self.periods.dmu] * e + 2 * by_hh[self.periods.dmu] * h
        found = {
            MU: np.sum(m * star) / a - count * (mu / a + ma / np.sqrt(a)),
            LN_U: np.sum(star2 * (1 + m * z) / a / 2 - m * mu / a * star)
            + count * (alpha**2 + ma * alpha - 1) / 2,
            LN_V: (np.sum(ee) / b - n) / 2 + np.sum(star2 * hh / b * (1 + m * z) / 2 + m * he / b * star),
            ETA: np.sum(by_h * -self.periods.since * h),
        }
        first = self.parts[0].design.T @ by_e  # type: ignore[union-attr]
        return float(value), np.concatenate([first, [found[q.name] for q in self.parts[1:]]])

    def surface(self, at: Array) -> Climb:
        """Return log likelihood, gradient and Hessian."""
        return differenced(self.slope, at)

    def escaped(self, at: Array) -> str:
        """Name the ridge the parameters are on."""
        _, p = self._read(at)
        return ridge(p.get(MU, 0.0), p[LN_U], p[LN_V])

    def posterior(self, at: Array) -> Posterior:
        """Return inefficiency of each row given the residuals of its dmu."""
        e, p = self._read(at)
        a, b = np.exp(p[LN_U]), np.exp(p[LN_V])
        h = np.exp(-p.get(ETA, 0.0) * self.periods.since)
        star2 = a * b / (self._sums(h**2) * a + b)
        centre = (p.get(MU, 0.0) / a - self._sums(h * e) / b) * star2
        dmu = self.periods.dmu
        return Posterior(centre[dmu], np.sqrt(star2)[dmu], h)

    def leaning(self) -> Array:
        """Return the mean residual of each dmu: their skewness shows inefficiency."""
        return self._sums(self.sample.residual) / np.bincount(self.periods.dmu)

    def starts(self) -> list[Array]:
        """Return where to climb from, eta = 0."""
        return chosen(
            self._placed_at,
            lambda at: self.slope(at)[0],
            skewness=skewness_of(self.leaning()),
            n=self.sample.n,
            exponential=False,
            truncated=any(part.name == MU for part in self.parts),
        )

    def effects(self, at: Array, params: Floats, index: pd.Index) -> pd.DataFrame:  # noqa: ARG002
        """Return no column: a panel has no covariates of inefficiency."""
        return pd.DataFrame(index=index)

    def _placed_at(self, start: Start) -> Array:
        wanted = {MU: start.mu, LN_U: np.log(start.su2), LN_V: np.log(start.sv2), ETA: 0.0}
        return np.concatenate([start.mean * self.sample.up, [wanted[p.name] for p in self.parts[1:]]])


def eta_part() -> Part:
    """Return the part of the time pattern; its unit is one period."""
    return Part(ETA, (CONST,), None, np.eye(1), np.zeros(1))
