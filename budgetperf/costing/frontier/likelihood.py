"""The log densities of ``e = v - u`` with their first and second derivatives, row by row.

``v`` is normal noise, ``u >= 0`` is half-normal, truncated normal or exponential. Each function
takes *predictors* (arrays of n, or scalars where a predictor is the same for all rows) and knows
nothing of designs, starts or labels; ``e`` is the production residual (a cost residual negated).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfcx, log_ndtr

Row: TypeAlias = NDArray[np.float64] | np.float64 | float
LOG_2PI = float(np.log(2 * np.pi))
FAR = -1e3  # below it x + mills(x) is taken from its series


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """A log density and its derivatives by the p predictors.

    Parameters
    ----------
    value : array (n,)
    first : tuple of p arrays or scalars
    second : dict of (i, j), i <= j, to array or scalar
        What is missing is zero.
    """

    value: Row
    first: tuple[Row, ...]
    second: dict[tuple[int, int], Row]


DensityFunction: TypeAlias = Callable[..., Density]


def mills(x: Row) -> Any:  # noqa: ANN401  # scalar in, scalar out
    """Return phi(x) / Phi(x), exact in both tails."""
    return np.sqrt(2 / np.pi) / erfcx(-np.asarray(x) / np.sqrt(2))


def mills_excess(x: Row) -> Any:  # noqa: ANN401  # scalar in, scalar out
    """Return ``x + mills(x)``, the mean of N(x, 1) above zero, without cancellation at -inf."""
    near = np.maximum(x, FAR)
    far = np.minimum(x, FAR)
    return np.where(np.asarray(x) < FAR, (2 / far**2 - 1) / far, near + mills(near))


def truncated_normal(e: Row, mu: Row, lu: Row, lv: Row) -> Density:
    """Return the density of v - u, u ~ N+(mu, exp lu), v ~ N(0, exp lv).

    Notes
    -----
    With s2 = su2 + sv2, a = mu / su and z = (mu sv/su - e su/sv) / s:
    ``-ln(2 pi s2)/2 - (e + mu)^2 / (2 s2) - ln Phi(a) + ln Phi(z)`` (Stevenson 1980). Order of
    the predictors: e, mu, lu, lv.
    """
    total = np.exp(lu) + np.exp(lv)
    g = np.exp(lu) / total
    h, w = 1 - g, e + mu
    k, gh = w**2 / total, g * (1 - g)
    up, uq = mu * np.sqrt(h / g / total), -e * np.sqrt(g / h / total)
    z, a = up + uq, mu * np.exp(-lu / 2)
    m, ma = mills(z), mills(a)
    d, da = -m * (z + m), ma * (a + ma)  # of ln Phi(z) and of -ln Phi(a), twice
    pu, pv, qu, qv = -(1 + g) / 2, g / 2, h / 2, g / 2 - 1  # d ln of up and uq by lu and lv
    ze, zm = -np.sqrt(g / h / total), np.sqrt(h / g / total)
    zu, zv = up * pu + uq * qu, up * pv + uq * qv
    zuu = up * (pu**2 - gh / 2) + uq * (qu**2 - gh / 2)
    zuv = up * (pu * pv + gh / 2) + uq * (qu * qv + gh / 2)
    zvv = up * (pv**2 - gh / 2) + uq * (qv**2 - gh / 2)
    am, au = np.exp(-lu / 2), -a / 2
    value = -(LOG_2PI + np.log(total) + k) / 2 - log_ndtr(a) + log_ndtr(z)
    first = (
        -w / total + m * ze,
        -w / total + m * zm - ma * am,
        g * (k - 1) / 2 + m * zu - ma * au,
        h * (k - 1) / 2 + m * zv,
    )
    second = {
        (0, 0): -1 / total + d * ze**2,
        (0, 1): -1 / total + d * ze * zm,
        (0, 2): w * g / total + d * ze * zu + m * ze * qu,
        (0, 3): w * h / total + d * ze * zv + m * ze * qv,
        (1, 1): -1 / total + d * zm**2 + da * am**2,
        (1, 2): w * g / total + d * zm * zu + m * zm * pu + da * am * au + ma * am / 2,
        (1, 3): w * h / total + d * zm * zv + m * zm * pv,
        (2, 2): (gh * (k - 1) - g**2 * k) / 2 + d * zu**2 + m * zuu + da * au**2 - ma * a / 4,
        (2, 3): (gh * (1 - k) - gh * k) / 2 + d * zu * zv + m * zuv,
        (3, 3): (gh * (k - 1) - h**2 * k) / 2 + d * zv**2 + m * zvv,
    }
    return Density(value, first, second)


def half_normal(e: Row, lu: Row, lv: Row) -> Density:
    """Return the density with mu = 0 (Aigner, Lovell and Schmidt 1977); order e, lu, lv."""
    full = truncated_normal(e, 0.0, lu, lv)
    keep = (0, 2, 3)
    pairs = {(i, j): full.second[keep[i], keep[j]] for i in range(3) for j in range(i, 3)}
    return Density(full.value, tuple(full.first[i] for i in keep), pairs)


def exponential(e: Row, lu: Row, lv: Row) -> Density:
    """Return the density with exponential u of mean su = exp(lu / 2); order e, lu, lv.

    Notes
    -----
    ``-ln su + e/su + sv2 / (2 su2) + ln Phi(z)``, z = -e/sv - sv/su (Meeusen and van den Broeck
    1977).
    """
    su, sv = np.exp(lu / 2), np.exp(lv / 2)
    x, r = e / su, sv / su
    z = -e / sv - r
    m = mills(z)
    d = -m * (z + m)
    ze, zu, zv = -1 / sv, r / 2, e / sv / 2 - r / 2
    value = -lu / 2 + x + r**2 / 2 + log_ndtr(z)
    first = (1 / su + m * ze, -0.5 - x / 2 - r**2 / 2 + m * zu, r**2 / 2 + m * zv)
    second = {
        (0, 0): d * ze**2,
        (0, 1): -0.5 / su + d * ze * zu,
        (0, 2): d * ze * zv + m * 0.5 / sv,
        (1, 1): x / 4 + r**2 / 2 + d * zu**2 - m * r / 4,
        (1, 2): -(r**2) / 2 + d * zu * zv + m * r / 4,
        (2, 2): r**2 / 2 + d * zv**2 + m * (-e / sv / 4 - r / 4),
    }
    return Density(value, first, second)


def scaled_normal(e: Row, tau: Row, cu: Row, w: Row, lv: Row) -> Density:
    """Return the density with u = exp(w) u0, u0 ~ N+(tau, exp cu); order e, tau, cu, w, lv.

    Notes
    -----
    The truncated normal with mu = tau exp(w) and lu = cu + 2 w (Wang and Schmidt 2002).
    """
    grow = np.exp(w)
    mu = tau * grow
    full = truncated_normal(e, mu, cu + 2 * w, lv)
    f, s = full.first, full.second
    first = (f[0], f[1] * grow, f[2], f[1] * mu + 2 * f[2], f[3])
    second = {
        (0, 0): s[0, 0],
        (0, 1): s[0, 1] * grow,
        (0, 2): s[0, 2],
        (0, 3): s[0, 1] * mu + 2 * s[0, 2],
        (0, 4): s[0, 3],
        (1, 1): s[1, 1] * grow**2,
        (1, 2): s[1, 2] * grow,
        (1, 3): grow * (s[1, 1] * mu + 2 * s[1, 2] + f[1]),
        (1, 4): s[1, 3] * grow,
        (2, 2): s[2, 2],
        (2, 3): s[1, 2] * mu + 2 * s[2, 2],
        (2, 4): s[2, 3],
        (3, 3): s[1, 1] * mu**2 + 4 * s[1, 2] * mu + 4 * s[2, 2] + f[1] * mu,
        (3, 4): s[1, 3] * mu + 2 * s[2, 3],
        (4, 4): s[3, 3],
    }
    return Density(full.value, first, second)
