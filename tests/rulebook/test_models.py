from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from budgetperf.errors import Conflict, Invalid
from budgetperf.fiscal import FiscalYear
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.models import (
    Choices,
    CostBenefitRules,
    MonitoringCalendarRules,
    NamedPeriod,
    NamedPeriods,
    Quarters,
    RectificationRules,
    WorkingDaysRules,
)

RULEBOOK = Rulebook.load()
CALENDAR = RULEBOOK.work_calendar()
MONITORING = RULEBOOK.get("monitoring_calendar", date(2025, 1, 1)).rules_as(MonitoringCalendarRules)
SOURCE = {"document": "测试文件", "status": "ours"}


@pytest.mark.parametrize(
    ("quarter", "due"),
    [
        (1, date(2025, 4, 15)),
        (2, date(2025, 7, 14)),
        (3, date(2025, 10, 21)),
        (4, date(2026, 1, 15)),
    ],
)
def test_reports_are_due_ten_working_days_after_the_quarter(quarter: int, due: date) -> None:
    assert MONITORING.due(FiscalYear(2025).quarter(quarter), CALENDAR) == due


def test_the_year_has_four_cumulative_periods() -> None:
    assert [(period.code, period.months) for period in MONITORING.periods(FiscalYear(2025))] == [
        ("2025Q1", 3),
        ("2025Q2", 6),
        ("2025Q3", 9),
        ("2025Q4", 12),
    ]


def named(**changes: Any) -> MonitoringCalendarRules:
    """A calendar of one named period through July, due on 31 August."""
    item = {"name": "集中分析", "through_month": 7, **(changes or {"due_on": "08-31"})}
    raw = {"source": SOURCE, "on_day_off": item.pop("on_day_off", "keep"), "items": [item]}
    return MonitoringCalendarRules(
        named_periods=NamedPeriods.model_validate(raw),
        causes=MONITORING.causes,
        likelihoods=MONITORING.likelihoods,
    )


@pytest.mark.parametrize(
    ("changes", "year", "due"),
    [
        ({"due_on": "08-31"}, 2025, date(2025, 8, 31)),
        ({"due_on": "08-31", "on_day_off": "next"}, 2025, date(2025, 9, 1)),
        ({"due_on": "08-31", "on_day_off": "next"}, 2026, date(2026, 8, 31)),
        ({"due_on": "08-01"}, 2025, date(2025, 8, 1)),
        ({"due_on": "07-31"}, 2025, date(2026, 7, 31)),
        ({"through_month": 12, "due_on": "01-31"}, 2025, date(2026, 1, 31)),
        ({"due_working_days": 10}, 2025, date(2025, 8, 14)),
    ],
)
def test_a_named_period_is_due_on_its_day_or_after_its_working_days(
    changes: dict[str, Any], year: int, due: date
) -> None:
    rules = named(**changes)
    (period,) = rules.periods(FiscalYear(year))
    assert rules.due(period, CALENDAR) == due


def test_a_period_the_calendar_does_not_have_is_refused() -> None:
    rules = named()
    assert [(p.code, p.months) for p in rules.periods(FiscalYear(2025))] == [("2025M07", 7)]
    for period in (FiscalYear(2025).through(6), FiscalYear(2025).through(8), FiscalYear(2025).quarter(3)):
        with pytest.raises(Invalid, match=period.code) as refusal:
            rules.due(period, CALENDAR)
        assert refusal.value.code == "monitoring.period"
    with pytest.raises(Invalid, match="2025M06"):
        MONITORING.due(FiscalYear(2025).through(6), CALENDAR)


def test_days_that_no_calendar_covers_are_not_guessed() -> None:
    with pytest.raises(Conflict) as refusal:
        MONITORING.due(FiscalYear(2026).quarter(4), CALENDAR)
    assert refusal.value.code == "deadlines.calendar"


@pytest.mark.parametrize("both", [True, False])
def test_a_calendar_has_quarters_or_named_periods(both: bool) -> None:
    raw = MONITORING.model_dump()
    raw["named_periods"] = named().model_dump()["named_periods"] if both else None
    raw["quarters"] = raw["quarters"] if both else None
    with pytest.raises(ValidationError, match="二者取一"):
        MonitoringCalendarRules.model_validate(raw)


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({"through_month": 7}, "二者取一"),
        ({"through_month": 7, "due_on": "08-31", "due_working_days": 5}, "二者取一"),
        ({"through_month": 13, "due_on": "08-31"}, "less than or equal to 12"),
        ({"through_month": 7, "due_on": "02-29"}, "不是每年都有的月日"),
        ({"through_month": 7, "due_on": "8月31日"}, "应如 08-31"),
    ],
)
def test_a_named_period_with_one_defect_is_refused(item: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        NamedPeriod.model_validate({"name": "集中分析", **item})


@pytest.mark.parametrize("months", [(7, 6), (7, 7)])
def test_named_periods_follow_the_year(months: tuple[int, int]) -> None:
    items = [{"name": "监控", "through_month": month, "due_on": "12-31"} for month in months]
    with pytest.raises(ValidationError, match="从小到大"):
        NamedPeriods.model_validate({"source": SOURCE, "on_day_off": "keep", "items": items})


def test_causes_and_likelihoods_are_those_of_the_circular() -> None:
    assert [item.label for item in MONITORING.causes.items] == [
        "经费保障",
        "制度保障",
        "人员保障",
        "硬件条件保障",
        "其他",
    ]
    assert [item.label for item in MONITORING.likelihoods.items] == ["确定能", "有可能", "完全不可能"]


def test_an_order_is_answered_within_ten_working_days() -> None:
    rules = RULEBOOK.get("rectification", date(2025, 1, 1)).rules_as(RectificationRules)
    assert rules.due(date(2025, 9, 28), CALENDAR) == date(2025, 10, 17)


def test_the_discount_factor_is_one_over_one_plus_rate_to_the_year() -> None:
    rules = RULEBOOK.get("cost_benefit", date(2025, 1, 1)).rules_as(CostBenefitRules)
    assert rules.discount_rate == Decimal("0.08")
    assert [rules.factor(year) for year in (0, 1, 3)] == [1, Decimal("0.925926"), Decimal("0.793832")]


@pytest.mark.parametrize(
    ("model", "raw", "told"),
    [
        (WorkingDaysRules, {"year": 2025, "holidays": ["2026-01-01"], "make_up_days": []}, "全部属于2025年"),
        (
            WorkingDaysRules,
            {"year": 2025, "holidays": ["2025-01-26"], "make_up_days": ["2025-01-26"]},
            "既放假又上班",
        ),
        (WorkingDaysRules, {"year": 2025, "holidays": [], "make_up_days": ["2025-01-27"]}, "周六或周日"),
        (Quarters, {"numbers": [2, 1], "due_working_days": 10}, "从小到大"),
        (Quarters, {"numbers": [4, 5], "due_working_days": 10}, "从小到大"),
        (Quarters, {"numbers": [], "due_working_days": 10}, "从小到大"),
        (Quarters, {"numbers": [1], "due_working_days": 0}, "至少为1个工作日"),
        (RectificationRules, {"reply_working_days": 0}, "至少为1个工作日"),
        (CostBenefitRules, {"discount_rate": "0"}, "大于0"),
        (CostBenefitRules, {"discount_rate": 0.08}, "小数加引号"),
        (Choices, {"items": [{"code": "a", "label": "甲"}, {"code": "a", "label": "乙"}]}, "编码重复"),
    ],
)
def test_rules_with_one_defect_are_refused(model: Any, raw: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        model.model_validate({"source": SOURCE, **raw})
