"""Free disposal hull: every dmu against single units, by comparison; no programme is solved."""

import numpy as np

from budgetperf.costing.design import Array
from budgetperf.costing.envelopment.problem import DeaProblem, Ints, Orientation
from budgetperf.costing.envelopment.slacks import Solution

CELLS = 2_000_000
TIE = 1e-12


def solve_fdh(problem: DeaProblem, orientation: Orientation) -> Solution:
    """Return the scores, the one peer of each dmu and what is left over against it.

    Notes
    -----
    Input: min over units with ``y_j >= y_o`` of ``max_i x_ij / x_io``; output: max over units with
    ``x_j <= x_o`` of ``min_r y_rj / y_ro`` (Deprins, Simar and Tulkens 1984). Of equal scores the
    unit with the largest sum of slacks is the peer.
    """
    n, k, size = len(problem.x), len(problem.x_ref), len(problem.names)
    score, peer, slacks = np.full(n, np.nan), np.full(n, -1), np.full((n, size), np.nan)
    step = max(1, CELLS // k)
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        score[rows], peer[rows], slacks[rows] = _block(problem, orientation, rows)
    some = np.flatnonzero(peer >= 0)
    return Solution(score, slacks, np.zeros(n, dtype=bool), some, peer[some], np.ones(len(some)))


def _block(problem: DeaProblem, orientation: Orientation, rows: Ints) -> tuple[Array, Ints, Array]:
    shrink = orientation is Orientation.INPUT
    x, y = problem.x[rows], problem.y[rows]
    ratio = _reach(x, problem.x_ref, np.maximum) if shrink else -_reach(y, problem.y_ref, np.minimum)
    for i in range((y if shrink else x).shape[1]):
        fails = problem.y_ref[:, i] < y[:, i, None] if shrink else problem.x_ref[:, i] > x[:, i, None]
        ratio[fails] = np.inf
    forbidden = problem.forbidden(rows, np.arange(len(problem.x_ref)))
    if forbidden is not None:
        ratio[forbidden] = np.inf
    best = ratio.min(axis=1)
    score, peer = np.full(len(rows), np.nan), np.full(len(rows), -1)
    slacks = np.full((len(rows), len(problem.names)), np.nan)
    for i in np.flatnonzero(np.isfinite(best) & (best != 0)).tolist():
        score[i] = abs(best[i])
        ties = np.flatnonzero(ratio[i] <= best[i] + TIE * abs(best[i]))
        ours = np.r_[x[i] * score[i], y[i]] if shrink else np.r_[x[i], y[i] * score[i]]
        left = np.c_[ours[: x.shape[1]] - problem.x_ref[ties], problem.y_ref[ties] - ours[x.shape[1] :]]
        left = np.maximum(left, 0.0) * problem.units
        most = int(left.sum(axis=1).argmax())
        peer[i], slacks[i] = ties[most], left[most]
    return score, peer, slacks


def _reach(own: Array, reference: Array, worst: np.ufunc) -> Array:
    """Return the share (n, k) of its own values at which each dmu meets each unit."""
    neutral = 0.0 if worst is np.maximum else np.inf
    table = np.full((len(own), len(reference)), neutral)
    for i in range(own.shape[1]):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = reference[:, i] / own[:, i, None]
        if worst is np.minimum:
            share[own[:, i] == 0] = np.inf
        worst(table, np.nan_to_num(share, nan=0.0, posinf=np.inf), out=table)
    return table
