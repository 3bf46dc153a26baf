"""The shape of an edition for cuts and limits (rulebook kind ``limit_cuts``).

Holds what an edition must say and refuses one that contradicts itself; no figure stands here.
Numbers are decimal text in the file, intervals are half-open, each figure names its source.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from budgetperf.budget.grounds import Base, Ground
from budgetperf.budget.protections import ProtectionRule
from budgetperf.budget.shapes import STRICT, Citation, Ratio
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.evaluands import Protection
from budgetperf.scoring.exante import ExanteConclusion
from budgetperf.scoring.grade import Grade


class ConclusionRule(BaseModel):
    """What an ex-ante conclusion takes: the difference to the recommended amount, or all."""

    model_config = STRICT

    conclusion: ExanteConclusion
    takes: Literal["difference", "whole"]
    source: Citation


class ExecutionBand(BaseModel):
    """Execution rates in [lower neighbour, ``below_ratio``) lose ``cut_ratio`` of the base."""

    model_config = STRICT

    below_ratio: Ratio
    cut_ratio: Ratio
    source: Citation


class ExecutionRule(BaseModel):
    """Bands in ascending order; at or above the last bound nothing is cut."""

    model_config = STRICT

    base: Literal[Base.REQUEST, Base.REMAINING]
    bands: tuple[ExecutionBand, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        bounds = [band.below_ratio for band in self.bands]
        if any(low >= high for low, high in pairwise(bounds)):
            raise ValueError("execution.bands: below_ratio must ascend")
        return self


class CarryOverRule(BaseModel):
    """Share of the increase of carried-over money that is taken from the request."""

    model_config = STRICT

    base: Literal[Base.INCREASE]
    cut_ratio: Ratio
    source: Citation


class GradeRatio(BaseModel):
    """Share of the base a grade loses."""

    model_config = STRICT

    grade: Grade
    cut_ratio: Ratio
    source: Citation


class GradeRule(BaseModel):
    """The ratio of every grade of the scheme in use."""

    model_config = STRICT

    base: Literal[Base.REQUEST, Base.REMAINING]
    ratios: tuple[GradeRatio, ...]


class CostRule(BaseModel):
    """A cost cut is taken above the upper bound only, and only on evidence of these grades."""

    model_config = STRICT

    accepted_evidence: tuple[EvidenceGrade, ...] = Field(min_length=1)
    source: Citation


class ReserveRule(BaseModel):
    """Share of the ceiling kept back for objections."""

    model_config = STRICT

    ratio: Ratio
    source: Citation


class LevelRule(BaseModel):
    """A level a line may be funded at.

    Parameters
    ----------
    amount_ratio : Decimal
        Share of the amount after cuts.
    value_ratio : Decimal
        Share of the line's worth that this money buys.
    """

    model_config = STRICT

    amount_ratio: Ratio
    value_ratio: Ratio


class CeilingRule(BaseModel):
    """Levels from full (1, 1) down to deferred (0, 0), strictly descending in both."""

    model_config = STRICT

    levels: tuple[LevelRule, ...] = Field(min_length=2)
    node_limit: int = Field(gt=0)
    source: Citation

    @model_validator(mode="after")
    def _from_full_to_deferred(self) -> Self:
        full, deferred = self.levels[0], self.levels[-1]
        if (
            min(full.amount_ratio, full.value_ratio) != 1
            or max(deferred.amount_ratio, deferred.value_ratio) != 0
        ):
            raise ValueError("ceiling.levels: first must be 1 and 1, last 0 and 0")
        for high, low in pairwise(self.levels):
            if low.amount_ratio >= high.amount_ratio or low.value_ratio >= high.value_ratio:
                raise ValueError("ceiling.levels: amount_ratio and value_ratio must descend")
        return self


class CutRules(BaseModel):
    """One edition: order of grounds, their figures, protections, reserve and levels.

    ``order`` names every ground but the ceiling, which always comes last.
    """

    model_config = STRICT

    order: tuple[Ground, ...]
    exante: tuple[ConclusionRule, ...]
    execution: ExecutionRule
    carry_over: CarryOverRule
    grade: GradeRule
    cost: CostRule
    protections: tuple[ProtectionRule, ...]
    reserve: ReserveRule
    ceiling: CeilingRule

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if sorted(self.order) != sorted(set(Ground) - {Ground.CEILING}):
            raise ValueError("order: every ground but the ceiling, once")
        if sorted(rule.conclusion for rule in self.exante) != sorted(ExanteConclusion):
            raise ValueError("exante: every conclusion, once")
        if sorted(ratio.grade for ratio in self.grade.ratios) != sorted(Grade):
            raise ValueError("grade.ratios: every grade, once")
        kinds = [rule.protection for rule in self.protections]
        if len(set(kinds)) < len(kinds):
            raise ValueError("protections: named twice")
        return self

    def protection(self, kind: Protection) -> ProtectionRule | None:
        """Return the rule for a kind of protection, or None."""
        return next((rule for rule in self.protections if rule.protection is kind), None)

    def execution_band(self, rate: Decimal) -> ExecutionBand | None:
        """Return the first band whose bound lies above ``rate``, or None: no cut."""
        return next((band for band in self.execution.bands if rate < band.below_ratio), None)
