"""Data envelopment: what the best of the units used would let each one save, or make.

Scores, slacks, peers and targets of one cross-section, the scale and the cost of it; the linear
programmes are in ``simplex``, the formulas and limits in ``docs/methods/envelopment.md``.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from budgetperf.costing.design import Array, Floats, array, table
from budgetperf.costing.envelopment import findings as found_in
from budgetperf.costing.envelopment.fdh import solve_fdh
from budgetperf.costing.envelopment.problem import DeaProblem, Orientation, frame_problem
from budgetperf.costing.envelopment.slacks import Solution, solve_stages
from budgetperf.costing.errors import BadOption, BadTable, BadValue
from budgetperf.costing.words import Returns
from budgetperf.findings import Finding
from budgetperf.statistics.labelled import numeric
from budgetperf.terms import Term

SAME = 1e-7  # scores that differ by less, relatively, are the same when returns are classed


class ScaleClass(Term):
    """Where a dmu stands on the scale of its technology."""

    INCREASING = "irs", "规模偏小（规模报酬递增）"
    CONSTANT = "crs", "规模适当（规模报酬不变）"
    DECREASING = "drs", "规模偏大（规模报酬递减）"


@dataclass(frozen=True, slots=True, eq=False)
class ScaleResult:
    """Scale efficiency.

    Parameters
    ----------
    constant, variable, nonincreasing : Series (n,)
        Scores under CRS, VRS and DRS.
    efficiency : Series (n,)
        constant / variable of an input orientation, variable / constant of an output one: 0 to 1.
    returns_class : Series (n,)
        ``ScaleClass``; None where a score is missing.
    """

    constant: Floats
    variable: Floats
    nonincreasing: Floats
    efficiency: Floats
    returns_class: "pd.Series[str]"


@dataclass(frozen=True, slots=True, eq=False)
class DeaResult:
    """An envelopment fit.

    Parameters
    ----------
    efficiency : Series (n,)
        Farrell's: theta (0 to 1, the share of inputs that would do) of an input orientation, phi (1
        and up, the multiple of outputs that could be had) of an output one. Beyond 1 on the other
        side in super-efficiency or against another reference. NaN, with a finding, where infeasible.
    slacks, targets : DataFrame (n, m + s) or None
        Inputs then outputs, in their units; None without the second stage.
    peers : Series
        Weight by (dmu, peer), those above zero. Not unique; efficiencies and slack sums are.
    cost_efficiency, allocative_efficiency : Series (n,) or None
        Least cost / cost, and that over technical efficiency; None without prices.
    findings : tuple of Finding
    problem : DeaProblem
    returns : Returns
    orientation : Orientation
    """

    efficiency: Floats
    slacks: pd.DataFrame | None
    targets: pd.DataFrame | None
    peers: Floats
    cost_efficiency: "Floats | None"
    allocative_efficiency: "Floats | None"
    findings: tuple[Finding, ...]
    problem: DeaProblem
    returns: Returns
    orientation: Orientation

    def scale(self) -> ScaleResult:
        """Return scale efficiency and returns class of the same dmus and reference.

        Notes
        -----
        Constant where CRS = VRS; else decreasing where DRS = VRS, increasing where not (Fare,
        Grosskopf and Lovell 1985; the non-increasing frontier of Coelli's DEAP).
        """
        crs, vrs, drs = (
            solve_stages(self.problem, returns, self.orientation, slacks=False).score
            for returns in (Returns.CRS, Returns.VRS, Returns.DRS)
        )
        ratio = crs / vrs if self.orientation is Orientation.INPUT else vrs / crs
        labels = self.problem.labels
        known = np.isfinite(crs) & np.isfinite(vrs) & np.isfinite(drs)
        kind = [
            _classify(*scores) if ok else None
            for *scores, ok in zip(crs.tolist(), vrs.tolist(), drs.tolist(), known.tolist(), strict=True)
        ]
        return ScaleResult(
            constant=pd.Series(crs, index=labels),
            variable=pd.Series(vrs, index=labels),
            nonincreasing=pd.Series(drs, index=labels),
            efficiency=pd.Series(ratio, index=labels),
            returns_class=pd.Series(kind, index=labels, dtype=object),
        )


def _classify(crs: float, vrs: float, drs: float) -> ScaleClass:
    if abs(crs - vrs) <= SAME * vrs:
        return ScaleClass.CONSTANT
    return ScaleClass.DECREASING if abs(drs - vrs) <= SAME * vrs else ScaleClass.INCREASING


def fit_dea(
    inputs: pd.DataFrame,
    outputs: pd.DataFrame,
    *,
    returns: Returns | str = Returns.CRS,
    orientation: Orientation | str = Orientation.INPUT,
    prices: "pd.DataFrame | Floats | None" = None,
    reference: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    eligible_peers: "Collection[str] | pd.Series[bool] | None" = None,
    super_efficiency: bool = False,
    slacks: bool = True,
) -> DeaResult:
    """Measure each dmu against the hull of the units used.

    Parameters
    ----------
    inputs : DataFrame (n, m)
        One row a dmu, 0 or more in any unit, at least one above 0.
    outputs : DataFrame (n, s)
        The same rows.
    returns : Returns
        ``crs`` (the default), ``vrs``, ``drs``, ``irs`` or ``fdh``.
    orientation : Orientation
        ``input`` or ``output``.
    prices : Series (m,) or DataFrame (n, m), optional
        Of the inputs, for cost and allocative efficiency; input orientation only.
    reference : pair of DataFrame (k, m), (k, s), optional
        Inputs and outputs the frontier is made of; the dmus themselves by default.
    eligible_peers : labels or bool Series (k,), optional
        Who may be the peer of others. A dmu that may not is still its own peer.
    super_efficiency : bool
        Leave each dmu out of its own reference (Andersen and Petersen 1993).
    slacks : bool
        Whether to run the second stage (largest sum of slacks, in the columns' own units).

    Raises
    ------
    BadTable
        Labels that repeat or differ, prices that are missing.
    BadValue
        A missing, infinite or negative value, one beyond 1e100 or 1e-100, a dmu with no input or no
        output, a price not above 0, each with its place.
    BadOption
        Options that do not go together.

    Notes
    -----
    Input: ``min theta s.t. sum l_j x_j <= theta x_o, sum l_j y_j >= y_o, l >= 0``; output:
    ``max phi s.t. sum l_j x_j <= x_o, sum l_j y_j >= phi y_o``. The sum of l is free (CRS), one
    (VRS), at most one (DRS), at least one (IRS); l is a unit vector under FDH.

    References
    ----------
    Charnes, Cooper and Rhodes (1978); Banker, Charnes and Cooper (1984); Farrell (1957).
    """
    returns, orientation = Returns(returns), Orientation(orientation)
    if prices is not None and (orientation is Orientation.OUTPUT or super_efficiency):
        raise BadOption("投入价格只用于投入导向的效率，且不与超效率同用")
    problem = frame_problem(
        inputs,
        outputs,
        reference=reference,
        eligible_peers=eligible_peers,
        super_efficiency=super_efficiency,
    )
    found = solve(problem, returns, orientation, slacks=slacks)
    score = pd.Series(found.score, index=problem.labels, name="efficiency")
    cost = None if prices is None else _cost_efficiency(problem, returns, _price_table(prices, inputs))
    spare, targets = _tables(problem, orientation, found) if slacks else (None, None)
    return DeaResult(
        efficiency=score,
        slacks=spare,
        targets=targets,
        peers=_peers(problem, found),
        cost_efficiency=cost,
        allocative_efficiency=None if cost is None else cost / score,
        findings=found_in.find(problem, returns, orientation, found),
        problem=problem,
        returns=returns,
        orientation=orientation,
    )


def solve(problem: DeaProblem, returns: Returns, orientation: Orientation, *, slacks: bool) -> Solution:
    """Return scores, slacks and weights under any technology."""
    if returns is Returns.FDH:
        return solve_fdh(problem, orientation)
    return solve_stages(problem, returns, orientation, slacks=slacks)


def _tables(
    problem: DeaProblem, orientation: Orientation, found: Solution
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return slacks and targets in the units of the columns."""
    assert found.slacks is not None
    m = problem.x.shape[1]
    shrink = orientation is Orientation.INPUT
    values = np.hstack([problem.x, problem.y]) * problem.units
    moved = np.where(
        np.r_[np.full(m, shrink), np.full(len(problem.names) - m, not shrink)], found.score[:, None], 1
    )
    sign = np.r_[np.full(m, -1.0), np.full(len(problem.names) - m, 1.0)]
    frames = (found.slacks, values * moved + sign * found.slacks)
    slacks, targets = (pd.DataFrame(f, index=problem.labels, columns=list(problem.names)) for f in frames)
    return slacks, targets


def _peers(problem: DeaProblem, found: Solution) -> Floats:
    keys = pd.MultiIndex.from_arrays(
        [problem.labels[found.rows], problem.peers[found.peers]], names=["dmu", "peer"]
    )
    return pd.Series(found.weights, index=keys, name="weight")


def _price_table(prices: "pd.DataFrame | Floats", inputs: pd.DataFrame) -> Array:
    """Return the prices (n, m) in the order of the inputs."""
    frame = prices
    if isinstance(frame, pd.Series):
        frame = pd.DataFrame([frame.tolist()] * len(inputs), index=inputs.index, columns=frame.index)
    table(frame, "投入价格")
    missing = [name for name in inputs.columns if name not in frame] + list(
        inputs.index.difference(frame.index)
    )
    if missing:
        raise BadTable(f"缺少投入价格：{'、'.join(map(str, missing))}")
    if frame.index.has_duplicates:
        raise BadTable("投入价格表中单位重复出现")
    chosen = frame.loc[inputs.index, inputs.columns]
    values = np.array([array(numeric(chosen[name])) for name in chosen.columns]).T
    bad = ~np.isfinite(values) | (values <= 0)
    if bad.any():
        row, column = (int(part[0]) for part in np.nonzero(bad))
        raise BadValue(
            inputs.index[row], inputs.columns[column], chosen.iloc[row, column], "价格须为大于零的有限数"
        )
    return values


def _cost_efficiency(problem: DeaProblem, returns: Returns, prices: Array) -> Floats:
    """Return least cost over cost: with prices given, one input remains, the cost.

    Notes
    -----
    ``min w x s.t. x >= sum l_j x_j`` is ``min sum l_j (w x_j)``: dmus that face the same prices are
    one problem with the cost as input (Fare, Grosskopf and Lovell 1985).
    """
    m, result = problem.x.shape[1], np.full(len(problem.x), np.nan)
    relative = prices / prices.max(axis=1, keepdims=True)  # only ratios count, and they do not overflow
    size = problem.units[:m] / problem.units[:m].max()
    weights, group = np.unique(relative * size, axis=0, return_inverse=True)
    for i, weight in enumerate(weights):
        rows = np.flatnonzero(group.ravel() == i)
        cost, of_peers = problem.x[rows] @ weight, problem.x_ref @ weight
        top = max(cost.max(), of_peers.max())
        one = replace(
            problem,
            x=cost[:, None] / top,
            y=problem.y[rows],
            x_ref=of_peers[:, None] / top,
            units=np.r_[top, problem.units[m:]],
            own=problem.own[rows],
            labels=problem.labels[rows],
            names=("cost", *problem.names[m:]),
        )
        result[rows] = solve(one, returns, Orientation.INPUT, slacks=False).score
    return pd.Series(result, index=problem.labels, name="cost_efficiency")
