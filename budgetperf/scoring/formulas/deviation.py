"""A number against its target where going far beyond it costs points too.

Holds the deviation band (偏离度); the plain operators stand in ``targets``.
"""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from budgetperf.indicators import plain_number
from budgetperf.scoring.facts import Fact, Measured
from budgetperf.scoring.formulas.base import FULL, NONE, NamedRule, Part, expect, held
from budgetperf.scoring.rules import Points, Share


class DeviationBand(NamedRule):
    """Full while actual / target lies within 1 - ``below`` and 1 + ``above``; else less.

    With d = (actual - target) / abs(target): ``deviation`` leaves 1 - abs(d), ``excess`` leaves
    1 - (abs(d) - the band's edge), never below 0. Below a target above 0, ``deviation`` is the
    proportional score. Target 0: full at 0, none elsewhere.

    Notes
    -----
    The circular gives neither the band nor the reduction; both are parameters.

    References
    ----------
    财预〔2020〕10号, in our words and to be confirmed: where a target was clearly set too low, reduce
    the score by the degree of deviation (偏离度); the 30 % is local practice.
    """

    name: Literal["deviation_band"] = "deviation_band"
    wording: ClassVar[str] = "偏离目标值在规定幅度内得满分，超出的按偏离度调减"
    below: Share
    above: Points
    reduce: Literal["deviation", "excess"]

    @property
    def detail(self) -> str:
        """The band and the reduction."""
        low, high = plain_number(self.below * 100), plain_number(self.above * 100)
        by = "偏离度" if self.reduce == "deviation" else "偏离度超出幅度的部分"
        return f"幅度：低于目标值不超过{low}%，高于目标值不超过{high}%；超出的得分=分值×（1-{by}）"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return the share of the weight for a ``Measured`` fact."""
        measured = expect(fact, Measured, self.name)
        target, actual = Fraction(measured.target), Fraction(measured.actual)
        if target == 0:
            return FULL if actual == 0 else NONE
        deviation = (actual - target) / abs(target)
        band = Fraction(self.above if deviation > 0 else self.below)
        if abs(deviation) <= band:
            return FULL
        return Part(held(1 - abs(deviation) + (band if self.reduce == "excess" else 0)))
