from decimal import Decimal
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.facts import InGroup
from budgetperf.scoring.group import Ties, in_group, ranked

VALUES = [Decimal(text) for text in ("8.5", "7", "8.50", "10", "7")]


def places(direction: Direction, ties: Ties) -> list[str]:
    return [str(fact.place.normalize()) for fact in ranked(VALUES, direction, ties=ties)]


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
    assert places(Direction.FORWARD, ties) == forward
    assert places(Direction.REVERSE, ties) == reverse


def test_the_best_is_the_highest_or_the_lowest_as_the_direction_says() -> None:
    ten, seven = Decimal(10), Decimal(7)
    assert in_group(VALUES, Direction.FORWARD)[0] == InGroup(Decimal("8.5"), seven, ten)
    assert in_group(VALUES, Direction.REVERSE)[0] == InGroup(Decimal("8.5"), ten, seven)


def test_groups_are_kept_apart() -> None:
    groups = [9, 2, 9, 2, 2]
    found = ranked(VALUES, Direction.FORWARD, ties="shared", groups=groups)
    assert [(int(fact.place), fact.size) for fact in found] == [(1, 2), (2, 3), (1, 2), (1, 3), (2, 3)]
    extremes = in_group(VALUES, Direction.FORWARD, groups=groups)
    assert [str(fact.worst) for fact in extremes] == ["8.5", "7", "8.5", "7", "7"]


@pytest.mark.parametrize("rows", [0, 4, 6])
def test_groups_of_another_length_are_refused(rows: int) -> None:
    with pytest.raises(Invalid, match=f"分组有{rows}行，数值有5行") as refusal:
        ranked(VALUES, Direction.FORWARD, ties="shared", groups=[0] * rows)
    assert refusal.value.code == "scoring.group"
    with pytest.raises(Invalid, match="请补齐"):
        in_group(VALUES, Direction.FORWARD, groups=[0] * rows)


def test_an_empty_group_has_no_places() -> None:
    assert ranked([], Direction.FORWARD, ties="mean") == in_group([], Direction.FORWARD) == ()


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)), min_size=1, max_size=25),
    st.sampled_from(list(Direction)),
)
def test_places_are_those_counted_one_by_one(rows: list[tuple[int, int]], direction: Direction) -> None:
    sign = 1 if direction is Direction.FORWARD else -1
    values, groups = [Decimal(value) for value, _ in rows], [group for _, group in rows]
    shared, middle, last = (
        ranked(values, direction, ties=ties, groups=groups) for ties in ("shared", "mean", "last")
    )
    extremes = in_group(values, direction, groups=groups)
    for row, (value, group) in enumerate(rows):
        peers = [sign * other for other, its in rows if its == group]
        better = sum(other > sign * value for other in peers)
        equal = peers.count(sign * value)
        assert shared[row].place == better + 1
        assert last[row].place == better + equal
        assert middle[row].place == mean((Decimal(better + 1), Decimal(better + equal)))
        assert shared[row].size == len(peers)
        assert extremes[row].best == sign * max(peers)
        assert extremes[row].worst == sign * min(peers)
