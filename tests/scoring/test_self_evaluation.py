from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Level2, Operator
from budgetperf.scoring.facts import Achieved, Actual, NotApplicable, Reached
from budgetperf.scoring.required_reasons import Deviation, required_reasons
from budgetperf.scoring.self_evaluation import (
    SelfEvaluationRules,
    self_evaluation,
    self_evaluation_scheme,
)
from tests.scoring.makers import make_execution, make_indicator, self_evaluation_rules

RULES = self_evaluation_rules()
FULL_MONEY = make_execution(100, 100)


def reached(value: str) -> Reached:
    return Reached(Decimal(value))


def test_lines_follow_level1_order_with_execution_last() -> None:
    indicators = [
        make_indicator("1", "10", level2=Level2.SATISFACTION),
        make_indicator("2", "30", level2=Level2.SOCIAL),
        make_indicator("3", "40", level2=Level2.QUANTITY),
        make_indicator("4", "10", level2=Level2.ECONOMIC_COST, operator=Operator.AT_MOST),
    ]
    scheme = self_evaluation_scheme(indicators, RULES)
    assert [criterion.key for criterion in scheme.criteria()] == ["4", "3", "2", "1", "execution"]
    assert [(d.key, d.weight) for d in scheme.dimensions] == [
        ("cost", 10),
        ("output", 40),
        ("benefit", 30),
        ("satisfaction", 10),
        ("execution", 10),
    ]


def test_met_target_below_a_hundred_percent_gets_full_points_not_weight_times_percent() -> None:
    indicators = [make_indicator(target="98")]
    sheet = self_evaluation(indicators, {"1": reached("98")}, execution=FULL_MONEY, rules=RULES)
    assert sheet.total == 100


def test_the_execution_score_comes_from_exact_fen_and_is_never_rounded_up_to_an_integer() -> None:
    money = make_execution(86_199_999, 100_000_000)
    sheet = self_evaluation([make_indicator()], {"1": reached("100")}, execution=money, rules=RULES)
    assert sheet.line("execution").points == Decimal("8.62")
    assert sheet.total == Decimal("98.62")


def test_the_execution_base_is_the_adjusted_budget() -> None:
    money = make_execution(50, 200, received=50, initial=50)
    sheet = self_evaluation([make_indicator()], {"1": reached("100")}, execution=money, rules=RULES)
    assert sheet.line("execution").points == Decimal("2.50")


@pytest.mark.parametrize("weights", [["50", "39.99"], ["50", "40.01"], ["60", "50"], ["90", "0"]])
def test_weights_that_do_not_make_ninety_are_refused(weights: list[str]) -> None:
    indicators = [make_indicator(str(i), weight) for i, weight in enumerate(weights)]
    with pytest.raises(Invalid, match="合计90分") as refusal:
        self_evaluation_scheme(indicators, RULES)
    assert refusal.value.code == "scoring.weights"


@pytest.mark.parametrize("keys", [["1", "1"], ["1", "execution"]])
def test_repeated_or_reserved_keys_are_refused(keys: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        self_evaluation_scheme([make_indicator(key, "45") for key in keys], RULES)
    assert refusal.value.code == "scoring.keys"


@pytest.mark.parametrize(
    ("target", "actuals"),
    [
        ("100", {}),
        ("100", {"1": Achieved(Achievement.MET, Decimal(1))}),
        (None, {"1": reached("1")}),
        ("100", {"1": reached("1"), "2": reached("1")}),
    ],
)
def test_values_that_are_missing_unknown_or_unfit_are_refused(
    target: str | None, actuals: dict[str, Actual]
) -> None:
    operator = Operator.QUALITATIVE if target is None else Operator.AT_LEAST
    indicators = [make_indicator(target=target, operator=operator)]
    with pytest.raises(Invalid) as refusal:
        self_evaluation(indicators, actuals, execution=FULL_MONEY, rules=RULES)
    assert refusal.value.code == "scoring.facts"


def reasons(operator: Operator, target: str | None, actual: Actual) -> list[Deviation]:
    indicators = [make_indicator(operator=operator, target=target)]
    found = required_reasons(indicators, {"1": actual}, execution=FULL_MONEY, rules=RULES)
    return [reason.deviation for reason in found]


@pytest.mark.parametrize(
    ("operator", "target", "actual", "deviations"),
    [
        (Operator.AT_LEAST, "100", "100", []),
        (Operator.AT_LEAST, "100", "99.99", [Deviation.BELOW_TARGET]),
        (Operator.AT_LEAST, "100", "130", []),
        (Operator.AT_LEAST, "100", "130.01", [Deviation.OVER_ACHIEVED]),
        (Operator.MORE_THAN, "100", "100", [Deviation.BELOW_TARGET]),
        (Operator.MORE_THAN, "100", "100.01", []),
        (Operator.EQUAL, "100", "101", []),
        (Operator.EQUAL, "100", "131", [Deviation.OVER_ACHIEVED]),
        (Operator.AT_MOST, "100", "100", []),
        (Operator.AT_MOST, "100", "10", []),
        (Operator.AT_MOST, "100", "100.01", [Deviation.BELOW_TARGET]),
        (Operator.LESS_THAN, "100", "100", [Deviation.BELOW_TARGET]),
        (Operator.AT_MOST, "0", "1", [Deviation.BELOW_TARGET]),
    ],
)
def test_a_reason_is_due_when_the_target_is_missed_or_far_exceeded(
    operator: Operator, target: str, actual: str, deviations: list[Deviation]
) -> None:
    assert reasons(operator, target, reached(actual)) == deviations


def test_a_qualitative_deduction_needs_a_reason_and_full_points_none() -> None:
    assert reasons(Operator.QUALITATIVE, None, Achieved(Achievement.MET, Decimal("0.99"))) == [
        Deviation.BELOW_TARGET
    ]
    assert reasons(Operator.QUALITATIVE, None, Achieved(Achievement.MET, Decimal(1))) == []


def test_an_inapplicable_indicator_needs_a_reason() -> None:
    assert reasons(Operator.AT_LEAST, "1", NotApplicable("未开展")) == [Deviation.NOT_APPLICABLE]


@pytest.mark.parametrize(("paid", "budget", "due"), [(9000, 10000, False), (8999, 10000, True), (0, 0, True)])
def test_execution_below_ninety_percent_needs_a_reason(paid: int, budget: int, due: bool) -> None:
    found = required_reasons(
        [make_indicator()], {"1": reached("100")}, execution=make_execution(paid, budget), rules=RULES
    )
    assert [(reason.key, reason.deviation) for reason in found] == (
        [("execution", Deviation.LOW_EXECUTION)] if due else []
    )
    assert all("510000_0013zp" in reason.source for reason in found)


def test_rules_without_a_formula_for_every_operator_are_refused() -> None:
    raw = RULES.model_dump()
    del raw["operators"][Operator.LESS_THAN]
    with pytest.raises(ValidationError, match="缺少以下指标性质的计分方法：<"):
        SelfEvaluationRules.model_validate(raw)


def test_rules_whose_parts_do_not_make_the_total_are_refused() -> None:
    with pytest.raises(ValidationError, match="之和须等于总分"):
        SelfEvaluationRules.model_validate({**RULES.model_dump(), "indicators_weight": "80"})


@given(st.decimals(0, 500, places=2), st.decimals(0, 500, places=2), st.integers(0, 300))
def test_better_facts_never_lower_the_total(one: Decimal, other: Decimal, paid: int) -> None:
    low, high = sorted((one, other))
    totals = [
        self_evaluation(
            [make_indicator()], {"1": Reached(value)}, execution=make_execution(money, 200), rules=RULES
        ).total
        for value, money in ((low, paid), (high, paid + 10))
    ]
    assert 0 <= totals[0] <= totals[1] <= 100


def test_money_prints_with_its_unit_in_the_reason() -> None:
    (reason,) = required_reasons(
        [make_indicator()],
        {"1": reached("100")},
        execution=make_execution(100, 1_000),
        rules=RULES,
    )
    assert "执行1.00元，预算10.00元" in reason.message
