"""What an assessment gives: one result per unit, as printed.

Holds the shapes and how a result reads as a judgement to be compared; computes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from budgetperf.indicators import plain_number
from budgetperf.scoring.adjustments import Claim
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.compare import JudgedLine, Judgement


class ItemPoints(NamedTuple):  # a tuple: very many are made at once
    """Points of one criterion over periods and raters, on its own weight."""

    key: str
    label: str
    points: Decimal
    out_of: Decimal


class ComponentResult(NamedTuple):  # as above
    """One printed part of the total.

    Parameters
    ----------
    key, label : str
    points : Decimal or None
        Half up; None when the part does not apply to the unit.
    out_of : Decimal
        Full marks, with those moved here from a part that does not apply.
    factor : Decimal
        What a point is worth in the total.
    items : tuple of ItemPoints
        Criteria that applied throughout.
    marks : mapping of (period, rater) to Decimal
        The sheets the points come from, each out of the scheme's full marks.
    """

    key: str
    label: str
    points: Decimal | None
    out_of: Decimal
    factor: Decimal
    items: tuple[ItemPoints, ...]
    marks: Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Reached:
    """A consequence, by code and as printed."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class UnitResult:
    """The result of one unit.

    Parameters
    ----------
    unit, track, group : str
    components : tuple of ComponentResult
    bonus, penalty : Decimal
        Points after their caps, both written positive.
    total : Decimal or None
        None for a unit that is exempt; then rank and grade are None and empty.
    rank : int or None
        In the scope its track ranks in.
    grade, grade_label : str
    consequences : tuple of Reached
    reasons : tuple of str
        What was capped, moved, lowered or left without a place, in Chinese.
    claims : tuple of Claim
        What bonus and penalty are counted from.
    struck : tuple of str
        Vetoes, by code.
    """

    unit: str
    track: str
    group: str
    components: tuple[ComponentResult, ...]
    bonus: Decimal
    penalty: Decimal
    total: Decimal | None
    rank: int | None
    grade: str
    grade_label: str
    consequences: tuple[Reached, ...]
    reasons: tuple[str, ...]
    claims: tuple[Claim, ...] = ()
    struck: tuple[str, ...] = ()

    def judgement(self) -> Judgement | None:
        """Return what ``compare`` lays beside another result; None for an exempt unit."""
        if self.total is None:
            return None
        lines = tuple(
            JudgedLine(part.key, part.label, part.points, part.out_of)
            for part in self.components
            if part.points is not None
        )
        zero = Decimal(0)
        adjusted = (
            JudgedLine("bonus", "加分", self.bonus, zero),
            JudgedLine("penalty", "扣分", self.penalty, zero),
        )
        return Judgement(self.unit, self.total, self.grade_label, lines + adjusted, self.rank)


def placed(rules: AssessmentRules, result: UnitResult) -> str:
    """Say in one Chinese line where a unit stands, what its total is made of, and what follows."""
    track = next(track for track in rules.tracks if track.key == result.track)
    label = next(group.label for group in track.groups if group.key == result.group)
    parts = "、".join(
        f"{part.label}{'不适用' if part.points is None else plain_number(part.points)}/{plain_number(part.out_of)}"
        for part in result.components
    )
    sides = (("加分", result.bonus), ("扣分", result.penalty))
    adjusted = [f"{what}{plain_number(points)}" for what, points in sides if points]
    follows = "、".join(reached.label for reached in result.consequences)
    said = [
        f"{label}第{result.rank}名：{parts}",
        *adjusted,
        f"后果：{follows}" if follows else "",
        *result.reasons,
    ]
    return "；".join(text for text in said if text)
