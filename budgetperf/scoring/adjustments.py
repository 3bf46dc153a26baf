"""Bonus and penalty points with caps, and deductions from full marks.

Holds which items there are, what each is worth and where it stops; exact Decimal sums, no
rounding. Whether a claim is proven is decided before it becomes a fact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Self, TypeAlias

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.rules import Points, Rule, SourcedRule


class AdjustmentItem(Rule):
    """One reason for more or fewer points.

    Parameters
    ----------
    key, label : str
    points : Decimal or None
        Points each time; the claim says how many times.
    at_most : Decimal or None
        The points are decided case by case, up to this many; the claim says how many points.
    ladder : str
        Items of one ladder are levels of the same award: an award claimed at several levels
        counts once, at the highest. Empty when each claim counts.
    """

    key: str
    label: str
    points: Points | None = None
    at_most: Points | None = None
    ladder: str = ""

    @model_validator(mode="after")
    def _one_worth(self) -> Self:
        if (self.points is None) == (self.at_most is None):
            raise ValueError(f"“{self.label}”须写明 points（每次分值）或 at_most（最高分值），二者取一")
        if self.ladder and self.points is None:
            raise ValueError(f"“{self.label}”属于同一奖项的不同级别，须写明每级的 points")
        return self

    def refusal(self, value: Decimal, award: str) -> str:
        """Say in Chinese why a claim is not acceptable; empty when it is."""
        if self.at_most is not None:
            if not 0 <= value <= self.at_most:
                return f"“{self.label}”由评定给分，须在0至{plain_number(self.at_most)}分之间"
            return ""
        if value < 0 or value != int(value):
            return f"“{self.label}”按次计分，须填非负整数次数"
        if self.ladder and (value > 1 or not award.strip()):
            return f"“{self.label}”须逐个奖项填报（次数填1，备注写明奖项名称）"
        return ""

    def worth(self, value: Decimal) -> Decimal:
        """Return the points of ``value`` times, or the points decided."""
        return value if self.points is None else self.points * value


class AdjustmentFamily(SourcedRule):
    """Items that share a cap; ``cap`` None when only the side is capped."""

    key: str
    label: str
    items: tuple[AdjustmentItem, ...]
    cap: Points | None = None


class AdjustmentSide(SourcedRule):
    """All bonus items or all penalty items; points are written positive on both sides."""

    families: tuple[AdjustmentFamily, ...]
    cap: Points | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keys = [item.key for item in self.items()]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("加减分项至少一个，编号不得重复")
        return self

    def items(self) -> tuple[AdjustmentItem, ...]:
        """Return the items of all families in printed order."""
        return tuple(item for family in self.families for item in family.items)


AboveTotal: TypeAlias = Literal["keep", "clip"]
"""A total above full marks stays, or is cut back to full marks."""


class AdjustmentRules(Rule):
    """Bonus and penalty of one scheme; a side left out does not exist there."""

    bonus: AdjustmentSide | None = None
    penalty: AdjustmentSide | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One proven reason: the item, how many times (or points), and the award or event."""

    item: str
    value: Decimal
    award: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a side comes to.

    Parameters
    ----------
    points : Decimal
        Never above the cap of the side.
    notes : tuple of str
        What was left out, and why, in Chinese.
    """

    points: Decimal
    notes: tuple[str, ...] = ()


def adjust(claims: Iterable[Claim], side: AdjustmentSide) -> Adjustment:
    """Sum the claims of one side under its caps.

    Raises
    ------
    Invalid
        ``scoring.adjustment`` for an unknown item, a count that is none, or points off their range.

    Notes
    -----
    Per award of a ladder the highest level; per family min(sum, cap); then min(sum, cap of the side).
    """
    found = list(claims)
    items = {item.key: item for item in side.items()}
    for claim in found:
        if claim.item not in items:
            raise Invalid("scoring.adjustment", f"加减分项“{claim.item}”不在规则中，请更正或删除")
        if refusal := items[claim.item].refusal(claim.value, claim.award):
            raise Invalid("scoring.adjustment", refusal)
    notes: list[str] = []
    total = Decimal(0)
    for family in side.families:
        points = sum((_family_points(family, found, notes)), Decimal(0))
        total += _capped(points, family.cap, family.label, notes)
    return Adjustment(_capped(total, side.cap, "合计", notes), tuple(notes))


def _family_points(family: AdjustmentFamily, claims: Sequence[Claim], notes: list[str]) -> list[Decimal]:
    """Return the points that count, one entry a claim or award."""
    items = {item.key: item for item in family.items}
    awards: dict[tuple[str, str], list[Decimal]] = {}
    plain: list[Decimal] = []
    for claim in claims:
        item = items.get(claim.item)
        if item is None or claim.value == 0:
            continue
        if item.ladder:
            awards.setdefault((item.ladder, claim.award.strip()), []).append(item.worth(claim.value))
        else:
            plain.append(item.worth(claim.value))
    for (_, award), levels in sorted(awards.items()):
        if len(levels) > 1:
            notes.append(f"“{award}”获多级认定，按最高一级计{plain_number(max(levels))}分")
    return plain + [max(levels) for levels in awards.values()]


def _capped(points: Decimal, cap: Decimal | None, label: str, notes: list[str]) -> Decimal:
    if cap is None or points <= cap:
        return points
    notes.append(f"“{label}”应计{plain_number(points)}分，以{plain_number(cap)}分封顶")
    return cap


class DeductedItem(Rule):
    """Something counted, and what each time takes from full marks."""

    key: str
    label: str
    points: Points


class DeductionRules(SourcedRule):
    """Full marks less so much for each time, never below 0 (attendance)."""

    out_of: Points
    items: tuple[DeductedItem, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keys = [item.key for item in self.items]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("扣分项至少一个，编号不得重复")
        return self


def remaining(counts: dict[str, Decimal], rules: DeductionRules) -> Decimal:
    """Return ``max(0, out_of - sum(points x count))``.

    Raises
    ------
    Invalid
        ``scoring.deduction`` if the counts are not one per item, or one is below 0.
    """
    if set(counts) != {item.key for item in rules.items}:
        raise Invalid("scoring.deduction", "每个扣分项须填报一个次数，没有的填0")
    if any(count < 0 for count in counts.values()):
        raise Invalid("scoring.deduction", "扣分次数不能为负，请更正")
    taken = sum((item.points * counts[item.key] for item in rules.items), Decimal(0))
    return max(Decimal(0), rules.out_of - taken)
