from decimal import Decimal

import pytest

from budgetperf.indicators import Level2
from budgetperf.scoring.dashboard import dashboard
from budgetperf.scoring.lights import LightColour
from tests.scoring.makers import light_rules, make_execution, make_indicator

RULES = light_rules()


def goal(weights_by_value: list[tuple[str, str]]) -> LightColour:
    """Light quantity indicators with target 100 at year end: value 50 red, 70 yellow, 100 green, 130 blue."""
    indicators = [make_indicator(str(i), weight) for i, (weight, _) in enumerate(weights_by_value)]
    values = {str(i): Decimal(value) for i, (_, value) in enumerate(weights_by_value)}
    found = dashboard(indicators, values, execution=make_execution(1, 1), months=12, rules=RULES)
    assert found.goal is not None
    return found.goal.colour


@pytest.mark.parametrize(
    ("weights_by_value", "colour"),
    [
        ([("5", "50"), ("95", "100")], LightColour.RED),
        ([("4.99", "50"), ("95.01", "100")], LightColour.GREEN),
        ([("4", "50"), ("1", "70"), ("95", "100")], LightColour.YELLOW),
        ([("4", "50"), ("0.99", "70"), ("95.01", "100")], LightColour.GREEN),
        ([("5", "70"), ("95", "130")], LightColour.YELLOW),
        ([("50", "130"), ("50", "130")], LightColour.GREEN),
    ],
)
def test_the_goal_light_is_the_worst_colour_with_enough_weight(
    weights_by_value: list[tuple[str, str]], colour: LightColour
) -> None:
    assert goal(weights_by_value) is colour


def test_unreported_indicators_do_not_count() -> None:
    indicators = [make_indicator("1", "4"), make_indicator("2", "86", level2=Level2.QUALITY)]
    found = dashboard(indicators, {"1": Decimal(1)}, execution=make_execution(1, 1), months=12, rules=RULES)
    assert set(found.indicators) == {"1"}
    assert found.goal is not None
    assert found.goal.colour is LightColour.RED
    assert "已报指标权重4分，其中红灯4分" in found.goal.reason


def test_without_any_value_there_is_no_goal_light() -> None:
    found = dashboard([make_indicator()], {}, execution=make_execution(1, 1), months=12, rules=RULES)
    assert found.goal is None
    assert found.execution.colour is LightColour.GREEN
