"""A composite index of a group (综合指数): every indicator between the group's worst and best, weighed.

Holds the rules model and the joining of a group's values with them; how the weights came about is
``statistics``' business, and computing points is ``score``'s.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.facts import InGroup
from budgetperf.scoring.rules import Rule, SourcedRule
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.score import ScoreSheet, score


class IndexIndicator(Rule):
    """Which way an indicator is better, and its uom (empty for none)."""

    direction: Direction
    uom: str


class CompositeIndexRules(SourcedRule):
    """The scheme of one index.

    Parameters
    ----------
    weighting : str
        How the weights were found, in Chinese.
    indicators : mapping of str to IndexIndicator
        By criterion key, every criterion of the scheme.
    scheme : Scheme
        All criteria by formula ``min_max``.
    """

    weighting: str
    indicators: dict[str, IndexIndicator]
    scheme: Scheme

    @model_validator(mode="after")
    def _every_criterion_in_its_group(self) -> Self:
        criteria = tuple(self.scheme.criteria())
        if {criterion.key for criterion in criteria} != set(self.indicators):
            raise ValueError("indicators 须恰好列出方案中的各评分项")
        if other := [c.label for c in criteria if c.formula.name != "min_max"]:
            raise ValueError(f"综合指数的评分项须按 min_max 计分：{'、'.join(other)}")
        return self


def composite_index(
    group: Mapping[str, Mapping[str, Decimal]], *, rules: CompositeIndexRules
) -> Mapping[str, ScoreSheet]:
    """Score every evaluand of a group against the group's own worst and best.

    Parameters
    ----------
    group : mapping of str to mapping of str to Decimal
        By evaluand, the value of each indicator by criterion key, in its uom.
    rules : CompositeIndexRules

    Raises
    ------
    Invalid
        ``scoring.facts`` if an evaluand lacks an indicator or has one too many; ``scoring.group``
        if there is nobody to compare with.
    """
    if len(group) < 2:
        raise Invalid("scoring.group", "综合指数须有至少两个评价对象才能比较，请补充本组数据")
    for name, values in group.items():
        if odd := sorted(set(values) ^ set(rules.indicators)):
            raise Invalid(
                "scoring.facts", f"“{name}”的指标与方案不一致，多出或缺少：{'、'.join(odd)}，请更正"
            )
    edges = {
        key: _edges([values[key] for values in group.values()], rules.indicators[key])
        for key in rules.indicators
    }
    return {
        name: score(rules.scheme, {key: InGroup(value, *edges[key]) for key, value in values.items()})
        for name, values in group.items()
    }


def _edges(values: list[Decimal], indicator: IndexIndicator) -> tuple[Decimal, Decimal]:
    """Return the group's worst and best."""
    low, high = min(values), max(values)
    return (low, high) if indicator.direction is Direction.FORWARD else (high, low)
