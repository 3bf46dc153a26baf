"""Monitoring lights: money against the months gone, goals against their (pro-rated) targets.

Holds the vocabulary, the rules as data and the light of one thing at a time; the overall goal
light and the reading of a whole report are in ``dashboard``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Direction, Indicator, Level2, plain_number
from budgetperf.ledger import Execution, RateBase
from budgetperf.scoring.early_warning import WarningRules
from budgetperf.scoring.exact import percent
from budgetperf.scoring.facts import execution_fact
from budgetperf.scoring.progress_deviation import DeviationRule
from budgetperf.scoring.rules import Exact, Rule, Share, SourcedRule
from budgetperf.terms import Term


class LightColour(Term):
    """Worst first; blue means clearly more than asked."""

    RED = "red", "红灯"
    YELLOW = "yellow", "黄灯"
    GREEN = "green", "绿灯"
    BLUE = "blue", "蓝灯"

    @property
    def rank(self) -> int:
        """0 for red, 3 for blue."""
        return list(LightColour).index(self)


@dataclass(frozen=True, slots=True)
class Light:
    """A colour with its reason (Chinese, with the numbers) and the clause it rests on."""

    colour: LightColour
    reason: str
    clause: str


class Band(Rule):
    """A colour and the lowest pace that earns it (included)."""

    colour: LightColour
    at_least: Exact


def _ascending(bands: Sequence[Band]) -> None:
    edges = [band.at_least for band in bands]
    if not edges or edges[0] != 0 or any(low >= high for low, high in pairwise(edges)):
        raise ValueError("亮灯区间须从0起严格递增")


class ExecutionLightRule(SourcedRule):
    """Bands on (paid / base) / (months / 12); no base counts as a pace of 0."""

    base: RateBase
    bands: tuple[Band, ...]

    @model_validator(mode="after")
    def _bands(self) -> Self:
        _ascending(self.bands)
        return self


class PacedRule(SourcedRule):
    """Forward indicators of these classes: bands on actual / (target x months / 12)."""

    classes: tuple[Level2, ...]
    bands: tuple[Band, ...]

    @model_validator(mode="after")
    def _bands(self) -> Self:
        _ascending(self.bands)
        return self


class BoundRule(SourcedRule):
    """Every other number: inside the bound or outside; the months do not matter."""

    inside: LightColour
    outside: LightColour


class ZeroTargetRule(SourcedRule):
    """Target 0: equal or not."""

    equal: LightColour
    other: LightColour


class QualitativeRule(SourcedRule):
    """A colour per tier of a qualitative indicator."""

    colours: dict[Achievement, LightColour]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if set(self.colours) != set(Achievement):
            raise ValueError("三个达成档次须各有一种灯色")
        return self


class OverallRule(SourcedRule):
    """Overall goal light: the worst colour that, with worse ones, holds this share of the weight."""

    at_least_weight: Share
    method: Literal["worst_of"]


class LightRules(SourcedRule):
    """Everything an edition says on monitoring lights; None where it knows no early warning, no deviation."""

    execution: ExecutionLightRule
    paced: PacedRule
    bound: BoundRule
    zero_target: ZeroTargetRule
    qualitative: QualitativeRule
    overall: OverallRule
    warnings: WarningRules | None = None
    deviation: DeviationRule | None = None


def execution_light(execution: Execution, months: int, *, rules: LightRules) -> Light:
    """Light the money of a project after ``months`` months of the year (1 to 12)."""
    _demand_months(months)
    rule = rules.execution
    money = execution_fact(execution, rule.base)
    if money.base.fen <= 0:
        pace, head = Fraction(0), f"{rule.base.label}为零，执行比率按0计"
    else:
        rate = Fraction(money.part.fen, money.base.fen)
        pace = rate * 12 / months
        head = f"{_span(months)}支付{money.part}元，占{rule.base.label}{money.base}元的{percent(rate)}"
    return _banded(pace, rule.bands, head=f"{head}，为序时进度的", source=str(rule.source))


def goal_light(
    indicator: Indicator, value: Decimal | Achievement, *, months: int, rules: LightRules
) -> Light:
    """Light one indicator after ``months`` months of the year.

    Parameters
    ----------
    indicator : Indicator
    value : Decimal or Achievement
        Cumulative value in the indicator's uom, or the tier of a qualitative one.

    Raises
    ------
    Invalid
        ``lights.value`` if the value does not fit the indicator.
    """
    _demand_months(months)
    _demand_fit(indicator, value)
    if isinstance(value, Achievement):
        colour = rules.qualitative.colours[value]
        return _light(colour, f"定性指标，当前“{value.label}”", rules.qualitative.source)
    target = indicator.target
    assert target is not None  # the check above ties the kinds of value and target together
    shown = f"目标{indicator.target_label}，当前{plain_number(value)}{indicator.uom}"
    if target == 0:
        zero = rules.zero_target
        equal = value == target
        text = f"{shown}，目标值为0，当前值{'等于' if equal else '不等于'}目标值"
        return _light(zero.equal if equal else zero.other, text, zero.source)
    if target > 0 and _is_paced(indicator, rules.paced):
        pace = Fraction(value) * 12 / (Fraction(target) * months)
        head = f"{shown}，按{_span(months)}折算为应完成数的"
        return _banded(pace, rules.paced.bands, head=head, source=str(rules.paced.source))
    inside = indicator.operator.holds(value, target)
    text = f"{shown}，{'符合' if inside else '不符合'}目标要求"
    return _light(rules.bound.inside if inside else rules.bound.outside, text, rules.bound.source)


def _demand_fit(indicator: Indicator, value: Decimal | Achievement) -> None:
    if isinstance(value, Achievement) != (indicator.target is None):
        wanted = "达成档次" if indicator.target is None else "数值"
        text = f"“{indicator.name}”须填报{wanted}，请更正当前完成值"
        raise Invalid("lights.value", text, key=indicator.key)


def _is_paced(indicator: Indicator, rule: PacedRule) -> bool:
    return indicator.level2 in rule.classes and indicator.operator.direction is Direction.FORWARD


def _banded(pace: Fraction, bands: Sequence[Band], *, head: str, source: str) -> Light:
    index = max((i for i, band in enumerate(bands) if pace >= Fraction(band.at_least)), default=0)
    band = bands[index]
    upper = bands[index + 1].at_least if index + 1 < len(bands) else None
    edge = f"不低于{plain_number(band.at_least * 100)}%"
    if upper is not None:
        below = f"低于{plain_number(upper * 100)}%"
        edge = f"{edge}且{below}" if band.at_least else below
    return Light(band.colour, f"{head}{percent(pace)}，{edge}，{band.colour.label}", source)


def _light(colour: LightColour, text: str, source: object) -> Light:
    return Light(colour, f"{text}，{colour.label}", str(source))


def _span(months: int) -> str:
    return f"1—{months}月" if months > 1 else "1月"


def _demand_months(months: int) -> None:
    if not 1 <= months <= 12:
        raise Invalid("lights.months", f"监控月数须在1至12之间，收到{months}")
