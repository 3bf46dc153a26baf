"""One number against a bound: all or nothing, inside an interval, or so many points per unit beyond.

Holds the formulas whose score depends on how far a number lies beyond a bound. Bands of several
bounds stand in ``steps``.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, ClassVar, Literal, Self, TypeAlias

from pydantic import Discriminator, Tag, model_validator

from budgetperf.indicators import Operator, plain_number
from budgetperf.scoring.facts import Fact, Measured
from budgetperf.scoring.formulas.base import FULL, NONE, Part, expect, held
from budgetperf.scoring.formulas.readings import NumberRule, Reading
from budgetperf.scoring.rules import Exact, Points, Rule


def said(bound: Decimal, reading: Reading) -> str:
    """Write a bound as its reading is spoken: a rate in percent."""
    return plain_number(bound) if reading == "value" else f"{plain_number(bound * 100)}%"


def _bound_kind(value: object) -> str:
    return "target" if value == "target" else "number"


Bound: TypeAlias = Annotated[
    Annotated[Exact, Tag("number")] | Annotated[Literal["target"], Tag("target")],
    Discriminator(_bound_kind),
]
"""A number, or the word for the filed target."""


class Threshold(NumberRule):
    """All or nothing at a bound: ``operator`` holds between the number and ``bound``, or no points.

    ``bound`` ``"target"`` holds the actual value against the filed target (a ``Measured`` fact).

    References
    ----------
    财预〔2021〕101号 直接赋分; Sichuan's four fixed indicators of personnel-type items
    (足额保障率 =100%, 科目调整次数 ≤10, 按时发放率 =100%, 结余率 ≤5%).
    """

    name: Literal["threshold"] = "threshold"
    wording: ClassVar[str] = "符合界限得满分，不符合不得分"
    operator: Operator
    bound: Bound

    @model_validator(mode="after")
    def _numeric(self) -> Self:
        if self.operator is Operator.QUALITATIVE:
            raise ValueError("threshold 的 operator 须为 ge、gt、eq、le、lt 之一")
        if self.bound == "target" and self.reading != "value":
            raise ValueError("bound 为 target 时比较实际值与目标值，reading 须为 value")
        return self

    @property
    def detail(self) -> str:
        """The bound."""
        bound = "目标值" if self.bound == "target" else said(self.bound, self.reading)
        return f"界限：{self.operator.label}{bound}"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return all or nothing."""
        if self.bound == "target":
            measured = expect(fact, Measured, self.name)
            return FULL if self._holds(Fraction(measured.actual), Fraction(measured.target)) else NONE
        found = self.read(fact)
        if isinstance(found, Part):
            return found
        return FULL if self._holds(found, Fraction(self.bound)) else NONE

    def _holds(self, number: Fraction, bound: Fraction) -> bool:
        holds: Mapping[Operator, bool] = {
            Operator.AT_LEAST: number >= bound,
            Operator.MORE_THAN: number > bound,
            Operator.EQUAL: number == bound,
            Operator.AT_MOST: number <= bound,
            Operator.LESS_THAN: number < bound,
        }
        return holds[self.operator]


class Fall(Rule):
    """So many points lost per unit beyond a bound.

    Parameters
    ----------
    lose : Decimal
        Points lost per unit.
    per : Decimal
        The unit, in the reading's own scale: 0.01 is a percentage point of a ratio.
    parts : {"proportional", "begun", "whole"}
        A part of a unit counts in proportion, as a whole one, or not at all.
    out_of : Decimal or None
        The scale ``lose`` is written in, when it is not the criterion's weight.
    """

    lose: Points
    per: Points
    parts: Literal["proportional", "begun", "whole"] = "proportional"
    out_of: Points | None = None

    def left(self, beyond: Fraction, weight: Decimal) -> Fraction:
        """Return the share left ``beyond`` (0 or more) the bound."""
        units = beyond / Fraction(self.per)
        if self.parts != "proportional":
            units = Fraction(math.ceil(units) if self.parts == "begun" else math.floor(units))
        return held(1 - Fraction(self.lose) * units / Fraction(self.out_of or weight))

    def said(self, reading: Reading) -> str:
        """Write the slope in Chinese."""
        unit = said(self.per, reading) if reading == "value" else f"{plain_number(self.per * 100)}个百分点"
        part = {"proportional": "", "begun": "（不足一个单位按一个单位计）", "whole": "（不足一个单位不计）"}
        scale = f"（以{plain_number(self.out_of)}分计）" if self.out_of else ""
        return f"每{unit}扣{plain_number(self.lose)}分{scale}{part[self.parts]}"


class Interval(NumberRule):
    """Inside [low, high] full; outside the points fall by ``fall``, or there are none.

    A missing bound leaves that side open.

    References
    ----------
    The form of the slope is that of 财预〔2013〕53号 sheets; the interval itself is ours.
    """

    name: Literal["interval"] = "interval"
    wording: ClassVar[str] = "在规定区间内得满分，超出区间按规定扣分"
    low: Exact | None = None
    high: Exact | None = None
    fall: Fall | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("interval 须至少写明 low 或 high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("interval 的 low 不能大于 high")
        return self

    @property
    def detail(self) -> str:
        """The interval and what happens outside it."""
        low = "" if self.low is None else f"不低于{said(self.low, self.reading)}"
        high = "" if self.high is None else f"不高于{said(self.high, self.reading)}"
        span = "且".join(text for text in (low, high) if text)
        return f"区间：{span}，区间外{self.fall.said(self.reading) if self.fall else '不得分'}"

    def part(self, fact: Fact, weight: Decimal) -> Part:
        """Return the share left after the distance from the interval."""
        found = self.read(fact)
        if isinstance(found, Part):
            return found
        below = Fraction(self.low) - found if self.low is not None else Fraction(0)
        above = found - Fraction(self.high) if self.high is not None else Fraction(0)
        beyond = max(below, above)
        if beyond <= 0:
            return FULL
        return Part(self.fall.left(beyond, weight)) if self.fall else NONE


class Deduction(NumberRule):
    """Full up to ``free``, then so many points per unit; from ``none_from`` on there are none.

    ``side`` says on which side of ``free`` points are lost.

    References
    ----------
    财预〔2013〕53号 frames as published in Hunan: 在职人员控制率 5 points, ≤100 % full, -0.5 per
    point over; 三公经费变动率 8 points, ≤0 full, -0.8 per point. Jinjiang attendance: each lateness
    -1, ten or more 0.
    """

    name: Literal["deduction"] = "deduction"
    wording: ClassVar[str] = "未越过起扣点得满分，越过的按单位扣分，扣完为止"
    side: Literal["above", "below"] = "above"
    free: Exact
    fall: Fall
    none_from: Exact | None = None

    @model_validator(mode="after")
    def _beyond(self) -> Self:
        if self.none_from is not None and self._beyond_free(Fraction(self.none_from)) <= 0:
            raise ValueError("none_from 须在 free 扣分的一侧")
        return self

    @property
    def detail(self) -> str:
        """Where points begin to be lost, and how fast."""
        over = "高于" if self.side == "above" else "低于"
        end = "" if self.none_from is None else f"，达到{said(self.none_from, self.reading)}不得分"
        return f"起扣点{said(self.free, self.reading)}，{over}起扣点{self.fall.said(self.reading)}{end}"

    def part(self, fact: Fact, weight: Decimal) -> Part:
        """Return the share left."""
        found = self.read(fact)
        if isinstance(found, Part):
            return found
        beyond = self._beyond_free(found)
        if beyond <= 0:
            return FULL
        if self.none_from is not None and beyond >= self._beyond_free(Fraction(self.none_from)):
            return NONE
        return Part(self.fall.left(beyond, weight))

    def _beyond_free(self, number: Fraction) -> Fraction:
        over = number - Fraction(self.free)
        return over if self.side == "above" else -over
