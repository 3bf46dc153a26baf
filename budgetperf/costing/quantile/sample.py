"""The data of one quantile fit in the shape the exact solver wants, and back.

Holds scaling and the orthogonal basis; it solves nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.linalg import solve_triangular

from budgetperf.costing.design import Array, Basis, Floats, array, least_squares, orthogonal_basis
from budgetperf.costing.quantile.program import Vertex, solve_vertex


@dataclass(frozen=True, eq=False)
class QuantileSample:
    """Response and design, standardised.

    Parameters
    ----------
    y : Series (n,)
    design : DataFrame (n, k)
        With its constant.
    basis : Basis
    scale : float
        Median distance of a response from their median: no outlier moves it.
    """

    y: Floats
    design: pd.DataFrame
    basis: Basis
    scale: float

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)

    @cached_property
    def unit_y(self) -> Array:
        """Responses of unit size (n,)."""
        return np.asarray(array(self.y) / self.scale)

    @cached_property
    def unit_q(self) -> Array:
        """Orthogonal columns of unit mean square (n, k)."""
        return np.asarray(self.basis.q * np.sqrt(self.n))

    @property
    def least_squares_residuals(self) -> Array:
        """What least squares leaves of the response (n,)."""
        design = array(self.design)
        return array(self.y) - design @ least_squares(array(self.y), design, self.basis)

    def solve(self, tau: float, *, tilt: Array | None = None, near: Vertex | None = None) -> Vertex | None:
        """Return the optimum in standard units; see ``program.solve_vertex``."""
        return solve_vertex(self.unit_y, self.unit_q, tau, tilt=tilt, near=near)

    def estimates(self, standard: Array) -> Array:
        """Return estimates in the caller's units from those in standard units, (k,) or (m, k)."""
        wide = standard * self.scale * np.sqrt(self.n)
        return np.asarray(solve_triangular(self.basis.r, wide.T).T)

    def contrast(self, weights: Array) -> Array:
        """Return c (k,) so that ``c' standard = weights' estimates / scale``."""
        return np.asarray(solve_triangular(self.basis.r, weights, trans="T") * np.sqrt(self.n))

    def through(self, vertex: Vertex) -> Array:
        """Return the estimates (k,) as the exact meeting point of the vertex's rows.

        Notes
        -----
        Solved on the rows as given, so that small whole numbers give exact answers; columns are
        scaled for a design of very unlike units.
        """
        x, y = array(self.design)[vertex.rows], array(self.y)[vertex.rows]
        size = np.abs(x).max(axis=0)
        if (size == 0).any() or np.linalg.cond(x / size) > 1e10:
            return self.estimates(vertex.estimates)
        return np.asarray(np.linalg.solve(x / size, y) / size, dtype=np.float64)


def quantile_sample(y: Floats, design: pd.DataFrame) -> QuantileSample:
    """Standardise.

    Raises
    ------
    TooFewRows, Collinear
        See ``design.orthogonal_basis``.
    """
    distance = np.abs(array(y) - np.median(array(y)))
    scale = float(np.median(distance)) or float(distance.mean()) or 1.0
    return QuantileSample(y, design, orthogonal_basis(design), scale)
