"""Worked examples of ``unit_assessment`` editions: a long table of facts and what comes of it.

The table is written as it travels, comma-separated with its heading; the expected numbers are
worked out by hand from the wording of the source.
"""

from budgetperf.rulebook.cases import Outcome
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_table import read_table
from budgetperf.scoring.rules import Rule


class AssessmentCase(Rule):
    """The facts, a row a line under the heading."""

    facts: str


def assessment_case(rules: AssessmentRules, given: AssessmentCase) -> Outcome:
    """Per unit: points by component, bonus, penalty, total, rank, grade, consequences, number of reasons."""
    results = assess(rules, read_table(given.facts))
    return {
        "components": {r.unit: {part.key: part.points for part in r.components} for r in results},
        "bonus": {r.unit: r.bonus for r in results},
        "penalty": {r.unit: r.penalty for r in results},
        "totals": {r.unit: r.total for r in results},
        "ranks": {r.unit: r.rank for r in results},
        "grades": {r.unit: r.grade for r in results},
        "consequences": {r.unit: [reached.key for reached in r.consequences] for r in results},
        "reasons": {r.unit: len(r.reasons) for r in results},
    }
