"""Baselines by a convex regression with noise: near the truth, silent beyond the sample, spread or not."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from budgetperf.costing.baseline import fit, set_baseline
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.panel import CostPanel, DriverSpec
from budgetperf.costing.words import DriverRole, Returns
from budgetperf.money import Money
from tests.costing.factories import make_row
from tests.costing.test_best_practice import AREA, estimate, target


def make(n, seed=1):
    """A panel whose least cost is convex in area: 100 + area^1.3 thousand yuan."""
    rng = np.random.default_rng(seed)
    areas = rng.uniform(5, 60, n).round(3)
    waste = np.abs(rng.normal(0, 0.4, n)) + rng.normal(0, 0.05, n)
    costs = 1_000 * (100 + areas**1.3) * np.exp(waste)
    rows = [
        make_row(f"D{i:02}", 2024, cost=f"{cost:.2f}", area=str(area))
        for i, (area, cost) in enumerate(zip(areas, costs, strict=True))
    ]
    return CostPanel(AREA, tuple(rows))


STONED = BaselineSpec(methods=("stoned",), seed=5, n_draws=50, rounding=Money(1))


def test_its_point_is_near_the_true_least_cost_and_its_interval_holds_it():
    found = set_baseline(make(40), target(), edition=STONED)
    truth = 1_000 * (100 + 20**1.3)
    one = estimate(found, "stoned")
    assert one.point.fen / 100 == pytest.approx(truth, rel=0.15)
    assert one.lower.fen < one.point.fen < one.upper.fen
    assert one.lower.fen / 100 < truth < one.upper.fen / 100


def test_the_same_seed_gives_the_same_interval_and_another_seed_another():
    one, again, other = (
        set_baseline(make(20), target(), edition=replace(STONED, seed=seed)) for seed in (1, 1, 2)
    )
    assert one == again
    assert one.point == other.point
    assert one.lower != other.lower


def test_a_target_beyond_the_sample_has_no_answer():
    fitted = fit(make(30), STONED)
    (found,) = fitted.found_for((target("500"),))
    assert found.code == "costing.no_answer"


def test_a_condition_shifts_cost_and_its_effect_is_found():
    rng = np.random.default_rng(3)
    slope = DriverSpec("slope", "坡度", "度", logged=False, role=DriverRole.CONDITION)
    rows = tuple(
        replace(
            row,
            cost=row.cost.times(Decimal(str(round(float(np.exp(0.3 * z)), 6)))),
            drivers={**row.drivers, "slope": Decimal(str(z))},
        )
        for row, z in zip(make(40).rows, rng.uniform(0, 2, 40).round(3), strict=True)
    )
    fitted = fit(CostPanel(replace(AREA, drivers=(*AREA.drivers, slope)), rows), STONED)
    effect = fitted.methods[0].card["estimates"]["slope"]["estimate"]
    assert float(effect) == pytest.approx(0.3, abs=0.15)
    flat, steep = (
        replace(target(), drivers={"area": Decimal(20), "slope": Decimal(z)}) for z in ("0.5", "1.5")
    )
    low, high = fitted.for_targets((flat, steep))
    assert high.point.fen / low.point.fen == pytest.approx(np.exp(float(effect)), rel=1e-3)


def test_returns_a_convex_regression_does_not_know_are_refused_with_the_edition():
    with pytest.raises(ValueError, match="规模报酬不变或可变"):
        replace(STONED, returns=Returns.FDH)
