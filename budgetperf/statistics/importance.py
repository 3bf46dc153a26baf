"""The importance survey: how raters weigh each indicator on five points, and which entries are looked up again.

Five points, 5 very important … 1 very unimportant; an empty cell is a rater who did not judge.
Holds the figures of the survey; who is kept is decided by ``membership``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from budgetperf.findings import Finding, Severity, Where
from budgetperf.statistics.errors import BadTable, TooFewRows

SCALE = (1, 2, 3, 4, 5)
"""1 very unimportant (很不重要) … 5 very important (很重要)."""

MIN_RATERS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry drawn for a second look at the original sheet."""

    rater: str
    indicator: str
    rating: int


@dataclass(frozen=True, slots=True, eq=False)
class ImportanceResult:
    """The figures of the survey.

    Parameters
    ----------
    table : DataFrame (m, 4)
        By indicator: ``n`` ratings, ``mean`` (points), ``important_ratio`` (0-1), ``variation``
        (coefficient of variation; NaN below two ratings).
    spot_check : tuple of Entry
    findings : tuple of Finding
    """

    table: pd.DataFrame
    spot_check: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def rate_importance(
    ratings: pd.DataFrame, *, rng: np.random.Generator, n_checked: int, important_from: int = 4
) -> ImportanceResult:
    """Return mean, share of ratings from ``important_from`` up, and coefficient of variation.

    Parameters
    ----------
    ratings : DataFrame (n_raters, m)
        1 to 5, NaN where a rater did not judge.
    rng : Generator
        Seeded by the caller; draws the entries to be checked.
    n_checked : int
        Entries drawn without replacement; all of them when there are fewer.
    important_from : int
        The lowest point that counts as important.

    Raises
    ------
    BadTable
        A rating off the scale, or a label repeated.
    TooFewRows
        Fewer than two raters.

    Notes
    -----
    variation = s / mean with s the sample standard deviation (n - 1).

    References
    ----------
    GD-INDEX: five-point importance, entries spot-checked at random (practice). The share and the
    coefficient of variation are the usual figures of expert consultation [ours].
    """
    _demand_ratings(ratings)
    table = _figures(ratings, important_from)
    return ImportanceResult(table, _draw(ratings, rng, n_checked), _findings(ratings))


def _figures(ratings: pd.DataFrame, important_from: int) -> pd.DataFrame:
    count = ratings.count()
    return pd.DataFrame(
        {
            "n": count,
            "mean": ratings.mean(),
            "important_ratio": (ratings >= important_from).sum() / count.where(count > 0),
            "variation": ratings.std(ddof=1) / ratings.mean(),
        }
    )


def _demand_ratings(ratings: pd.DataFrame) -> None:
    for labels in (ratings.index, ratings.columns):
        if labels.has_duplicates:
            raise BadTable("表中名称重复", places=[str(name) for name in labels[labels.duplicated()]])
    off = np.argwhere((ratings.notna() & ~ratings.isin(SCALE)).to_numpy())
    if len(off):
        places = [f"{ratings.index[row]}对{ratings.columns[column]}" for row, column in off]
        raise BadTable("重要性评分须为1至5的整数", places=places)
    if len(ratings) < MIN_RATERS:
        raise TooFewRows("评分人太少", n=len(ratings), needed=MIN_RATERS)


def _draw(ratings: pd.DataFrame, rng: np.random.Generator, n_checked: int) -> tuple[Entry, ...]:
    filled = np.argwhere(ratings.notna().to_numpy())
    chosen = np.sort(rng.choice(len(filled), size=min(n_checked, len(filled)), replace=False))
    places = [(int(row), int(column)) for row, column in filled[chosen]]
    return tuple(
        Entry(str(ratings.index[row]), str(ratings.columns[column]), int(ratings.to_numpy()[row, column]))
        for row, column in places
    )


def _findings(ratings: pd.DataFrame) -> tuple[Finding, ...]:
    unrated = [
        Finding(
            "statistics.unrated",
            Severity.WARNING,
            Where(pointer=f"/survey/{name}"),
            f"“{name}”没有任何评分，隶属度按0计",
        )
        for name in ratings.columns[ratings.count() == 0]
    ]
    flat = [
        Finding(
            "statistics.flat_rater",
            Severity.WARNING,
            Where(pointer=f"/survey/{rater}"),
            f"评分人“{rater}”对全部指标给出同一分值，请核对原始问卷；未剔除",
        )
        for rater in ratings.index[(ratings.max(axis=1) == ratings.min(axis=1)) & (ratings.count(axis=1) > 1)]
    ]
    return (*unrated, *flat)
