"""A value among those of its group: between the worst and the best, or by its place.

Holds the two formulas; the group facts themselves are made by ``scoring.group``.
"""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from budgetperf.errors import Invalid
from budgetperf.scoring.exact import percent
from budgetperf.scoring.facts import Fact, InGroup, Ranked
from budgetperf.scoring.formulas.base import FULL, NamedRule, Part, expect
from budgetperf.scoring.rules import Share


class MinMax(NamedRule):
    """floor + (1 - floor) x (value - worst) / (best - worst); ``equal`` when all are the same.

    References
    ----------
    Wuxi's districts compare growth across the seven; min-max is our default where the source
    names no normalisation. ``floor`` is the base of 功效系数法 (60 + 40 x …).
    """

    name: Literal["min_max"] = "min_max"
    wording: ClassVar[str] = "按本组最好值与最差值之间的位置计分"
    floor: Share = Decimal(0)
    equal: Share = Decimal(1)

    @property
    def detail(self) -> str:
        """What the worst earns, and all when equal."""
        worst, equal = percent(Fraction(self.floor)), percent(Fraction(self.equal))
        return f"最差值得分值的{worst}，全组相同时各得分值的{equal}"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return the share of the weight for an ``InGroup`` fact.

        Raises
        ------
        Invalid
            ``scoring.group`` if the value lies outside its group.
        """
        group = expect(fact, InGroup, self.name)
        low, high = sorted((group.worst, group.best))
        if not low <= group.value <= high:
            raise Invalid("scoring.group", f"{group}：数值不在本组最好值与最差值之间，请重新汇总本组数据")
        if low == high:
            return Part(Fraction(self.equal))
        floor = Fraction(self.floor)
        worst = Fraction(group.worst)
        return Part(floor + (1 - floor) * (Fraction(group.value) - worst) / (Fraction(group.best) - worst))


class Rank(NamedRule):
    """The first earns all, the last ``last``, the places between them in equal steps.

    References
    ----------
    Wuxi's zones and districts are ranked by growth; the step from place to place is ours.
    """

    name: Literal["rank"] = "rank"
    wording: ClassVar[str] = "按本组名次计分，第一名得满分，名次之间等差递减"
    last: Share = Decimal(0)

    @property
    def detail(self) -> str:
        """What the last place earns."""
        return f"最后一名得分值的{percent(Fraction(self.last))}"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``Ranked`` fact.

        Raises
        ------
        Invalid
            ``scoring.group`` if there is no such place in the group.
        """
        ranked = expect(fact, Ranked, self.name)
        if not 1 <= ranked.place <= ranked.size:
            raise Invalid("scoring.group", f"{ranked}：名次不在1与本组个数之间，请重新排名")
        if ranked.size == 1:
            return FULL
        behind = Fraction(ranked.place - 1) / (ranked.size - 1)
        return Part(1 - behind * (1 - Fraction(self.last)))
