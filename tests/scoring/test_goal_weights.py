from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Indicator, Level1, Level2, Operator
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


SICHUAN = Rulebook.load().by_id("sichuan/goal_weights/2023-01-01").rules_as(GoalWeightRules)
PERSONNEL = SICHUAN.fixed_template("personnel")
AS_FIXED = tuple(
    Indicator(
        key=str(number),
        level2=item.level2,
        name=item.name,
        operator=item.operator,
        target=item.target,
        target_text="",
        uom=item.uom,
        weight=item.weight,
        direction=item.operator.direction,
    )
    for number, item in enumerate(PERSONNEL.indicators, 1)
)


@pytest.mark.parametrize(
    "change",
    [
        {"target": Decimal(11)},
        {"operator": Operator.LESS_THAN},
        {"weight": Decimal("22.49")},
        {"uom": "回"},
        {"level2": Level2.QUALITY},
    ],
)
def test_a_fixed_indicator_that_was_changed_is_named(change: dict[str, Any]) -> None:
    assert list(PERSONNEL.departures(AS_FIXED)) == []
    first, second, *others = AS_FIXED
    assert list(PERSONNEL.departures([first, replace(second, **change), *others])) == ["科目调整次数"]


def test_missing_extra_and_double_indicators_are_named() -> None:
    assert list(PERSONNEL.departures(AS_FIXED[:3])) == ["结余率"]
    assert list(PERSONNEL.departures([*AS_FIXED, replace(AS_FIXED[0], name="覆盖率")])) == ["覆盖率"]
    assert list(PERSONNEL.departures([*AS_FIXED, AS_FIXED[0]])) == ["足额保障率"]


def test_an_unknown_fixed_template_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="personnel（人员类项目）") as refusal:
        SICHUAN.fixed_template("equipment")
    assert refusal.value.code == "scoring.template"
    with pytest.raises(Invalid, match="现有：无"):
        RULES.fixed_template("personnel")


def test_fixed_indicators_sum_to_the_total_under_different_names() -> None:
    raw = SICHUAN.model_dump()
    raw["fixed"][0]["indicators"][0]["weight"] = Decimal("22.49")
    with pytest.raises(ValidationError, match="合计须为90"):
        GoalWeightRules.model_validate(raw)
    raw = SICHUAN.model_dump()
    raw["fixed"][0]["indicators"][0]["name"] = "结余率"
    with pytest.raises(ValidationError, match="名称重复"):
        GoalWeightRules.model_validate(raw)
