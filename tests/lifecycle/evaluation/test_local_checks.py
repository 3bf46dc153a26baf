"""Rules on self-evaluations that only a local edition brings: texts that fit, fixed indicators, mid-year changes."""

from decimal import Decimal

import pytest

from budgetperf.indicators import Indicator, Level2, Operator
from budgetperf.ledger import Execution
from budgetperf.lifecycle.evaluation.checks import SelfEvaluationContext, actuals, check_self_evaluation
from budgetperf.lifecycle.evaluation.form import SelfEvaluationForm
from budgetperf.money import Money
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.self_evaluation import SelfEvaluationRules

BOOK = Rulebook.load()
NATIONAL = BOOK.by_id("national/self_evaluation/2020-02-25").rules_as(SelfEvaluationRules)
SICHUAN = BOOK.by_id("sichuan/self_evaluation/2023-01-01").rules_as(SelfEvaluationRules)
YINCHUAN = BOOK.by_id("yinchuan/self_evaluation/2020-02-25").rules_as(SelfEvaluationRules)
INDICATORS = tuple(
    Indicator(
        key,
        level2,
        f"指标{key}",
        Operator.AT_LEAST,
        Decimal(10),
        "",
        "个",
        Decimal(1),
        Operator.AT_LEAST.direction,
    )
    for key, level2 in (("1", Level2.QUANTITY), ("2", Level2.SOCIAL))
)
FILED = [{"key": "1", "actual": "10"}, {"key": "2", "actual": "10"}]
FIXED = [
    {"key": "project_decision", "achievement": "met", "tier_ratio": "100"},
    {"key": "project_management", "achievement": "met", "tier_ratio": "100"},
]


def told(
    rules: SelfEvaluationRules, rows: list[dict[str, str]], *, initial: int = 1000, **changes: str
) -> list[tuple[str, str]]:
    money = Execution(initial=Money(initial), adjusted=Money(1000), received=Money(0), paid=Money(1000))
    form = SelfEvaluationForm.model_validate({"rows": rows, "overall_result": "已完成"} | changes)
    found = check_self_evaluation(form, SelfEvaluationContext(INDICATORS, money, rules))
    return [(f.code.removeprefix("evaluation."), f.where.pointer) for f in found]


@pytest.mark.parametrize(
    ("field", "longest"),
    [("execution_reason", 100), ("conclusion", 200), ("problems", 200), ("measures", 200)],
)
def test_a_text_may_be_as_long_as_the_form_says(field: str, longest: int) -> None:
    assert told(SICHUAN, FILED, **{field: "字" * longest}) == []
    assert told(SICHUAN, FILED, **{field: "字" * (longest + 1)}) == [(field, f"/{field}")]
    assert told(NATIONAL, FILED, **{field: "字" * (longest + 1)}) == []


def test_a_budget_changed_in_mid_year_is_explained_where_the_form_asks() -> None:
    assert told(SICHUAN, FILED, initial=999) == [("adjustment_reason", "/adjustment_reason")]
    assert told(SICHUAN, FILED, initial=999, adjustment_reason="追加") == []
    assert told(NATIONAL, FILED, initial=999) == []


def test_a_fixed_indicator_is_a_line_of_the_form() -> None:
    assert told(YINCHUAN, [*FIXED, *FILED]) == []
    assert told(YINCHUAN, FILED) == [("indicator_missing", "/rows"), ("indicator_missing", "/rows")]
    assert ("indicator_unknown", "/rows/0/key") in told(NATIONAL, [*FIXED, *FILED])


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ({"achievement": "met", "tier_ratio": "79"}, ["tier_ratio"]),
        ({"achievement": "met", "tier_ratio": "80"}, ["reason_missing"]),
        ({"achievement": "met", "tier_ratio": "80", "reason": "程序有欠缺"}, []),
        ({"achievement": "met"}, ["tier_ratio_missing"]),
        ({"actual": "10"}, ["actual_extra", "achievement_missing"]),
    ],
)
def test_a_fixed_indicator_is_checked_as_a_qualitative_one(row: dict[str, str], codes: list[str]) -> None:
    rows = [{"key": "project_decision", **row}, FIXED[1], *FILED]
    assert [code for code, _ in told(YINCHUAN, rows)] == codes


def test_what_is_reported_of_a_fixed_indicator_is_a_fact_only_where_it_is_one() -> None:
    form = SelfEvaluationForm.model_validate({"rows": [*FIXED, *FILED], "overall_result": "已完成"})
    assert list(actuals(form, INDICATORS)) == ["1", "2"]
    assert list(actuals(form, INDICATORS, fixed=["project_decision"])) == ["project_decision", "1", "2"]
