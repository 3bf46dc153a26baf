from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Level2, Operator
from budgetperf.scoring.lights import LightColour, LightRules, execution_light, goal_light
from tests.scoring.makers import light_rules, make_execution, make_indicator

RULES = light_rules()
RED, YELLOW, GREEN, BLUE = LightColour


@pytest.mark.parametrize(
    ("months", "paid", "colour"),
    [
        (3, 1499, RED),
        (3, 1500, YELLOW),
        (3, 1999, YELLOW),
        (3, 2000, GREEN),
        (9, 4499, RED),
        (9, 4500, YELLOW),
        (9, 5999, YELLOW),
        (9, 6000, GREEN),
        (12, 10000, GREEN),
    ],
)
def test_execution_is_held_against_the_months_gone(months: int, paid: int, colour: LightColour) -> None:
    assert execution_light(make_execution(paid, 10_000), months, rules=RULES).colour is colour


def test_a_pace_just_below_a_bound_does_not_print_as_the_bound() -> None:
    light = execution_light(make_execution(49_999, 1_000_000), 1, rules=RULES)
    assert light.colour is RED
    assert light.reason.startswith("1月支付")
    assert "为序时进度的59.99%，低于60%" in light.reason


def test_no_budget_counts_as_a_pace_of_zero() -> None:
    light = execution_light(make_execution(0, 0), 3, rules=RULES)
    assert light.colour is RED
    assert "按0计" in light.reason


def test_the_reason_carries_the_numbers_and_the_clause() -> None:
    light = execution_light(make_execution(2541, 10_000), 6, rules=RULES)
    assert light.reason == (
        "1—6月支付25.41元，占全年预算数（调整后）100.00元的25.41%，为序时进度的50.82%，低于60%，红灯"
    )
    assert "60%（含）—80%黄灯" in light.clause


@pytest.mark.parametrize(
    ("value", "colour"),
    [("44.99", RED), ("45", YELLOW), ("59.99", YELLOW), ("60", GREEN), ("89.99", GREEN), ("90", BLUE)],
)
@pytest.mark.parametrize("level2", [Level2.QUANTITY, Level2.ECOLOGICAL, Level2.SATISFACTION])
@pytest.mark.parametrize("operator", [Operator.AT_LEAST, Operator.MORE_THAN, Operator.EQUAL])
def test_forward_indicators_are_prorated_by_month(
    level2: Level2, operator: Operator, value: str, colour: LightColour
) -> None:
    indicator = make_indicator(level2=level2, operator=operator)
    light = goal_light(indicator, Decimal(value), months=9, rules=RULES)
    assert light.colour is colour
    assert f"当前{value}个" in light.reason
    assert light.reason.endswith(colour.label)


@pytest.mark.parametrize("operator", [Operator.AT_MOST, Operator.LESS_THAN])
def test_reverse_indicators_are_inside_or_outside_their_bound(operator: Operator) -> None:
    indicator = make_indicator(operator=operator)
    strict = operator is Operator.LESS_THAN
    colours = [
        goal_light(indicator, Decimal(v), months=3, rules=RULES).colour for v in ("99.99", "100", "100.01")
    ]
    assert colours == [GREEN, RED if strict else GREEN, RED]


@pytest.mark.parametrize("level2", [Level2.QUALITY, Level2.TIMELINESS, Level2.ECONOMIC_COST])
def test_quality_timeliness_and_cost_are_not_prorated(level2: Level2) -> None:
    indicator = make_indicator(level2=level2)
    colours = [
        goal_light(indicator, Decimal(v), months=3, rules=RULES).colour for v in ("99.99", "100", "200")
    ]
    assert colours == [RED, GREEN, GREEN]


@pytest.mark.parametrize(
    ("tier", "colour"), [(Achievement.MET, GREEN), (Achievement.PARTLY, YELLOW), (Achievement.NOT_MET, RED)]
)
def test_qualitative_indicators_have_three_states(tier: Achievement, colour: LightColour) -> None:
    indicator = make_indicator(target=None, operator=Operator.QUALITATIVE)
    assert goal_light(indicator, tier, months=3, rules=RULES).colour is colour


@pytest.mark.parametrize(("value", "colour"), [("0", GREEN), ("0.01", RED), ("-1", RED)])
@pytest.mark.parametrize("operator", [Operator.AT_MOST, Operator.AT_LEAST, Operator.EQUAL])
def test_target_zero_is_green_only_when_equal(operator: Operator, value: str, colour: LightColour) -> None:
    indicator = make_indicator(target="0", operator=operator)
    assert goal_light(indicator, Decimal(value), months=6, rules=RULES).colour is colour


@pytest.mark.parametrize(("value", "colour"), [("-2", GREEN), ("-2.01", RED)])
def test_a_negative_target_is_a_bound(value: str, colour: LightColour) -> None:
    assert goal_light(make_indicator(target="-2"), Decimal(value), months=6, rules=RULES).colour is colour


def test_values_of_the_wrong_kind_and_impossible_months_are_refused() -> None:
    qualitative = make_indicator(target=None, operator=Operator.QUALITATIVE)
    for indicator, value in ((make_indicator(), Achievement.MET), (qualitative, Decimal(1))):
        with pytest.raises(Invalid) as refusal:
            goal_light(indicator, value, months=3, rules=RULES)
        assert refusal.value.code == "lights.value"
    for months in (0, 13):
        with pytest.raises(Invalid) as refusal:
            execution_light(make_execution(1, 1), months, rules=RULES)
        assert refusal.value.code == "lights.months"


@pytest.mark.parametrize("edges", [["0.1", "0.6"], ["0", "0.6", "0.6"], ["0", "0.8", "0.6"], []])
def test_bands_that_do_not_ascend_from_zero_are_refused(edges: list[str]) -> None:
    raw = RULES.model_dump()
    raw["execution"]["bands"] = [{"colour": "red", "at_least": edge} for edge in edges]
    with pytest.raises(ValidationError, match="亮灯区间须从0起严格递增"):
        LightRules.model_validate(raw)
    raw = RULES.model_dump()
    raw["paced"]["bands"] = [{"colour": "red", "at_least": edge} for edge in edges]
    with pytest.raises(ValidationError, match="亮灯区间须从0起严格递增"):
        LightRules.model_validate(raw)


def test_a_missing_qualitative_state_is_refused() -> None:
    raw = RULES.model_dump()
    raw["qualitative"]["colours"] = {"met": "green", "partly": "yellow"}
    with pytest.raises(ValidationError, match="三个达成档次"):
        LightRules.model_validate(raw)
