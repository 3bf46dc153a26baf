"""StoNED's second stage: residuals of a convex regression as noise less half-normal inefficiency.

Residuals come in the production direction (those of a cost function negated) and are
``e = v - u + mu`` with u ~ N+(0, su^2), v ~ N(0, sv^2), mu = E(u) = su sqrt(2 / pi).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import erfcx, log_ndtr

from budgetperf.costing.convex.options import SecondStage
from budgetperf.costing.design import Array

NAN = float("nan")
GRID = 200  # points on which the likelihood is looked over before it is climbed
NO_GAIN = 1e-8  # quasi log likelihood above that of no inefficiency that is none
EDGE = 0.995  # share su / (su + sv) from which nothing but inefficiency is left
EXACT = 1e-4  # residuals of this size, of the spread of the response, are none: see cuts.ACCEPTED

WRONG_SKEWNESS, NO_INEFFICIENCY, NO_NOISE, NO_RESIDUALS = (
    "wrong_skewness",
    "no_inefficiency",
    "no_noise",
    "no_residuals",
)


@dataclass(frozen=True, slots=True)
class Split:
    """Variances of a residual.

    Parameters
    ----------
    sigma_u, sigma_v, mean : float
        su, sv and E(u); NaN unless residuals show them.
    skewness : float
        Third standardised moment in the production direction; negative as it should be.
    failed : str
        Why there are no variances; empty when there are.
    """

    sigma_u: float
    sigma_v: float
    mean: float
    skewness: float
    failed: str


def split(e: Array, method: SecondStage, size: float) -> Split:
    """Split residuals.

    Parameters
    ----------
    e : array (n,)
        In the production direction.
    method : SecondStage
    size : float
        Of the response the residuals come from: smaller ones than ``EXACT`` of it are rounding.

    Notes
    -----
    Moments: ``su^3 = m3 / (sqrt(2/pi) (1 - 4/pi))``, ``sv^2 = m2 - (1 - 2/pi) su^2``. Both methods
    read inefficiency from the third moment; where that is not negative there is none to read
    (Waldman 1982), and no small number is put in its place.
    """
    centred = e - e.mean()
    second, third = float((centred**2).mean()), float((centred**3).mean())
    skewness = third / second**1.5 if second > 0 else 0.0
    if second <= (EXACT * size) ** 2:
        return Split(NAN, NAN, NAN, skewness, NO_RESIDUALS)
    if third >= 0:
        return Split(NAN, NAN, NAN, skewness, WRONG_SKEWNESS)
    by_moments = method is SecondStage.MOMENTS
    sigma_u, sigma_v, failed = _by_moments(second, third) if by_moments else quasi_likelihood(e)
    if failed:
        return Split(NAN, NAN, NAN, skewness, failed)
    return Split(sigma_u, sigma_v, sigma_u * float(np.sqrt(2 / np.pi)), skewness, "")


def _by_moments(second: float, third: float) -> tuple[float, float, str]:
    sigma_u = float(np.cbrt(third / (np.sqrt(2 / np.pi) * (1 - 4 / np.pi))))
    remaining = second - (1 - 2 / np.pi) * sigma_u**2
    return (sigma_u, float(np.sqrt(remaining)), "") if remaining > 0 else (NAN, NAN, NO_NOISE)


def variances(e: Array, share: float) -> tuple[float, float]:
    """Return (su, sv) with the sample variance of ``e`` and ``su / (su + sv) = share``."""
    second = float(np.var(e))
    ratio = share**2 * (1 - 2 / np.pi) + (1 - share) ** 2
    size = float(np.sqrt(second / ratio))
    return share * size, (1 - share) * size


def quasi_loglike(e: Array, share: float) -> float:
    """Return the quasi log likelihood at ``su / (su + sv) = share``, less its constants.

    Notes
    -----
    Fan, Li and Weersink (1996): ``-n ln s - sum c^2 / 2 s^2 + sum ln Phi(-c su / (sv s))``, c the
    residuals less mu, s^2 = su^2 + sv^2, with the variance of e concentrated out.
    """
    sigma_u, sigma_v = variances(e, share)
    total = float(np.hypot(sigma_u, sigma_v))
    composite = e - e.mean() - sigma_u * np.sqrt(2 / np.pi)
    tails = log_ndtr(-composite * sigma_u / (sigma_v * total)).sum() + len(e) * np.log(2)
    return float(-len(e) * np.log(total) - (composite @ composite) / (2 * total**2) + tails)


def quasi_likelihood(e: Array) -> tuple[float, float, str]:
    """Return (su, sv) at the highest quasi likelihood, or why there is none.

    Notes
    -----
    Looked over on a grid, then climbed. Heavy tails alone can lift it above that of no
    inefficiency, whatever the skewness: see ``split``, which looks at the skewness first.
    """
    shares = np.linspace(0, EDGE, GRID)
    values = np.array([quasi_loglike(e, float(share)) for share in shares])
    best = int(values.argmax())
    if best == GRID - 1:
        return NAN, NAN, NO_NOISE
    bounds = (shares[max(best - 1, 0)], shares[best + 1])
    found = minimize_scalar(
        lambda share: -quasi_loglike(e, share), bounds=bounds, method="bounded", options={"xatol": 1e-12}
    )
    if -found.fun - values[0] < NO_GAIN:
        return NAN, NAN, NO_INEFFICIENCY
    return *variances(e, float(found.x)), ""


def conditional_mean(e: Array, sigma_u: float, sigma_v: float) -> Array:
    """Return E(u | e) of each residual in the production direction.

    Notes
    -----
    Jondrow et al. (1982): ``m + s* phi(m / s*) / Phi(m / s*)`` with m = -(e - mu) su^2 / s^2 and
    s* = su sv / s.
    """
    total = float(np.hypot(sigma_u, sigma_v))
    spread = sigma_u * sigma_v / total
    z = -(e - sigma_u * np.sqrt(2 / np.pi)) * sigma_u / (sigma_v * total)
    return np.asarray(spread * (z + np.sqrt(2 / np.pi) / erfcx(-z / np.sqrt(2))))
