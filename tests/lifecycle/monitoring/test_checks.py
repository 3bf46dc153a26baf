"""Rules on a monitoring report."""

from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.findings import Severity
from budgetperf.indicators import Direction, Indicator, Level2, Operator
from budgetperf.lifecycle.monitoring.checks import CHECKS, MonitoringContext, check
from budgetperf.lifecycle.monitoring.form import MonitoringForm


def indicator(
    key: str, operator: Operator = Operator.AT_LEAST, *, target: str | None = "100", uom: str = "公里"
) -> Indicator:
    number = None if target is None else Decimal(target)
    direction = operator.direction
    return Indicator(key, Level2.QUANTITY, f"指标{key}", operator, number, "", uom, Decimal(30), direction)


INDICATORS = (
    indicator("1"),
    indicator("2", uom="%", target="95"),
    indicator("3", Operator.QUALITATIVE, target=None),
)


def context(
    *behind: str, execution_behind: bool = False, indicators: tuple[Indicator, ...] = INDICATORS
) -> MonitoringContext:
    return MonitoringContext(indicators, frozenset(behind), execution_behind, {}, (), "财预〔2019〕136号")


def rows(**changes: dict[str, object]) -> list[dict[str, object]]:
    base: list[dict[str, object]] = [
        {"key": "1", "actual": "50", "forecast": "100", "likelihood": "certain"},
        {"key": "2", "actual": "90", "forecast": "95", "likelihood": "certain"},
        {"key": "3", "achievement": "met", "likelihood": "certain"},
    ]
    return [row | changes.get(f"row{row['key']}", {}) for row in base]


def told(
    lines: list[dict[str, object]], ctx: MonitoringContext = context(), **changes: object
) -> list[tuple[str, str]]:
    form = MonitoringForm.model_validate({"rows": lines, "forecast_paid": 100} | changes)
    return [(f.code.removeprefix("monitoring."), f.where.pointer) for f in check(form, ctx)]


def test_sound_report_is_told_nothing() -> None:
    assert told(rows()) == []
    assert all(rule.__doc__ for rule in CHECKS)


def test_what_the_edition_warns_of_is_said_with_its_clause() -> None:
    warned = replace(context(), warnings=(("9个月执行率为50%，低于60%", "第十条"),))
    assert told(rows(), warned) == [("early_warning", "/rows")]
    form = MonitoringForm.model_validate({"rows": rows(), "forecast_paid": 100})
    assert check(form, warned)[0].message == "预警：9个月执行率为50%，低于60%"


def test_a_large_deviation_is_explained_once() -> None:
    far = replace(context(), deviating={"1": "高于按6个月折算的应完成数20.00%，超过15%"})
    assert told(rows(), far) == [("deviation_unexplained", "/rows/0/explanation")]
    assert told(rows(row1={"explanation": "提前完工"}), far) == []
    assert told(rows(), replace(context("1"), deviating=far.deviating)) == [
        ("cause_missing", "/rows/0/cause"),
        ("explanation_missing", "/rows/0/explanation"),
    ]


def test_every_indicator_is_reported_once() -> None:
    assert told(rows()[:2]) == [("indicator_missing", "/rows")]
    assert told([*rows(), rows()[0]]) == [("indicator_twice", "/rows/3/key")]
    assert told([*rows(), {"key": "9", "likelihood": "certain"}]) == [("indicator_unknown", "/rows/3/key")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"row1": {"actual": None, "forecast": None}}, [("actual_missing", "/rows/0/actual")]),
        ({"row1": {"actual": "0"}}, []),
        ({"row1": {"achievement": "met"}}, [("achievement_extra", "/rows/0/achievement")]),
        ({"row3": {"achievement": None}}, [("achievement_missing", "/rows/2/achievement")]),
        ({"row3": {"actual": "1"}}, [("actual_extra", "/rows/2/actual")]),
    ],
    ids=str,
)
def test_value_fits_its_indicator(
    changes: dict[str, dict[str, object]], expected: list[tuple[str, str]]
) -> None:
    assert told(rows(**changes)) == expected


def test_indicator_behind_needs_cause_and_explanation() -> None:
    assert told(rows(), context("1")) == [
        ("cause_missing", "/rows/0/cause"),
        ("explanation_missing", "/rows/0/explanation"),
    ]
    assert told(rows(row1={"cause": "funding"}), context("1")) == [
        ("explanation_missing", "/rows/0/explanation")
    ]
    assert told(rows(row1={"cause": "funding", "explanation": "资金未到位"}), context("1")) == []


@pytest.mark.parametrize(
    ("likelihood", "expected"),
    [("possible", []), ("impossible", [("impossible_unexplained", "/rows/1/explanation")])],
)
def test_impossible_target_is_explained(likelihood: str, expected: list[tuple[str, str]]) -> None:
    assert told(rows(row2={"likelihood": likelihood})) == expected
    assert told(rows(row2={"likelihood": likelihood, "explanation": "场地未移交"})) == []


def test_impossible_target_behind_is_told_once() -> None:
    found = told(rows(row2={"likelihood": "impossible", "cause": "other"}), context("2"))
    assert found == [("explanation_missing", "/rows/1/explanation")]


def test_slow_spending_is_explained() -> None:
    assert told(rows(), context(execution_behind=True)) == [("execution_note", "/execution_note")]
    assert told(rows(), context(execution_behind=True), execution_note="合同未到付款节点") == []
    assert told(rows(), context(execution_behind=False)) == []


@pytest.mark.parametrize(("paid", "expected"), [(0, []), (-1, [("forecast_paid", "/forecast_paid")])])
def test_forecast_of_payments_is_not_negative(paid: int, expected: list[tuple[str, str]]) -> None:
    assert told(rows(), forecast_paid=paid) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("100", []), ("100.01", [("percent_above_100", "/rows/1/actual")])]
)
def test_percentage_above_100_is_looked_at_again(value: str, expected: list[tuple[str, str]]) -> None:
    assert told(rows(row2={"actual": value})) == expected


def test_percentage_with_a_target_above_100_may_be_above() -> None:
    growth = (*INDICATORS[:1], indicator("2", uom="%", target="110"), INDICATORS[2])
    assert told(rows(row2={"actual": "120", "forecast": "130"}), context(indicators=growth)) == []


@pytest.mark.parametrize(
    ("forecast", "expected"), [("50", []), ("49.99", [("forecast_below_actual", "/rows/0/forecast")])]
)
def test_forecast_of_a_quantity_is_not_below_what_is_done(
    forecast: str, expected: list[tuple[str, str]]
) -> None:
    assert told(rows(row1={"forecast": forecast})) == expected


def test_reverse_indicator_may_be_expected_to_fall() -> None:
    falling = (indicator("1", Operator.AT_MOST), *INDICATORS[1:])
    assert falling[0].direction is Direction.REVERSE
    assert told(rows(row1={"forecast": "40"}), context(indicators=falling)) == []


def test_forecast_below_actual_is_only_a_note() -> None:
    form = MonitoringForm.model_validate({"rows": rows(row1={"forecast": "1"}), "forecast_paid": 1})
    assert [f.severity for f in check(form, context())] == [Severity.NOTE]
