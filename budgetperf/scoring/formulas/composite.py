"""Two formulas over one criterion: how high it stands and how fast it grew.

Holds the composite; its two halves are any of the formulas on a single fact.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.scoring.exact import percent
from budgetperf.scoring.facts import Fact, LevelAndGrowth
from budgetperf.scoring.formulas.base import NamedRule, Part, expect
from budgetperf.scoring.formulas.bounds import Deduction, Interval, Threshold
from budgetperf.scoring.formulas.deviation import DeviationBand
from budgetperf.scoring.formulas.group import MinMax, Rank
from budgetperf.scoring.formulas.judged import Graded, Judged, YesNo
from budgetperf.scoring.formulas.money import Execution
from budgetperf.scoring.formulas.slopes import Piecewise
from budgetperf.scoring.formulas.steps import Satisfaction, Step
from budgetperf.scoring.formulas.targets import Exact, Proportional, Reverse
from budgetperf.scoring.rules import Points

Single: TypeAlias = (
    Proportional
    | Reverse
    | Exact
    | DeviationBand
    | Threshold
    | Interval
    | Deduction
    | Step
    | Satisfaction
    | Piecewise
    | Graded
    | Judged
    | YesNo
    | Execution
    | MinMax
    | Rank
)
"""A formula on one fact."""

Half: TypeAlias = Annotated[Single, Field(discriminator="name")]


class LevelGrowth(NamedRule):
    """share = level_share x level + growth_share x growth, each by its own formula.

    References
    ----------
    Wuxi's districts: growth indicators count level and growth 4 : 6.
    """

    name: Literal["level_growth"] = "level_growth"
    wording: ClassVar[str] = "水平与增幅分别计分后按比例合成"
    level_share: Points
    growth_share: Points
    level: Half
    growth: Half

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.level_share + self.growth_share != 1:
            raise ValueError("level_share 与 growth_share 须大于0且和为1")
        return self

    @property
    def detail(self) -> str:
        """The two shares and the two formulas."""
        return "；".join(
            f"{what}占{percent(Fraction(share))}：{spelled(formula)}"
            for what, share, formula in (
                ("水平", self.level_share, self.level),
                ("增幅", self.growth_share, self.growth),
            )
        )

    def part(self, fact: Fact, weight: Decimal) -> Part:
        """Return the weighted share of a ``LevelAndGrowth`` fact; each half as if it had its share of the weight."""
        both = expect(fact, LevelAndGrowth, self.name)
        halves = (
            ("水平", self.level_share, self.level, both.level),
            ("增幅", self.growth_share, self.growth, both.growth),
        )
        share, notes = Fraction(0), []
        for what, held_share, formula, half in halves:
            found = formula.part(half, weight * held_share)
            share += Fraction(held_share) * found.share
            if found.note:
                notes.append(f"{what}{found.note}")
        return Part(share, "；".join(notes))


def spelled(formula: NamedRule) -> str:
    """Write a formula with its parameters in Chinese."""
    return f"{formula.wording}（{formula.detail}）" if formula.detail else formula.wording
