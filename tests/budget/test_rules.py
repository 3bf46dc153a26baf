import copy

import pytest
from pydantic import ValidationError

from budgetperf.budget.grounds import Ground
from budgetperf.budget.rules import CutRules
from budgetperf.provenance import SourceStatus
from budgetperf.rulebook.cut_cases import LimitCutsCase, limit_cuts_case
from tests.budget.makers import edition, make_rules

RULES = edition()["rules"]


@pytest.mark.parametrize("example", edition()["examples"], ids=lambda example: example["name"])
def test_worked_example_of_the_default_edition(example):
    assert limit_cuts_case(make_rules(), LimitCutsCase.model_validate(example["given"])) == example["expect"]


def test_default_edition_works_every_ground_and_refuses_none_by_accident():
    cut = {ground for example in edition()["examples"] for ground in example["expect"]["cuts"]}
    assert cut == set(Ground) - {Ground.CEILING}


def test_only_the_thirty_percent_is_a_published_ratio_between_nothing_and_all():
    rules = make_rules()
    assert rules.carry_over.source.status is SourceStatus.PUBLISHED
    bands = [(band.cut_ratio, band.source.status) for band in rules.execution.bands]
    grades = [(ratio.cut_ratio, ratio.source.status) for ratio in rules.grade.ratios]
    partial = {status for ratio, status in bands + grades if 0 < ratio < 1}
    assert partial == {SourceStatus.TO_CONFIRM}


def broken(path: list, value: object) -> dict:
    rules = copy.deepcopy(RULES)
    place = rules
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return rules


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["order"], ["exante", "cost", "execution", "grade"], "every ground"),
        (["order"], ["exante", "cost", "execution", "grade", "carry_over", "ceiling"], "every ground"),
        (["order"], ["exante", "exante", "execution", "grade", "carry_over"], "every ground"),
        (["surprise"], 1, "Extra inputs"),
        (["carry_over", "cut_ratio"], 0.3, "带引号"),
        (["carry_over", "cut_ratio"], "1.01", "less than or equal to 1"),
        (["carry_over", "cut_ratio"], "-0.01", "greater than or equal to 0"),
        (["carry_over", "base"], "request", "Input should be"),
        (["execution", "bands", 1, "below_ratio"], "0.50", "ascend"),
        (["execution", "bands"], [], "at least 1"),
        (["exante", 1, "conclusion"], "support", "every conclusion"),
        (["exante"], [], "every conclusion"),
        (["grade", "ratios", 1, "grade"], "excellent", "every grade"),
        (["grade", "ratios", 1, "grade"], "middling", "Input should be"),
        (["protections", 1, "protection"], "basic_livelihood", "named twice"),
        (["ceiling", "levels", 0, "value_ratio"], "0.99", "first must be 1"),
        (["ceiling", "levels", 3, "amount_ratio"], "0.1", "last 0"),
        (["ceiling", "levels", 2, "value_ratio"], "0.93", "descend"),
        (["ceiling", "node_limit"], 0, "greater than 0"),
        (["reserve", "source", "status"], "rumour", "Input should be"),
    ],
)
def test_contradictory_edition_is_refused(path, value, message):
    with pytest.raises(ValidationError, match=message):
        CutRules.model_validate(broken(path, value))
