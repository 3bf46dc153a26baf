"""What a criterion is judged on: small frozen facts, each tagged with its kind.

Holds the facts and how they read in Chinese; no formula and no rule. Every fact goes to JSON
and back unchanged (``recompute``), so a fact never holds a float.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator

from budgetperf.indicators import Achievement, plain_number
from budgetperf.ledger import Execution, RateBase
from budgetperf.money import Money
from budgetperf.scoring.rules import Exact


def _from_fen(value: object) -> object:
    """Read money written as the text of its fen, as canonical JSON holds it."""
    return Money(int(value)) if isinstance(value, str) else value


Fen = Annotated[Money, BeforeValidator(_from_fen, json_schema_input_type=str)]
"""Money that JSON carries as the text of its fen."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A number against its target, both in the same uom."""

    target: Decimal
    actual: Decimal
    kind: Literal["measured"] = "measured"

    def __str__(self) -> str:
        return f"目标值{plain_number(self.target)}，实际值{plain_number(self.actual)}"


@dataclass(frozen=True, slots=True)
class MoneyRatio:
    """An amount against its base: paid / budget, received / budget."""

    part: Fen
    base: Fen
    kind: Literal["money_ratio"] = "money_ratio"

    def __str__(self) -> str:
        return f"数额{self.part}元，基数{self.base}元"


@dataclass(frozen=True, slots=True)
class Achieved:
    """A rater's tier of a qualitative indicator and the share (0-1) of the weight inside it."""

    achievement: Achievement
    ratio: Exact
    kind: Literal["achieved"] = "achieved"

    def __str__(self) -> str:
        return f"{self.achievement.label}，赋分比例{plain_number(self.ratio * 100)}%"


@dataclass(frozen=True, slots=True)
class Rated:
    """Points given directly by a rater."""

    points: Decimal
    kind: Literal["rated"] = "rated"

    def __str__(self) -> str:
        return f"评定{plain_number(self.points)}分"


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or no."""

    yes: bool
    kind: Literal["answer"] = "answer"

    def __str__(self) -> str:
        return "是" if self.yes else "否"


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The criterion does not apply, for the reason given."""

    reason: str
    kind: Literal["not_applicable"] = "not_applicable"

    def __str__(self) -> str:
        return f"不适用：{self.reason}"


@dataclass(frozen=True, slots=True)
class Reached:
    """A number as reported, in the indicator's uom; percentages are written 95."""

    value: Exact
    kind: Literal["reached"] = "reached"

    def __str__(self) -> str:
        return f"实际值{plain_number(self.value)}"


@dataclass(frozen=True, slots=True)
class InGroup:
    """A value between the worst and the best of its group (``scoring.group`` makes it)."""

    value: Decimal
    worst: Decimal
    best: Decimal
    kind: Literal["in_group"] = "in_group"

    def __str__(self) -> str:
        value, worst, best = (plain_number(number) for number in (self.value, self.worst, self.best))
        return f"数值{value}，本组最差{worst}、最好{best}"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in a group of ``size``; 1 is the best, halves are shared places."""

    place: Decimal
    size: int
    kind: Literal["ranked"] = "ranked"

    def __str__(self) -> str:
        return f"{self.size}个中排第{plain_number(self.place)}"


SingleFact: TypeAlias = Annotated[
    Measured | MoneyRatio | Achieved | Rated | Answer | Reached | InGroup | Ranked, Discriminator("kind")
]
"""A fact that says one thing."""


@dataclass(frozen=True, slots=True)
class LevelAndGrowth:
    """How high an indicator stands and how fast it grew, each a fact of its own."""

    level: SingleFact
    growth: SingleFact
    kind: Literal["level_and_growth"] = "level_and_growth"

    def __str__(self) -> str:
        return f"水平：{self.level}；增幅：{self.growth}"


Fact: TypeAlias = Annotated[
    Measured
    | MoneyRatio
    | Achieved
    | Rated
    | Answer
    | Reached
    | InGroup
    | Ranked
    | LevelAndGrowth
    | NotApplicable,
    Discriminator("kind"),
]
"""What ``score`` takes for one criterion."""

Actual: TypeAlias = Annotated[Reached | Achieved | NotApplicable, Discriminator("kind")]
"""What a unit reports for one filed indicator at year end."""


def execution_fact(execution: Execution, base: RateBase) -> MoneyRatio:
    """Return paid against the named base, in exact fen."""
    amounts: dict[RateBase, Money] = {
        RateBase.INITIAL: execution.initial,
        RateBase.ADJUSTED: execution.adjusted,
        RateBase.RECEIVED: execution.received,
    }
    return MoneyRatio(part=execution.paid, base=amounts[base])
