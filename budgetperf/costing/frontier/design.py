"""From labelled data to standardised designs and back to parameters in the caller's units.

A frontier is estimated on orthonormal columns and on residuals of unit size, so that a change of
units moves nothing but the labels' figures. Holds checks of the input, never a likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular

from budgetperf.costing.design import CONST, Array, Floats, array, least_squares, orthogonal_basis
from budgetperf.costing.errors import BadTable, NoConstant, PerfectFit

FRONTIER, MU, LN_U, LN_V, SCALE, ETA = "frontier", "mu", "ln_sigma_u2", "ln_sigma_v2", "scale", "eta"
NO_RESIDUAL = 1e-12  # of the largest response
SPANNED = 1e-8  # relative distance of the constant from the columns


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A group of parameters: ``caller's = back @ standardised + shift``.

    Parameters
    ----------
    name : str
    labels : tuple of str
    design : array (n, k) or None
        Columns of unit mean square; None for a single parameter alike in all rows.
    back : array (k, k)
    shift : array (k,)
    centre : array (k,) or None
        What was taken off the columns (scaling variables only).
    constants : tuple of str
        Labels of columns alike in all rows.
    """

    name: str
    labels: tuple[str, ...]
    design: Array | None
    back: Array
    shift: Array
    centre: Array | None = None
    constants: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Number of parameters."""
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A response and its frontier regressors, standardised by least squares.

    Parameters
    ----------
    residual : array (n,)
        Least-squares residuals of unit mean square, negated for a cost frontier.
    part : Part
        The frontier; its design moves ``residual`` directly.
    up : array (k,)
        The standardised parameters that lower every residual by one.
    scale : float
        Root mean square of the least-squares residuals.
    ols : array (k,)
        Least-squares coefficients.
    y, design : array (n,), (n, k)
        As given.
    """

    residual: Array
    part: Part
    up: Array
    scale: float
    ols: Array
    y: Array
    design: Array

    def remaining(self, estimates: Array) -> Array:
        """Return ``y - X b`` in the caller's units."""
        return self.y - self.design @ estimates

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.residual)


def standardise(y: Floats, design: pd.DataFrame, *, sign: int) -> Sample:
    """Regress by least squares and put everything in units of the residuals.

    Raises
    ------
    TooFewRows, Collinear
        See ``design.orthogonal_basis``.
    NoConstant
        If no combination of the columns is constant.
    PerfectFit
        If nothing is left to explain.
    """
    basis, n = orthogonal_basis(design), len(y)
    along = basis.q.sum(axis=0)
    if not _spans_constant(basis.q):
        raise NoConstant("前沿的自变量X")
    estimates = least_squares(array(y), array(design), basis)
    residual = array(y) - array(design) @ estimates
    scale = float(np.sqrt((residual**2).mean()))
    if scale <= NO_RESIDUAL * float(np.abs(array(y)).max()):
        raise PerfectFit(n)
    root = np.sqrt(n)
    back = -sign * scale * root * solve_triangular(basis.r, np.eye(len(estimates)))
    part = Part(FRONTIER, tuple(design.columns), basis.q * root, back, estimates)
    return Sample(sign * residual / scale, part, -along / root, scale, estimates, array(y), array(design))


def linear_part(name: str, frame: pd.DataFrame | None, sample: Sample) -> Part:
    """Return the part of ``mu`` or of a log variance; without a frame it is one constant.

    Raises
    ------
    NoConstant
        If the covariates of a log variance have none.
    """
    logarithm = 2 * np.log(sample.scale) if name in (LN_U, LN_V) else 0.0
    size = 1.0 if name in (LN_U, LN_V) else sample.scale
    if frame is None:
        return Part(name, (CONST,), None, np.full((1, 1), size), np.full(1, logarithm))
    basis, root = orthogonal_basis(frame), np.sqrt(sample.n)
    if name == LN_U and not _spans_constant(basis.q):
        raise NoConstant("无效率方差的自变量")
    back = solve_triangular(basis.r, np.eye(len(basis.r)))
    shift = back @ (logarithm * basis.q.sum(axis=0))
    labels = tuple(frame.columns)
    return Part(name, labels, basis.q * root, size * root * back, shift, constants=_constants(frame))


def scaling_part(frame: pd.DataFrame, sample: Sample) -> Part:
    """Return the part of the scaling variables, centred.

    Raises
    ------
    BadTable
        If a column is constant: its effect is already in mu and in the variance.
    """
    same = [str(name) for name in frame.columns if np.ptp(array(frame[name])) == 0]
    if same:
        raise BadTable(f"缩放变量{'、'.join(same)}各行相同，与无效率的水平无法区分，请去掉")
    centre = array(frame.mean())
    basis, root = orthogonal_basis(frame - centre), np.sqrt(sample.n)
    back = root * solve_triangular(basis.r, np.eye(len(basis.r)))
    return Part(SCALE, tuple(frame.columns), basis.q * root, back, np.zeros(len(back)), centre)


def returned(parts: Sequence[Part], at: Array) -> tuple[Array, Array]:
    """Return the parameters in the caller's units and their Jacobian by the standardised ones.

    Notes
    -----
    Centred scaling variables make mu and the log variance speak of an average row; they are
    carried to the row where the variables are zero: ``mu exp(-c'd)``, ``ln su2 - 2 c'd``.
    """
    ends = np.cumsum([part.size for part in parts])
    values, jacobian = np.empty(len(at)), np.zeros((len(at), len(at)))
    places = {p.name: slice(end - p.size, end) for p, end in zip(parts, ends, strict=True)}
    for part in parts:
        here = places[part.name]
        values[here], jacobian[here, here] = part.back @ at[here] + part.shift, part.back
    for part in parts:
        if part.centre is None:
            continue
        here, mean, variance = places[part.name], places[MU], places[LN_U]
        drift = part.centre @ jacobian[here, here]
        shrink = float(np.exp(-part.centre @ values[here]))
        values[mean], jacobian[mean, mean] = values[mean] * shrink, jacobian[mean, mean] * shrink
        jacobian[mean, here] = -np.outer(values[mean], drift)
        values[variance] -= 2 * part.centre @ values[here]
        jacobian[variance, here] = -2 * drift
    return values, jacobian


def of_part(params: Floats, name: str) -> Floats:
    """Return the parameters of a part by their names."""
    return pd.Series(params.xs(name, level="part"))


def skewness_of(residual: Array) -> float:
    """Return the third standardised moment; zero of residuals that are all alike."""
    centred = residual - residual.mean()
    squares = centred * centred
    variance = float(squares.mean())
    return float((squares * centred).mean()) / variance**1.5 if variance > 0 else 0.0


def _spans_constant(q: Array) -> bool:
    missed = 1 - q @ q.sum(axis=0)
    return float(np.sqrt((missed**2).mean())) < SPANNED


def _constants(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in frame.columns if np.ptp(array(frame[name])) == 0)
