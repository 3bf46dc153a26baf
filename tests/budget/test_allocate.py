import random
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.budget.allocate import (
    Group,
    Option,
    Program,
    Row,
    Solution,
    conflict,
    excess,
    proven_bound,
    relax,
    solve,
    worth_of,
)
from budgetperf.errors import Unavailable

WAYS = (("hi", 1), ("lo", -1))


def take_or_leave(items: list[tuple[int, int]], limit: int) -> Program:
    groups = tuple(
        Group(f"P{i:03}", (Option("take", worth, {"money": cost}), Option("leave", 0, {})))
        for i, (worth, cost) in enumerate(items)
    )
    return Program(groups, (Row("money", limit),))


def every_choice(program: Program):
    return product(*(range(len(group.options)) for group in program.groups))


def best_by_enumeration(program: Program) -> int | None:
    feasible = [worth_of(program, c) for c in every_choice(program) if not excess(program, c)]
    return max(feasible, default=None)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    rows = ("money", "share")[: draw(st.integers(1, 2))]
    option = st.builds(
        Option,
        st.just("level"),
        st.integers(0, 10_000),
        st.fixed_dictionaries({row: st.integers(-(10**9), 10**12) for row in rows}),
    )
    groups = draw(st.lists(st.lists(option, min_size=1, max_size=3), min_size=1, max_size=5))
    return Program(
        tuple(Group(f"P{i}", tuple(options)) for i, options in enumerate(groups)),
        tuple(Row(row, draw(st.integers(-(10**9), 3 * 10**12))) for row in rows),
    )


@settings(max_examples=60, deadline=None)
@given(programs())
def test_solution_is_as_good_as_full_enumeration(program):
    solution = solve(program, node_limit=10_000)
    best = best_by_enumeration(program)
    assert (solution.worth if solution else None) == best
    if solution:
        assert not excess(program, solution.chosen)
        assert solution.bound == solution.worth


@settings(max_examples=60, deadline=None)
@given(programs(), st.decimals(0, 1, places=9))
def test_proven_bound_holds_for_any_prices(program, price):
    best = best_by_enumeration(program)
    bound = proven_bound(program, {row.code: price for row in program.rows})
    assert best is None or bound >= best


def test_negative_price_proves_nothing():
    with pytest.raises(ValueError, match="negative"):
        proven_bound(take_or_leave([(1, 1)], 1), {"money": Decimal("-0.1")})


def test_bound_of_the_solvers_prices_is_close_to_the_relaxation():
    program = take_or_leave([(60, 10), (100, 20), (120, 30)], 50)
    relaxed = relax(program)
    assert relaxed.worth == Decimal(240)  # 60 + 100 + 2/3 of 120
    assert relaxed.prices["money"] == 4
    assert proven_bound(program, relaxed.prices) == 240


def test_one_fen_decides():
    fits = take_or_leave([(2, 10**12), (1, 10**12 - 1)], 10**12)
    short = take_or_leave([(2, 10**12), (1, 10**12 - 1)], 10**12 - 1)
    assert solve(fits, node_limit=1000).chosen == (0, 1)
    assert solve(short, node_limit=1000).chosen == (1, 0)


def test_everything_fits_without_a_search():
    solution = solve(take_or_leave([(1, 5), (1, 5)], 10), node_limit=1)
    assert (solution.chosen, solution.nodes, solution.bound) == ((0, 0), 0, 2)


def test_alike_groups_are_served_by_code():
    solution = solve(take_or_leave([(5, 10)] * 6, 30), node_limit=1000)
    assert solution.chosen == (0, 0, 0, 1, 1, 1)


def test_excluded_choice_is_not_given_again():
    program = take_or_leave([(60, 10), (100, 20), (120, 30)], 50)
    best = solve(program, node_limit=1000)
    second = solve(program, node_limit=1000, exclude=[best])
    assert (best.worth, second.worth) == (220, 180)


def test_only_choice_excluded_leaves_none():
    program = Program((Group("P", (Option("take", 1, {"money": 1}),)),), (Row("money", 1),))
    assert solve(program, node_limit=10, exclude=[Solution((0,), 1, 1, 0)]) is None


def test_conflict_names_the_rows_that_clash_and_no_other():
    group = Group("P", (Option("take", 1, {"max": 5, "min": -5, "free": 5}),))
    program = Program((group,), (Row("free", 9), Row("max", 4), Row("min", -3)))
    assert solve(program, node_limit=10) is None
    assert conflict(program, node_limit=10) == ("max",)
    wider = Group("P", (Option("take", 1, {"max": 5, "min": -5}), Option("less", 1, {"max": 2, "min": -2})))
    assert conflict(Program((wider,), (Row("max", 4), Row("min", -3), Row("free", 0))), node_limit=10) == (
        "max",
        "min",
    )


def test_node_limit_without_any_choice_is_said():
    # a market split problem: four rows to be met exactly; small, and hard for any solver
    numbers = random.Random(7)
    splits = [[numbers.randrange(100) for _ in range(4)] for _ in range(30)]
    groups = tuple(
        Group(
            f"P{i:02}",
            (
                Option(
                    "a", 1, {f"{way} {k}": sign * part for k, part in enumerate(parts) for way, sign in WAYS}
                ),
                Option("b", 0, {}),
            ),
        )
        for i, parts in enumerate(splits)
    )
    half = [sum(column) // 2 for column in zip(*splits, strict=True)]
    rows = tuple(Row(f"{way} {k}", sign * total) for k, total in enumerate(half) for way, sign in WAYS)
    program = Program(groups, rows)
    with pytest.raises(Unavailable) as refusal:
        solve(program, node_limit=1)
    assert refusal.value.code == "allocate.node_limit"
