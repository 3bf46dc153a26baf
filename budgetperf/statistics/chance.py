"""Gwet's AC1 and AC2: agreement on grades beyond chance, steady where kappa collapses.

Holds both coefficients (AC1 counts equal grades only, AC2 near ones in part) with their standard
error. Kappa itself is in ``statsmodels.stats.inter_rater``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from budgetperf.findings import Finding, Severity
from budgetperf.statistics.errors import BadParameter, BadTable, NoVariation, TooFewRows
from budgetperf.statistics.labelled import Array, array, numeric
from budgetperf.statistics.methods import RatingWeights
from budgetperf.statistics.parameters import demand_share
from budgetperf.statistics.ratings import (
    LARGEST,
    ROUNDING,
    cells,
    demand_names,
    demand_ratings,
    flat_raters,
    is_endless,
    is_single,
    told,
)

SOURCE = "Gwet (2008)"
FEW = 6  # targets in dispute below which 90 % intervals cover less than 87 % [ours, by simulation]


@dataclass(frozen=True, slots=True)
class GwetResult:
    """Agreement beyond chance.

    Parameters
    ----------
    coefficient : float
        AC1 or AC2; 1 full agreement, 0 what chance gives.
    std_error, low, high : float
        Of the coefficient, targets being a sample and the raters fixed; ``high`` is cut at 1.
    agreement, chance : float
        Share of agreeing pairs, weighted, and the share expected by chance.
    weights : RatingWeights
    categories : tuple
        The grades counted with.
    confidence : float
    findings : tuple of Finding
    """

    coefficient: float
    std_error: float
    low: float
    high: float
    agreement: float
    chance: float
    weights: RatingWeights
    categories: tuple[object, ...]
    confidence: float
    findings: tuple[Finding, ...]


def gwet_ac1(
    ratings: pd.DataFrame, *, categories: Sequence[object] | None = None, confidence: float = 0.95
) -> GwetResult:
    """Return Gwet's AC1 of grades that have names only.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        Any labels or numbers; NaN or None where a rater did not judge.
    categories : sequence, optional
        All grades that could have been given; without it those that were given. Chance depends
        on their number.
    confidence : float
        Of the t interval.

    Raises
    ------
    BadTable, TooFewRows
        A label is repeated, a grade is infinite or not among ``categories``; fewer than two
        raters, rated targets, or no target with two grades.
    NoVariation
        One grade only and no ``categories`` to say what else could have been given.
    BadParameter
        ``confidence`` is not between 0 and 1, or ``categories`` has fewer than two grades, one
        twice, or one that is no grade (a gap, an infinite number).

    Notes
    -----
    AC = (p_a - p_e) / (1 - p_e), p_e = sum(w) / (q (q - 1)) sum pi_k (1 - pi_k) over q grades,
    pi_k the mean share of grade k; standard error by linearisation, t with n - 1: too small, and
    told, where only a few targets are in dispute.

    References
    ----------
    Gwet (2008) Computing inter-rater reliability and its variance in the presence of high
    agreement, British Journal of Mathematical and Statistical Psychology 61, 29-48; Gwet (2014)
    Handbook of inter-rater reliability, 4th edition (missing grades, weights).
    """
    demand_share("置信水平", confidence)
    places, grades = _placed(ratings, None if categories is None else _asked(categories))
    return _gwet(ratings, places, grades, RatingWeights.IDENTITY, confidence)


def gwet_ac2(
    ratings: pd.DataFrame,
    *,
    weights: RatingWeights | str = RatingWeights.QUADRATIC,
    categories: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> GwetResult:
    """Return Gwet's AC2 of grades that have an order.

    Parameters
    ----------
    ratings : DataFrame (n_targets, n_raters)
        Numbers; NaN where a rater did not judge.
    weights : RatingWeights
        ``linear`` and ``quadratic`` go by the distance of the numbers, ``ordinal`` by their order.
    categories : sequence of float, optional
        As in ``gwet_ac1``; the ends of the scale set the weights.
    confidence : float

    Raises
    ------
    BadTable, TooFewRows, NoVariation, BadParameter
        As ``gwet_ac1``; also unknown ``weights``, ``categories`` that are no numbers.

    Notes
    -----
    w_kl = 1 - |c_k - c_l| / range (linear), 1 - ((c_k - c_l) / range)^2 (quadratic),
    1 - C(|k - l| + 1, 2) / C(q, 2) (ordinal); the rest as in ``gwet_ac1``.

    References
    ----------
    Gwet (2014) Handbook of inter-rater reliability, 4th edition, chapter 3.
    """
    demand_share("置信水平", confidence)
    try:
        kind = RatingWeights(weights)
    except ValueError:
        known = "、".join(member.value for member in RatingWeights)
        raise BadParameter(f"没有“{weights}”这种权重，可用：{known}") from None
    figures = demand_ratings(ratings, complete=False, targets=1)
    places, grades = _placed(figures, None if categories is None else _asked_numbers(categories))
    order = np.argsort(np.array(grades, dtype=np.float64))
    moved = np.append(np.argsort(order).astype(np.float64), np.nan)
    places = moved[np.where(np.isnan(places), -1, places).astype(np.intp)]
    return _gwet(ratings, places, [grades[at] for at in order], kind, confidence)


def _asked(categories: Sequence[object]) -> list[object]:
    """Return the grades that could be given; a gap is none of them."""
    if not isinstance(categories, Iterable):
        raise BadParameter(f"可选的等级须逐个列出，如[1, 2, 3]，现为{categories}")
    asked = list(categories)
    wrong = [one for one in asked if not is_single(one) or is_endless(one)]
    if not wrong:
        wrong = [one for one, gap in zip(asked, pd.Series(asked, dtype=object).isna(), strict=True) if gap]
    if wrong:
        raise BadParameter(f"可选的等级须为单个的值，不能缺失或无穷：{'、'.join(map(str, wrong))}")
    return asked


def _asked_numbers(categories: Sequence[object]) -> list[object]:
    """Return the grades that could be given as numbers."""
    asked = _asked(categories)
    figures = array(numeric(pd.Series(asked, dtype=object)))
    wrong = [str(one) for one, figure in zip(asked, figures, strict=True) if not abs(figure) <= LARGEST]
    if wrong:
        raise BadParameter(f"可选的等级须为大小可以计算的数：{'、'.join(wrong)}")
    return list(figures.tolist())


def _placed(ratings: pd.DataFrame, categories: Sequence[object] | None) -> tuple[Array, list[object]]:
    """Return every grade as its place in the list of grades, NaN where there is none."""
    codes, seen = demand_names(ratings)
    rated = int((~np.isnan(codes)).any(axis=1).sum())
    for what, there in (("评委太少", ratings.shape[1]), ("有评分的对象太少", rated)):
        if there < 2:
            raise TooFewRows(what, n=there, needed=2)
    grades = list(seen if categories is None else categories)
    at = {grade: float(place) for place, grade in enumerate(grades)}
    if len(at) < 2:
        if categories is None:
            raise NoVariation("全部评分相同，又没有给出可选的等级，偶然一致率没有意义")
        raise BadParameter("可选的等级至少要有两个，且不重复")
    if len(at) < len(grades):
        raise BadParameter("可选的等级重复")
    unknown = {number for number, grade in enumerate(seen) if grade not in at}
    if unknown:
        raise BadTable("以下评分不在可选的等级之内", places=cells(ratings, np.isin(codes, list(unknown))))
    moved = np.array([*(at[grade] for grade in seen), np.nan])
    return moved[np.where(np.isnan(codes), -1, codes).astype(np.intp)], grades


def _gwet(
    ratings: pd.DataFrame, places: Array, grades: list[object], kind: RatingWeights, confidence: float
) -> GwetResult:
    counts = np.stack([(places == place).sum(axis=1) for place in range(len(grades))], axis=1).astype(
        np.float64
    )
    rated = counts.sum(axis=1)
    counts, many = counts[rated > 0], rated[rated > 0]
    if many.max() < 2:
        raise TooFewRows("至少被两位评委评过的对象太少", n=0, needed=1)
    weights = _weights(grades, kind)
    agreement, chance, variance = _figures(counts, many, weights)
    coefficient = (agreement - chance) / (1 - chance)
    error = float(np.sqrt(variance)) if variance > ROUNDING**2 else 0.0
    reach = float(stats.t.isf((1 - confidence) / 2, len(many) - 1)) * error
    return GwetResult(
        coefficient,
        error,
        coefficient - reach,
        min(coefficient + reach, 1.0),
        agreement,
        chance,
        kind,
        tuple(grades),
        confidence,
        _findings(ratings, places, error),
    )


def _figures(counts: Array, many: Array, weights: Array) -> tuple[float, float, float]:
    """Return the share of agreement, the share by chance, and the variance of the coefficient."""
    n, q = counts.shape
    paired = many >= 2
    pairs = np.where(paired, many * (many - 1), 1.0)
    agreeing = (counts * (counts @ weights - 1)).sum(axis=1) / pairs * paired
    shares = (counts / many[:, None]).mean(axis=0)
    scale = float(weights.sum()) / (q * (q - 1))
    agreement, chance = float(agreeing.sum() / paired.sum()), scale * float((shares * (1 - shares)).sum())
    coefficient = (agreement - chance) / (1 - chance)
    own = n / paired.sum() * (agreeing - chance * paired) / (1 - chance)
    by_chance = scale * (counts @ (1 - shares)) / many
    moved = own - 2 * (1 - coefficient) * (by_chance - chance) / (1 - chance)
    return agreement, chance, float(((moved - coefficient) ** 2).sum()) / (n * (n - 1))


def _weights(grades: list[object], kind: RatingWeights) -> Array:
    q = len(grades)
    if kind is RatingWeights.IDENTITY:
        return np.eye(q)
    if kind is RatingWeights.ORDINAL:
        steps = np.abs(np.subtract.outer(np.arange(q), np.arange(q))).astype(np.float64)
        return 1 - steps * (steps + 1) / (q * (q - 1))
    values = np.array(grades, dtype=np.float64)
    distance = np.abs(np.subtract.outer(values, values)) / (values.max() - values.min())
    return np.asarray(1 - (distance if kind is RatingWeights.LINEAR else distance**2), dtype=np.float64)


def _findings(ratings: pd.DataFrame, places: Array, error: float) -> tuple[Finding, ...]:
    findings = list(flat_raters(ratings))
    given = (~np.isnan(places)).sum(axis=1)
    if (given == 0).any():
        text = f"以下对象没有评分，不计入：{'、'.join(str(name) for name in ratings.index[given == 0])}"
        findings.append(told("unrated_target", Severity.NOTE, text, SOURCE))
    disputed = int((np.nanmax(places[given > 1], axis=1) > np.nanmin(places[given > 1], axis=1)).sum())
    if error == 0:
        text = "各对象的一致程度没有差别，标准误为0，区间收缩为一点，不说明总体如此"
        findings.append(told("no_error", Severity.WARNING, text, SOURCE))
    elif disputed < FEW:
        text = f"只有{disputed}个对象有分歧（宜有{FEW}个以上），标准误偏小，区间偏窄"
        findings.append(told("few_disputed", Severity.WARNING, text, SOURCE))
    return tuple(findings)
