"""Malmquist: how productivity moved from one period to the next, and how much of it was the frontier."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from budgetperf.costing.design import Array, array, table
from budgetperf.costing.envelopment.fit import fit_dea
from budgetperf.costing.envelopment.problem import Bools, Orientation
from budgetperf.costing.errors import BadTable
from budgetperf.costing.periods import in_order
from budgetperf.costing.words import Returns
from budgetperf.findings import Finding, Severity, Where

CHANGES = ("effch", "techch", "pech", "sech", "tfpch")


@dataclass(frozen=True, slots=True, eq=False)
class MalmquistResult:
    """Productivity change of each dmu over each pair of adjacent periods.

    Parameters
    ----------
    changes : DataFrame (n x (periods - 1), 5)
        By (dmu, later period): ``effch`` catching up = ``pech`` pure x ``sech`` scale, ``techch`` shift
        of the frontier, ``tfpch`` = effch x techch. Above 1 is better, in either orientation.
    means : DataFrame (periods - 1, 5)
        Geometric means over the dmus of a period, those without a value aside.
    distances : DataFrame (n x periods, 4)
        By (dmu, period): ``previous``, ``same``, ``next`` CRS distances to the frontiers of the
        period before, of the same and of the one after; ``vrs`` of the same.
    findings : tuple of Finding
        Dmus without a change, because a distance does not exist or a period is missing.
    """

    changes: pd.DataFrame
    means: pd.DataFrame
    distances: pd.DataFrame
    findings: tuple[Finding, ...]


def malmquist(
    inputs: pd.DataFrame, outputs: pd.DataFrame, *, orientation: Orientation | str = Orientation.OUTPUT
) -> MalmquistResult:
    """Compare each period with the one before.

    Parameters
    ----------
    inputs, outputs : DataFrame (n x periods, m), (n x periods, s)
        Rows by (dmu, period); periods are compared in their order. A dmu that misses a period helps
        to make the frontiers it is there for, and has no change over the gap.
    orientation : Orientation
        Of the distances; CRS figures are the same for both.

    Raises
    ------
    BadTable
        If the rows are not by dmu and period, a period is missing or of another kind, or there is only one; else
        as ``fit_dea``.

    Notes
    -----
    With D the distance (theta, or 1 / phi): ``effch = D2(2) / D1(1)``,
    ``techch = sqrt(D1(2) / D2(2) x D1(1) / D2(1))`` under CRS; ``pech`` is effch under VRS,
    ``sech = effch / pech``.

    References
    ----------
    Fare, Grosskopf, Norris and Zhang (1994); Coelli (1996), DEAP 2.1.
    """
    orientation = Orientation(orientation)
    table(inputs, "投入表"), table(outputs, "产出表")
    if inputs.index.nlevels != 2 or not inputs.index.is_unique:
        raise BadTable("Malmquist指数的数据行须以（单位，年度）为索引且不重复")
    periods = in_order(inputs.index.get_level_values(1))
    if len(periods) < 2:
        raise BadTable("Malmquist指数至少需要两个年度")
    if not inputs.index.equals(outputs.index):
        raise BadTable("投入表与产出表的单位、年度或其次序不一致")
    year = inputs.index.get_level_values(1)
    slices = {t: (_of(inputs, year == t), _of(outputs, year == t)) for t in periods}
    distances: pd.DataFrame = pd.concat(
        {t: _distances(slices, periods, i, orientation) for i, t in enumerate(periods)},
        names=[inputs.index.names[1]],
    ).swaplevel()
    changes: pd.DataFrame = pd.concat(
        {later: _changes(distances, earlier, later) for earlier, later in pairwise(periods)},
        names=[inputs.index.names[1]],
    ).swaplevel()
    means = changes.apply(np.log).groupby(level=1).mean().apply(np.exp)
    lost = changes.index[changes["tfpch"].isna()]
    findings = tuple(
        Finding(
            "costing.envelopment.malmquist_missing",
            Severity.WARNING,
            Where(pointer=f"/rows/{dmu}/{period}"),
            f"“{dmu}”到{period}年的生产率变动算不出：缺上一年的数据，或它在另一年的前沿下无解",
        )
        for dmu, period in lost
    )
    return MalmquistResult(changes, means, distances.loc[inputs.index], findings)


def _of(frame: pd.DataFrame, rows: Bools) -> pd.DataFrame:
    return frame[rows].droplevel(1)


def _distances(
    slices: dict[object, tuple[pd.DataFrame, pd.DataFrame]],
    periods: tuple[object, ...],
    i: int,
    orientation: Orientation,
) -> pd.DataFrame:
    """Return the four distances of the dmus of period i."""
    own = slices[periods[i]]

    def distance(j: int, returns: Returns) -> Array:
        if not 0 <= j < len(periods):
            return np.full(len(own[0]), np.nan)
        fit = fit_dea(
            *own, returns=returns, orientation=orientation, reference=slices[periods[j]], slacks=False
        )
        score = array(fit.efficiency)
        return score if orientation is Orientation.INPUT else 1 / score

    columns = {
        name: distance(i + step, Returns.CRS) for name, step in (("previous", -1), ("same", 0), ("next", 1))
    }
    return pd.DataFrame(columns | {"vrs": distance(i, Returns.VRS)}, index=own[0].index)


def _changes(distances: pd.DataFrame, earlier: object, later: object) -> pd.DataFrame:
    second = distances.xs(later, level=1)
    first = distances.xs(earlier, level=1).reindex(second.index)
    effch = second["same"] / first["same"]
    pech = second["vrs"] / first["vrs"]
    techch = np.sqrt(second["previous"] / second["same"] * first["same"] / first["next"])
    table = {"effch": effch, "techch": techch, "pech": pech, "sech": effch / pech, "tfpch": effch * techch}
    return pd.DataFrame(table, columns=list(CHANGES))
