"""Proven optima of public capital-budgeting problems, and Lorie and Savage's dual prices.

The data are not part of the project: BUDGETPERF_CASES names their folder.
"""

import csv
import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from budgetperf.budget.allocate import Group, Option, Program, Row, excess, proven_bound, relax, solve
from tests.compulsory import require

CASES = Path(os.environ.get("BUDGETPERF_CASES", "../shared/data/cases"))
NODES = 1_000_000


def case(name: str, file: str = "data.csv") -> tuple[dict, list[dict[str, str]]]:
    folder = CASES / name
    require(f"reference case {name}", folder.is_dir(), "set BUDGETPERF_CASES to the folder of the cases")
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        return json.loads((folder / "expected.json").read_text(encoding="utf-8")), list(csv.DictReader(lines))


def whole(text: str) -> int:
    assert float(text).is_integer()
    return int(float(text))


def program(profits: dict[str, int], weights: dict[str, dict[str, int]], limits: dict[str, int]) -> Program:
    return Program(
        tuple(
            Group(item, (Option("leave", 0, {}), Option("take", profit, weights[item])))
            for item, profit in profits.items()
        ),
        tuple(Row(row, limit) for row, limit in limits.items()),
    )


def check(made: Program, *, optimum: float, relaxed: float) -> None:
    solution = solve(made, node_limit=NODES)
    assert solution is not None
    assert (solution.worth, solution.bound) == (optimum, optimum)
    assert not excess(made, solution.chosen)
    relaxation = relax(made)
    assert relaxation is not None
    assert float(relaxation.worth) == pytest.approx(relaxed, abs=1e-4)
    assert optimum <= proven_bound(made, relaxation.prices) <= relaxed + 1e-4


def test_54_capital_budgeting_problems_reach_their_published_optima():
    expected, rows = case("milp-sac94-54-knapsacks")
    profits: dict[str, dict[str, int]] = defaultdict(dict)
    limits: dict[str, dict[str, int]] = defaultdict(dict)
    weights: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        name, value = row["instance"], whole(row["value"])
        if row["kind"] == "profit":
            profits[name][row["item"]] = value
        elif row["kind"] == "capacity":
            limits[name][row["constraint"]] = value
        else:
            weights[name][row["item"]][row["constraint"]] = value
    assert len(expected["expected"]) == 54
    for name, wanted in expected["expected"].items():
        made = program(profits[name], weights[name], limits[name])
        check(made, optimum=wanted["optimum"], relaxed=wanted["lp_bound_computed"])


def test_hard_knapsacks_of_pisinger_reach_their_published_optima():
    expected, rows = case("milp-pisinger-knapsack")
    profits: dict[str, dict[str, str]] = defaultdict(dict)
    weights: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        profits[row["instance"]][row["item"]] = row["profit"]
        weights[row["instance"]][row["item"]] = row["weight"]
    for name, wanted in expected["expected"].items():
        made = program(
            {item: whole(text) for item, text in profits[name].items()},
            {item: {"capacity": whole(text)} for item, text in weights[name].items()},
            {"capacity": whole(str(wanted["capacity"]))},
        )
        check(made, optimum=wanted["optimum"], relaxed=wanted["lp_bound"])


def test_lorie_and_savage_prices_shares_and_integer_choice():
    expected, rows = case("lp-lorie-savage-capital-rationing")
    made = program(
        {row["project"]: whole(row["npv"]) for row in rows},
        {row["project"]: {p: whole(row[f"outlay_period{p}"]) for p in "12"} for row in rows},
        {"1": 50, "2": 20},
    )
    wanted, tolerance = expected["expected"], expected["tolerance"]["all"]
    relaxation = relax(made)
    assert relaxation is not None
    assert [float(share) for _, share in relaxation.shares] == pytest.approx(wanted["lp"]["x"], abs=tolerance)
    assert float(relaxation.worth) == pytest.approx(wanted["lp"]["objective"], abs=tolerance)
    for period in "12":
        price = float(relaxation.prices[period])
        assert price == pytest.approx(wanted["lp"][f"dual_period{period}"], abs=tolerance)
    solution = solve(made, node_limit=NODES)
    assert solution is not None
    accepted = [int(group.code) for group, i in zip(made.groups, solution.chosen, strict=True) if i]
    assert (accepted, solution.worth) == (wanted["integer"]["accepted"], wanted["integer"]["objective"])
