"""Whom a target is held against: the rows a method weighs, or the nearest units."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from budgetperf.costing.cost_baseline import BaselineTarget, Peer
from budgetperf.costing.design import Array, Floats, regressors
from budgetperf.costing.frames import drivers_frame
from budgetperf.costing.panel import CostPanel, PanelRow, PanelSpec
from budgetperf.costing.rounding import figure

NEGLIGIBLE = 1e-6  # a weight below it is the solver's, not a peer's


def find_peers(
    panel: CostPanel,
    frame: pd.DataFrame,
    targets: Sequence[BaselineTarget],
    drivers: pd.DataFrame,
    weights: "Floats | None",
    *,
    most: int,
) -> list[tuple[Peer, ...]]:
    """Return at most ``most`` peers of each target.

    Parameters
    ----------
    panel : CostPanel
    frame : DataFrame
        Rows the methods were fitted on, by (dmu, year).
    targets : sequence of BaselineTarget
    drivers : DataFrame (n_targets, n_drivers)
    weights : Series or None
        By (target, "dmu year"), from a method that names peers.

    Notes
    -----
    Distance is Euclidean over the regressors in their own sd. Without weights the peers are the
    latest rows of the nearest other dmus.
    """
    rows = {(row.dmu, row.year): row for row in panel.rows if (row.dmu, row.year) in frame.index}
    ruler = _Ruler(frame, panel.spec)
    places = ruler.places(drivers)
    if weights is None:
        latest = {row.dmu: row for row in sorted(rows.values(), key=lambda row: row.year)}
        return [
            _nearest(list(latest.values()), ruler, t, p, most) for t, p in zip(targets, places, strict=True)
        ]
    named = {f"{dmu} {year}": row for (dmu, year), row in rows.items()}
    return [_heaviest(weights, named, ruler, at, place, most) for at, place in enumerate(places)]


class _Ruler:
    """Places of units in sd of the regressors of a panel."""

    def __init__(self, frame: pd.DataFrame, spec: PanelSpec) -> None:
        self.spec = spec
        self.spread = regressors(frame[spec.codes], levels=spec.levels).std().to_numpy()[1:]

    def places(self, drivers: pd.DataFrame) -> Array:
        """Return the places (n, k) of rows of drivers."""
        return np.asarray(regressors(drivers, levels=self.spec.levels).to_numpy()[:, 1:] / self.spread)

    def far(self, rows: Sequence[PanelRow], place: Array) -> Array:
        """Return how far rows lie from a place."""
        there = self.places(drivers_frame((row.drivers for row in rows), self.spec))
        return np.asarray(np.sqrt(((there - place) ** 2).sum(axis=1)))


def _nearest(
    rows: list[PanelRow], ruler: _Ruler, target: BaselineTarget, place: Array, most: int
) -> tuple[Peer, ...]:
    far = ruler.far(rows, place)
    order = [int(i) for i in np.argsort(far, kind="stable") if rows[i].dmu != target.dmu]
    return tuple(_peer(rows[i], float(far[i])) for i in order[:most])


def _heaviest(
    weights: Floats, named: dict[str, PanelRow], ruler: _Ruler, at: int, place: Array, most: int
) -> tuple[Peer, ...]:
    own = weights.loc[[at]].droplevel(0) if at in weights.index.get_level_values(0) else weights.iloc[:0]
    own = own[own > NEGLIGIBLE].sort_values(ascending=False, kind="stable")[:most]
    rows = [named[str(label)] for label in own.index]
    if not rows:
        return ()
    far = ruler.far(rows, place)
    return tuple(_peer(row, float(d), float(w)) for row, d, w in zip(rows, far, own, strict=True))


def _peer(row: PanelRow, distance: float, weight: float | None = None) -> Peer:
    share = None if weight is None else figure(weight)
    return Peer(row.dmu, row.name, row.year, row.cost, figure(distance), share)
