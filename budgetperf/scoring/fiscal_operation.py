"""Fiscal-operation evaluation of the districts of one city (财政运行综合绩效): all of them side by side.

Holds the rules and the making of facts from what each district reports; an area is judged by
points, or placed between the worst and the best district, as its formula in the edition says.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.facts import Fact, InGroup, Rated
from budgetperf.scoring.scheme_rules import SchemeResult, SchemeRules, scheme_result


class FiscalOperationRules(SchemeRules):
    """The scheme of one city.

    Parameters
    ----------
    members : tuple of str
        Names of the districts; all of them are evaluated together.
    directions : mapping of str to Direction
        By key of the criteria with formula ``min_max``: which way is better.
    """

    members: tuple[str, ...]
    directions: dict[str, Direction]

    @model_validator(mode="after")
    def _a_group(self) -> Self:
        if len(self.members) < 2 or len(set(self.members)) != len(self.members):
            raise ValueError("members 须列出至少两个区，不得重复")
        return self

    @model_validator(mode="after")
    def _judged_or_compared(self) -> Self:
        criteria = tuple(self.scheme.criteria())
        if other := [c.label for c in criteria if c.formula.name not in {"judged", "min_max"}]:
            raise ValueError(f"各方面须按 judged 或 min_max 计分：{'、'.join(other)}")
        if {c.key for c in criteria if c.formula.name == "min_max"} != set(self.directions):
            raise ValueError("directions 须恰好列出计分方法为 min_max 的各评分项")
        return self


def fiscal_operation(
    group: Mapping[str, Mapping[str, Decimal]], *, rules: FiscalOperationRules
) -> dict[str, SchemeResult]:
    """Score every district of the city.

    Parameters
    ----------
    group : mapping of str to mapping of str to Decimal
        By district, by criterion key: points where it is judged, else the value that is compared.
    rules : FiscalOperationRules

    Raises
    ------
    Invalid
        ``scoring.group`` if a district is missing or unknown; ``scoring.facts`` if one lacks a
        criterion or has one too many; as ``score``.
    """
    if odd := sorted(set(group) ^ set(rules.members)):
        raise Invalid(
            "scoring.group", f"须同时评价全部{len(rules.members)}个区，多出或缺少：{'、'.join(odd)}"
        )
    wanted = {criterion.key for criterion in rules.scheme.criteria()}
    for name, values in group.items():
        if odd := sorted(set(values) ^ wanted):
            raise Invalid("scoring.facts", f"“{name}”的评分项多出或缺少：{'、'.join(odd)}，请更正")
    edges = {
        key: _edges([values[key] for values in group.values()], direction)
        for key, direction in rules.directions.items()
    }
    return {name: scheme_result(rules, _facts(group[name], edges), omitted={}) for name in rules.members}


def _edges(values: list[Decimal], direction: Direction) -> tuple[Decimal, Decimal]:
    """Return the worst and the best."""
    low, high = min(values), max(values)
    return (low, high) if direction is Direction.FORWARD else (high, low)


def _facts(values: Mapping[str, Decimal], edges: Mapping[str, tuple[Decimal, Decimal]]) -> dict[str, Fact]:
    return {
        key: InGroup(value, *edges[key]) if key in edges else Rated(value) for key, value in values.items()
    }
