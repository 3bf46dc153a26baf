"""Weight templates of filed goals (财预〔2021〕101号): which level-1 indicator gets how many points.

Holds the templates and the choice between them. That a filing deviates is told by
``lifecycle/goals/checks``; the rule says "in principle", so it is a warning there.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.findings import Severity
from budgetperf.indicators import Level1
from budgetperf.scoring.rules import Points, Rule, SourcedRule


class WeightTemplate(Rule):
    """Points by level-1 indicator for one combination of cost and satisfaction."""

    cost: bool
    satisfaction: bool
    weights: dict[Level1, Points]


class GoalWeightRules(SourcedRule):
    """Templates of one edition.

    Parameters
    ----------
    total : Decimal
        Points of all filed indicators (execution is added at self-evaluation).
    deviation : Severity
        How much a deviation from the template weighs.
    templates : tuple of WeightTemplate
        One for each combination of with or without cost and satisfaction indicators.
    """

    total: Points
    deviation: Severity
    templates: tuple[WeightTemplate, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        combinations = sorted((template.cost, template.satisfaction) for template in self.templates)
        if combinations != [(False, False), (False, True), (True, False), (True, True)]:
            raise ValueError("须按有无成本指标、有无满意度指标各写一个模板，共四个")
        for template in self.templates:
            levels = set(template.weights)
            if (Level1.COST in levels, Level1.SATISFACTION in levels) != (
                template.cost,
                template.satisfaction,
            ):
                raise ValueError("模板所列一级指标与 cost、satisfaction 不一致")
            if sum(template.weights.values(), Decimal(0)) != self.total:
                raise ValueError(f"模板权重合计须为{self.total}")
        return self

    def expected(self, levels: Collection[Level1]) -> Mapping[Level1, Decimal]:
        """Return the points per level-1 indicator for a filing that uses ``levels``.

        Examples
        --------
        With cost and satisfaction: cost 20, output 40, benefit 20, satisfaction 10.
        """
        wanted = (Level1.COST in levels, Level1.SATISFACTION in levels)
        return next(t.weights for t in self.templates if (t.cost, t.satisfaction) == wanted)
