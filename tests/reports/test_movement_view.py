"""The view of a claim's movement: the package's numbers, the claimant first, the parts summing to the whole."""

import json
from decimal import Decimal

import pytest

from budgetperf.costing.claimed_costs import SpecialFactor
from budgetperf.costing.movement_packages import (
    MovementFacts,
    moved,
    movement_facts,
    movement_result,
    recompute_movement,
)
from budgetperf.money import ZERO, Money
from budgetperf.reports.movement_view import movement_view
from tests.costing.factories import INDEX
from tests.costing.test_special_factors import SPEC, burdened, targets


@pytest.fixture(scope="module")
def package():
    """Facts and result as they are stored, and the movements they were made of."""
    _, panel, extra = burdened()
    other = SpecialFactor("D05", "水源地保洁", {2024: Money(1_000_000)})
    claim = SpecialFactor("D03", "桥隧保洁", extra)
    asked = targets(panel, *sorted({row.dmu for row in panel.rows}), year=2026)
    facts = MovementFacts(panel, asked, SPEC, INDEX, claim, (other,))
    found = moved(facts)
    stored = (movement_facts(facts), movement_result(found))
    return json.loads(json.dumps(stored)), {one.before.dmu: one for one in found}


def test_the_view_shows_the_packages_numbers_with_the_claimant_first(package):
    (facts, result), found = package
    view = movement_view(facts, result)
    own = view.rows[0]
    assert (own.dmu, own.claimant, view.fiscal_year, view.price_year) == ("D03", True, 2026, 2026)
    assert [abs(row.change.fen) for row in view.rows[1:]] == sorted(
        (abs(row.change.fen) for row in view.rows[1:]), reverse=True
    )
    for row in view.rows:
        one = found[row.dmu]
        assert (row.before, row.after, row.given_back) == (one.before, one.after, one.given_back)
        assert row.change == row.given_back + row.by_model
        assert (row.given_back > ZERO) is row.claimant
    assert view.others == Money.total(row.change for row in view.rows[1:])
    assert view.widest_by_model == max(abs(row.by_model_percent) for row in view.rows)
    assert [(one.dmu, one.label) for one in view.admitted] == [("D05", "水源地保洁")]
    assert all(Decimal(28) < year.percent < Decimal(29) for year in view.claimed)  # 0.4 of 1.4


def test_units_whose_evidence_grade_falls_are_counted_and_shown(package):
    (facts, result), _ = package
    weaker = json.loads(json.dumps(result))
    for at, (before, after) in enumerate((("A", "C"), ("B", "A"), ("B", "B"))):
        weaker["movements"][at]["before"]["grade"], weaker["movements"][at]["after"]["grade"] = before, after
    named = [one["before"]["dmu"] for one in weaker["movements"][:3]]
    for one in weaker["movements"][3:]:
        one["after"]["grade"] = one["before"]["grade"]
    view = movement_view(facts, weaker)
    shown = {row.dmu: row.grades for row in view.rows}
    assert [shown[dmu] for dmu in named] == ["A→C", "B→A", "B"]
    assert view.n_weakened == 1


def test_a_movement_recomputes_from_its_facts(package):
    (facts, result), _ = package
    assert recompute_movement(facts, SPEC.seed) == result
