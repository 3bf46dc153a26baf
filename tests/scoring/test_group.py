from decimal import Decimal
from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.facts import InGroup
from budgetperf.scoring.formulas import MinMax, Rank
from budgetperf.scoring.group import Ties, in_group, ranked
from budgetperf.scoring.table import Numbers, score_table
from budgetperf.scoring.table.columns import ints
from tests.scoring.makers import make_criterion, make_scheme

VALUES = Numbers.of([Decimal(text) for text in ("8.5", "7", "8.5", "10", "7")])


def places(values: Numbers, direction: Direction, ties: Ties) -> list[str]:
    column = ranked(values, direction, ties=ties)
    return [str(column.place.at(row).normalize()) for row in range(len(values))]


@pytest.mark.parametrize(
    ("ties", "forward", "reverse"),
    [
        ("shared", ["2", "4", "2", "1", "4"], ["3", "1", "3", "5", "1"]),
        ("mean", ["2.5", "4.5", "2.5", "1", "4.5"], ["3.5", "1.5", "3.5", "5", "1.5"]),
        ("last", ["3", "5", "3", "1", "5"], ["4", "2", "4", "5", "2"]),
    ],
)
def test_equal_values_share_a_place_as_the_tie_rule_says(
    ties: Ties, forward: list[str], reverse: list[str]
) -> None:
    assert places(VALUES, Direction.FORWARD, ties) == forward
    assert places(VALUES, Direction.REVERSE, ties) == reverse


def test_the_best_is_the_highest_or_the_lowest_as_the_direction_says() -> None:
    ten, seven = Decimal("10.0"), Decimal("7.0")
    assert in_group(VALUES, Direction.FORWARD).fact(0) == InGroup(Decimal("8.5"), seven, ten)
    assert in_group(VALUES, Direction.REVERSE).fact(0) == InGroup(Decimal("8.5"), ten, seven)


def test_groups_are_kept_apart() -> None:
    groups = np.array([9, 2, 9, 2, 2])
    column = ranked(VALUES, Direction.FORWARD, ties="shared", groups=groups)
    assert [(int(column.place.at(row)), int(column.size[row])) for row in range(5)] == [
        (1, 2),
        (2, 3),
        (1, 2),
        (1, 3),
        (2, 3),
    ]
    extremes = in_group(VALUES, Direction.FORWARD, groups=groups)
    assert [str(extremes.worst.at(row)) for row in range(5)] == ["8.5", "7.0", "8.5", "7.0", "7.0"]


@pytest.mark.parametrize("rows", [0, 4])
def test_groups_of_another_length_are_refused(rows: int) -> None:
    groups = np.zeros(rows, dtype=np.int64)
    with pytest.raises(Invalid, match=f"分组有{rows}行，数值有5行") as refusal:
        ranked(VALUES, Direction.FORWARD, ties="shared", groups=groups)
    assert refusal.value.code == "scoring.group"
    with pytest.raises(Invalid, match="请补齐"):
        in_group(VALUES, Direction.FORWARD, groups=groups)


def test_an_empty_column_has_no_places() -> None:
    empty = Numbers(ints([]))
    assert len(ranked(empty, Direction.FORWARD, ties="mean")) == 0
    assert len(in_group(empty, Direction.FORWARD)) == 0


def test_the_facts_of_the_first_pass_are_scored_in_the_second() -> None:
    scheme = make_scheme(make_criterion("level", "4", MinMax()), make_criterion("place", "6", Rank()))
    columns = {
        "level": in_group(VALUES, Direction.FORWARD),
        "place": ranked(VALUES, Direction.FORWARD, ties="shared"),
    }
    table = score_table(scheme, columns)
    assert [str(table.total.at(row)) for row in range(5)] == ["6.50", "1.50", "6.50", "10.00", "1.50"]


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)), min_size=1, max_size=25),
    st.sampled_from(list(Direction)),
    st.booleans(),
)
def test_places_are_those_counted_one_by_one(
    rows: list[tuple[int, int]], direction: Direction, huge: bool
) -> None:
    sign = 1 if direction is Direction.FORWARD else -1
    scale = 10**20 if huge else 1
    values = Numbers(ints([value * scale for value, _ in rows]))
    groups = np.array([group for _, group in rows])
    found: dict[Ties, list[Decimal]] = {}
    for ties in ("shared", "mean", "last"):
        column = ranked(values, direction, ties=ties, groups=groups)
        found[ties] = [column.place.at(row) for row in range(len(rows))]
    extremes = in_group(values, direction, groups=groups)
    for row, (value, group) in enumerate(rows):
        peers = [sign * other for other, its in rows if its == group]
        better = sum(other > sign * value for other in peers)
        equal = peers.count(sign * value)
        assert found["shared"][row] == better + 1
        assert found["last"][row] == better + equal
        assert found["mean"][row] == mean((Decimal(better + 1), Decimal(better + equal)))
        assert extremes.best.at(row) == sign * max(peers) * scale
        assert extremes.worst.at(row) == sign * min(peers) * scale
