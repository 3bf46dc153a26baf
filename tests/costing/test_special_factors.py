"""Special-factor claims: what the claimant gets back, how the others move, and what is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from budgetperf.costing.baseline import BaselineEdition
from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.cost_baseline import BaselineTarget
from budgetperf.costing.fitted import fit
from budgetperf.costing.method import BaselineSpec, Calibration
from budgetperf.costing.special_factors import answer_giving_back, claim_movement, fit_without
from budgetperf.costing.standings import answer
from budgetperf.costing.words import CalibrationWeight
from budgetperf.errors import Invalid
from budgetperf.money import ZERO, Money
from tests.costing.factories import INDEX, YEARS, make_panel

SPEC = BaselineSpec(methods=("driver_regression",), rounding=Money(1))


def burdened(dmu="D03", share="0.4"):
    """A panel, the same with a cost on top that only one unit has, and that cost by year."""
    panel = make_panel(n_dmus=25)
    extra = {row.year: row.cost.times(Decimal(share)) for row in panel.rows if row.dmu == dmu}
    rows = tuple(
        replace(row, cost=row.cost + extra[row.year]) if row.dmu == dmu else row for row in panel.rows
    )
    return panel, replace(panel, rows=rows), extra


def targets(panel, *dmus, year=2024):
    latest = {row.dmu: row for row in panel.rows}
    return tuple(BaselineTarget(dmu, latest[dmu].drivers, year) for dmu in dmus)


def test_an_admitted_claim_gives_the_cost_back_and_the_others_what_they_had_without_it():
    plain, panel, extra = burdened()
    asked = targets(panel, "D03", "D04")
    own, other = claim_movement(panel, asked, SpecialFactor("D03", "桥隧保洁", extra), edition=SPEC)

    clean = fit(plain, SPEC).for_targets(asked)
    assert own.given_back == extra[2024]
    assert own.after.point == clean[0].point + extra[2024]
    assert own.after.upper == clean[0].upper + extra[2024]
    assert (
        own.after.estimates[0].upper == clean[0].estimates[0].upper + extra[2024]
    )  # what cuts are held against
    assert other.after == clean[1]
    assert other.given_back == ZERO
    assert own.change == own.given_back + own.by_model
    assert other.change == other.by_model
    assert own.change.fen > 0


def test_what_is_given_back_for_another_year_is_of_the_latest_year_in_its_prices():
    _, panel, extra = burdened()
    (asked,) = targets(panel, "D03", year=2026)
    (moved,) = claim_movement(
        panel, (asked,), SpecialFactor("D03", "桥隧保洁", extra), edition=SPEC, prices=INDEX
    )
    assert moved.given_back == INDEX.convert(extra[2024], 2024, to=2026)


def test_where_units_stand_holds_the_claimed_cost_on_both_sides_and_the_payable_total_stays():
    plain, panel, extra = burdened()
    rule = replace(SPEC, calibration=Calibration(Decimal("0.7"), CalibrationWeight.COST))
    claim, total = SpecialFactor("D03", "桥隧保洁", extra), Money(9_000_000_000)
    fitted = fit_without(panel, rule, [claim])
    found = answer_giving_back(fitted, targets(panel, "D03"), [claim], payable_total=total).standings
    clean = answer(fit(plain, rule), (), payable_total=total - extra[2024]).standings
    assert Money.total(one.payable for one in found) == total
    for one, other in zip(found, clean, strict=True):
        own = extra[2024] if one.dmu == "D03" else ZERO
        assert (one.cost - own, one.payable - own, one.gap) == (other.cost, other.payable, other.gap)


@pytest.mark.parametrize(
    ("dmu", "year", "amount", "told"),
    [
        ("D99", 2024, 1, "成本面板没有单元 D99 2024年的数据"),
        ("D03", 2019, 1, "成本面板没有单元 D03 2019年的数据"),
        ("D03", 2024, 0, "应大于0且小于该年成本"),
        ("D03", 2024, 10**12, "应大于0且小于该年成本"),
    ],
)
def test_a_claim_that_cannot_be_is_refused_at_its_year(dmu, year, amount, told):
    panel = make_panel(n_dmus=25)
    factor = SpecialFactor(dmu, "桥隧保洁", {year: Money(amount)})
    with pytest.raises(Invalid) as caught:
        claim_movement(panel, targets(panel, "D03"), factor, edition=SPEC)
    [finding] = caught.value.findings
    assert told in finding.message
    assert finding.where.pointer == f"/amounts/{year}"


def test_a_claim_that_stands_already_is_in_the_baselines_before_and_after():
    _, panel, extra = burdened()
    asked = targets(panel, "D03", "D04")
    claim, half = SpecialFactor("D03", "桥隧保洁", extra), {2024: extra[2024].times(Decimal("0.5"))}
    own, _ = claim_movement(
        panel, asked, SpecialFactor("D03", "高铁站保洁", half), edition=SPEC, admitted=[claim]
    )
    (alone, _) = claim_movement(panel, asked, claim, edition=BaselineEdition("x", "y", SPEC))
    assert own.before == alone.after
    assert own.given_back == half[2024]


def test_every_year_at_fault_is_told_at_once():
    panel = make_panel(n_dmus=25)
    factor = SpecialFactor("D03", "桥隧保洁", dict.fromkeys(YEARS, Money(0)))
    with pytest.raises(Invalid, match="3处错误"):
        claim_movement(panel, targets(panel, "D03"), factor, edition=SPEC)
    with pytest.raises(Invalid, match="至少写明一年"):
        claim_movement(panel, targets(panel, "D03"), replace(factor, amounts={}), edition=SPEC)
