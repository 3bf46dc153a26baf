"""Newton's method for a log likelihood that may have its supremum at infinity.

It climbs with the analytic gradient and Hessian, damps the Hessian where it is not negative
definite, and says how it ended: at a maximum, or on a ridge that the caller recognises.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from budgetperf.costing.design import Array
from budgetperf.costing.errors import NotConverged

Climb: TypeAlias = tuple[float, Array, Array]  # value, gradient, Hessian
STEPS = 200
HALVINGS = 40
DECREMENT = 1e-9  # half of g'(-H)^-1 g: the gain in log likelihood that a last step promises
PLAIN = 1e-6  # a smaller gain that no step can fetch means a plain, not a failure
FLAT = "flat"
STRIDE = 3.0  # no step is longer; the parameters are standardised
DAMPED = 10.0  # a ridge beyond it times the largest curvature means there is no way up


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Where the climb ended.

    Parameters
    ----------
    at : array (p,)
    value : float
    information : array (p, p)
        The negated Hessian there.
    ended : str
        Empty at a maximum, ``FLAT`` on a plain without one, else the word of ``escaped``.
    steps : int
    """

    at: Array
    value: float
    information: Array
    ended: str
    steps: int


def climb(surface: Callable[[Array], Climb], start: Array, escaped: Callable[[Array], str]) -> Optimum:
    """Maximise a smooth function from ``start``.

    Parameters
    ----------
    surface : callable
        Value, gradient and Hessian at a point.
    start : array (p,)
    escaped : callable
        Names the ridge a point is on, or returns an empty string.

    Raises
    ------
    NotConverged
        If no step gains any more before the decrement is small, or after ``STEPS`` steps.
    """
    at, decrement = start, float("inf")
    with np.errstate(all="ignore"):
        height, gradient, hessian = surface(at)
        for step in range(STEPS):
            name = escaped(at)
            if name:
                return Optimum(at, height, -hessian, name, step)
            way = _direction(gradient, -hessian)
            decrement = float(gradient @ way) / 2
            if decrement < DECREMENT and _definite(-hessian):
                last = surface(at + way)  # the step is exact here; rounding hides whether it gains
                if np.isfinite(last[0]) and _definite(-last[2]):
                    at, (height, _, hessian) = at + way, last
                return Optimum(at, height, -hessian, "", step + 1)
            reached = _advance(surface, at, height, way)
            if reached is None and decrement < PLAIN:
                return Optimum(at, height, -hessian, FLAT, step)
            if reached is None:
                raise NotConverged("随机前沿", f"第{step + 1}步起似然不再上升，尚余增量{decrement:.2g}")
            at, (height, gradient, hessian) = reached
    raise NotConverged("随机前沿", f"{STEPS}步内未到达极大值，尚余增量{decrement:.2g}")


def _definite(matrix: Array) -> bool:
    if not np.isfinite(matrix).all():
        return False
    try:
        cho_factor(matrix)
    except LinAlgError:
        return False
    return True


def _direction(gradient: Array, information: Array) -> Array:
    """Return the Newton step, its matrix damped until it is positive definite, no longer than a stride."""
    if not (np.isfinite(gradient).all() and np.isfinite(information).all()):
        raise NotConverged("随机前沿", "似然的导数不是有限数")
    scale = float(np.abs(np.diag(information)).max()) or 1.0
    ridge = 0.0
    while ridge <= DAMPED * scale:
        try:
            way = cho_solve(cho_factor(information + ridge * np.eye(len(gradient))), gradient)
        except LinAlgError:
            ridge = max(4 * ridge, 1e-4 * scale)
            continue
        length = float(np.abs(way).max())
        return np.asarray(way * min(1.0, STRIDE / length) if length else way)
    raise NotConverged("随机前沿", "信息矩阵不正定且无法修正")


def _advance(
    surface: Callable[[Array], Climb], at: Array, height: float, way: Array
) -> tuple[Array, Climb] | None:
    """Return the first point on the way, halving, that is not lower; None if there is none."""
    for _ in range(HALVINGS):
        found = surface(at + way)
        if np.isfinite(found[0]) and found[0] > height:
            return at + way, found
        way = way / 2
    return None


def differenced(slope: Callable[[Array], tuple[float, Array]], at: Array, *, step: float = 1e-5) -> Climb:
    """Return value, gradient, and the Hessian by central differences of the analytic gradient."""
    height, gradient = slope(at)
    rows = []
    for i in range(len(at)):
        move = np.zeros(len(at))
        move[i] = step
        rows.append((slope(at + move)[1] - slope(at - move)[1]) / (2 * step))
    hessian = np.array(rows)
    return height, gradient, (hessian + hessian.T) / 2
