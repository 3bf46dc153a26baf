from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.money import Money
from budgetperf.scoring.rollup import Part, RollUp, RollUpRule, roll_up
from tests.scoring.makers import SOURCE


def rule(kind: RollUp, *, reason: str = "", places: int = 2) -> RollUpRule:
    return RollUpRule(source=SOURCE, indicator="满意度", uom="%", rule=kind, places=places, reason=reason)


def part(value: str, money: int = 0, day: int = 1, *, owner: str = "甲", uom: str = "%") -> Part:
    return Part(owner, Decimal(value), uom, Money(money), date(2025, 12, day))


def test_a_sum_is_exact() -> None:
    assert roll_up([part("0.1"), part("0.2")], rule(RollUp.SUM)) == Decimal("0.3")


def test_a_mean_is_weighted_by_money_and_rounded_half_up_once() -> None:
    weighted = rule(RollUp.MONEY_WEIGHTED)
    assert roll_up([part("90", 300), part("60", 100)], weighted) == Decimal("82.5")
    assert roll_up([part("0.01", 1), part("0", 1)], weighted) == Decimal("0.01")
    assert roll_up([part("90", 0), part("60", 100)], weighted) == 60


def test_a_mean_has_two_decimals_unless_said() -> None:
    said_nothing = RollUpRule(source=SOURCE, indicator="满意度", uom="%", rule=RollUp.MONEY_WEIGHTED)
    assert roll_up([part("90", 1), part("80", 2)], said_nothing) == Decimal("83.33")  # 250 ÷ 3


def test_the_last_value_is_that_of_the_latest_day() -> None:
    last = rule(RollUp.LAST)
    assert roll_up([part("90", day=31), part("60", day=30)], last) == 90
    assert roll_up([part("90", day=31), part("90", day=31, owner="乙")], last) == 90


@pytest.mark.parametrize(
    ("parts", "kind", "told"),
    [
        ([], RollUp.SUM, "没有可汇总的数值"),
        ([part("1"), part("1", uom="个")], RollUp.SUM, "计量单位应为“%”，出现了“个”"),
        ([part("1")], RollUp.MONEY_WEIGHTED, "资金合计为零"),
        ([part("1", 5), part("1", -1)], RollUp.MONEY_WEIGHTED, "“甲”的资金为负"),
        ([part("1"), part("2")], RollUp.LAST, "2025-12-01有2个不同的数值"),
        ([part("1")], RollUp.NOT_ADDITIVE, "该指标不可汇总：各项目对象重叠，请逐项列示"),
    ],
)
def test_what_has_no_meaning_is_refused_with_the_reason(parts, kind: RollUp, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refusal:
        roll_up(parts, rule(kind, reason="各项目对象重叠"))
    assert refusal.value.code == "scoring.rollup"
    assert "“满意度”不能汇总" in refusal.value.text


values = st.lists(st.tuples(st.decimals(-100, 100, places=2), st.integers(1, 10**12)), min_size=1, max_size=6)


@given(values, st.sampled_from([RollUp.SUM, RollUp.MONEY_WEIGHTED]))
def test_the_order_of_the_parts_does_not_matter(found, kind: RollUp) -> None:
    parts = [part(str(value), money) for value, money in found]
    assert roll_up(parts, rule(kind)) == roll_up(parts[::-1], rule(kind))


@given(values)
def test_a_weighted_mean_lies_between_the_extremes(found) -> None:
    mean = roll_up([part(str(value), money) for value, money in found], rule(RollUp.MONEY_WEIGHTED))
    assert min(value for value, _ in found) <= mean <= max(value for value, _ in found)
