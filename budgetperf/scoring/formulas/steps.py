"""Bands of a number to points: steps of any number, and the bands of a satisfaction survey.

Holds step functions; inside a band every number earns the same.
"""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.facts import Fact, Reached
from budgetperf.scoring.formulas.base import NamedRule, Part, expect
from budgetperf.scoring.formulas.bounds import said
from budgetperf.scoring.formulas.readings import NumberRule
from budgetperf.scoring.rules import Exact, Points, Rule


class Band(Rule):
    """A bound and what is earned from it on."""

    bound: Exact
    points: Exact


def _demand_points(bands: tuple[Band, ...], otherwise: Decimal, out_of: Decimal) -> None:
    points = [*(band.points for band in bands), otherwise]
    if any(not 0 <= value <= out_of for value in points):
        raise ValueError(f"各档得分须在0与{plain_number(out_of)}之间")


class Step(NumberRule):
    """The first band whose bound the number reaches gives the points, ``otherwise`` if none does.

    ``edge`` ``at_least``: number >= bound, bounds falling; ``at_most``: number <= bound, bounds
    rising. The bound belongs to its band. Points are out of ``out_of``: 1 makes them shares.

    References
    ----------
    The step tables of city schemes (a rate's bands to points); the form is ours.
    """

    name: Literal["step"] = "step"
    wording: ClassVar[str] = "按所在档次计分"
    edge: Literal["at_least", "at_most"]
    out_of: Points
    bands: tuple[Band, ...] = Field(min_length=1)
    otherwise: Exact

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        pairs = pairwise(band.bound for band in self.bands)
        if any(one <= other if self.edge == "at_least" else one >= other for one, other in pairs):
            order = "从高到低" if self.edge == "at_least" else "从低到高"
            raise ValueError(f"各档界限须{order}严格排列")
        _demand_points(self.bands, self.otherwise, self.out_of)
        return self

    @property
    def detail(self) -> str:
        """The bands."""
        sign = "≥" if self.edge == "at_least" else "≤"
        bands = "；".join(
            f"{sign}{said(band.bound, self.reading)}得{plain_number(band.points)}分" for band in self.bands
        )
        scale = plain_number(self.out_of)
        return f"以{scale}分计：{bands}；其余得{plain_number(self.otherwise)}分"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return the share of the band."""
        found = self.read(fact)
        if isinstance(found, Part):
            return found
        points = next((band.points for band in self.bands if self._reached(found, band)), self.otherwise)
        return Part(Fraction(points) / Fraction(self.out_of))

    def _reached(self, number: Fraction, band: Band) -> bool:
        bound = Fraction(band.bound)
        return number >= bound if self.edge == "at_least" else number <= bound


class Satisfaction(NamedRule):
    """Bands of a satisfaction rate in percent (0-100), best first, the last from 0.

    Points are out of ``out_of``. A rate outside 0-100 is refused.

    References
    ----------
    财预〔2021〕101号 满意度赋分, with the example >=90 % 10, 80-90 % 8, 60-80 % 5, <60 % 0.
    """

    name: Literal["satisfaction"] = "satisfaction"
    wording: ClassVar[str] = "按满意度所在区间计分"
    out_of: Points
    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _falling(self) -> Self:
        bands = self.bands
        if bands[0].bound > 100 or bands[-1].bound != 0:
            raise ValueError("满意度区间须在0至100（%）之间，最后一档从0起")
        if any(one.bound <= other.bound or one.points < other.points for one, other in pairwise(bands)):
            raise ValueError("满意度区间须从高到低严格排列，得分不得随满意度降低而升高")
        _demand_points(bands, Decimal(0), self.out_of)
        return self

    @property
    def detail(self) -> str:
        """The bands."""
        bands = "；".join(
            f"{plain_number(band.bound)}%及以上得{plain_number(band.points)}分" for band in self.bands
        )
        return f"以{plain_number(self.out_of)}分计：{bands}"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the band.

        Raises
        ------
        Invalid
            ``scoring.satisfaction_range`` for a rate outside 0-100.
        """
        rate = expect(fact, Reached, self.name).value
        if not 0 <= rate <= 100:
            raise Invalid(
                "scoring.satisfaction_range",
                f"满意度须在0至100（%）之间，收到{plain_number(rate)}，请按百分数填写",
            )
        points = next(band.points for band in self.bands if rate >= band.bound)
        return Part(Fraction(points) / Fraction(self.out_of))
