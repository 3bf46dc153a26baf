"""Bands of a number whose points rise inside the band: piecewise linear, with jumps where the edition has them.

Holds the formula and its bands; bands in which every number earns the same stand in ``steps``.
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
from budgetperf.scoring.rules import Exact, Points, Rule


class Slope(Rule):
    """A band: its lower bound (included) and the points there.

    Parameters
    ----------
    bound, points : Decimal
    rises_to : Decimal or None
        What the points rise to, in a straight line, towards the bound above; None: they stay.
    """

    bound: Exact
    points: Exact
    rises_to: Exact | None = None

    @property
    def top(self) -> Decimal:
        """The points the band leads up to."""
        return self.points if self.rises_to is None else self.rises_to


class Piecewise(NamedRule):
    """Bands best first, from the last bound up to ``highest``; a number outside is refused.

    Points are out of ``out_of``; they never fall as the number rises. The points of ``rises_to``
    are reached at ``highest`` only: at any other bound the band above begins.

    Notes
    -----
    points + (rises_to - points) x (number - bound) / (bound above - bound), exact.

    References
    ----------
    Qitai county: a special project is worth 10, 8-9, 5-6 or 0 by its band; linear inside is ours.
    """

    name: Literal["piecewise"] = "piecewise"
    wording: ClassVar[str] = "按所在档次计分，档内按直线递增"
    out_of: Points
    highest: Exact
    bands: tuple[Slope, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        bounds = (self.highest, *(band.bound for band in self.bands))
        if any(above <= below for above, below in pairwise(bounds)):
            raise ValueError("各档界限须从高到低严格排列，且低于 highest")
        points = [
            self.out_of,
            *(value for band in self.bands for value in (band.top, band.points)),
            Decimal(0),
        ]
        if any(above < below for above, below in pairwise(points)):
            raise ValueError(f"各档得分须在0与{plain_number(self.out_of)}之间，且不得随数值降低而升高")
        return self

    def tops(self) -> tuple[Decimal, ...]:
        """Return where each band ends, in the order of the bands."""
        return (self.highest, *(band.bound for band in self.bands[:-1]))

    @property
    def detail(self) -> str:
        """The bands."""
        bands = "；".join(
            f"{plain_number(band.bound)}及以上得{plain_number(band.points)}分"
            + (
                ""
                if band.rises_to is None
                else f"，至{plain_number(top)}递增到{plain_number(band.rises_to)}分"
            )
            for band, top in zip(self.bands, self.tops(), strict=True)
        )
        return f"以{plain_number(self.out_of)}分计：{bands}"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return the share at the place inside the band.

        Raises
        ------
        Invalid
            ``scoring.piecewise_range`` for a number outside the bands.
        """
        number, lowest = expect(fact, Reached, self.name).value, self.bands[-1].bound
        if not lowest <= number <= self.highest:
            low, high = plain_number(lowest), plain_number(self.highest)
            raise Invalid(
                "scoring.piecewise_range", f"数值须在{low}至{high}之间，收到{plain_number(number)}，请更正"
            )
        spans = zip(self.bands, self.tops(), strict=True)
        band, top = next((band, top) for band, top in spans if number >= band.bound)
        inside = Fraction(number - band.bound) / Fraction(top - band.bound)
        points = Fraction(band.points) + Fraction(band.top - band.points) * inside
        return Part(points / Fraction(self.out_of))
