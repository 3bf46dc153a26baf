"""Rules on self-evaluations and finance evaluations, under the national editions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from budgetperf.findings import Severity
from budgetperf.indicators import Achievement, Indicator, Level2, Operator
from budgetperf.ledger import Execution
from budgetperf.lifecycle.evaluation.checks import (
    SelfEvaluationContext,
    actuals,
    check_finance_evaluation,
    check_self_evaluation,
)
from budgetperf.lifecycle.evaluation.form import EvaluationForm, SelfEvaluationForm
from budgetperf.money import Money
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.facts import Achieved, NotApplicable, Reached
from budgetperf.scoring.finance_evaluation import FinanceEvaluationRules
from budgetperf.scoring.self_evaluation import SelfEvaluationRules, self_evaluation

BOOK, DAY = Rulebook.load(), date(2026, 6, 1)
RULES = BOOK.get("self_evaluation", DAY).rules_as(SelfEvaluationRules)
FINANCE = BOOK.get("finance_evaluation", DAY).rules_as(FinanceEvaluationRules)
JUDGED = [c for c in FINANCE.scheme.criteria() if c.key not in FINANCE.money]
CENT = Decimal("0.01")


def indicator(key: str, operator: Operator, target: str | None) -> Indicator:
    number = None if target is None else Decimal(target)
    return Indicator(
        key, Level2.QUANTITY, f"指标{key}", operator, number, "", "公里", Decimal(30), operator.direction
    )


INDICATORS = (
    indicator("1", Operator.AT_LEAST, "100"),
    indicator("2", Operator.AT_MOST, "50"),
    indicator("3", Operator.QUALITATIVE, None),
)
SOUND: list[dict[str, object]] = [
    {"key": "1", "actual": "100"},
    {"key": "2", "actual": "50"},
    {"key": "3", "achievement": "met", "tier_ratio": "100"},
]


def form_of(rows: list[dict[str, object]], **changes: object) -> SelfEvaluationForm:
    return SelfEvaluationForm.model_validate({"rows": rows, "overall_result": "已完成"} | changes)


def told(rows: list[dict[str, object]], paid: int = 1000, **changes: object) -> list[tuple[str, str]]:
    money = Execution(initial=Money(1000), adjusted=Money(1000), received=Money(1000), paid=Money(paid))
    context = SelfEvaluationContext(INDICATORS, money, RULES)
    found = check_self_evaluation(form_of(rows, **changes), context)
    return [(f.code.removeprefix("evaluation."), f.where.pointer) for f in found]


def row(index: int, **changes: object) -> list[dict[str, object]]:
    return [line | (changes if i == index else {}) for i, line in enumerate(SOUND)]


def test_sound_self_evaluation_is_told_nothing() -> None:
    assert told(SOUND) == []


def test_every_indicator_is_evaluated_once() -> None:
    assert told(SOUND[1:]) == [("indicator_missing", "/rows")]
    assert told([*SOUND, SOUND[0]]) == [("indicator_twice", "/rows/3/key")]
    assert told([*SOUND, {"key": "9", "actual": "1"}]) == [("indicator_unknown", "/rows/3/key")]


@pytest.mark.parametrize(
    ("index", "changes", "expected"),
    [
        (0, {"actual": None}, [("actual_missing", "/rows/0/actual")]),
        (0, {"achievement": "met"}, [("achievement_extra", "/rows/0/achievement")]),
        (0, {"tier_ratio": "90"}, [("achievement_extra", "/rows/0/achievement")]),
        (2, {"actual": "1"}, [("actual_extra", "/rows/2/actual")]),
        (2, {"achievement": None}, [("achievement_missing", "/rows/2/achievement")]),
        (2, {"tier_ratio": None}, [("tier_ratio_missing", "/rows/2/tier_ratio")]),
        (0, {"actual": None, "not_applicable": True, "reason": "未开工"}, []),
    ],
    ids=str,
)
def test_value_fits_its_indicator(
    index: int, changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    assert told(row(index, **changes)) == expected


@pytest.mark.parametrize(
    ("tier", "ratio", "inside"),
    [
        ("met", "100", True), ("met", "100.01", False), ("met", "80", True), ("met", "79.99", False),
        ("partly", "80", False), ("partly", "79.99", True), ("partly", "60", True), ("partly", "59.99", False),
        ("not_met", "60", False), ("not_met", "59.99", True), ("not_met", "0", True), ("not_met", "-0.01", False),
    ],
)  # fmt: skip
def test_share_lies_inside_its_tier(tier: str, ratio: str, inside: bool) -> None:
    found = told(row(2, achievement=tier, tier_ratio=ratio, reason="已说明"))
    assert found == ([] if inside else [("tier_ratio", "/rows/2/tier_ratio")])


@pytest.mark.parametrize(
    ("index", "actual", "needed"),
    [(0, "99.99", True), (0, "130", False), (0, "130.01", True), (1, "50.01", True), (1, "1", False)],
)
def test_deviation_has_a_reason(index: int, actual: str, needed: bool) -> None:
    assert told(row(index, actual=actual)) == (
        [("reason_missing", f"/rows/{index}/reason")] if needed else []
    )
    assert told(row(index, actual=actual, reason="已说明")) == []


def test_indicator_that_does_not_apply_has_a_reason() -> None:
    assert told(row(0, actual=None, not_applicable=True)) == [("reason_missing", "/rows/0/reason")]


@pytest.mark.parametrize(("paid", "needed"), [(900, False), (899, True)])
def test_low_execution_has_a_reason(paid: int, needed: bool) -> None:
    assert told(SOUND, paid) == ([("execution_reason", "/execution_reason")] if needed else [])
    assert told(SOUND, paid, execution_reason="结算未完成") == []


@pytest.mark.parametrize(
    ("levels", "messages"),
    [
        ({"quantity": "50", "social": "30", "satisfaction": "10"}, []),
        (
            {"quantity": "50.5", "social": "29.5", "satisfaction": "10"},
            ["“产出”指标权重原则上合计50分，实际合计50.5分", "“效益”指标权重原则上合计30分，实际合计29.5分"],
        ),
        ({"quantity": "50", "social": "40"}, []),
        ({"economic_cost": "20", "quantity": "40", "social": "20", "satisfaction": "10"}, []),
    ],
)
def test_level_weights_in_principle_are_told_and_scored(levels: dict[str, str], messages: list[str]) -> None:
    money = Execution(initial=Money(0), adjusted=Money(1000), received=Money(0), paid=Money(1000))
    filed = tuple(
        replace(indicator(str(i), Operator.AT_LEAST, "1"), level2=Level2(level2), weight=Decimal(weight))
        for i, (level2, weight) in enumerate(levels.items(), 1)
    )
    rows: list[dict[str, object]] = [{"key": item.key, "actual": "1"} for item in filed]
    found = check_self_evaluation(form_of(rows), SelfEvaluationContext(filed, money, RULES))
    assert [(finding.severity, finding.message) for finding in found] == [
        (Severity.WARNING, message) for message in messages
    ]
    reached = {item.key: Reached(Decimal(1)) for item in filed}
    assert self_evaluation(filed, reached, execution=money, rules=RULES).total == 100


def test_reported_values_become_facts() -> None:
    rows = [*row(1, actual=None, not_applicable=True, reason="未发生"), {"key": "9", "actual": "1"}]
    assert actuals(form_of(rows), INDICATORS) == {
        "1": Reached(Decimal(100)),
        "2": NotApplicable("未发生"),
        "3": Achieved(Achievement.MET, Decimal(1)),
    }


def judged(points: Decimal | None = None, reason: str = "") -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [{"criterion": c.key, "points": c.weight} for c in JUDGED]
    if points is not None:
        rows[0] = rows[0] | {"points": points, "reason": reason}
    return rows


def finance(rows: list[dict[str, object]]) -> list[tuple[str, str]]:
    form = EvaluationForm.model_validate({"rows": rows, "findings": "完成较好"})
    return [
        (f.code.removeprefix("evaluation."), f.where.pointer) for f in check_finance_evaluation(form, FINANCE)
    ]


def test_sound_finance_evaluation_is_told_nothing() -> None:
    assert finance(judged()) == []


def test_criteria_are_rated_once_and_money_is_not_typed_in() -> None:
    assert finance(judged()[1:]) == [("criterion_missing", "/rows")]
    money = min(FINANCE.money)
    assert finance([*judged(), {"criterion": money, "points": 1}]) == [
        ("criterion_unknown", f"/rows/{len(JUDGED)}/criterion")
    ]


def test_deduction_is_explained() -> None:
    weight = JUDGED[0].weight
    assert finance(judged(weight)) == []
    assert finance(judged(weight - CENT)) == [("reason_missing", "/rows/0/reason")]
    assert finance(judged(weight - CENT, "资料不全")) == []


def test_points_of_a_finance_evaluation_lie_within_the_weight() -> None:
    assert finance(judged(JUDGED[0].weight + CENT)) == [("points_range", "/rows/0/points")]
    assert finance(judged(Decimal(0), "未开展")) == []
    assert finance(judged(-CENT, "未开展")) == [("points_range", "/rows/0/points")]
