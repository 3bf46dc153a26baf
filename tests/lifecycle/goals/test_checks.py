"""Rules on a filed request: each on both sides of its boundary."""

import pytest

from budgetperf.findings import Severity
from budgetperf.lifecycle.goals.checks import CHECKS, GoalContext, check
from budgetperf.lifecycle.goals.form import GoalForm
from tests.lifecycle.goal_forms import (
    CONTEXT,
    make_goals,
    make_goals_with,
    make_indicator,
    make_indicators,
    prior,
    wan,
)


def told(form: GoalForm, context: GoalContext = CONTEXT) -> list[tuple[str, str]]:
    return [(finding.code.removeprefix("goals."), finding.where.pointer) for finding in check(form, context)]


def test_sound_request_is_told_nothing() -> None:
    assert told(make_goals()) == []


def test_every_rule_stands_once_in_the_list() -> None:
    assert len({rule.__name__ for rule in CHECKS}) == len(CHECKS)
    assert all(rule.__name__.startswith("check_") and rule.__doc__ for rule in CHECKS)


@pytest.mark.parametrize("text", ["*", "/", "无", "XX", "ｘｘ", "----"], ids=repr)
def test_placeholder_is_no_text(text: str) -> None:
    assert told(make_goals(basis=text)) == [("placeholder", "/basis")]
    assert told(make_goals_with(1, name=text)) == [("placeholder", "/indicators/1/name")]


def test_text_that_holds_a_placeholder_word_is_text() -> None:
    assert told(make_goals(basis="无障碍设施建设规划")) == []


@pytest.mark.parametrize("goal", ["287", "43.2万元", "1,000 元", "￥２８７"], ids=repr)
def test_goal_that_is_only_an_amount_is_refused(goal: str) -> None:
    assert told(make_goals(overall_goal=goal)) == [("goal_is_amount", "/overall_goal")]


def test_goal_may_name_an_amount() -> None:
    assert told(make_goals(overall_goal="投入100万元，改造管网12公里")) == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-05-01", "2026-05-01", []),
        ("2026-05-02", "2026-05-01", [("dates_order", "/ends_on")]),
        ("2025-01-01", "2026-01-01", []),
        ("2025-01-01", "2025-12-31", [("dates_year", "/starts_on")]),
        ("2026-12-31", "2027-06-30", []),
        ("2027-01-01", "2027-06-30", [("dates_year", "/starts_on")]),
    ],
)
def test_project_runs_forward_and_through_its_year(
    start: str, end: str, expected: list[tuple[str, str]]
) -> None:
    assert told(make_goals(starts_on=start, ends_on=end)) == expected


def test_request_is_above_zero() -> None:
    assert told(make_goals(request=1, funds=[{"source": "general", "amount": 1}])) == []
    assert ("amount_sign", "/request") in told(make_goals(request=0, funds=[]))


def test_no_part_is_negative() -> None:
    funds = [{"source": "general", "amount": wan("100.01")}, {"source": "other", "amount": wan("-0.01")}]
    assert told(make_goals(funds=funds)) == [("amount_sign", "/funds/1/amount")]


@pytest.mark.parametrize(
    ("other", "expected"),
    [("20", []), ("20.000001", [("funds_sum", "/funds")]), ("19.999999", [("funds_sum", "/funds")])],
)
def test_funds_sum_to_the_request_to_the_fen(other: str, expected: list[tuple[str, str]]) -> None:
    funds = [{"source": "general", "amount": wan("80")}, {"source": "other", "amount": wan(other)}]
    assert told(make_goals(funds=funds)) == expected


def test_source_of_funds_stands_once() -> None:
    funds = [{"source": "general", "amount": wan("80")}, {"source": "general", "amount": wan("20")}]
    assert told(make_goals(funds=funds)) == [("fund_twice", "/funds/1/source")]


@pytest.mark.parametrize(("amount", "expected"), [("100", []), ("99.999999", [("cost_sum", "/cost_items")])])
def test_cost_items_sum_to_the_request(amount: str, expected: list[tuple[str, str]]) -> None:
    assert told(make_goals(cost_items=[{"item": "管材", "amount": wan(amount)}])) == expected


def test_yuan_in_a_wan_column_is_suspected_at_its_cell() -> None:
    funds = [{"source": "general", "amount": wan("1000000")}]
    assert ("unit_suspicion", "/funds/0/amount") in told(make_goals(funds=funds))
    items = [{"item": "管材", "amount": wan("100"), "prior_year": wan("900000"), "year_before": wan("95")}]
    assert told(make_goals(cost_items=items)) == [("unit_suspicion", "/cost_items/0/prior_year")]
    assert ("unit_suspicion", "/request") in told(make_goals(request=wan("1000000")))


@pytest.mark.parametrize(
    ("last_year", "suspected"),
    [("0.02", True), ("0.005", True), ("0.020001", False), ("0.004999", False), ("90", False)],
)
def test_suspicion_reaches_as_far_as_the_band(last_year: str, suspected: bool) -> None:
    assert told(make_goals(), prior(last_year)) == ([("unit_suspicion", "/request")] if suspected else [])


def test_project_without_a_past_is_not_suspected() -> None:
    assert told(make_goals(), prior("0")) == []


def test_small_part_of_a_large_request_is_no_suspicion() -> None:
    funds = [{"source": "general", "amount": wan("99.99")}, {"source": "other", "amount": wan("0.01")}]
    assert told(make_goals(funds=funds)) == []


@pytest.mark.parametrize(
    ("weight", "expected"), [("29.99", True), ("30", False), ("30.01", True), ("50", True)]
)
def test_weights_sum_to_the_total(weight: str, expected: bool) -> None:
    assert (("weights_sum", "/indicators") in told(make_goals_with(0, weight=weight))) is expected


@pytest.mark.parametrize(("weight", "expected"), [("0.01", False), ("0", True), ("-1", True)])
def test_weight_is_above_zero(weight: str, expected: bool) -> None:
    assert (("weight_sign", "/indicators/3/weight") in told(make_goals_with(3, weight=weight))) is expected


def _spread(**points: str) -> GoalForm:
    return make_goals(
        indicators=[
            make_indicator(level2, f"指标{level2}", weight, operator="eq")
            for level2, weight in points.items()
        ]
    )


@pytest.mark.parametrize(
    "points",
    [
        {"economic_cost": "20", "quantity": "40", "social": "20", "satisfaction": "10"},
        {"economic_cost": "20", "quantity": "40", "social": "30"},
        {"quantity": "50", "social": "30", "satisfaction": "10"},
        {"quantity": "50", "social": "40"},
    ],
    ids="+".join,
)
def test_template_of_each_set_of_levels_is_followed(points: dict[str, str]) -> None:
    assert ("weight_template", "/indicators") not in told(_spread(**points))
    first, *_, last = points
    moved = points | {first: str(int(points[first]) + 1), last: str(int(points[last]) - 1)}
    assert ("weight_template", "/indicators") in told(_spread(**moved))


def test_template_is_a_warning_since_it_holds_in_principle() -> None:
    [finding] = check(_spread(quantity="40", social="40", satisfaction="10"), CONTEXT)
    assert (finding.code, finding.severity) == ("goals.weight_template", Severity.WARNING)
    assert finding.source == "财预〔2021〕101号"


def test_missing_levels_are_told_by_their_weight() -> None:
    found = check(_spread(economic_cost="90"), CONTEXT)
    levels = [(f.severity, f.message[2:4]) for f in found if f.code == "goals.level_missing"]
    assert levels == [(Severity.ERROR, "产出"), (Severity.ERROR, "效益"), (Severity.WARNING, "满意")]


def test_set_without_a_number_is_told() -> None:
    words = {"operator": "qualitative", "target": None, "target_text": "明显改善", "uom": ""}
    assert told(make_goals(indicators=[row | words for row in make_indicators()])) == [
        ("all_qualitative", "/indicators")
    ]
    assert told(make_goals_with(0, **words)) == []


def test_same_name_twice_is_refused() -> None:
    assert told(make_goals_with(1, name="改造 管网长度")) == [("name_twice", "/indicators/1/name")]
    assert told(make_goals_with(1, name="改造管网长度（二期）")) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"target": None}, [("target_missing", "/indicators/0/target")]),
        ({"operator": "qualitative", "target_text": "好"}, [("target_number", "/indicators/0/target")]),
        (
            {"operator": "qualitative", "target": None, "uom": ""},
            [("target_text", "/indicators/0/target_text")],
        ),
        (
            {"operator": "qualitative", "target": None, "target_text": "/"},
            [("target_text", "/indicators/0/target_text")],
        ),
        ({"operator": "qualitative", "target": None, "target_text": "管网完好"}, []),
        ({"uom": ""}, [("uom_missing", "/indicators/0/uom")]),
    ],
    ids=str,
)
def test_target_fits_its_operator(changes: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert told(make_goals_with(0, **changes)) == expected


@pytest.mark.parametrize(
    ("operator", "direction", "expected"),
    [
        ("ge", "forward", False),
        ("ge", "reverse", True),
        ("gt", "reverse", True),
        ("le", "reverse", False),
        ("le", "forward", True),
        ("lt", "forward", True),
        ("eq", "forward", False),
        ("eq", "reverse", False),
    ],
)
def test_direction_follows_the_operator(operator: str, direction: str, expected: bool) -> None:
    found = told(make_goals_with(0, operator=operator, direction=direction))
    assert found == ([("direction", "/indicators/0/direction")] if expected else [])


@pytest.mark.parametrize(
    ("operator", "direction", "expected"),
    [("ge", "forward", True), ("gt", "forward", True), ("le", "reverse", False), ("eq", "forward", False)],
)
def test_cost_promises_at_most(operator: str, direction: str, expected: bool) -> None:
    found = told(make_goals_with(0, level2="economic_cost", operator=operator, direction=direction))
    assert (("cost_at_least", "/indicators/0/operator") in found) is expected


@pytest.mark.parametrize(
    ("target", "uom", "expected"),
    [
        ("100", "%", []),
        ("100.01", "%", ["percent_above_100"]),
        ("100.01", "公里", []),
        ("1", "%", ["percent_as_ratio"]),
        ("1.01", "%", []),
        ("0.95", "%", ["percent_as_ratio"]),
        ("0", "%", []),
        ("0.95", "公里", []),
    ],
)
def test_percentage_is_of_a_hundred(target: str, uom: str, expected: list[str]) -> None:
    found = told(make_goals_with(0, target=target, uom=uom))
    assert found == [(code, "/indicators/0/target") for code in expected]


def test_small_percentage_at_most_is_no_ratio() -> None:
    assert told(make_goals_with(0, target="0.5", uom="%", operator="le", direction="reverse")) == []


@pytest.mark.parametrize(
    ("target", "uom", "expected"),
    [
        ("100", "万元", True),
        ("1000000", "元", True),
        ("0.01", "亿元", True),
        ("99", "万元", False),
        ("100", "公里", False),
    ],
)
def test_money_is_no_output(target: str, uom: str, expected: bool) -> None:
    found = told(make_goals_with(0, target=target, uom=uom))
    assert found == ([("money_as_indicator", "/indicators/0/target")] if expected else [])


def test_money_without_a_unit_is_read_in_the_unit_of_the_form() -> None:
    assert ("money_as_indicator", "/indicators/0/target") in told(make_goals_with(0, target="100", uom=""))


def test_money_may_be_a_cost_indicator() -> None:
    found = told(
        make_goals_with(
            0, level2="economic_cost", target="100", uom="万元", operator="le", direction="reverse"
        )
    )
    assert "money_as_indicator" not in {code for code, _ in found}


@pytest.mark.parametrize(
    ("weight", "target", "uom", "expected"),
    [
        ("12.5", "12.5", "公里", True),
        ("30", "30", "公里", False),
        ("30", "30", "分", True),
        ("12.5", "12", "公里", False),
    ],
)
def test_target_is_not_the_weight_copied(weight: str, target: str, uom: str, expected: bool) -> None:
    found = told(make_goals_with(0, weight=weight, target=target, uom=uom))
    assert (("target_is_weight", "/indicators/0/target") in found) is expected


def test_people_counted_in_ge_are_a_note() -> None:
    [finding] = check(make_goals_with(0, name="村组干部230人", target="230", uom="个"), CONTEXT)
    assert (finding.code, finding.severity) == ("goals.people_in_ge", Severity.NOTE)
    assert told(make_goals_with(0, name="村组干部230人", target="230", uom="人")) == []
    assert told(make_goals_with(0, name="更换水表", target="230", uom="个")) == []
