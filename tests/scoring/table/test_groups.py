from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.formulas import MinMax, Rank
from budgetperf.scoring.group import Ties, in_group, ranked
from budgetperf.scoring.table import Numbers, in_group_column, ranked_column, score_table
from budgetperf.scoring.table.columns import ints
from tests.scoring.makers import make_criterion, make_scheme

VALUES = Numbers.of([Decimal(text) for text in ("8.5", "7", "8.5", "10", "7")])


@given(
    st.lists(st.tuples(st.decimals(-3, 3, places=1), st.integers(-2, 2)), max_size=25),
    st.sampled_from(list(Direction)),
    st.sampled_from(["shared", "mean", "last"]),
    st.sampled_from([1, 10**20]),
    st.booleans(),
)
def test_columns_say_what_the_lists_say(
    rows: list[tuple[Decimal, int]], direction: Direction, ties: Ties, scale: int, apart: bool
) -> None:
    values = [value * scale for value, _ in rows]
    groups = [group for _, group in rows] if apart else None
    numbers = None if groups is None else np.array(groups, dtype=np.int64)
    places = ranked_column(Numbers.of(values), direction, ties=ties, groups=numbers)
    extremes = in_group_column(Numbers.of(values), direction, groups=numbers)
    expected = ranked(values, direction, ties=ties, groups=groups), in_group(values, direction, groups=groups)
    assert tuple(places.fact(row) for row in range(len(places))) == expected[0]
    assert tuple(extremes.fact(row) for row in range(len(extremes))) == expected[1]


@pytest.mark.parametrize("rows", [0, 4])
def test_groups_of_another_length_are_refused(rows: int) -> None:
    groups = np.zeros(rows, dtype=np.int64)
    with pytest.raises(Invalid, match=f"分组有{rows}行，数值有5行") as refusal:
        ranked_column(VALUES, Direction.FORWARD, ties="shared", groups=groups)
    assert refusal.value.code == "scoring.group"
    with pytest.raises(Invalid, match="请补齐"):
        in_group_column(VALUES, Direction.FORWARD, groups=groups)


def test_an_empty_column_has_no_places() -> None:
    empty = Numbers(ints([]))
    assert len(ranked_column(empty, Direction.FORWARD, ties="mean")) == 0
    assert len(in_group_column(empty, Direction.FORWARD)) == 0


def test_the_facts_of_the_first_pass_are_scored_in_the_second() -> None:
    scheme = make_scheme(make_criterion("level", "4", MinMax()), make_criterion("place", "6", Rank()))
    columns = {
        "level": in_group_column(VALUES, Direction.FORWARD),
        "place": ranked_column(VALUES, Direction.FORWARD, ties="shared"),
    }
    table = score_table(scheme, columns)
    assert [str(table.total.at(row)) for row in range(5)] == ["6.50", "1.50", "6.50", "10.00", "1.50"]
