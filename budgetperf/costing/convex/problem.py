"""From labelled rows to scaled, distinct points: what the solver sees.

A convex regression does not change with the units of its columns, so it is solved on columns of
unit size. Rows with equal drivers (under constant returns: with proportional ones) share a single
value of the function and are one point; apart they would be equations written as two inequalities.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from budgetperf.costing.convex.options import ConvexReturns, ErrorForm, Shape
from budgetperf.costing.convex.response import Size, carried
from budgetperf.costing.design import CONST, Array, Floats, array, orthogonal_basis
from budgetperf.costing.errors import BadTable, Collinear, WideColumn

SAME = 12  # significant digits (of the largest) to which equal points agree
OWN = 1e-9  # of its size: values as near as this are one
WIDEST = 1e6  # reach of a column over that of the closest quarter of its values: the solver carries 1e4


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A convex regression in units of the solver.

    Parameters
    ----------
    shape, returns, form
        What is fitted.
    y : array (n,)
        Response: centred and scaled (additive), or divided by its geometric mean (multiplicative).
    contextual : array (n, m)
        Contextual variables, scaled, and centred where the function can take up their level.
    group : array (n,)
        The point of each row.
    size : array (n,)
        Value of the function at the row over its value at the point; 1 under variable returns.
    points : array (n_points, d)
        Distinct drivers.
    centre, scale : array (d,)
        ``X = points * size * scale + centre``.
    y_centre, y_scale : float
    response : Size
        Of the response (of its logarithm), in its own unit.
    z_centre, z_scale : array (m,)
    used : array (k,) of bool
        The columns that vary; the others are left out.
    collinear : Collinear or None
        The columns whose slopes cannot be told apart.
    """

    shape: Shape
    returns: ConvexReturns
    form: ErrorForm
    y: Array
    contextual: Array
    group: NDArray[np.intp]
    size: Array
    points: Array
    centre: Array
    scale: Array
    y_centre: float
    y_scale: float
    response: Size
    z_centre: Array
    z_scale: Array
    used: NDArray[np.bool_]
    collinear: Collinear | None

    @property
    def spread(self) -> float:
        """Of ``y``, or of its logarithm."""
        return self.response.spread / (self.y_scale if self.form is ErrorForm.ADDITIVE else 1.0)

    @property
    def sign(self) -> int:
        """1 for a concave function, -1 for a convex one."""
        return self.shape.sign


def stated(
    y: Floats,
    drivers: pd.DataFrame,
    contextual: pd.DataFrame,
    shape: Shape,
    returns: ConvexReturns,
    form: ErrorForm,
) -> Problem:
    """Scale checked columns and gather equal points.

    Raises
    ------
    TooFewRows
        If there are not more rows than coefficients of one linear function.
    Collinear
        If contextual variables cannot be told apart from one another or from the function.
    WideColumn
        If a column or the response lies so far apart that most of its rows are one point to the solver.
    BadTable
        If a multiplicative response is not positive, or drivers under constant returns are
        negative or all zero in a row.
    """
    values = array(drivers)
    _check_signs(y, drivers, returns, form)
    used = _used(values, returns)
    collinear = _check_columns(y, drivers[drivers.columns[used]], contextual, returns, form)
    centre, scale = _moments(values[:, used], centred=returns is ConvexReturns.VRS)
    points = (values[:, used] - centre) / scale
    size = points.sum(axis=1) if returns is ConvexReturns.CRS else np.ones(len(points))
    _check_reach(drivers.loc[:, used], size)
    distinct, group = _distinct(points / size[:, None])
    z_centred = returns is ConvexReturns.VRS or form is ErrorForm.MULTIPLICATIVE
    z_centre, z_scale = _moments(array(contextual), centred=z_centred)
    y_centre, y_scale = _level(array(y), returns, form)
    return Problem(
        shape=shape,
        returns=returns,
        form=form,
        y=(array(y) - y_centre) / y_scale,
        contextual=(array(contextual) - z_centre) / z_scale,
        group=group,
        size=size,
        points=distinct,
        centre=centre,
        scale=scale,
        y_centre=y_centre,
        y_scale=y_scale,
        response=carried(array(y), returns, form),
        z_centre=z_centre,
        z_scale=z_scale,
        used=used,
        collinear=collinear,
    )


def _used(values: Array, returns: ConvexReturns) -> NDArray[np.bool_]:
    """Return which columns vary, or under constant returns are not zero."""
    reach = np.ptp(values, axis=0) if returns is ConvexReturns.VRS else values.max(axis=0)
    return np.asarray(reach > 0)


def _check_signs(y: Floats, drivers: pd.DataFrame, returns: ConvexReturns, form: ErrorForm) -> None:
    if form is ErrorForm.MULTIPLICATIVE and (y <= 0).any():
        raise BadTable(
            f"乘法误差要求因变量为正，“{y.index[int(np.argmax(y <= 0))]!s}”行为{y[y <= 0].iloc[0]}"
        )
    if returns is ConvexReturns.VRS:
        return
    values = array(drivers)
    if (values < 0).any():
        raise BadTable("规模报酬不变要求各因素不为负")
    empty = ~values.any(axis=1)
    if empty.any():
        raise BadTable(
            f"规模报酬不变时“{drivers.index[int(np.argmax(empty))]!s}”行的因素全为零，前沿在该行恒为零"
        )


def _check_reach(drivers: pd.DataFrame, size: Array) -> None:
    """Refuse a column of which most values differ by nothing the certificate could see.

    Notes
    -----
    Violation and gap are measured on columns of unit size. Beside one value of 1e10 the others are
    equal there, and the optimum of that is certified: another than the one that was asked for.
    """
    if not any(_reach(array(column) / size) > WIDEST for _, column in drivers.items()):
        return
    ratios = [_reach(array(column)) for _, column in drivers.items()]
    widest = drivers.iloc[:, int(np.argmax(ratios))]
    raise WideColumn(str(widest.name), float(widest.min()), float(widest.max()), max(ratios))


def _reach(values: Array) -> float:
    """Return the reach of a column over that of the closest quarter of its distinct values."""
    line = np.sort(values)
    line = line[np.append(np.diff(line) > OWN * np.abs(line[1:]), True)]
    few = max(2, len(line) // 4)
    if len(line) < few:
        return 1.0
    return float(np.ptp(line) / (line[few - 1 :] - line[: len(line) - few + 1]).min())


def _check_columns(
    y: Floats, drivers: pd.DataFrame, contextual: pd.DataFrame, returns: ConvexReturns, form: ErrorForm
) -> Collinear | None:
    constant = pd.DataFrame({CONST: 1.0}, index=y.index)
    free = [] if returns is ConvexReturns.CRS else [constant]
    found = None
    try:
        if free or drivers.shape[1]:
            orthogonal_basis(_beside([*free, drivers]))
    except Collinear as error:
        found = error
    if contextual.shape[1]:
        level = [constant] if form is ErrorForm.MULTIPLICATIVE else [*free, *([] if found else [drivers])]
        orthogonal_basis(_beside([*level, contextual]))
    return found


def _beside(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, axis=1)


def _moments(values: Array, *, centred: bool) -> tuple[Array, Array]:
    """Return centre and size of each column; sizes by the largest entry first, so none overflows."""
    centre = values.mean(axis=0) if centred else np.zeros(values.shape[1])
    away = np.abs(values - centre)
    largest = np.where(away.any(axis=0), away.max(axis=0, initial=0), 1.0)
    return centre, largest * np.sqrt(((away / largest) ** 2).mean(axis=0)) if len(values) else largest


def _distinct(points: Array) -> tuple[Array, NDArray[np.intp]]:
    reach = np.abs(points).max(axis=0, initial=0)
    rounded = np.round(points / np.where(reach > 0, reach, 1.0), SAME)
    _, first, group = np.unique(rounded, axis=0, return_index=True, return_inverse=True)
    return points[first], group.reshape(-1)


def _level(y: Array, returns: ConvexReturns, form: ErrorForm) -> tuple[float, float]:
    if form is ErrorForm.MULTIPLICATIVE:
        return 0.0, float(np.exp(np.log(y).mean()))
    centre = float(y.mean()) if returns is ConvexReturns.VRS else 0.0
    away = y - centre
    largest = float(np.abs(away).max())
    return centre, largest * float(np.sqrt(((away / largest) ** 2).mean())) if largest > 0 else 1.0
