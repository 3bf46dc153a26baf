"""Ratings of targets by raters: what every figure of agreement demands of them.

A table has one row per target (对象) and one column per rater (评委). Holds the checks only;
nothing is filled in, dropped or rescaled here.
"""

from decimal import Decimal

import numpy as np
import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.errors import BadTable, TooFewRows
from budgetperf.statistics.labelled import Array, Floats, demand_labels, numeric

LARGEST = 1e50  # fourth powers of anything larger could overflow
ROUNDING = 8 * float(np.finfo(np.float64).eps)


def demand_ratings(
    ratings: pd.DataFrame, *, complete: bool = True, targets: int = 2, raters: int = 2
) -> pd.DataFrame:
    """Return the ratings as floats, or refuse them by cell.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        Any unit; NaN where a rater did not judge.
    complete : bool
        Whether an empty cell is refused.
    targets, raters : int
        How many the method needs.

    Raises
    ------
    BadTable
        A label is repeated, or a cell is no number, infinite, beyond 1e50 or (``complete``) empty.
    TooFewRows
        Too few targets or raters.
    """
    demand_labels(ratings)
    figures = pd.DataFrame({name: numeric(ratings[name]) for name in ratings.columns}, index=ratings.index)
    _refuse(ratings, (figures.isna() & ratings.notna()).to_numpy(), "以下评分不是数")
    _refuse(ratings, (figures.abs() > LARGEST).to_numpy(), "以下评分不是有限数或大得无法计算")
    if complete:
        _refuse(ratings, figures.isna().to_numpy(), "以下评分缺失，本方法不作填补，请补齐后重新计算")
    for what, n, needed in (
        ("评分对象太少", len(figures), targets),
        ("评委太少", figures.shape[1], raters),
    ):
        if n < needed:
            raise TooFewRows(what, n=n, needed=needed)
    return figures


def demand_names(ratings: pd.DataFrame) -> tuple[Array, list[object]]:
    """Return grades of any kind as numbers of a list of them, NaN where there is none, and the list.

    Raises
    ------
    BadTable
        A label is repeated, or a grade is infinite or no single value.
    """
    demand_labels(ratings)
    given = ratings.to_numpy(dtype=object)
    several = np.array([not is_single(one) for one in given.ravel()], dtype=np.bool_)
    _refuse(ratings, several.reshape(given.shape), "以下评分不是单个的数或文字")
    endless = np.array([is_endless(one) for one in given.ravel()], dtype=np.bool_)
    _refuse(ratings, endless.reshape(given.shape), "以下评分不是有限数")
    codes, names = pd.factorize(given.ravel())
    figures = np.where(codes < 0, np.nan, codes.astype(np.float64))
    return figures.reshape(given.shape), list(names)


def demand_values(values: Floats, *, least: int) -> Floats:
    """Return one column of values as floats, or refuse it by label.

    Raises
    ------
    BadTable, TooFewRows
        As ``demand_ratings``; also if it is no Series.
    """
    if not isinstance(values, pd.Series):
        raise BadTable(
            "须为带名称的Series，可写pd.Series(values, index=…)，现为", places=[type(values).__name__]
        )
    column = demand_ratings(values.to_frame(""), raters=1, targets=0)[""]
    if len(column) < least:
        raise TooFewRows("数值太少", n=len(column), needed=least)
    return column


def negligible(sum_of_squares: float, values: Array) -> bool:
    """Return whether a sum of squares is no more than the rounding of the values it came from."""
    return bool(sum_of_squares <= values.size * (ROUNDING * float(np.abs(values).max(initial=0.0))) ** 2)


def fully_alike(text: str) -> Finding:
    """Return the warning that scores agree too well to be tested."""
    return told("no_residual", Severity.WARNING, f"{text}；请核对评分是否各自独立作出")


def cells(ratings: pd.DataFrame, chosen: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> list[str]:
    """Return the places of the chosen cells: who on what, or what alone in a nameless column."""
    pairs = [(ratings.columns[j], ratings.index[i]) for i, j in np.argwhere(chosen)]
    return [f"{rater}对{target}" if str(rater) else str(target) for rater, target in pairs]


def flat_raters(ratings: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a warning for every rater who gave one and the same score to all targets rated."""
    flat = [name for name, scores in ratings.items() if scores.count() > 1 == len(scores.dropna().unique())]
    return tuple(
        Finding(
            "statistics.flat_rater",
            Severity.WARNING,
            Where(pointer=f"/ratings/{name}"),
            f"评委“{name}”对所评对象一律给同一评分，没有区分；未剔除，请核对",
        )
        for name in flat
    )


def told(code: str, severity: Severity, text: str, source: str = "", *, at: str = "/ratings") -> Finding:
    """Return a finding about the ratings as a whole."""
    return Finding(f"statistics.{code}", severity, Where(pointer=at), text, source)


def is_single(grade: object) -> bool:
    """Return whether a grade can be told from others and counted: a list cannot, nor a signalling NaN."""
    try:
        hash(grade)
    except TypeError:
        return False
    return True


def is_endless(grade: object) -> bool:
    """Return whether a grade is an infinite number."""
    return isinstance(grade, float | np.floating | Decimal) and abs(grade) == float("inf")


def _refuse(
    ratings: pd.DataFrame, wrong: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]", text: str
) -> None:
    places = cells(ratings, wrong)
    if places:
        raise BadTable(text, places=places)
