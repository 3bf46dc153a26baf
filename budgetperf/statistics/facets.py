"""The design of many-facet ratings: who rated whom on what, and whether that can be compared.

Holds the reading of the long table (one rating a row) and the refusal of designs that fall apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from budgetperf.statistics.errors import BadParameter, BadTable, Disconnected, NoFiniteEstimate, TooFewRows
from budgetperf.statistics.labelled import Array, array, demand_frame, demand_labels, numeric

Places: TypeAlias = NDArray[np.intp]

NULL = 1e-9  # eigenvalues below this share of the largest are none


@dataclass(frozen=True, slots=True, eq=False)
class Facet:
    """One thing that moves a rating besides the target: its levels, and the level of each rating."""

    name: str
    levels: pd.Index
    codes: Places


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The ratings by number.

    Parameters
    ----------
    targets : Index (n_targets,)
    target : (n,)
        The target of each rating.
    steps : (n,)
        The grade of each rating, 0 for the lowest.
    lowest, n_steps : int
        The lowest grade and how many steps lead to the highest.
    facets : tuple of Facet
        Crossed with the targets; the last one is the group of the targets when ``grouped``.
    grouped : bool
    """

    targets: pd.Index
    target: Places
    steps: Places
    lowest: int
    n_steps: int
    facets: tuple[Facet, ...]
    grouped: bool

    @property
    def crossed(self) -> tuple[Facet, ...]:
        """The facets but the group of the targets."""
        return self.facets[:-1] if self.grouped else self.facets


def stack_ratings(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return a table of targets by raters as a long one: ``target``, ``rater``, ``score``.

    Empty cells give no row; ``BadTable`` where a target or a rater stands twice.
    """
    demand_labels(ratings)
    if ratings.index.nlevels > 1 or ratings.columns.nlevels > 1:
        raise BadParameter("评分表的行名、列名须为一层")
    wide = ratings.rename_axis(index="target", columns="rater").reset_index()
    return wide.melt(id_vars="target", var_name="rater", value_name="score").dropna(
        subset="score", ignore_index=True
    )


def read_design(
    ratings: pd.DataFrame, *, score: str, target: str, facets: Sequence[str], group: str | None
) -> Design:
    """Return the design of a long table, or refuse it by row.

    Raises
    ------
    BadParameter
        A column is not there, or no facet is named.
    BadTable
        A cell is empty, a score is no whole number, a rating is repeated, a target stands in two
        groups, or a grade between the lowest and the highest was never given.
    TooFewRows
        Fewer than two targets, or two levels of a facet, or two grades.
    NoFiniteEstimate
        A level got the lowest or the highest grade only.
    Disconnected
        The levels of the facets cannot be compared through common targets.
    """
    demand_frame(ratings)
    names = [*facets, *([group] if group else [])]
    missing = [name for name in (score, target, *names) if name not in ratings.columns]
    if missing or not facets or len(set(names)) < len(names):
        raise BadParameter(f"评分表须有各列且不重复：{'、'.join(missing) or '至少一个评分侧面'}")
    _demand_cells(ratings, score, [target, *names], [target, *facets])
    targets, codes = _coded(ratings[target])
    if len(targets) < 2:
        raise TooFewRows("评分对象太少", n=len(targets), needed=2)
    lowest, steps = _steps(ratings[score])
    read = tuple(Facet(name, *_coded(ratings[name])) for name in names)
    design = Design(targets, codes, steps, lowest, int(steps.max()), read, group is not None)
    for facet in read:
        _demand_facet(facet, steps, design.n_steps)
    if group:
        _demand_one_group(design)
    demand_connected(design)
    return design


def _coded(column: "pd.Series[str]") -> tuple[pd.Index, Places]:
    codes, levels = pd.factorize(column)
    return pd.Index(levels), codes.astype(np.intp)


def _demand_cells(ratings: pd.DataFrame, score: str, labels: list[str], key: list[str]) -> None:
    empty = np.argwhere(ratings[[score, *labels]].isna().to_numpy())
    if len(empty):
        columns = [score, *labels]
        raise BadTable("以下单元格为空", places=[f"第{i + 1}行{columns[j]}" for i, j in empty])
    figures = array(numeric(ratings[score]))
    wrong = ~np.isfinite(figures) | (np.abs(figures) > 2**31)
    wrong |= np.where(wrong, 0.0, figures) % 1 != 0
    if wrong.any():
        places = [f"第{i + 1}行{ratings[score].iloc[i]}" for i in np.flatnonzero(wrong)]
        raise BadTable("评分须为整数等级", places=places)
    again = np.flatnonzero(ratings.duplicated(key).to_numpy())
    if len(again):
        raise BadTable("同一评分重复出现", places=[f"第{i + 1}行" for i in again])


def _steps(scores: "pd.Series[float]") -> tuple[int, Places]:
    grades = array(numeric(scores)).astype(np.int64)
    seen = np.unique(grades)
    if len(seen) < 2:
        raise TooFewRows("给出的等级太少", n=len(seen), needed=2)
    if len(seen) < seen[-1] - seen[0] + 1:
        after = seen[:-1][np.diff(seen) > 1]
        raise BadTable(
            "有的等级没有人给过，阈值无解，请合并等级",
            places=[f"{grade}与其上一个所给等级之间" for grade in after],
        )
    return int(seen[0]), (grades - seen[0]).astype(np.intp)


def _demand_facet(facet: Facet, steps: Places, n_steps: int) -> None:
    if len(facet.levels) < 2:
        raise TooFewRows(f"“{facet.name}”的水平太少", n=len(facet.levels), needed=2)
    size = np.bincount(facet.codes)
    total = np.bincount(facet.codes, steps)
    extreme = facet.levels[(total == 0) | (total == size * n_steps)]
    if len(extreme):
        text = f"以下“{facet.name}”只给过最低或最高等级，严厉度趋于无穷，请先剔除或合并"
        raise NoFiniteEstimate(text, places=[str(level) for level in extreme])


def _demand_one_group(design: Design) -> None:
    pairs = np.unique(np.column_stack([design.target, design.facets[-1].codes]), axis=0)[:, 0]
    twice = np.unique(pairs[1:][np.diff(pairs) == 0])
    if len(twice):
        text = "以下对象分属两个组别，组别须是对象的属性"
        raise BadTable(text, places=[str(design.targets[at]) for at in twice])


def demand_connected(design: Design) -> None:
    """Refuse a design whose levels are not all compared through common targets.

    Raises
    ------
    Disconnected
        With the subsets, or with the levels that cannot be told from those of another facet.

    Notes
    -----
    With the targets swept out, the cross products of the level columns have rank
    sum (L_f - 1) exactly when every difference of levels can be estimated (Linacre 1989).
    """
    gram = _swept(design)
    values, vectors = np.linalg.eigh(gram)
    surplus = int((values <= NULL * max(float(values[-1]), 1.0)).sum()) - len(design.crossed)
    if surplus <= 0:
        return
    start = 0
    for facet in design.crossed:
        stop = start + len(facet.levels)
        _demand_linked(facet, gram[start:stop, start:stop])
        start = stop
    labels = [f"{facet.name} {level}" for facet in design.crossed for level in facet.levels]
    nulls = vectors[:, : surplus + len(design.crossed)]
    raise Disconnected(
        "以下水平彼此捆绑（总在一起出现），无法分开估计", subsets=[_tied(nulls, design, labels)]
    )


def _demand_linked(facet: Facet, gram: Array) -> None:
    """Refuse a facet whose levels fall into parts without a common target."""
    parts, part = sparse.csgraph.connected_components(np.abs(gram) > NULL)
    if parts > 1:
        text = (
            f"评分设计不连通，“{facet.name}”各组没有共同的对象，严厉度不可比；请安排共同评分的对象后重新估计"
        )
        raise Disconnected(
            text, subsets=[[str(level) for level in facet.levels[part == p]] for p in range(parts)]
        )


def _swept(design: Design) -> Array:
    """Return the cross products (L, L) of the level columns, each centred within targets."""
    n, width = len(design.target), sum(len(facet.levels) for facet in design.crossed)
    starts = np.cumsum([0, *(len(facet.levels) for facet in design.crossed)])
    columns = np.concatenate([f.codes + at for f, at in zip(design.crossed, starts, strict=False)])
    rows = np.tile(np.arange(n), len(design.crossed))
    dummies = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, width))
    member = sparse.csr_array((np.ones(n), (design.target, np.arange(n))), shape=(len(design.targets), n))
    counts = member @ dummies
    shares = sparse.diags_array(1 / np.bincount(design.target)) @ counts
    return np.asarray((dummies.T @ dummies - counts.T @ shares).toarray(), dtype=np.float64)


def _tied(nulls: Array, design: Design, labels: list[str]) -> list[str]:
    """Return the levels that move in a null direction other than a facet's own constant."""
    start, moved = 0, np.array(nulls)
    for facet in design.crossed:
        stop = start + len(facet.levels)
        moved[start:stop] -= moved[start:stop].mean(axis=0)
        start = stop
    return [label for label, size in zip(labels, np.abs(moved).max(axis=1), strict=True) if size > 1e-6]
