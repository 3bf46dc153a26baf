"""The named formulas: a fact in, the exact share (0-1) of the criterion's weight out.

A formula is a frozen value: its name, its parameters (filled by an edition) and one pure
method. ``FORMULAS`` lists them all. Rounding is not done here: ``score`` rounds once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self, TypeAlias, TypeVar

from pydantic import Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement
from budgetperf.scoring.exact import percent
from budgetperf.scoring.facts import Achieved, Answer, Fact, Measured, MoneyRatio, Rated
from budgetperf.scoring.rules import Rule, Share

F = TypeVar("F")

ZeroTarget: TypeAlias = Literal["at_most_zero", "met"]
"""Target 0: ``at_most_zero`` gives full marks for actual <= 0 and none above (the product rule
seen in practice); ``met`` gives full marks when the target is met and none otherwise."""


@dataclass(frozen=True, slots=True)
class Part:
    """The share of the weight earned, and what must be told about it.

    Parameters
    ----------
    share : Fraction
        0 to 1, exact.
    note : str
        Chinese sentence for a finding; empty when there is nothing to tell.
    """

    share: Fraction
    note: str = ""


FULL, NONE = Part(Fraction(1)), Part(Fraction(0))


def _expect(fact: Fact, kind: type[F], formula: str) -> F:
    """Narrow ``fact`` or refuse it."""
    if not isinstance(fact, kind):
        raise Invalid(
            "scoring.fact_kind",
            f"计分方法“{formula}”需要的事实是{kind.__name__}，收到的是{type(fact).__name__}，请按该指标的性质填报",
            formula=formula,
        )
    return fact


def _quotient(part: Decimal, base: Decimal) -> Part:
    """Return part / base held to 0-1; ``base`` is above 0."""
    return Part(min(max(Fraction(part) / Fraction(base), Fraction(0)), Fraction(1)))


def _zero_target(actual: Decimal, rule: ZeroTarget, *, met: bool) -> Part:
    full = actual <= 0 if rule == "at_most_zero" else met
    return FULL if full else NONE


class Proportional(Rule):
    """Forward: met -> full, else weight x actual / target, never below 0.

    Target 0 follows ``zero_target``; a negative target that is not met earns nothing, since the
    quotient has no meaning there.

    References
    ----------
    财预〔2020〕10号 self-evaluation; regulations as published by provinces for ≥ indicators.
    """

    name: Literal["proportional"] = "proportional"
    wording: ClassVar[str] = "达到目标值得满分，未达到的按 分值×实际值÷目标值 计分"
    zero_target: ZeroTarget

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return the share of the weight for a ``Measured`` fact."""
        measured = _expect(fact, Measured, self.name)
        if measured.target == 0:
            return _zero_target(measured.actual, self.zero_target, met=measured.actual >= 0)
        if measured.actual >= measured.target:
            return FULL
        return _quotient(measured.actual, measured.target) if measured.target > 0 else NONE


class Reverse(Rule):
    """Reverse (lower is better): not exceeded -> full, else weight x target / actual.

    References
    ----------
    财预〔2020〕10号 self-evaluation; regulations as published by provinces for ≤ indicators.
    """

    name: Literal["reverse"] = "reverse"
    wording: ClassVar[str] = "未超过目标值得满分，超过的按 分值×目标值÷实际值 计分"
    zero_target: ZeroTarget

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``Measured`` fact."""
        measured = _expect(fact, Measured, self.name)
        if measured.target == 0:
            return _zero_target(measured.actual, self.zero_target, met=measured.actual <= 0)
        if measured.actual <= measured.target:
            return FULL
        return _quotient(measured.target, measured.actual) if measured.target > 0 else NONE


class Exact(Rule):
    """Equal (=): met -> full; below in proportion; above as the edition says.

    ``above``: ``full`` (= is read as a forward indicator), ``inverse`` (target / actual) or
    ``zero``.

    References
    ----------
    The operator table seen in practice reads = as a forward indicator.
    """

    name: Literal["exact"] = "exact"
    wording: ClassVar[str] = "等于目标值得满分，低于的按 分值×实际值÷目标值 计分，高于的按版本规定计分"
    zero_target: ZeroTarget
    above: Literal["full", "inverse", "zero"]

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``Measured`` fact."""
        measured = _expect(fact, Measured, self.name)
        target, actual = measured.target, measured.actual
        if target == 0:
            return _zero_target(actual, self.zero_target, met=actual == 0)
        if actual == target or (actual > target and self.above == "full"):
            return FULL
        if target < 0 or (actual > target and self.above == "zero"):
            return NONE
        return _quotient(actual, target) if actual < target else _quotient(target, actual)


class Tier(Rule):
    """The shares one tier of a qualitative judgement may give: ``at_least`` <= share < ``below``."""

    achievement: Achievement
    at_least: Share
    below: Share

    def holds(self, ratio: Decimal) -> bool:
        """Tell whether ``ratio`` lies in the tier; the top tier includes 1."""
        return self.at_least <= ratio and (ratio < self.below or ratio == self.below == 1)


class Graded(Rule):
    """Qualitative: the rater names a tier and a share inside it; another share is refused.

    References
    ----------
    财预〔2020〕10号: 100-80%（含）, 80-60%（含）, 60-0%.
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
        achieved = _expect(fact, Achieved, self.name)
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


class Execution(Rule):
    """Money: weight x part / base, capped at the weight; no base -> 0, and that is told.

    References
    ----------
    财预〔2020〕10号 self-evaluation form: 执行率(B/A) x 分值，不得超过分值上限.
    """

    name: Literal["execution"] = "execution"
    wording: ClassVar[str] = "分值×数额÷基数，不超过分值"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``MoneyRatio`` fact."""
        ratio = _expect(fact, MoneyRatio, self.name)
        if ratio.base.fen <= 0:
            return Part(Fraction(0), "基数为零，无法计算比率，本项按0分计")
        return _quotient(Decimal(ratio.part.fen), Decimal(ratio.base.fen))


class Judged(Rule):
    """Points given directly by a rater, from 0 to the weight; above or below is refused."""

    name: Literal["judged"] = "judged"
    wording: ClassVar[str] = "由评价人员在分值内直接评定"

    def part(self, fact: Fact, weight: Decimal) -> Part:
        """Return points / weight.

        Raises
        ------
        Invalid
            ``scoring.points_range`` if the points are below 0 or above the weight.
        """
        rated = _expect(fact, Rated, self.name)
        if not 0 <= rated.points <= weight:
            raise Invalid("scoring.points_range", f"评分{rated.points}超出0至{weight}分的范围，请重新填写")
        return Part(Fraction(rated.points) / Fraction(weight))


class YesNo(Rule):
    """直接赋分: yes -> full, no -> 0."""

    name: Literal["yes_no"] = "yes_no"
    wording: ClassVar[str] = "符合得满分，不符合不得分"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the whole weight or nothing for an ``Answer``."""
        return FULL if _expect(fact, Answer, self.name).yes else NONE


Formula: TypeAlias = Annotated[
    Proportional | Reverse | Exact | Graded | Execution | Judged | YesNo, Field(discriminator="name")
]
"""A formula with its parameters, chosen by ``name`` in an edition."""

FORMULAS: Mapping[str, type[Rule]] = {
    "proportional": Proportional,
    "reverse": Reverse,
    "exact": Exact,
    "graded": Graded,
    "execution": Execution,
    "judged": Judged,
    "yes_no": YesNo,
}
