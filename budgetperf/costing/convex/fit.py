"""The two calls: ``fit_cnls`` and ``fit_stoned``."""

from dataclasses import replace

import numpy as np
import pandas as pd

from budgetperf.costing.convex.cuts import Model, Settled, constant, settle
from budgetperf.costing.convex.findings import (
    check_columns,
    check_convexity,
    check_fit,
    check_signs,
    check_split,
)
from budgetperf.costing.convex.models import Additive, Multiplicative
from budgetperf.costing.convex.options import ConvexReturns, ErrorForm, SecondStage, Shape
from budgetperf.costing.convex.problem import Problem, stated
from budgetperf.costing.convex.response import SUSPECT, size_of, too_wide
from budgetperf.costing.convex.result import CnlsResult, StonedResult
from budgetperf.costing.convex.second_stage import NO_RESIDUALS, conditional_mean, split
from budgetperf.costing.design import Floats, array, checked, labelled
from budgetperf.costing.errors import BadTable, NotConverged


def fit_cnls(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    kind: Shape | str = Shape.PRODUCTION,
    returns: ConvexReturns | str = ConvexReturns.VRS,
    form: ErrorForm | str = ErrorForm.ADDITIVE,
    contextual: pd.DataFrame | None = None,
) -> CnlsResult:
    """Fit an increasing concave (production) or convex (cost) function by least squares.

    Parameters
    ----------
    y : Series (n,)
        Output (production) or cost, in its own unit: no logarithms; positive if multiplicative.
    X : DataFrame (n, k)
        Inputs (production) or outputs and other drivers (cost); no constant.
    kind : {"production", "cost"}
    returns : {"vrs", "crs"}
        Variable or constant returns to scale.
    form : {"additive", "multiplicative"}
        ``y = f(x) + (z - z0)'b + e`` or ``y = f(x) exp((z - z0)'b + e)``.
    contextual : DataFrame (n, m), optional
        Variables z outside the unit's control (CNLS-Z).

    Raises
    ------
    TooFewRows
        If there are not more rows than coefficients of one linear function.
    Collinear
        If contextual variables repeat each other, or (additive) the drivers.
    WideColumn
        If a driver or the response lies so far apart that an optimum of its rows cannot be told.
    NotConverged
        If no optimum is certified by its violation and its duality gap.
    BadTable
        If a value is not finite (with its place), labels differ, or signs do not suit the form.

    Notes
    -----
    ``min sum e^2`` over all functions of the shape: a quadratic programme with a plane at each row
    and a condition for each pair of rows, generated as needed (``cuts``). The multiplicative one
    is a sequence of such programmes (``models``); its optimum is the only one among functions with
    f < e y, and a row beyond is a finding.

    References
    ----------
    Kuosmanen (2008), Econometrics J. 11; Kuosmanen and Kortelainen (2012), J. Productivity
    Analysis 38; Johnson and Kuosmanen (2011), J. Productivity Analysis 36 (contextual
    variables); Lee, Johnson, Moreno-Centeno and Kuosmanen (2013), EJOR 227 (generated conditions).
    """
    shape, returns, form = Shape(kind), ConvexReturns(returns), ErrorForm(form)
    response = checked(labelled(y, "因变量").to_frame("y"), "因变量", y.index)["y"]
    drivers = checked(X, "自变量", y.index)
    if not drivers.shape[1]:
        raise BadTable("自变量表没有列，至少要有一个因素")
    z = checked(pd.DataFrame(index=y.index) if contextual is None else contextual, "环境变量", y.index)
    problem = stated(response, drivers, z, shape, returns, form)
    model = Additive(problem) if form is ErrorForm.ADDITIVE else Multiplicative(problem)
    result = _labelled(problem, _settled(problem, model, response), response, drivers, z)
    size = problem.response.spread if form is ErrorForm.ADDITIVE else 1.0
    findings = (
        *check_columns(problem, [str(c) for c in X.columns]),
        *check_fit(array(result.residuals), size),
        *check_signs(response, drivers, shape),
    )
    if isinstance(model, Multiplicative):
        findings = (*findings, *check_convexity(model, y.index.to_list()))
    return replace(result, findings=findings)


def fit_stoned(
    y: Floats,
    X: pd.DataFrame,  # noqa: N803  # the field's letter for a design
    *,
    kind: Shape | str = Shape.PRODUCTION,
    returns: ConvexReturns | str = ConvexReturns.VRS,
    form: ErrorForm | str = ErrorForm.MULTIPLICATIVE,
    contextual: pd.DataFrame | None = None,
    method: SecondStage | str = SecondStage.MOMENTS,
) -> StonedResult:
    """Fit a convex regression and split its residuals into noise and half-normal inefficiency.

    Parameters
    ----------
    y, X, kind, returns, form, contextual
        See ``fit_cnls``.
    method : {"moments", "quasi_likelihood"}

    Raises
    ------
    TooFewRows, Collinear, WideColumn, NotConverged, ValueError
        See ``fit_cnls``.

    Notes
    -----
    ``e = v - u`` (production) or ``v + u`` (cost), u ~ N+(0, su^2), v ~ N(0, sv^2). Residuals
    skewed to the wrong side show no inefficiency: an error finding, and NaN for every figure that
    would need it.

    References
    ----------
    Kuosmanen and Kortelainen (2012), J. Productivity Analysis 38; Fan, Li and Weersink (1996),
    J. Business and Econ. Stat. 14; Jondrow et al. (1982), J. Econometrics 19.
    """
    method = SecondStage(method)
    regression = fit_cnls(y, X, kind=kind, returns=returns, form=form, contextual=contextual)
    sign, additive = regression.shape.sign, regression.form is ErrorForm.ADDITIVE
    e = sign * array(regression.residuals)
    parts = split(e, method, _spread(regression) if additive else 1.0)
    frontier = regression.moved(parts.mean)
    u = pd.Series(conditional_mean(e, parts.sigma_u, parts.sigma_v), index=y.index)
    spread = float(e.std())
    off_centre = float(e.mean()) / spread if parts.failed != NO_RESIDUALS else 0.0
    return StonedResult(
        regression=regression,
        frontier=frontier.rename("frontier"),
        efficiency=_efficiency(u, frontier, regression).rename("efficiency"),
        inefficiency=u.rename("inefficiency"),
        sigma_u=parts.sigma_u,
        sigma_v=parts.sigma_v,
        mean_inefficiency=parts.mean,
        skewness=parts.skewness,
        findings=(*regression.findings, *check_split(parts, len(e), off_centre)),
        method=method,
    )


def _settled(problem: Problem, model: Model, y: Floats) -> Settled:
    """Solve; equal responses are their own function, and one that reaches far is named where no optimum is told."""
    if problem.returns is ConvexReturns.VRS and problem.response.steady:
        return constant(problem)
    try:
        return settle(problem, model)
    except NotConverged as error:
        if problem.response.reach > SUSPECT:
            raise too_wide(array(y), problem.response.reach) from error
        raise


def _spread(regression: CnlsResult) -> float:
    response = array(regression.fitted + regression.residuals)
    return size_of(response, regression.returns, regression.form).spread


def _efficiency(u: Floats, frontier: Floats, regression: CnlsResult) -> Floats:
    if regression.form is ErrorForm.MULTIPLICATIVE:
        return pd.Series(np.exp(-u))
    level = frontier.where(frontier > 0)
    return 1 - u / level if regression.shape is Shape.PRODUCTION else level / (level + u)


def _labelled(
    problem: Problem, settled: Settled, y: Floats, drivers: pd.DataFrame, contextual: pd.DataFrame
) -> CnlsResult:
    """Return the solution in the caller's units and labels, with its certificate."""
    solution, group = settled.solution, problem.group
    additive = problem.form is ErrorForm.ADDITIVE
    effects = solution.effect / problem.z_scale * (problem.y_scale if additive else 1.0)
    unit, start = problem.y_scale, problem.y_centre
    function = start + unit * problem.size * settled.envelope[group]
    context = (array(contextual) - problem.z_centre) @ effects
    fitted = function + context if additive else function * np.exp(context)
    residuals = array(y) - fitted if additive else np.log(array(y)) - np.log(fitted)
    slopes = np.zeros(drivers.shape)
    slopes[:, problem.used] = unit * solution.slope[group] / problem.scale
    intercepts = np.zeros(len(y))
    if problem.returns is ConvexReturns.VRS:
        intercepts = start + unit * solution.level[group] - (slopes * array(drivers)).sum(axis=1)
    index, names = y.index, drivers.columns
    return CnlsResult(
        fitted=pd.Series(fitted, index=index, name="fitted"),
        residuals=pd.Series(residuals, index=index, name="residuals"),
        function=pd.Series(function, index=index, name="function"),
        intercepts=pd.Series(intercepts, index=index, name="intercept"),
        slopes=pd.DataFrame(slopes, index=index, columns=names),
        effects=pd.Series(effects, index=contextual.columns),
        reference=pd.Series(problem.z_centre, index=contextual.columns),
        objective=float(residuals @ residuals),
        certificate=settled.certificate,
        findings=(),
        drivers=drivers,
        shape=problem.shape,
        returns=problem.returns,
        form=problem.form,
    )
