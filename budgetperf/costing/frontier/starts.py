"""Where a climb begins: parameters whose moments are those of the least-squares residuals.

A likelihood of a small sample may have several hills, one often at the edge where the noise
vanishes: it is climbed from all over, and from beside that edge; a large one from the best start
of each kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from budgetperf.costing.design import Array
from budgetperf.costing.frontier.likelihood import mills_excess

SMALL = 2000  # rows up to which every start is climbed from
SHARES = (0.2, 0.5, 0.8)  # of the residual variance that is inefficiency
EVEN, EDGE = 0.5, 0.999
RATIOS = (-2.0, 0.0, 1.5)  # mu / su
HALF_NORMAL_THIRD = float(np.sqrt(2 / np.pi) * (1 - 4 / np.pi))  # E(e - Ee)^3 / su^3


@dataclass(frozen=True, slots=True)
class Start:
    """Moments of v and u for residuals of unit variance: mu, su^2, sv^2 and E(u)."""

    mu: float
    su2: float
    sv2: float
    mean: float


def normal_start(ratio: float, share: float) -> Start:
    """Return the normal start of this mu / su whose u has this share of the variance.

    Notes
    -----
    With a = mu / su, m = a + mills(a): E u = su m, var u = su^2 (1 - (m - a) m).
    """
    m = float(mills_excess(ratio))
    su2 = share / (1 - (m - ratio) * m)
    return Start(ratio * np.sqrt(su2), su2, 1 - share, float(np.sqrt(su2)) * m)


def exponential_start(share: float) -> Start:
    """Return the exponential start: E u = su, var u = su^2."""
    return Start(0.0, share, 1 - share, float(np.sqrt(share)))


def moment_share(skewness: float, *, exponential: bool) -> float:
    """Return the share of u in the variance by the third moment, within 0.05 and 0.95.

    Notes
    -----
    Third moments: -2 su^3, sqrt(2/pi) (1 - 4/pi) su^3 (Olson, Schmidt and Waldman 1980).
    """
    third = -2.0 if exponential else HALF_NORMAL_THIRD
    su2 = max(skewness / third, 0.0) ** (2 / 3)
    return float(np.clip(su2 if exponential else su2 * (1 - 2 / np.pi), 0.05, 0.95))


def chosen(
    placed: Callable[[Start], Array],
    height: Callable[[Array], float],
    *,
    skewness: float,
    n: int,
    exponential: bool,
    truncated: bool,
) -> list[Array]:
    """Return the standardised parameters to climb from.

    Parameters
    ----------
    placed, height : callable
        The parameters of a start, and their log likelihood.
    skewness : float
    n : int
        Rows.
    exponential, truncated : bool
        The distribution of u; half-normal if neither.
    """
    if truncated:
        families = [[normal_start(ratio, share) for share in SHARES] for ratio in RATIOS]
    else:
        shares = [moment_share(skewness, exponential=exponential), EVEN]
        families = [[exponential_start(s) if exponential else normal_start(0.0, s) for s in shares]]
    if n <= SMALL:
        edge = exponential_start(EDGE) if exponential else normal_start(0.0, EDGE)
        return [placed(start) for family in [*families, [edge]] for start in family]
    if not truncated and skewness < 0:
        return [placed(families[0][0])]
    with np.errstate(all="ignore"):
        return [max(map(placed, family), key=height) for family in families]
