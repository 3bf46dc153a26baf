"""Every total of an assessment follows from its trace by plain arithmetic (``assessment_by_hand``)."""

import pytest

from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.assess import assess
from budgetperf.scoring.assessment import AssessmentRules
from budgetperf.scoring.assessment_table import read_table
from tests.scoring.assessment_by_hand import demand_by_hand

WORKED = [
    (edition, example)
    for edition in Rulebook.load().editions
    if edition.kind == "unit_assessment"
    for example in edition.examples
    if not example.refused
]


@pytest.mark.parametrize(
    ("edition", "example"), WORKED, ids=[f"{e.jurisdiction}-{x.name}" for e, x in WORKED]
)
def test_totals_are_done_again_by_hand(edition, example) -> None:
    rules = edition.rules_as(AssessmentRules)
    demand_by_hand(rules, assess(rules, read_table(example.given["facts"])))
