"""Early warnings (预警) beside the lights: money below its floor, goals and money too far apart, and the answer.

Holds the optional rules of an edition, what they find in one report, and what an answer or its
absence comes to. Colours are the business of ``lights``; who must answer is the process's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from budgetperf.errors import Invalid
from budgetperf.fiscal import WorkCalendar
from budgetperf.indicators import Achievement, Direction, Indicator, Level2, plain_number
from budgetperf.ledger import Execution, RateBase
from budgetperf.scoring.exact import percent
from budgetperf.scoring.facts import Measured, execution_fact
from budgetperf.scoring.formulas import Proportional, Reverse, ZeroTarget
from budgetperf.scoring.rules import Rule, Share, SourcedRule
from budgetperf.terms import Term


class WarningKind(Term):
    """What is warned of."""

    LOW_EXECUTION = "low_execution", "执行率低于下限"
    GOAL_GAP = "goal_gap", "目标实现程度与执行率相差过大"


class Disposal(Term):
    """What is done with a project that was warned of (处置方式)."""

    CONTINUE = "continue", "继续实施"
    REALLOCATE = "reallocate", "调剂资金"
    CANCEL = "cancel", "取消项目"
    SUSPEND = "suspend", "自动暂停"


class Floor(Rule):
    """After so many months the execution rate must not be below this."""

    months: Annotated[int, Field(ge=1, le=12, strict=True)]
    below: Share


class FloorRule(SourcedRule):
    """Floors of paid / base, by months gone.

    Parameters
    ----------
    base : RateBase
        No base counts as a rate of 0.
    floors : tuple of Floor
        In the order of the year.
    between : {"none", "last"}
        A month without a floor of its own has none, or the one before it.
    """

    base: RateBase
    floors: tuple[Floor, ...] = Field(min_length=1)
    between: Literal["none", "last"]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(one.months >= other.months or one.below > other.below for one, other in pairwise(self.floors)):
            raise ValueError("执行率下限须按月份从小到大排列，下限不得降低")
        return self

    def floor(self, months: int) -> Floor | None:
        """Return the floor that holds after ``months`` months."""
        held = [floor for floor in self.floors if floor.months <= months]
        if not held or (self.between == "none" and held[-1].months != months):
            return None
        return held[-1]


class GapRule(SourcedRule):
    """Goal achievement and execution rate may differ by this much, included.

    Parameters
    ----------
    at_most : Decimal
        0.10 is ten percentage points.
    base : RateBase
    counted : tuple of Level2
        Classes of indicators that count for the goal achievement.
    shares : mapping of Achievement to Decimal
        What a qualitative indicator's tier counts.
    zero_target : {"at_most_zero", "met"}
        What a target of 0 comes to.
    """

    at_most: Share
    base: RateBase
    counted: tuple[Level2, ...] = Field(min_length=1)
    shares: dict[Achievement, Share]
    zero_target: ZeroTarget

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.shares) != set(Achievement):
            raise ValueError("三个达成档次须各有一个比例")
        return self


class DisposalRule(SourcedRule):
    """How long there is to choose what is done, between what, and what silence means."""

    answer_working_days: Annotated[int, Field(ge=1, strict=True)]
    choices: tuple[Disposal, ...] = Field(min_length=1)
    unanswered: Disposal

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len({*self.choices, self.unanswered}) != len(self.choices) + 1:
            raise ValueError("可选的处置方式不得重复，也不能与逾期未选的处置相同")
        return self


class WarningRules(Rule):
    """The warnings of one edition."""

    floors: FloorRule
    gap: GapRule
    disposal: DisposalRule


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """One warning with its reason (Chinese, with the numbers) and the clause it rests on."""

    kind: WarningKind
    reason: str
    clause: str


def early_warnings(
    indicators: Sequence[Indicator],
    values: Mapping[str, Decimal | Achievement],
    *,
    execution: Execution,
    months: int,
    rules: WarningRules,
) -> tuple[EarlyWarning, ...]:
    """Return the warnings of one report.

    Parameters
    ----------
    indicators, values, execution, months
        As for ``dashboard``; the values fit their indicators.
    rules : WarningRules
    """
    found: list[EarlyWarning] = []
    floor, rate = rules.floors.floor(months), _rate(execution, rules.floors.base)
    if floor is not None and rate < Fraction(floor.below):
        text = f"前{months}个月执行率{percent(rate)}，低于1—{floor.months}月的下限{percent(Fraction(floor.below))}"
        found.append(EarlyWarning(WarningKind.LOW_EXECUTION, text, str(rules.floors.source)))
    achieved, rate = goal_achievement(indicators, values, rule=rules.gap), _rate(execution, rules.gap.base)
    if achieved is not None and abs(achieved - rate) > Fraction(rules.gap.at_most):
        points = plain_number(rules.gap.at_most * 100)
        text = f"绩效目标实现程度{percent(achieved)}，执行率{percent(rate)}，相差超过{points}个百分点"
        found.append(EarlyWarning(WarningKind.GOAL_GAP, text, str(rules.gap.source)))
    return tuple(found)


def goal_achievement(
    indicators: Sequence[Indicator], values: Mapping[str, Decimal | Achievement], *, rule: GapRule
) -> Fraction | None:
    """Return the weighted share (0-1) of the goals reached, None when nothing that counts was reported.

    Notes
    -----
    sum(weight x share) / sum(weight) over the reported indicators that count; forward actual / target,
    reverse target / actual, both capped at 1; a target of 0 is met or not.
    """
    counted = [item for item in indicators if item.key in values and item.level2 in rule.counted]
    weight = sum((Fraction(item.weight) for item in counted), Fraction(0))
    if weight == 0:
        return None
    return sum((Fraction(i.weight) * _share(i, values[i.key], rule) for i in counted), Fraction(0)) / weight


def answer_due(warned_on: date, calendar: WorkCalendar, *, rule: DisposalRule) -> date:
    """Return the last day to choose; the day of the warning does not count.

    Raises
    ------
    ValueError
        If the calendar does not cover the days counted.
    """
    return calendar.add(warned_on, rule.answer_working_days)


def disposal(chosen: Disposal | None, *, due: date, as_of: date, rule: DisposalRule) -> Disposal | None:
    """Return what is done with the project on ``as_of``: the choice, what silence means, None while there is time.

    Parameters
    ----------
    chosen : Disposal or None
        What was chosen in time; None if nothing was.
    due, as_of : date

    Raises
    ------
    Invalid
        ``warnings.choice`` if the edition does not offer the choice.
    """
    if chosen is not None and chosen not in rule.choices:
        words = "、".join(choice.label for choice in rule.choices)
        raise Invalid("warnings.choice", f"“{chosen.label}”不能选择，应为{words}之一")
    if chosen is None and as_of > due:
        return rule.unanswered
    return chosen


def _rate(execution: Execution, base: RateBase) -> Fraction:
    money = execution_fact(execution, base)
    return Fraction(money.part.fen, money.base.fen) if money.base.fen > 0 else Fraction(0)


def _share(indicator: Indicator, value: Decimal | Achievement, rule: GapRule) -> Fraction:
    if isinstance(value, Achievement):
        return Fraction(rule.shares[value])
    assert indicator.target is not None  # a number is reported only against a target
    reverse = indicator.operator.direction is Direction.REVERSE
    formula = (Reverse if reverse else Proportional)(zero_target=rule.zero_target)
    return formula.part(Measured(target=indicator.target, actual=value), indicator.weight).share
