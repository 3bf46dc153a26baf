"""Weight templates of filed goals (财预〔2021〕101号): which level-1 indicator gets how many points.

Holds the templates, those of fixed indicators too, and the choice between them. That a filing deviates is told by
``lifecycle/goals/checks``; the rule says "in principle", so it is a warning there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.findings import Severity
from budgetperf.indicators import Indicator, Level1, Level2, Operator
from budgetperf.scoring.rules import Exact, Points, Rule, SourcedRule


class WeightTemplate(Rule):
    """Points by level-1 indicator for one combination of cost and satisfaction."""

    cost: bool
    satisfaction: bool
    weights: dict[Level1, Points]


class FixedIndicator(Rule):
    """An indicator that every filing of a kind of project carries as it stands."""

    level2: Level2
    name: str
    operator: Operator
    target: Exact
    uom: str
    weight: Points

    def same_as(self, filed: Indicator) -> bool:
        """Tell whether ``filed`` is this indicator, unchanged."""
        wanted = (self.level2, self.operator, self.target, self.uom, self.weight)
        return (filed.level2, filed.operator, filed.target, filed.uom, filed.weight) == wanted


class FixedTemplate(SourcedRule):
    """The whole of the indicators of one kind of project.

    Parameters
    ----------
    key, label : str
        e.g. ``"personnel"``, 人员类项目.
    indicators : tuple of FixedIndicator
        Their weights sum to the edition's total.
    """

    key: str
    label: str
    indicators: tuple[FixedIndicator, ...]

    def departures(self, filed: Sequence[Indicator]) -> Iterator[str]:
        """Yield the names of indicators that are missing, changed, twice, or not of the template."""
        fixed = {indicator.name: indicator for indicator in self.indicators}
        for name in fixed:
            if not any(item.name == name for item in filed):
                yield name
        seen: set[str] = set()
        for item in filed:
            if item.name in seen or item.name not in fixed or not fixed[item.name].same_as(item):
                yield item.name
            seen.add(item.name)


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
    fixed : tuple of FixedTemplate
        For kinds of project whose indicators are given.
    """

    total: Points
    deviation: Severity
    templates: tuple[WeightTemplate, ...]
    fixed: tuple[FixedTemplate, ...] = ()

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

    @model_validator(mode="after")
    def _fixed_sum(self) -> Self:
        for template in self.fixed:
            names = [indicator.name for indicator in template.indicators]
            if len(set(names)) != len(names):
                raise ValueError(f"“{template.label}”的固定指标名称重复")
            if sum((indicator.weight for indicator in template.indicators), Decimal(0)) != self.total:
                raise ValueError(f"“{template.label}”的固定指标权重合计须为{self.total}")
        return self

    def fixed_template(self, key: str) -> FixedTemplate:
        """Return the fixed template called ``key``.

        Raises
        ------
        Invalid
            ``scoring.template`` if the edition has none of that name.
        """
        for template in self.fixed:
            if template.key == key:
                return template
        known = "、".join(f"{template.key}（{template.label}）" for template in self.fixed) or "无"
        raise Invalid("scoring.template", f"没有固定指标模板“{key}”，现有：{known}")

    def expected(self, levels: Collection[Level1]) -> Mapping[Level1, Decimal]:
        """Return the points per level-1 indicator for a filing that uses ``levels``.

        Examples
        --------
        With cost and satisfaction: cost 20, output 40, benefit 20, satisfaction 10.
        """
        wanted = (Level1.COST in levels, Level1.SATISFACTION in levels)
        return next(t.weights for t in self.templates if (t.cost, t.satisfaction) == wanted)
