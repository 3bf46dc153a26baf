"""Department-overall expenditure (部门整体支出): a frame whose last level the department may file itself.

Holds the rules and the joining of filed level-3 indicators with them. The outcome is collective:
nothing here adds up the goals of projects.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import Operator, plain_number
from budgetperf.scoring.facts import Actual, Fact, Measured, Reached
from budgetperf.scoring.rules import Exact, Points, Rule, SourcedRule
from budgetperf.scoring.scheme import Criterion, Dimension, Scheme
from budgetperf.scoring.scheme_rules import SchemeRules
from budgetperf.scoring.self_evaluation import OperatorRule


class FiledCriteria(SourcedRule):
    """Criteria (level 2) that a department fills with indicators of its own (level 3).

    Parameters
    ----------
    dimensions : tuple of str
        Every criterion of these is filled; the filed weights sum to the weight of the dimension.
    operators : mapping of Operator to OperatorRule
        How an indicator of each operator earns points.
    """

    dimensions: tuple[str, ...]
    operators: dict[Operator, OperatorRule]

    @model_validator(mode="after")
    def _every_operator(self) -> Self:
        if missing := [operator.label for operator in Operator if operator not in self.operators]:
            raise ValueError(f"缺少以下指标性质的计分方法：{'、'.join(missing)}")
        return self


class DepartmentOverallRules(SchemeRules):
    """Everything an edition says on a whole department; ``filed`` is None where level 3 is fixed."""

    filed: FiledCriteria | None = None

    @model_validator(mode="after")
    def _filed_dimensions_known(self) -> Self:
        known = {dimension.key for dimension in self.scheme.dimensions}
        filed = self.filed.dimensions if self.filed else ()
        if unknown := [key for key in filed if key not in known or key in self.optional]:
            raise ValueError(f"filed 所列维度不在方案中，或为可选维度：{'、'.join(unknown)}")
        return self


class FiledIndicator(Rule):
    """One level-3 indicator with what was reached; ``target`` is None for a qualitative one."""

    label: str
    weight: Points
    operator: Operator
    target: Exact | None = None
    actual: Actual

    @model_validator(mode="after")
    def _target_fits(self) -> Self:
        if (self.target is None) != (self.operator is Operator.QUALITATIVE):
            raise ValueError("定量指标须写明目标值 target，定性指标不写")
        return self

    @property
    def fact(self) -> Fact:
        """What the formula judges.

        Raises
        ------
        Invalid
            ``scoring.facts`` for a number where a tier is asked, or a tier for a number.
        """
        if isinstance(self.actual, Reached) != (self.target is not None):
            wanted = "达成档次及赋分比例" if self.target is None else "数值"
            raise Invalid("scoring.facts", f"“{self.label}”须填报{wanted}")
        if self.target is not None and isinstance(self.actual, Reached):
            return Measured(target=self.target, actual=self.actual.value)
        return self.actual


Filed = Mapping[str, Sequence[FiledIndicator]]
"""Level-3 indicators by the key of the criterion they stand under."""


def filed_rules(rules: DepartmentOverallRules, filed: Filed) -> DepartmentOverallRules:
    """Return ``rules`` with the filed indicators in the place of the criteria they stand under.

    An indicator's key is that of its criterion and its number: ``basic_duties.1``.

    Raises
    ------
    Invalid
        ``scoring.facts`` if indicators stand under a criterion that is not filed;
        ``scoring.weights`` if those of a dimension do not sum to its weight.
    """
    dimensions = () if rules.filed is None else rules.filed.dimensions
    open_keys = {c.key for d in rules.scheme.dimensions if d.key in dimensions for c in d.criteria}
    if unknown := sorted(set(filed) - open_keys):
        raise Invalid(
            "scoring.facts", f"以下二级指标不由部门填报三级指标：{'、'.join(unknown)}，请删除或更正"
        )
    if rules.filed is None:
        return rules
    scheme = Scheme(
        total=rules.scheme.total,
        places=rules.scheme.places,
        not_applicable=rules.scheme.not_applicable,
        dimensions=tuple(
            _refilled(dimension, filed, rules.filed) if dimension.key in dimensions else dimension
            for dimension in rules.scheme.dimensions
        ),
    )
    return rules.model_copy(update={"scheme": scheme, "filed": None})


def filed_facts(filed: Filed) -> dict[str, Fact]:
    """Return the facts of the filed indicators, by the keys ``filed_rules`` gives them.

    Raises
    ------
    Invalid
        As ``FiledIndicator.fact``.
    """
    return {
        _key(criterion, number): item.fact
        for criterion, items in filed.items()
        for number, item in enumerate(items, 1)
    }


def _key(criterion: str, number: int) -> str:
    return f"{criterion}.{number}"


def _refilled(dimension: Dimension, filed: Filed, rule: FiledCriteria) -> Dimension:
    criteria = tuple(
        Criterion(
            key=_key(criterion.key, number),
            label=item.label,
            weight=item.weight,
            formula=rule.operators[item.operator].formula,
            source=rule.operators[item.operator].source,
        )
        for criterion in dimension.criteria
        for number, item in enumerate(filed.get(criterion.key, ()), 1)
    )
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    if total != dimension.weight:
        raise Invalid(
            "scoring.weights",
            f"“{dimension.label}”下填报的三级指标权重须合计{plain_number(dimension.weight)}分，"
            f"实际合计{plain_number(total)}分，请调整",
        )
    return Dimension(key=dimension.key, label=dimension.label, weight=dimension.weight, criteria=criteria)
