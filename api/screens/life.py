"""The year of one project on one line: what is done, what is on, what is to come, with both lights of each quarter.

Places the marks of the drawing; what they mean is said by whoever makes the steps. The drawing is an SVG with text in
every mark, so that it reads in black and white.
"""

from dataclasses import dataclass
from typing import ClassVar

from api.screens.page import told
from budgetperf.scoring.lights import LightColour
from budgetperf.terms import Term


class Phase(Term):
    """Where a step of the year stands."""

    DONE = "done", "已完成"
    NOW = "now", "进行中"
    AHEAD = "ahead", "未开始"
    PROBLEM = "problem", "有问题"
    SPARED = "spared", "不适用"
    PAST = "past", "已过期限"


@dataclass(frozen=True, slots=True)
class LifeStep:
    """One step of the year."""

    label: str = told("Chinese name of the step")
    phase: Phase = told("where it stands")
    detail: str = told("status in words, shown under the label")
    on: str = told("day it was done or is due; empty when open")
    href: str = told("address of its section; empty when there is none")
    execution: LightColour | None = told("light of the money", default=None)
    goals: LightColour | None = told("light of the goals", default=None)
    lit: bool = told("whether the step carries lights", default=False)
    points: str = told("points before the grade; empty when not scored", default="")
    budget_year: str = told("year a limit is for, before its label; empty for the year shown", default="")


@dataclass(frozen=True, slots=True)
class Placed:
    """A step with its place on the drawing."""

    step: LifeStep = told("the step")
    x: int = told("middle, in pixels")


@dataclass(frozen=True, slots=True)
class LifeLine:
    """The whole line."""

    GAP: ClassVar[int] = 104
    EDGE: ClassVar[int] = 56
    MARK_Y: ClassVar[int] = 44

    steps: tuple[LifeStep, ...] = told("steps in order")

    @property
    def width(self) -> int:
        """Width of the drawing in pixels."""
        return 2 * self.EDGE + self.GAP * (len(self.steps) - 1)

    @property
    def height(self) -> int:
        """Height of the drawing: lights stand under the words."""
        return 150 if any(step.lit for step in self.steps) else 104

    @property
    def placed(self) -> tuple[Placed, ...]:
        """The steps with their places."""
        return tuple(Placed(step, self.EDGE + self.GAP * index) for index, step in enumerate(self.steps))

    @property
    def reached(self) -> int:
        """Where the solid part of the line ends, in pixels."""
        seen = [
            index for index, step in enumerate(self.steps) if step.phase not in {Phase.AHEAD, Phase.SPARED}
        ]
        return self.EDGE + self.GAP * (max(seen) if seen else 0)
