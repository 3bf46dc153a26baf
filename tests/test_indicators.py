"""Targets as printed on the forms are read into operator, number and unit of measure, and written back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.indicators import (
    Direction,
    Indicator,
    Level1,
    Level2,
    Operator,
    plain_number,
    split_target,
)

O = Operator  # noqa: E741 - read as a word in the tables below


@pytest.mark.parametrize(
    ("text", "operator", "number", "rest"),
    [
        ("≥95%", O.AT_LEAST, "95", "%"),
        (">=95%", O.AT_LEAST, "95", "%"),
        ("≤ 3.5 小时", O.AT_MOST, "3.5", "小时"),
        ("<=3.5小时", O.AT_MOST, "3.5", "小时"),
        ("＞1,200人次", O.MORE_THAN, "1200", "人次"),
        ("＜-5℃", O.LESS_THAN, "-5", "℃"),
        ("＝100%", O.EQUAL, "100", "%"),
        ("=1 项", O.EQUAL, "1", "项"),
        ("12公里", None, "12", "公里"),
        ("  ≥ 90 ", O.AT_LEAST, "90", ""),
        ("全市安全度汛", None, None, "全市安全度汛"),
        ("≥９５％", O.AT_LEAST, "95", "％"),
        ("1年内完成", None, "1", "年内完成"),
        ("≥九成", O.AT_LEAST, None, "九成"),
        ("", None, None, ""),
        ("≥", O.AT_LEAST, None, ""),
    ],
)
def test_a_printed_target_is_split(
    text: str, operator: Operator | None, number: str | None, rest: str
) -> None:
    assert split_target(text) == (operator, None if number is None else Decimal(number), rest)


def test_a_list_of_numbers_is_not_run_together() -> None:
    assert split_target("1,2项") == (None, Decimal(1), ",2项")


def make_indicator(operator: Operator, target: Decimal | None, uom: str, text: str = "") -> Indicator:
    return Indicator(
        "1", Level2.QUANTITY, "改造管网长度", operator, target, text, uom, Decimal(10), operator.direction
    )


NUMERIC = [operator for operator in Operator if operator is not Operator.QUALITATIVE]


@given(
    st.sampled_from(NUMERIC),
    st.decimals(min_value=-(10**12), max_value=10**12, places=4),
    st.sampled_from(["%", "公里", "人次", "", "㎡"]),
)
def test_a_printed_target_is_read_back(operator: Operator, target: Decimal, uom: str) -> None:
    label = make_indicator(operator, target, uom).target_label
    assert split_target(label) == (operator, target, uom)


def test_a_qualitative_target_is_printed_as_its_text() -> None:
    assert make_indicator(Operator.QUALITATIVE, None, "", "全市安全度汛").target_label == "全市安全度汛"


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        (O.AT_LEAST, False, True, True),
        (O.MORE_THAN, False, False, True),
        (O.EQUAL, False, True, False),
        (O.AT_MOST, True, True, False),
        (O.LESS_THAN, True, False, False),
    ],
)
def test_an_operator_holds_on_its_side_of_the_target(
    operator: Operator, below: bool, equal: bool, above: bool
) -> None:
    target = Decimal(95)
    actuals = (Decimal("94.99"), Decimal("95.00"), Decimal("95.01"))
    assert tuple(operator.holds(actual, target) for actual in actuals) == (below, equal, above)


def test_less_is_better_only_under_at_most_and_less_than() -> None:
    assert {operator for operator in Operator if operator.direction is Direction.REVERSE} == {
        O.AT_MOST,
        O.LESS_THAN,
    }


def test_a_qualitative_operator_compares_no_numbers() -> None:
    with pytest.raises(KeyError):
        Operator.QUALITATIVE.holds(Decimal(1), Decimal(1))


def test_every_second_level_has_its_first_as_circular_101_prints_them() -> None:
    children = {level: [second.label for second in Level2 if second.parent is level] for level in Level1}
    assert children == {
        Level1.COST: ["经济成本指标", "社会成本指标", "生态环境成本指标"],
        Level1.OUTPUT: ["数量指标", "质量指标", "时效指标"],
        Level1.BENEFIT: ["经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"],
        Level1.SATISFACTION: ["服务对象满意度指标"],
    }
    assert make_indicator(O.EQUAL, Decimal(1), "").level1 is Level1.OUTPUT


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("95.50", "95.5"),
        ("1E+2", "100"),
        ("100", "100"),
        ("0.00", "0"),
        ("-1.20", "-1.2"),
        ("1E-7", "0.0000001"),
    ],
)
def test_numbers_are_written_plainly(text: str, printed: str) -> None:
    assert plain_number(Decimal(text)) == printed
