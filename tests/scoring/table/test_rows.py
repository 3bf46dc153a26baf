from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from budgetperf.scoring.facts import MoneyRatio
from budgetperf.scoring.formulas import Deduction, Fall, Threshold
from budgetperf.scoring.table import MoneyColumn, Numbers, ReachedColumn
from budgetperf.scoring.table.kernels import shares_of
from budgetperf.scoring.table.rows import EveryRowLeft, Rows, over_common

WIDEST = 2**61
"""A product of this size is still decided in int64; with one more, two of them would not add up in it."""


def test_a_constant_is_refused_when_its_product_passes_the_widest() -> None:
    assert Rows(1).constant(2**31, 2**30) == 2**31
    assert Rows(1).constant(WIDEST, 1) == WIDEST
    with pytest.raises(EveryRowLeft):
        Rows(1).constant(2**31 + 1, 2**30)
    with pytest.raises(EveryRowLeft):
        Rows(1).constant(2, WIDEST)


def test_a_row_is_left_when_its_product_passes_the_widest_on_either_side() -> None:
    rows = Rows(4)
    units = np.array([2**31, 2**31 + 1, -(2**31), -(2**31) - 1], dtype=np.int64)
    assert rows.fit(units, 2**30).tolist() == [2**31, 0, -(2**31), 0]
    assert rows.left is not None
    assert rows.left.tolist() == [False, True, False, True]


@pytest.mark.parametrize("edge", [2**31, -(2**31)])
def test_no_row_is_left_at_the_widest_itself(edge: int) -> None:
    rows = Rows(1)
    assert rows.fit(np.array([edge], dtype=np.int64), 2**30).tolist() == [edge]
    assert rows.left is None


def test_rows_left_twice_add_up() -> None:
    rows = Rows(3)
    rows.leave(np.array([True, False, False]))
    rows.leave(np.array([False, True, False]))
    assert rows.left is not None
    assert rows.left.tolist() == [True, True, False]


def test_columns_are_brought_to_the_same_decimals_and_judged_as_raised() -> None:
    rows = Rows(2)
    whole, cents = Numbers.of([Decimal(3), Decimal(2**40)]), Numbers.of([Decimal("0.25"), Decimal("1.00")])
    raised, same = rows.aligned((whole, cents), 2**20)
    assert raised.tolist() == [300, 0]  # 2⁴⁰ × 100 × 2²⁰ passes 2⁶¹
    assert same.tolist() == [25, 100]
    assert rows.left is not None
    assert rows.left.tolist() == [False, True]


def test_shares_over_one_denominator_are_refused_past_the_widest() -> None:
    assert over_common(Fraction(WIDEST)) == ((WIDEST,), 1)
    assert over_common(Fraction(1, WIDEST)) == ((1,), WIDEST)
    for wide in (Fraction(WIDEST + 1), Fraction(-WIDEST - 1), Fraction(1, WIDEST + 1)):
        with pytest.raises(EveryRowLeft):
            over_common(wide)


def test_a_change_leaves_room_for_the_difference_of_two_amounts() -> None:
    """A bound of 0 multiplies by one; part - base of two amounts of 2⁶⁰ is 2⁶¹, of any more it is wider."""
    rule = Threshold(operator="le", bound=Decimal(0), reading="change")
    column = MoneyColumn(
        np.array([-(2**60), -(2**60) - 1, 5], dtype=np.int64),
        np.array([2**60, 2**60, 2**60 + 1], dtype=np.int64),
    )
    assert isinstance(column.fact(0), MoneyRatio)
    rows = Rows(3)
    shares_of(rule, column, weight=Decimal(10), rows=rows)
    assert rows.left is not None
    assert rows.left.tolist() == [False, True, True]


def test_a_deduction_leaves_room_for_its_slope_and_its_end() -> None:
    """One point of ten per unit: both sides grow at most 22-fold; an end at 1 doubles that."""
    rule = Deduction(
        side="above", free=Decimal(0), fall=Fall(lose=Decimal(1), per=Decimal(1)), none_from=Decimal(1)
    )
    widest = WIDEST // 44
    column = ReachedColumn(Numbers.of([Decimal(widest), Decimal(widest + 1)]))
    rows = Rows(2)
    shares = shares_of(rule, column, weight=Decimal(10), rows=rows)
    assert rows.left is not None
    assert rows.left.tolist() == [False, True]
    assert int(shares.num[0]) == 0
