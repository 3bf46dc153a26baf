"""From drivers to regressors and back to a prediction: shared by every linear method.

Holds logarithms, the constant, the orthogonal basis that keeps ill-conditioned designs exact,
and the shape of a prediction. It estimates nothing.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from budgetperf.costing.conditioning import SPAN, check_spans
from budgetperf.costing.errors import BadTable, Collinear, TooFewRows
from budgetperf.findings import Finding
from budgetperf.statistics.labelled import FRAME_HINT, numeric

Floats: TypeAlias = "pd.Series[float]"
Array: TypeAlias = NDArray[np.float64]

CONST = "const"
LARGEST = 1e100  # squares of anything larger could overflow
SMALLEST = 1e-100  # and of anything smaller, zero aside, vanish
MAX_CONDITION = 1e12  # beyond it fewer than four digits survive in double precision


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Point and interval in the unit of cost, one entry per predicted row.

    Parameters
    ----------
    point, lower, upper : Series (n_targets,)
    level : float
        Nominal coverage of (lower, upper).
    """

    point: Floats
    lower: Floats
    upper: Floats
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """``design = q @ r`` with orthonormal columns ``q`` (n, k) and upper triangular ``r`` (k, k)."""

    q: Array
    r: Array
    condition_number: float


def array(values: "Floats | pd.DataFrame") -> Array:
    """Return the values as a float64 array, labels dropped."""
    return np.asarray(values, dtype=np.float64)


def regressors(drivers: pd.DataFrame, *, levels: Collection[str] = ()) -> pd.DataFrame:
    """Return a constant and each driver in logarithms, or as it is when named in ``levels``.

    Parameters
    ----------
    drivers : DataFrame (n, n_drivers)
    levels : collection of str
        Columns that enter without logarithm (shares, marks).

    Raises
    ------
    BadTable
        If a value is not finite, or not positive where a logarithm is taken, or two columns have one name.
    """
    design = pd.DataFrame({CONST: 1.0}, index=drivers.index)
    for name in drivers.columns:
        column = _numbers(drivers[name], f"因素“{name}”", positive=name not in levels)
        regressor = name if name in levels else f"log({name})"
        if regressor in design:
            raise BadTable(f"因素“{name}”进入模型的列名“{regressor}”与另一列相同，请改名")
        design[regressor] = column if name in levels else np.log(column)
    return design


def labelled(values: Floats, name: str) -> Floats:
    """Return a column that is one, with rows.

    Raises
    ------
    BadTable
        If it is no Series, or holds marks instead of amounts.
    TooFewRows
        If it is empty.
    """
    if _series(values, name).dtype.kind == "b":
        raise BadTable(f"{name}为是否值，须为数值")
    if not len(values):
        raise TooFewRows(f"{name}没有数据行", n=0, needed=1)
    return values


def table(frame: pd.DataFrame, name: str, *, columns: Iterable[Hashable] | None = None) -> pd.DataFrame:
    """Return a frame, or those of its columns a model knows.

    Raises
    ------
    BadTable
        If it is no DataFrame, its columns have several levels or repeat, or one is missing.
    """
    if not isinstance(frame, pd.DataFrame):
        raise BadTable(f"{name}须为带列名的DataFrame，{FRAME_HINT}，现为{type(frame).__name__}")
    if frame.columns.nlevels > 1:
        raise BadTable(f"{name}的列名有{frame.columns.nlevels}层，须为一层")
    if frame.columns.has_duplicates:
        twice = frame.columns[frame.columns.duplicated()]
        raise BadTable(f"{name}的列名重复：{'、'.join(map(str, twice))}")
    if columns is None:
        return frame
    wanted = list(columns)
    if missing := [str(one) for one in wanted if one not in frame.columns]:
        known = "、".join(map(str, frame.columns)) or "无"
        raise BadTable(f"{name}缺少列：{'、'.join(missing)}；列名须与拟合时相同，现有：{known}")
    return frame[wanted]


def _series(values: pd.Series, name: str) -> pd.Series:
    if not isinstance(values, pd.Series):
        raise BadTable(
            f"{name}须为带行标签的Series，可写pd.Series(values, index=…)，现为{type(values).__name__}"
        )
    return values


def dmus(index: pd.Index) -> pd.Index:
    """Return the dmu of each row of an index by (dmu, time), refusing a row that names none (``BadTable``)."""
    named = index.get_level_values(0)
    if named.hasnans:
        raise BadTable(
            f"第{int(np.asarray(named.isna()).argmax()) + 1}行没有单位编码，行标签应为（单位，时期）"
        )
    return named


def clusters(groups: "pd.Series[str]", index: pd.Index) -> "pd.Series[str]":
    """Return the cluster of each row, refusing those of other rows (``BadTable``)."""
    if not _series(groups, "groups").index.equals(index):
        raise BadTable("groups的行标签与数据不一致，请先对齐")
    if groups.isna().any():
        raise BadTable("groups有缺失：每行都要有所属的单位")
    return groups


def checked(frame: pd.DataFrame, name: str, index: pd.Index) -> pd.DataFrame:
    """Return the frame as float64, with its rows those of ``index`` and every value finite.

    Raises
    ------
    BadTable
        See ``table``; also of other rows, and with the column and row of the first value that is no finite number (a
        text of digits is none).
    """
    if not table(frame, name).index.equals(index):
        raise BadTable(f"{name}的行标签与因变量不一致，请先对齐")
    columns = {column: array(numeric(frame[column])) for column in frame.columns}
    numbers = pd.DataFrame(columns, index=index, dtype="float64")
    bad = ~(np.abs(array(numbers)) <= LARGEST)
    if bad.any():
        row, column = (int(place[0]) for place in np.nonzero(bad))
        place = f"第{row + 1}行（{index.to_list()[row]!s}）的“{frame.columns.to_list()[column]!s}”"
        why = "大得无法计算" if np.isfinite(array(numbers)[row, column]) else "不是有限数"
        raise BadTable(f"{name}{place}{why}：{frame.iloc[row, column]!s}；请先补齐或剔除")
    return numbers


def log_cost(cost: Floats) -> Floats:
    """Return log cost.

    Raises
    ------
    BadTable, TooFewRows
        See ``labelled``; also if a cost is missing, not positive, or too small to reckon with.
    """
    numbers = _numbers(labelled(cost, "成本"), "成本", positive=True)
    demand_size(numbers, "成本")
    return pd.Series(np.log(numbers.to_numpy()), index=cost.index, name="log(cost)")


def demand_size(values: Floats, name: str) -> None:
    """Refuse numbers that are not zero and so small that their squares vanish (``BadTable``)."""
    tiny = (values != 0) & (values.abs() < SMALLEST)
    if tiny.any():
        row = int(np.flatnonzero(tiny)[0])
        place = f"第{row + 1}行（{values.index.to_list()[row]!s}）"
        raise BadTable(f"{name}{place}小得无法计算：{values.iloc[row]!s}；请核对计量单位或剔除")


def _numbers(values: Floats, name: str, *, positive: bool) -> Floats:
    """Return floats; the refusal names the first row that is no finite (or positive) number."""
    numbers = numeric(values)
    bad = ~np.isfinite(numbers.to_numpy()) | (positive & (numbers.to_numpy() <= 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        want = "正数" if positive else "有限数"
        place = f"第{row + 1}行（{values.index.to_list()[row]!s}）"
        raise BadTable(f"{name}{place}为{values.iloc[row]!s}，含有缺失值或不为{want}")
    return numbers


def orthogonal_basis(design: pd.DataFrame) -> Basis:
    """Factor the design, refusing what double precision cannot carry.

    Notes
    -----
    Householder QR, which reaches 6 to 8 digits on the NIST Filip polynomial where the normal
    equations reach none. The condition number is that of the columns scaled to unit length
    (Belsley, Kuh and Welsch 1980, ch. 3), so a change of unit does not move it.

    Raises
    ------
    TooFewRows
        If there are not more rows than columns.
    Collinear
        If the scaled condition number exceeds ``MAX_CONDITION``.
    """
    values = design.to_numpy(dtype="float64")
    n, k = values.shape
    if not k:
        raise BadTable("自变量表没有列，至少要有一列")
    if n <= k:
        raise TooFewRows(f"{k}个系数的回归数据行不足", n=n, needed=k + 1)
    if not np.isfinite(values).all():
        raise BadTable("自变量含有缺失值")
    q, r = np.linalg.qr(values)
    lengths = np.linalg.norm(r, axis=0)
    if (lengths == 0).any():
        raise Collinear(float("inf"), [str(c) for c in design.columns[lengths == 0]])
    _, singular, right = np.linalg.svd(r / lengths)
    condition = float(singular[0] / singular[-1]) if singular[-1] > 0 else float("inf")
    if condition > MAX_CONDITION:
        part = np.abs(right[-1]) > 0.1
        raise Collinear(condition, [str(c) for c in design.columns[part]])
    return Basis(q, r, condition)


def least_squares(y: Array, design: Array, basis: Basis) -> Array:
    """Return the least-squares coefficients (k,), refined in extended precision.

    Notes
    -----
    Two steps of Bjorck (1967) on the augmented system, residuals in ``longdouble``: large
    residuals (NIST Wampler 5) otherwise cost half of the digits. Where ``longdouble`` is plain
    double nothing is gained and nothing lost.
    """
    wide, target = design.astype(np.longdouble), y.astype(np.longdouble)
    b = solve_triangular(basis.r, basis.q.T @ y).astype(np.longdouble)
    e = target - wide @ b
    for _ in range(2):
        f = (target - e - wide @ b).astype(np.float64)
        g = (-(wide.T @ e)).astype(np.float64)
        along, across = basis.q.T @ f, solve_triangular(basis.r, g, trans="T")
        b = b + solve_triangular(basis.r, along - across)
        e = e + f - basis.q @ (along - across)
    return np.asarray(b, dtype=np.float64)


def told_spans(columns: Mapping[str, Floats], *, typical: bool = False) -> tuple[Finding, ...]:
    """Return ``conditioning.check_spans`` of long columns: which are wide is found first, by arrays."""
    sizes = {label: np.abs(array(one)) if typical else array(one) for label, one in columns.items()}
    wide = {
        label: size.tolist() for label, size in sizes.items() if _is_wide(size[size > 0], typical=typical)
    }
    return check_spans(wide, typical=typical)


def _is_wide(sizes: Array, *, typical: bool) -> bool:
    return bool(sizes.size) and sizes.max() > SPAN * (np.median(sizes) if typical else sizes.min())
