from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.indicators import Level1
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.goal_weights import GoalWeightRules
from tests.scoring.makers import DAY

RULES = Rulebook.load().get("goal_weights", DAY).rules_as(GoalWeightRules)


@pytest.mark.parametrize(
    ("levels", "weights"),
    [
        (set(Level1), {Level1.COST: 20, Level1.OUTPUT: 40, Level1.BENEFIT: 20, Level1.SATISFACTION: 10}),
        (set(Level1) - {Level1.COST}, {Level1.OUTPUT: 50, Level1.BENEFIT: 30, Level1.SATISFACTION: 10}),
        (set(Level1) - {Level1.SATISFACTION}, {Level1.COST: 20, Level1.OUTPUT: 40, Level1.BENEFIT: 30}),
        ({Level1.OUTPUT}, {Level1.OUTPUT: 50, Level1.BENEFIT: 40}),
    ],
)
def test_the_template_follows_cost_and_satisfaction(levels: set[Level1], weights: dict[Level1, int]) -> None:
    assert RULES.expected(levels) == weights


def templates(**change: Any) -> dict[str, Any]:
    raw = RULES.model_dump()
    return {**raw, "templates": [{**raw["templates"][0], **change}, *raw["templates"][1:]]}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (templates(weights={"cost": 20, "output": 40, "benefit": 20, "satisfaction": 20}), "合计须为90"),
        (templates(weights={"output": 50, "benefit": 30, "satisfaction": 10}), "不一致"),
        (templates(cost=False), "共四个"),
    ],
)
def test_templates_that_contradict_themselves_are_refused(raw: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        GoalWeightRules.model_validate(raw)
