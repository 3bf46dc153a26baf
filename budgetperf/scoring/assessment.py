"""An assessment of units or people (考评) as data: components, periods, raters, ranks, grades, consequences.

Holds the rules model that an edition fills and the demands its parts make on each other. The
facts are read by ``assessment_facts``, the results computed by ``assess``; nothing about a city
stands here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.indicators import plain_number
from budgetperf.scoring.adjustments import AboveTotal, AdjustmentItem, AdjustmentRules, DeductionRules
from budgetperf.scoring.assessment_cells import needs_standard
from budgetperf.scoring.consequences import TOTAL, Condition, Consequence
from budgetperf.scoring.formulas import Formula, LevelGrowth, MinMax, Proportional, Rank
from budgetperf.scoring.formulas.composite import Single
from budgetperf.scoring.grade import NamedGradeRules
from budgetperf.scoring.periods import PeriodRules
from budgetperf.scoring.ranking import Quota, RankBands, RankRules
from budgetperf.scoring.raters import RaterRules
from budgetperf.scoring.rules import Places, Points, Rule, Share, SourcedRule
from budgetperf.scoring.scheme import Criterion, Scheme
from budgetperf.scoring.vetoes import Veto

AbsentRule: TypeAlias = Literal["refuse", "rescale", "move"]
"""A component that does not apply to a unit is refused; or the total of the others is rescaled to
the full one; or its points move to another component."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One cell of facts a component asks for.

    Parameters
    ----------
    item : str
        The code in the column ``item``: the criterion's key; ``key.level`` and ``key.growth`` for
        the two halves of a ``level_growth`` formula; the key of a deducted item.
    label : str
    criterion : Criterion or None
        None for a deducted item.
    formula : formula or None
        What reads the cell.
    """

    item: str
    label: str
    criterion: Criterion | None = None
    formula: Single | None = None


class Component(SourcedRule):
    """One printed part of the total.

    Parameters
    ----------
    key, label : str
    out_of : Decimal
        Full marks as printed.
    factor : Decimal
        What a point of it is worth in the total (JJ: 0.6 and 0.4).
    scheme : Scheme or None
        Its criteria; the sheet's total is rescaled to ``out_of``.
    deductions : DeductionRules or None
        Full marks less so much each time, instead of a scheme.
    periods : PeriodRules or None
        None: judged once a year.
    raters : RaterRules or None
        Several people fill the same criteria; None: one fact a cell.
    bands : RankBands or None
        Points by place in the ranking's scope instead of the result itself, out of ``out_of``.
    lower_is_better : tuple of str
        Items whose lowest value is the best of the group (``min_max``, ``rank``).
    over_standard : tuple of str
        Items of these two formulas compared by value less standard (growth over that of a paired peer).
    absent : {"refuse", "rescale", "move"}
    move_to : str
        The component that takes the points under ``move``.
    """

    key: str
    label: str
    out_of: Points
    factor: Share = Decimal(1)
    scheme: Scheme | None = None
    deductions: DeductionRules | None = None
    periods: PeriodRules | None = None
    raters: RaterRules | None = None
    bands: RankBands | None = None
    lower_is_better: tuple[str, ...] = ()
    over_standard: tuple[str, ...] = ()
    absent: AbsentRule = "refuse"
    move_to: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.scheme is None) == (self.deductions is None):
            raise ValueError(f"“{self.label}”须写明 scheme 或 deductions，二者取一")
        if self.deductions and (self.raters or self.deductions.out_of != self.out_of):
            raise ValueError(f"“{self.label}”按次扣分，满分须等于 out_of，且不由评分人评分")
        if (self.absent == "move") != bool(self.move_to):
            raise ValueError(f"“{self.label}”的 move_to 与 absent: move 须同时写明")
        if self.raters and any(isinstance(slot.formula, MinMax | Rank) for slot in self.slots):
            raise ValueError(f"“{self.label}”由评分人评分，不能同时按组内位置计分")
        if self.bands and any(not 0 <= band.points <= self.out_of for band in self.bands.bands):
            raise ValueError(f"“{self.label}”强制分布的分值须在0与{plain_number(self.out_of)}之间")
        if unknown := sorted(set(self.lower_is_better) - {slot.item for slot in self.slots}):
            raise ValueError(f"“{self.label}”没有评分项：{'、'.join(unknown)}")
        compared = {slot.item for slot in self.slots if isinstance(slot.formula, MinMax | Rank)}
        if alone := sorted(set(self.over_standard) - compared):
            raise ValueError(f"“{self.label}”没有按组内位置计分的评分项：{'、'.join(alone)}")
        return self

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The cells of one unit, period and rater, in printed order."""
        if self.scheme is not None:
            return tuple(slot for criterion in self.scheme.criteria() for slot in _slots(criterion))
        assert self.deductions is not None
        return tuple(Slot(item.key, item.label) for item in self.deductions.items)

    @cached_property
    def completable(self) -> tuple[Slot, ...]:
        """The cells that say how far a standard was reached, filled once a year."""
        once = self.periods is None and self.raters is None
        return tuple(slot for slot in self.slots if once and isinstance(slot.formula, Proportional))

    def wants_standard(self, slot: Slot) -> bool:
        """Tell whether the value of ``slot`` is held against a standard."""
        return slot.item in self.over_standard or (slot.formula is not None and needs_standard(slot.formula))

    @property
    def scale(self) -> Decimal:
        """Full marks of its sheet."""
        return self.scheme.total if self.scheme else self.out_of


def _slots(criterion: Criterion) -> Iterator[Slot]:
    formula: Formula = criterion.formula
    if isinstance(formula, LevelGrowth):
        yield Slot(f"{criterion.key}.level", f"{criterion.label}（水平）", criterion, formula.level)
        yield Slot(f"{criterion.key}.growth", f"{criterion.label}（增幅）", criterion, formula.growth)
    else:
        yield Slot(criterion.key, criterion.label, criterion, formula)


class UnitGroup(Rule):
    """A group of units; a sub-group names the group it stands ``within``."""

    key: str
    label: str
    within: str = ""


class Track(Rule):
    """Units judged by the same components and graded together.

    Parameters
    ----------
    key, label : str
    total : Decimal
        Full marks: the sum of ``out_of`` x ``factor``.
    places : int
        Decimals of component points and of the total, half up.
    above_total : {"keep", "clip"}
    groups : tuple of UnitGroup
        Facts name the innermost group.
    components : tuple of Component
    adjustments : AdjustmentRules
    adjustment_factor : Decimal
        What a bonus or penalty point is worth in the total.
    vetoes : tuple of Veto
    ranking : RankRules
    grades : NamedGradeRules
    quotas : tuple of Quota
    """

    key: str
    label: str
    total: Points
    places: Places
    above_total: AboveTotal = "keep"
    groups: tuple[UnitGroup, ...]
    components: tuple[Component, ...]
    adjustments: AdjustmentRules = Field(default_factory=AdjustmentRules)
    adjustment_factor: Share = Decimal(1)
    vetoes: tuple[Veto, ...] = ()
    ranking: RankRules
    grades: NamedGradeRules
    quotas: tuple[Quota, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _demand_distinct("分组编号", (group.key for group in self.groups))
        _demand_distinct("部分编号", (part.key for part in self.components))
        _demand_distinct("项目编码", self.items())
        full = sum((part.out_of * part.factor for part in self.components), Decimal(0))
        if full != self.total:
            raise ValueError(
                f"“{self.label}”各部分合计应为{plain_number(self.total)}分，实际为{plain_number(full)}分"
            )
        groups, components = {g.key for g in self.groups}, {c.key for c in self.components}
        _demand_known("分组", (group.within for group in self.groups if group.within), groups)
        _demand_known("部分", self.ranking.then_by, components)
        _demand_known("部分", (c.move_to for c in self.components if c.move_to), components)
        factors = {part.key: part.factor for part in self.components}
        if any(c.move_to and factors[c.move_to] != c.factor for c in self.components):
            raise ValueError("分值转入的部分须与转出的部分 factor 相同")
        _demand_known("等次", (v.not_above for v in self.vetoes if v.not_above), set(self.grades.order()))
        _demand_known("等次", (quota.grade for quota in self.quotas), set(self.grades.order()))
        _demand_known("分组", (key for quota in self.quotas for key in quota.groups), groups)
        return self

    def items(self) -> Iterator[str]:
        """Yield every item code of the track's own facts."""
        for component in self.components:
            yield from (slot.item for slot in component.slots)
        yield from (item.key for item in self.claimable())
        yield from (veto.key for veto in self.vetoes)

    def claimable(self) -> tuple[AdjustmentItem, ...]:
        """Return all bonus and penalty items."""
        sides = (self.adjustments.bonus, self.adjustments.penalty)
        return tuple(item for side in sides if side for item in side.items())

    def parent(self, group: str) -> str:
        """Return the group above ``group``, or itself."""
        return next(g.within or g.key for g in self.groups if g.key == group)

    def leaves(self) -> tuple[UnitGroup, ...]:
        """Return the groups that hold units themselves."""
        above = {group.within for group in self.groups}
        return tuple(group for group in self.groups if group.key not in above)


class Statement(SourcedRule):
    """Something decided about a unit, yes or no, that consequences look at (found unfit)."""

    key: str
    label: str


class Exemption(SourcedRule):
    """A state in which someone is not assessed, and what holds instead."""

    key: str
    label: str
    outcome: str


class AssessmentRules(Rule):
    """A whole assessment scheme.

    Parameters
    ----------
    tracks : tuple of Track
        Each group belongs to one.
    statements : tuple of Statement
    exemptions : tuple of Exemption
    consequences : tuple of Consequence
        In the order they are reached: one that repeats another stands after it.
    """

    tracks: tuple[Track, ...]
    statements: tuple[Statement, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    consequences: tuple[Consequence, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.tracks:
            raise ValueError("考评方案至少包含一类考评对象")
        _demand_distinct("考评类别编号", (track.key for track in self.tracks))
        _demand_distinct("分组编号", (group.key for track in self.tracks for group in track.groups))
        for track in self.tracks:
            _demand_distinct("项目编码", (*track.items(), *self.common_items()))
        for i, consequence in enumerate(self.consequences):
            _demand_known("考评类别", consequence.tracks, {track.key for track in self.tracks})
            for condition in consequence.any_of:
                self._demand_condition(condition, earlier={c.key for c in self.consequences[:i]})
        return self

    def _demand_condition(self, condition: Condition, *, earlier: set[str]) -> None:
        _demand_known("等次", condition.grades, {k for track in self.tracks for k in track.grades.order()})
        measured = {TOTAL, *(c.key for track in self.tracks for c in track.components)}
        measured |= {c.key for track in self.tracks for part in track.components for c in _criteria(part)}
        _demand_known("计分项", (condition.of,), measured)
        if condition.by == "completion":
            _demand_known("按完成比例计分、每年填报一次的评分项", (condition.of,), set(self._completable()))
        _demand_known("分组", condition.groups, {g.key for track in self.tracks for g in track.groups})
        stated = {statement.key for statement in self.statements}
        _demand_known("认定事项", (condition.found,) if condition.found else (), stated)
        if condition.repeated:
            _demand_known("在前的后果", (condition.repeated.consequence,), earlier)

    def _completable(self) -> Iterator[str]:
        """Yield the items of which a completion is known."""
        yield from (
            slot.item for track in self.tracks for part in track.components for slot in part.completable
        )

    def states(self) -> tuple[Statement | Exemption, ...]:
        """Return what is said of a unit in any track: statements, then exemptions."""
        return (*self.statements, *self.exemptions)

    def common_items(self) -> Iterator[str]:
        """Yield the item codes that every track shares."""
        yield from (state.key for state in self.states())
        yield from (consequence.key for consequence in self.consequences)

    def track_of(self, group: str) -> Track | None:
        """Return the track that ``group`` belongs to and that may hold units, or None."""
        return next((t for t in self.tracks if group in {leaf.key for leaf in t.leaves()}), None)


def _criteria(component: Component) -> Iterable[Criterion]:
    return component.scheme.criteria() if component.scheme else ()


def _demand_distinct(what: str, keys: Iterable[str]) -> None:
    if repeated := sorted(key for key, count in Counter(keys).items() if count > 1):
        raise ValueError(f"{what}重复：{'、'.join(repeated)}")


def _demand_known(what: str, keys: Iterable[str], known: set[str]) -> None:
    if unknown := sorted(set(keys) - known):
        raise ValueError(f"没有这样的{what}：{'、'.join(unknown)}")
