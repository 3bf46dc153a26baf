"""A scoring scheme: dimensions of criteria with weights that sum to the declared total.

Holds the shape only; schemes come from editions or are built from filed indicators.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, Self, TypeAlias

from pydantic import model_validator

from budgetperf.indicators import plain_number
from budgetperf.scoring.formulas import Formula
from budgetperf.scoring.rules import Places, Points, Rule, SourcedRule, misplaced

NotApplicableRule: TypeAlias = Literal["refuse", "rescale"]
"""What a criterion that does not apply does: it is refused, or it drops out and the total of the
others is rescaled to the scheme's total (the lines keep their filed weights)."""


class Criterion(SourcedRule):
    """One line of a score sheet.

    Parameters
    ----------
    key : str
        Stable inside the scheme.
    label : str
        Chinese name as printed.
    weight : Decimal
        Points, above 0.
    formula : Formula
        How the fact becomes a share of the weight.
    """

    key: str
    label: str
    weight: Points
    formula: Formula


class Dimension(Rule):
    """A group of criteria with its declared weight."""

    key: str
    label: str
    weight: Points
    criteria: tuple[Criterion, ...]

    @model_validator(mode="after")
    def _weights_sum(self) -> Self:
        _demand_sum(f"维度“{self.label}”", self.weight, [c.weight for c in self.criteria])
        return self


class Scheme(Rule):
    """Dimensions, the total they sum to, and the two rules that hold for all.

    Parameters
    ----------
    total : Decimal
        Points of the whole scheme.
    places : int
        Decimals each criterion's points are rounded to, half up, once.
    not_applicable : {"refuse", "rescale"}
    dimensions : tuple of Dimension
    """

    total: Points
    places: Places
    not_applicable: NotApplicableRule
    dimensions: tuple[Dimension, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _demand_sum("方案", self.total, [d.weight for d in self.dimensions])
        named: dict[str, str] = {}
        for i, dimension in enumerate(self.dimensions):
            for j, criterion in enumerate(dimension.criteria):
                if criterion.key in named:
                    text = f"评分项编号重复：{criterion.key}（“{named[criterion.key]}”与“{criterion.label}”）"
                    raise misplaced(text, "dimensions", i, "criteria", j, "key")
                named[criterion.key] = criterion.label
        return self

    def criteria(self) -> Iterator[Criterion]:
        """Yield the criteria in printed order."""
        for dimension in self.dimensions:
            yield from dimension.criteria


def _demand_sum(what: str, declared: Decimal, weights: list[Decimal]) -> None:
    found = sum(weights, Decimal(0))
    if found != declared:
        raise ValueError(f"{what}的分值合计应为{plain_number(declared)}，实际为{plain_number(found)}")
