"""Worked examples of editions that are a plain scheme: whole departments, the districts of a city.

The facts of a department are written as the formulas take them (``{kind: money_ratio, part: "1",
base: "2"}``, money in fen); the expected numbers are worked out by hand from the source's wording.
"""

from pydantic import Field

from budgetperf.rulebook.cases import Outcome
from budgetperf.scoring.department_overall import (
    DepartmentOverallRules,
    FiledIndicator,
    filed_facts,
    filed_rules,
)
from budgetperf.scoring.facts import Fact
from budgetperf.scoring.fiscal_operation import FiscalOperationRules, fiscal_operation
from budgetperf.scoring.rules import Exact, Rule
from budgetperf.scoring.scheme import Scheme
from budgetperf.scoring.scheme_rules import SchemeResult, scheme_result


class DepartmentOverallCase(Rule):
    """A department: filed level-3 indicators by criterion, other facts, dimensions left out."""

    indicators: dict[str, tuple[FiledIndicator, ...]] = Field(default_factory=dict)
    facts: dict[str, Fact] = Field(default_factory=dict)
    omitted: dict[str, str] = Field(default_factory=dict)


def department_overall_case(rules: DepartmentOverallRules, given: DepartmentOverallCase) -> Outcome:
    """Points by criterion and dimension, total, grade, number of findings."""
    used = filed_rules(rules, given.indicators)
    facts = {**given.facts, **filed_facts(given.indicators)}
    result = scheme_result(used, facts, omitted=given.omitted)
    return {
        "points": {line.key: line.points for line in result.sheet.lines if line.applicable},
        "dimensions": _subtotals(used.scheme, result),
        "total": result.sheet.total,
        "grade": result.grade,
        "findings": len(result.sheet.findings),
    }


def _subtotals(scheme: Scheme, result: SchemeResult) -> Outcome:
    keys = {d.key: frozenset(criterion.key for criterion in d.criteria) for d in scheme.dimensions}
    return {dimension: result.sheet.subtotal(held) for dimension, held in keys.items()}


class FiscalOperationCase(Rule):
    """What every district reports or is given: by district, by criterion key."""

    group: dict[str, dict[str, Exact]] = Field(min_length=1)


def fiscal_operation_case(rules: FiscalOperationRules, given: FiscalOperationCase) -> Outcome:
    """Points by criterion and the total of each district."""
    results = fiscal_operation(given.group, rules=rules)
    return {
        "points": {name: {line.key: line.points for line in r.sheet.lines} for name, r in results.items()},
        "totals": {name: r.sheet.total for name, r in results.items()},
    }
