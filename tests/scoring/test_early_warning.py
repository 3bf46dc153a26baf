from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from budgetperf.errors import Invalid
from budgetperf.indicators import Achievement, Level2, Operator
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.dashboard import Dashboard, WarnedDashboard, dashboard
from budgetperf.scoring.early_warning import (
    Disposal,
    DisposalRule,
    FloorRule,
    GapRule,
    WarningKind,
    answer_due,
    disposal,
    early_warnings,
    goal_achievement,
)
from budgetperf.scoring.lights import LightRules
from budgetperf.scoring.recompute import LightFacts, compute, rescore, to_json
from tests.scoring.makers import DAY, light_rules, make_execution, make_indicator

RULEBOOK = Rulebook.load()
SICHUAN = RULEBOOK.get("monitoring_lights", DAY, jurisdiction="sichuan").rules_as(LightRules)
SOURCE = {"document": "测试文件", "status": "ours"}
assert SICHUAN.warnings is not None
WARNINGS = SICHUAN.warnings


def warned(paid: int, months: int, value: str | None = None) -> list[WarningKind]:
    """Warn of 10,000 fen of budget and one quantity indicator with target 100."""
    indicators = [make_indicator()]
    values = {} if value is None else {"1": Decimal(value)}
    money = make_execution(paid, 10_000)
    found = early_warnings(indicators, values, execution=money, months=months, rules=WARNINGS)
    return [warning.kind for warning in found]


@pytest.mark.parametrize(
    ("months", "floor"),
    [(4, 2500), (5, 2500), (6, 4000), (7, 4000), (8, 6000), (9, 6000), (10, 8000), (11, 8000), (12, 8000)],
)
def test_money_below_the_floor_of_its_month_is_warned_of(months: int, floor: int) -> None:
    assert warned(floor - 1, months) == [WarningKind.LOW_EXECUTION]
    assert warned(floor, months) == []


@pytest.mark.parametrize("months", [1, 2, 3])
def test_before_the_first_floor_nothing_is_warned_of(months: int) -> None:
    assert warned(0, months) == []


@pytest.mark.parametrize("months", [5, 7, 9, 11, 12])
def test_a_month_without_a_floor_has_none_where_the_edition_says_so(months: int) -> None:
    literal = WARNINGS.floors.model_copy(update={"between": "none"})
    assert literal.floor(months) is None
    assert literal.floor(10) == WARNINGS.floors.floor(10)


@pytest.mark.parametrize(
    ("value", "kinds"),
    [("60", []), ("60.01", [WarningKind.GOAL_GAP]), ("40", []), ("39.99", [WarningKind.GOAL_GAP])],
)
def test_goals_and_money_may_differ_by_ten_points_and_no_more(value: str, kinds: list[WarningKind]) -> None:
    assert warned(5000, 6, value) == kinds


@pytest.mark.parametrize(("value", "kinds"), [("0", []), ("1", [WarningKind.GOAL_GAP])])
def test_a_target_of_nothing_is_judged_as_the_edition_says(value: str, kinds: list[WarningKind]) -> None:
    none_wanted = [replace(make_indicator(), target=Decimal(0))]
    found = early_warnings(
        none_wanted,
        {"1": Decimal(value)},
        execution=make_execution(10_000, 10_000),
        months=6,
        rules=WARNINGS,
    )
    assert [warning.kind for warning in found] == kinds


def test_without_a_reported_indicator_that_counts_there_is_no_gap() -> None:
    assert warned(9000, 6) == []
    only_quality = WARNINGS.gap.model_copy(update={"counted": (Level2.QUALITY,)})
    assert goal_achievement([make_indicator()], {"1": Decimal(1)}, rule=only_quality) is None


@pytest.mark.parametrize(
    ("operator", "target", "value", "share"),
    [
        (Operator.AT_LEAST, "100", Decimal(50), Fraction(1, 2)),
        (Operator.AT_LEAST, "100", Decimal(150), Fraction(1)),
        (Operator.AT_MOST, "40", Decimal(50), Fraction(4, 5)),
        (Operator.AT_MOST, "40", Decimal(10), Fraction(1)),
        (Operator.EQUAL, "0", Decimal(0), Fraction(1)),
        (Operator.AT_MOST, "0", Decimal(1), Fraction(0)),
        (Operator.QUALITATIVE, None, Achievement.MET, Fraction(1)),
        (Operator.QUALITATIVE, None, Achievement.PARTLY, Fraction(3, 5)),
        (Operator.QUALITATIVE, None, Achievement.NOT_MET, Fraction(0)),
    ],
)
def test_each_indicator_counts_the_share_of_its_goal_reached(
    operator: Operator, target: str | None, value: Decimal | Achievement, share: Fraction
) -> None:
    indicator = make_indicator(operator=operator, target=target)
    assert goal_achievement([indicator], {"1": value}, rule=WARNINGS.gap) == share


@given(st.permutations(range(4)), st.lists(st.integers(0, 200), min_size=4, max_size=4))
def test_the_order_of_indicators_does_not_matter_and_the_share_stays_in_bounds(
    order: list[int], reported: list[int]
) -> None:
    indicators = [make_indicator(str(i), str(10 + i)) for i in range(4)]
    values = {str(i): Decimal(number) for i, number in enumerate(reported)}
    found = goal_achievement(indicators, values, rule=WARNINGS.gap)
    assert found is not None
    assert 0 <= found <= 1
    assert goal_achievement([indicators[i] for i in order], values, rule=WARNINGS.gap) == found


def test_a_warning_says_its_numbers_and_its_clause() -> None:
    money = make_execution(3999, 10_000)
    low, gap = early_warnings(
        [make_indicator()], {"1": Decimal(100)}, execution=money, months=7, rules=WARNINGS
    )
    assert low.reason == "前7个月执行率39.99%，低于1—6月的下限40%"
    assert gap.reason == "绩效目标实现程度100%，执行率39.99%，相差超过10个百分点"
    assert "四川省" in low.clause


def test_an_edition_without_warnings_gives_the_dashboard_it_always_gave() -> None:
    lit = dashboard([make_indicator()], {}, execution=make_execution(0, 1), months=6, rules=light_rules())
    assert type(lit) is Dashboard
    package = to_json(lit)
    assert isinstance(package, dict)
    assert set(package) == {"execution", "indicators", "goal"}


def test_warnings_stand_in_the_package_and_recompute() -> None:
    facts = LightFacts((make_indicator(),), {"1": Decimal(90)}, make_execution(1, 10_000), 6)
    lit = compute(facts, SICHUAN)
    assert isinstance(lit, WarnedDashboard)
    assert len(lit.warnings) == 2
    assert rescore(to_json(facts), SICHUAN) == to_json(lit)


def test_an_answer_is_due_within_ten_working_days_across_a_holiday() -> None:
    calendar = RULEBOOK.work_calendar()
    # 26、28（周日调休）、29、30日4天，10月9、10、11（周六调休）、13、14、15日6天
    assert answer_due(date(2025, 9, 25), calendar, rule=WARNINGS.disposal) == date(2025, 10, 15)


@pytest.mark.parametrize(
    ("chosen", "day", "done"),
    [
        (None, date(2025, 7, 25), None),
        (None, date(2025, 7, 26), Disposal.SUSPEND),
        (Disposal.CONTINUE, date(2025, 7, 12), Disposal.CONTINUE),
        (Disposal.CANCEL, date(2025, 9, 1), Disposal.CANCEL),
    ],
)
def test_silence_past_the_due_day_suspends(chosen: Disposal | None, day: date, done: Disposal | None) -> None:
    assert disposal(chosen, due=date(2025, 7, 25), as_of=day, rule=WARNINGS.disposal) is done


def test_only_an_offered_choice_may_be_made() -> None:
    rule = WARNINGS.disposal.model_copy(update={"choices": (Disposal.CONTINUE,)})
    with pytest.raises(Invalid, match="“取消项目”不能选择，应为继续实施之一") as refusal:
        disposal(Disposal.CANCEL, due=DAY, as_of=DAY, rule=rule)
    assert refusal.value.code == "warnings.choice"


def floors(*pairs: tuple[int, str]) -> dict[str, Any]:
    return {
        "base": "adjusted",
        "between": "last",
        "floors": [{"months": month, "below": below} for month, below in pairs],
    }


@pytest.mark.parametrize(
    ("model", "raw", "told"),
    [
        (FloorRule, floors((6, "0.40"), (4, "0.25")), "从小到大"),
        (FloorRule, floors((4, "0.25"), (4, "0.40")), "从小到大"),
        (FloorRule, floors((4, "0.40"), (6, "0.25")), "不得降低"),
        (FloorRule, floors((13, "0.40")), "less than or equal to 12"),
        (FloorRule, floors((6, "1.01")), "0与1之间"),
        (FloorRule, floors(), "at least 1"),
        (
            GapRule,
            {
                "at_most": "0.1",
                "base": "adjusted",
                "counted": ["quality"],
                "shares": {"met": 1},
                "zero_target": "met",
            },
            "三个达成档次",
        ),
        (
            DisposalRule,
            {"answer_working_days": 10, "choices": ["cancel", "cancel"], "unanswered": "suspend"},
            "不得重复",
        ),
        (
            DisposalRule,
            {"answer_working_days": 10, "choices": ["suspend"], "unanswered": "suspend"},
            "逾期未选",
        ),
        (
            DisposalRule,
            {"answer_working_days": 0, "choices": ["cancel"], "unanswered": "suspend"},
            "greater than or equal to 1",
        ),
    ],
)
def test_rules_with_one_defect_are_refused(model: Any, raw: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        model.model_validate({"source": SOURCE, **raw})
