from decimal import Decimal
from fractions import Fraction

import pytest

from budgetperf.money import Money
from budgetperf.scoring.facts import MoneyRatio
from budgetperf.scoring.formulas import Execution

TEN = Decimal(10)


@pytest.mark.parametrize(
    ("part", "base", "share", "told"),
    [
        (90, 100, "0.9", False),
        (100, 100, "1", False),
        (101, 100, "1", False),
        (-5, 100, "0", False),
        (5, 0, "0", True),
    ],
)
def test_execution_is_capped_and_tells_a_missing_base(part: int, base: int, share: str, told: bool) -> None:
    found = Execution().part(MoneyRatio(Money(part), Money(base)), TEN)
    assert found.share == Fraction(share)
    assert bool(found.note) is told


def test_an_edition_may_give_all_where_there_is_no_budget() -> None:
    found = Execution(no_base="full").part(MoneyRatio(Money(0), Money(0)), TEN)
    assert (found.share, found.note) == (1, "基数为零，无法计算比率，本项按满分计")
