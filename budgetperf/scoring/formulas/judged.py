"""What a person decides: a tier with a share inside it, points, or yes and no.

Holds the formulas whose fact is a judgement; nothing is computed but the check of its bounds.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement
from budgetperf.scoring.exact import half_up, percent
from budgetperf.scoring.facts import Achieved, Answer, Fact, Rated
from budgetperf.scoring.formulas.base import FULL, NONE, NamedRule, Part, expect
from budgetperf.scoring.rules import Rule, Share


class Tier(Rule):
    """The shares one tier of a qualitative judgement may give: ``at_least`` <= share < ``below``."""

    achievement: Achievement
    at_least: Share
    below: Share

    def holds(self, ratio: Decimal) -> bool:
        """Tell whether ``ratio`` lies in the tier; the top tier includes 1."""
        return self.at_least <= ratio and (ratio < self.below or ratio == self.below == 1)

    def points(self, weight: Decimal, places: int) -> tuple[Decimal, Decimal]:
        """Return the points of ``weight`` at the lower and at the upper end of the tier."""
        low, high = Fraction(weight) * Fraction(self.at_least), Fraction(weight) * Fraction(self.below)
        return half_up(low, places), half_up(high, places)


class Graded(NamedRule):
    """Qualitative: the rater names a tier and a share inside it; another share is refused.

    References
    ----------
    财预〔2020〕10号: 100-80%（含）, 80-60%（含）, 60-0%; Hubei's form: 100-80, 80-50, 50-0.
    """

    name: Literal["graded"] = "graded"
    wording: ClassVar[str] = "按达成档次在规定区间内赋分"
    tiers: tuple[Tier, ...]

    @model_validator(mode="after")
    def _contiguous(self) -> Self:
        tiers = self.tiers
        if [tier.achievement for tier in tiers] != list(Achievement):
            raise ValueError("三档须依次为 met、partly、not_met，各写一次")
        edges = [(tier.below, tier.at_least) for tier in tiers]
        seamless = all(upper[1] == lower[0] for upper, lower in pairwise(edges))
        if edges[0][0] != 1 or edges[-1][1] != 0 or not seamless or any(top <= low for top, low in edges):
            raise ValueError("三档区间须从1到0首尾相接，不重不漏")
        return self

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the rater's share after checking it against the tier.

        Raises
        ------
        Invalid
            ``scoring.tier`` if the share lies outside the tier.
        """
        achieved = expect(fact, Achieved, self.name)
        tier = next(tier for tier in self.tiers if tier.achievement is achieved.achievement)
        share = Fraction(achieved.ratio)
        if not tier.holds(achieved.ratio):
            low, top = percent(Fraction(tier.at_least)), percent(Fraction(tier.below))
            edge = "含" if tier.below == 1 else "不含"
            raise Invalid(
                "scoring.tier",
                f"“{tier.achievement.label}”的赋分比例须在{low}（含）至{top}（{edge}）之间，收到{percent(share)}",
                achievement=tier.achievement,
            )
        return Part(share)


class Judged(NamedRule):
    """Points given directly by a rater, from 0 to the weight; above or below is refused.

    References
    ----------
    财预〔2020〕10号 annex 2: the evaluator scores each indicator by its evaluation points.
    """

    name: Literal["judged"] = "judged"
    wording: ClassVar[str] = "由评价人员在分值内直接评定"

    def part(self, fact: Fact, weight: Decimal) -> Part:
        """Return points / weight.

        Raises
        ------
        Invalid
            ``scoring.points_range`` if the points are below 0 or above the weight.
        """
        rated = expect(fact, Rated, self.name)
        if not 0 <= rated.points <= weight:
            raise Invalid("scoring.points_range", f"评分{rated.points}超出0至{weight}分的范围，请重新填写")
        return Part(Fraction(rated.points) / Fraction(weight))


class YesNo(NamedRule):
    """直接赋分: yes -> full, no -> 0.

    References
    ----------
    财预〔2021〕101号 直接赋分.
    """

    name: Literal["yes_no"] = "yes_no"
    wording: ClassVar[str] = "符合得满分，不符合不得分"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the whole weight or nothing for an ``Answer``."""
        return FULL if expect(fact, Answer, self.name).yes else NONE
