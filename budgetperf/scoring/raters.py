"""What raters found: means of a panel, and of weighted groups of raters; exact and half up.

A panel gives one complete score sheet per rater; groups of raters (leaders, peers, staff, the
public) each weigh in with the mean of their own. Agreement statistics belong to ``statistics``;
who may rate, and when, to ``lifecycle``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.exact import half_up, mean, weighted_mean
from budgetperf.scoring.rules import Exact, Points, Rule, SourcedRule
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


class RatingScale(SourcedRule):
    """The values a rater may give: from ``lowest`` to ``highest``, in steps if there are any."""

    lowest: Exact
    highest: Exact
    step: Points | None = None

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.lowest >= self.highest:
            raise ValueError("评分量表的最低分须小于最高分")
        return self

    def refusal(self, value: Decimal) -> str:
        """Say in Chinese why ``value`` is not on the scale; empty when it is."""
        if not self.lowest <= value <= self.highest:
            low, high = plain_number(self.lowest), plain_number(self.highest)
            return f"评分{plain_number(value)}不在{low}至{high}分的量表内"
        if self.step and (value - self.lowest) % self.step != 0:
            return f"评分{plain_number(value)}不在以{plain_number(self.step)}分为一档的量表上"
        return ""


class RaterGroup(Rule):
    """Raters who count as one voice.

    Parameters
    ----------
    key, label : str
    weight : Decimal
        Beside the other groups, in proportion.
    at_least : int
        Fewest raters whose ratings make a mean.
    drop : int
        How many highest and how many lowest ratings are left out before the mean.
    own : bool
        Each person rates themselves, and nobody else does in this group.
    """

    key: str
    label: str
    weight: Points
    own: bool = False
    at_least: Annotated[int, Field(ge=1, strict=True)] = 1
    drop: Annotated[int, Field(ge=0, strict=True)] = 0

    @model_validator(mode="after")
    def _something_left(self) -> Self:
        if self.at_least <= 2 * self.drop:
            raise ValueError(f"“{self.label}”去掉高低分后没有评分，at_least 至少为{2 * self.drop + 1}")
        if self.own and self.at_least > 1:
            raise ValueError(f"“{self.label}”为本人评分，每人一份，at_least 须为1")
        return self


AbsentGroup: TypeAlias = Literal["refuse", "rescale"]
"""A group that gave no rating is refused, or the other groups carry its weight in proportion."""


class RaterRules(SourcedRule):
    """The groups of raters of one rating, and the scale they rate on."""

    groups: tuple[RaterGroup, ...]
    absent_group: AbsentGroup
    scale: RatingScale | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keys = [group.key for group in self.groups]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("评分人组至少一个，编号不得重复")
        return self


def groups_mean(ratings: Mapping[str, Sequence[Decimal]], rules: RaterRules) -> Fraction:
    """Return the weighted mean of the groups' means, exact.

    Parameters
    ----------
    ratings : mapping of str to sequence of Decimal
        By group key, one value per rater; the order of raters does not matter.
    rules : RaterRules

    Raises
    ------
    Invalid
        ``scoring.raters`` for an unknown group, too few raters, or a silent group that may not
        be left out.

    Notes
    -----
    sum(weight x trimmed mean) / sum(weight), over the groups that rated.
    """
    if unknown := sorted(set(ratings) - {group.key for group in rules.groups}):
        raise Invalid("scoring.raters", f"评分人组不在规则中：{'、'.join(unknown)}，请更正或删除")
    means: list[tuple[Decimal, Fraction]] = []
    for group in rules.groups:
        given = sorted(ratings.get(group.key, ()))
        if not given and rules.absent_group == "rescale":
            continue
        if len(given) < group.at_least:
            raise Invalid(
                "scoring.raters", f"“{group.label}”至少需要{group.at_least}份评分，现有{len(given)}份，请补齐"
            )
        counted = given[group.drop : len(given) - group.drop]
        means.append((group.weight, mean(counted)))
    if not means:
        raise Invalid("scoring.raters", "没有任何一组评分人的评分，请至少补齐一组")
    return means[0][1] if len(means) == 1 else weighted_mean(means)
