"""What a fitted panel answers at once: every unit's standing, curves, who was left out, what is payable."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from budgetperf.costing.calibration import blend, calibrate, payable
from budgetperf.costing.fitted import fit
from budgetperf.costing.grading import EvidenceGrade
from budgetperf.costing.method import BaselineSpec, Calibration
from budgetperf.costing.panel import CostPanel, DriverSpec
from budgetperf.costing.screening import ScreeningRule
from budgetperf.costing.standings import answer
from budgetperf.costing.words import CalibrationWeight, DriverRole, OutlierRule
from budgetperf.errors import Invalid
from budgetperf.money import Money
from tests.costing.factories import INDEX, make_panel, true_cost
from tests.costing.test_best_practice import ALL, AREA, BEST, NEW, make, target, treated

SHARED = Calibration(Decimal("0.7"), CalibrationWeight.COST)


def test_every_unit_stands_where_its_own_baseline_puts_it():
    panel = make_panel(n_dmus=12)
    spec = replace(ALL, methods=("driver_regression",))
    fitted = fit(panel, spec, prices=INDEX)
    answers = answer(fitted, ())
    assert [one.dmu for one in answers.standings] == sorted({row.dmu for row in panel.rows})
    for one in answers.standings:
        row = next(row for row in panel.rows if (row.dmu, row.year) == (one.dmu, 2024))
        assert (one.year, one.cost) == (2024, row.cost)
        assert one.gap_lower <= one.gap <= one.gap_upper
        assert one.gap == row.cost - one.baseline.point


def test_a_curve_goes_through_what_its_method_answers_within_the_sample():
    fitted = fit(make(), ALL)
    drawn = answer(fitted, ()).curves
    assert [one.method for one in drawn] == list(ALL.methods)
    areas = fitted.frame["area"]
    for one in drawn:
        assert float(one.points[0].x) == pytest.approx(areas.min(), rel=1e-5)
        middle = one.points[len(one.points) // 2]
        point = fitted.for_target(target(str(middle.x))).estimates
        mine = next(each for each in point if each.name == one.method)
        assert mine.point.fen == pytest.approx(middle.cost.fen, rel=1e-4)


def test_who_is_left_out_is_named_with_the_reason():
    wild = tuple(
        replace(row, cost=row.cost.times(Decimal(12))) if row.dmu == "D07" else row for row in make().rows
    )
    panel = treated(CostPanel(AREA, wild), D03="new")
    rule = ScreeningRule(OutlierRule.ESD, Decimal("0.01"), at_most=3)
    left = answer(fit(panel, replace(ALL, screening=rule, treatments=(NEW,))), ()).left_out
    assert [(one.dmu, one.year) for one in left] == [("D03", 2024), ("D07", 2024)]
    assert left[0].why.startswith("新设单位")
    assert "不参加测算" in left[1].why


def test_a_unit_no_method_answers_for_is_told_and_the_others_stand():
    answers = answer(fit(make(), BEST), (target("500"), target()))
    assert len(answers.baselines) == 1 or {one.name for one in answers.baselines[0].estimates} == {"sfa"}
    alone = answer(fit(make(), replace(BEST, methods=("dea",))), (target("500"), target()))
    assert [one.code for one in alone.unanswered] == ["costing.no_answer"]
    assert len(alone.baselines) == 1
    assert len(alone.standings) == 80


@pytest.mark.parametrize("total", [None, Money(90_000_000_01)])
def test_what_is_payable_sums_to_the_total_to_the_fen(total):
    fitted = fit(make(), replace(BEST, methods=("dea",), calibration=SHARED))
    standings = answer(fitted, (), payable_total=total).standings
    costs = Money.total(one.cost for one in standings)
    assert Money.total(one.payable for one in standings) == (total or costs)


@pytest.mark.parametrize("weight", list(CalibrationWeight))
def test_payable_amounts_are_those_of_the_regulator(weight):
    costs, norms = (
        [Money(fen) for fen in fens]
        for fens in ((1_000_00, 2_000_00, 3_500_00), (900_00, 2_100_00, 2_000_00))
    )
    total = Money.total(costs)
    cost, norm = (pd.Series([float(one.fen) for one in side]) for side in (costs, norms))
    by = cost if weight is CalibrationWeight.COST else norm
    expected = blend(cost, calibrate(norm, total=float(total.fen), weight=by), norm_share=0.7)
    found = payable(costs, norms, total=total, rule=Calibration(Decimal("0.7"), weight))
    assert [one.fen for one in found] == pytest.approx(expected, abs=1)


def test_a_total_too_low_or_not_asked_for_is_refused():
    with pytest.raises(Invalid, match=r"应付总额.*过低"):
        answer(
            fit(make(), BaselineSpec(calibration=replace(SHARED, weight="norm"))),
            (),
            payable_total=Money(100),
        )
    with pytest.raises(Invalid, match="没有规定按应付总额校准"):
        answer(fit(make(), BEST), (), payable_total=Money(100))


def test_the_envelope_frees_scores_of_local_conditions():
    """Units on steep ground cost more; after the correction a steep target is no longer held to flat peers."""
    rng = np.random.default_rng(6)
    slope = DriverSpec("slope", "坡度", "度", logged=False, role=DriverRole.CONDITION)
    rows = tuple(
        replace(
            row,
            cost=row.cost.times(Decimal(str(round(float(np.exp(0.25 * z)), 6)))),
            drivers={**row.drivers, "slope": Decimal(str(z))},
        )
        for row, z in zip(make(n=100, waste=0.2).rows, rng.uniform(0, 2, 100).round(3), strict=True)
    )
    panel = CostPanel(replace(AREA, drivers=(*AREA.drivers, slope)), rows)
    fitted = fit(panel, replace(BEST, methods=("dea",)))
    card = fitted.methods[0].card["conditions"]
    assert float(card["estimates"]["slope"]["estimate"]) < 0
    flat, steep = (replace(target(), drivers={"area": Decimal(20), "slope": Decimal(z)}) for z in ("0", "2"))
    low, high = fitted.for_targets((flat, steep))
    assert high.point.fen / low.point.fen == pytest.approx(np.exp(0.25 * 2), rel=0.25)
    assert low.point.fen / 100 == pytest.approx(true_cost(20, 0), rel=0.2)


def test_a_unit_of_little_evidence_moves_nobodys_money():
    """A driver fifty times too large: the unit is screened and extrapolated to; its own cost stands for its baseline."""
    panel, spec = (
        make(n=24),
        BaselineSpec(methods=("driver_regression", "dea"), n_draws=60, calibration=SHARED),
    )
    wrong = tuple(
        replace(row, drivers={**row.drivers, "area": row.drivers["area"] * 50}) if row.dmu == "D07" else row
        for row in panel.rows
    )
    before, after = (
        {one.dmu: one for one in found.standings}
        for found in (answer(fit(one, spec), ()) for one in (panel, replace(panel, rows=wrong)))
    )
    assert after["D07"].baseline.grade is EvidenceGrade.C
    told = next(
        one
        for one in answer(fit(replace(panel, rows=wrong), spec), ()).findings
        if one.code == "costing.paid_at_cost"
    )
    assert "D07" in told.message
    for dmu, one in after.items():
        paid, was = one.payable, before[dmu].payable
        assert paid is not None
        assert was is not None
        assert abs(paid.fen - was.fen) < was.fen * 0.3, dmu
    assert Money.total(one.payable for one in after.values()) == Money.total(
        one.cost for one in after.values()
    )
