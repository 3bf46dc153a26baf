"""What an envelopment problem is: who is measured against whom, in comparable units.

Reads the frames at the door, refuses what cannot be measured and tells what should be known;
columns are divided by their largest value, so no unit of measurement is seen further in.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from budgetperf.costing.design import LARGEST, SMALLEST, Array, array, table
from budgetperf.costing.errors import BadTable, BadValue
from budgetperf.statistics.labelled import numeric
from budgetperf.terms import Term

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


class Orientation(Term):
    """Whether inputs shrink or outputs grow on the way to the frontier."""

    INPUT = "input", "投入导向"
    OUTPUT = "output", "产出导向"


@dataclass(frozen=True, slots=True, eq=False)
class DeaProblem:
    """The measured units and the reference units, scaled.

    Parameters
    ----------
    x, y : array (n, m), (n, s)
        Inputs and outputs of the measured, each column divided by ``units``.
    x_ref, y_ref : array (k, m), (k, s)
        Of the reference, in the same units.
    units : array (m + s,)
        Largest value of each column over both; 1 for a column of zeros.
    own : array (n,)
        Where a measured dmu stands in the reference; -1 where it does not.
    eligible : array (k,)
        Whether a reference unit may be the peer of others.
    super_efficiency : bool
        Whether a dmu is left out of its own reference.
    labels, peers : Index (n,), (k,)
    names : tuple of str
        Inputs, then outputs.
    """

    x: Array
    y: Array
    x_ref: Array
    y_ref: Array
    units: Array
    own: Ints
    eligible: Bools
    super_efficiency: bool
    labels: "pd.Index[str]"
    peers: "pd.Index[str]"
    names: tuple[str, ...]

    def forbidden(self, rows: Ints, columns: Ints) -> Bools | None:
        """Which of ``columns`` the dmus ``rows`` may not have as peers; None where all may."""
        beyond = self._beyond(rows, columns)
        if self.eligible.all() and not self.super_efficiency:
            return beyond
        itself: Bools = self.own[rows][:, None] == columns
        banned: Bools = ~self.eligible[columns] & ~itself
        if self.super_efficiency:
            banned |= itself
        return banned if beyond is None else banned | beyond

    def _beyond(self, rows: Ints, columns: Ints) -> Bools | None:
        """Which units use what a dmu uses nothing of: ``sum l_j x_j <= 0`` leaves them no weight."""
        found: Bools | None = None
        for own, used in zip((self.x[rows] == 0).T, (self.x_ref[columns] > 0).T, strict=True):
            if own.any():
                more = own[:, None] & used
                found = more if found is None else found | more
        return found

    def meets_itself(self, rows: Ints) -> Bools:
        """Whether a dmu has itself, or one as good, as a peer: then there is a solution."""
        at = self.own[rows]
        good = (self.x_ref[at] <= self.x[rows]).all(axis=1) & (self.y_ref[at] >= self.y[rows]).all(axis=1)
        return np.asarray((at >= 0) & good & (not self.super_efficiency))

    def of_reference(self) -> "DeaProblem":
        """Return the reference measured against itself, in the same units."""
        own = np.arange(len(self.peers), dtype=np.int64)
        return replace(self, x=self.x_ref, y=self.y_ref, own=own, labels=self.peers)


def frame_problem(
    inputs: pd.DataFrame,
    outputs: pd.DataFrame,
    *,
    reference: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    eligible_peers: "Collection[str] | pd.Series[bool] | None" = None,
    super_efficiency: bool = False,
) -> DeaProblem:
    """Check the frames and put them into comparable units (see ``envelopment.fit_dea``).

    Raises
    ------
    BadTable
        See ``design.table``; labels that repeat or do not match.
    BadValue
        A missing, infinite or negative value, one too large or too small to compute with, or a dmu
        without any input or output, with its place.
    """
    _check_labels(table(inputs, "投入表"), table(outputs, "产出表"))
    x, y = _values(inputs), _values(outputs)
    _check_something(x, inputs.index, "投入")
    _check_something(y, outputs.index, "产出")
    x_ref, y_ref, peers = x, y, inputs.index
    if reference is not None:
        if not isinstance(reference, tuple):
            raise BadTable("reference须为一对表：（投入，产出）")
        ref_in = table(reference[0], "参照投入表", columns=inputs.columns)
        ref_out = table(reference[1], "参照产出表", columns=outputs.columns)
        _check_labels(ref_in, ref_out)
        x_ref, y_ref, peers = _values(ref_in), _values(ref_out), ref_in.index
        _check_something(x_ref, peers, "投入")
    largest = np.vstack([np.hstack([x, y]), np.hstack([x_ref, y_ref])]).max(axis=0)
    units = np.where(largest > 0, largest, 1.0)
    m = x.shape[1]
    return DeaProblem(
        x=x / units[:m],
        y=y / units[m:],
        x_ref=x_ref / units[:m],
        y_ref=y_ref / units[m:],
        units=units,
        own=peers.get_indexer(inputs.index).astype(np.int64),
        eligible=_eligible(eligible_peers, peers),
        super_efficiency=super_efficiency,
        labels=inputs.index,
        peers=peers,
        names=(*map(str, inputs.columns), *map(str, outputs.columns)),
    )


def _check_labels(inputs: pd.DataFrame, outputs: pd.DataFrame) -> None:
    if inputs.shape[1] == 0 or outputs.shape[1] == 0 or len(inputs) == 0:
        raise BadTable("数据包络分析至少需要一个单位、一项投入和一项产出")
    names = [*inputs.columns, *outputs.columns]
    if len(set(names)) < len(names):
        raise BadTable("投入和产出的列名有重复，请改名")
    if not inputs.index.equals(outputs.index):
        raise BadTable("投入表与产出表的单位或其次序不一致")
    if not inputs.index.is_unique:
        twice = "、".join(map(str, inputs.index[inputs.index.duplicated()].unique()))
        raise BadTable(f"单位重复出现：{twice}")


def _values(frame: pd.DataFrame) -> Array:
    """Return the values (n, columns), refusing the first that is no finite number from 0 up, or beyond reach."""
    columns = [array(numeric(frame[name])) for name in frame.columns]
    for name, column in zip(frame.columns, columns, strict=True):
        for bad, rule in (
            (~np.isfinite(column) | (column < 0), "须为不小于零的有限数"),
            (column > LARGEST, f"大得无法计算，须不大于{LARGEST:.0e}；请核对计量单位"),
            (
                (column > 0) & (column < SMALLEST),
                f"小得无法计算，须为零或不小于{SMALLEST:.0e}；请核对计量单位",
            ),
        ):
            if bad.any():
                at = int(bad.argmax())
                raise BadValue(frame.index[at], name, frame[name].iloc[at], rule)
    return np.ascontiguousarray(np.array(columns).T)


def _check_something(values: Array, labels: "pd.Index[str]", word: str) -> None:
    empty = (values == 0).all(axis=1)
    if empty.any():
        raise BadValue(labels[int(empty.argmax())], f"全部{word}", 0, f"至少一项{word}须大于零")


def _eligible(given: "Collection[str] | pd.Series[bool] | None", peers: "pd.Index[str]") -> Bools:
    if given is None:
        return np.ones(len(peers), dtype=bool)
    if isinstance(given, pd.Series):
        if given.dtype.kind != "b":
            raise BadTable("可作标杆的标记须为是否值（True、False），不得缺失")
        if not peers.isin(given.index).all():
            raise BadTable("可作标杆的标记未覆盖全部参照单位")
        given = list(given.index[given.astype(bool)])
    unknown = [name for name in given if name not in peers]
    if unknown:
        raise BadTable(f"可作标杆的单位不在参照集中：{'、'.join(map(str, unknown))}")
    return np.asarray(peers.isin(list(given)))
