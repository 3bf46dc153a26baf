"""What a panel of raters found: plain arithmetic means, extremes and counts, exact and half up.

Takes one complete score sheet per rater. Agreement statistics belong to ``statistics``; who
may rate, and when, to ``lifecycle/exante``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budgetperf.errors import Invalid
from budgetperf.scoring.exact import half_up
from budgetperf.scoring.score import ScoreSheet


@dataclass(frozen=True, slots=True)
class Spread:
    """One number as the raters gave it.

    Parameters
    ----------
    mean : Decimal
        Arithmetic mean of the counted values, half up to the places of the scheme.
    low, high : Decimal
        Lowest and highest value given, counted or not.
    counted : int
        How many values entered the mean.
    """

    mean: Decimal
    low: Decimal
    high: Decimal
    counted: int


@dataclass(frozen=True, slots=True)
class CriterionSpread:
    """A criterion with its weight and the spread of its points."""

    key: str
    label: str
    weight: Decimal
    spread: Spread


@dataclass(frozen=True, slots=True)
class PanelMeans:
    """Means of a panel: per criterion, and of the raters' totals."""

    lines: tuple[CriterionSpread, ...]
    total: Spread


def panel_means(sheets: Sequence[ScoreSheet], *, places: int, drop_extremes: bool) -> PanelMeans:
    """Return the means of the raters' sheets.

    Parameters
    ----------
    sheets : sequence of ScoreSheet
        One per rater, all under the same scheme; their order does not matter.
    places : int
        Decimals of the means.
    drop_extremes : bool
        Drop one highest and one lowest value of each number before taking its mean.

    Raises
    ------
    Invalid
        ``scoring.raters`` if there are no sheets, fewer than three with ``drop_extremes``, or
        sheets of different schemes.

    Notes
    -----
    The total is the mean of the totals, not the sum of rounded means. With ``drop_extremes``
    every number is trimmed on its own, so the means need not add up.
    """
    needed = 3 if drop_extremes else 1
    if len(sheets) < needed:
        raise Invalid("scoring.raters", f"计算专家组均分至少需要{needed}份评分，现有{len(sheets)}份")
    shapes = {tuple((line.key, line.weight) for line in sheet.lines) for sheet in sheets}
    if len(shapes) > 1:
        raise Invalid("scoring.raters", "各专家评分表的评分项或分值不一致，请使用同一评分方案")
    lines = tuple(
        CriterionSpread(
            line.key,
            line.label,
            line.weight,
            _spread([sheet.lines[i].points for sheet in sheets], places, drop_extremes=drop_extremes),
        )
        for i, line in enumerate(sheets[0].lines)
    )
    total = _spread([sheet.total for sheet in sheets], places, drop_extremes=drop_extremes)
    return PanelMeans(lines, total)


def _spread(values: list[Decimal], places: int, *, drop_extremes: bool) -> Spread:
    ordered = sorted(values)
    counted = ordered[1:-1] if drop_extremes else ordered
    mean = sum((Fraction(value) for value in counted), Fraction(0)) / len(counted)
    return Spread(half_up(mean, places), ordered[0], ordered[-1], len(counted))
