"""360° ratings under the administration department's rules: superior, peer, oneself, subordinate."""

from collections.abc import Callable
from datetime import date

import pytest

from budgetperf.actions.context import Context
from budgetperf.errors import Invalid
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.store.campaigns import results_of, seats_of, units_of
from tests import cast
from tests.assessment_story import Story

BEGUN, ASSESSED, COMPUTED = date(2025, 1, 6), date(2026, 1, 5), date(2026, 1, 20)
ROSTER = {
    "units": [
        {"code": "P1", "name": "员工一", "group": "staff", "person": "staff1"},
        {"code": "P2", "name": "员工二", "group": "staff", "person": "staff2"},
    ],
    "suppliers": [{"supplier": "personnel", "organisation": "010201"}],
    "raters": [
        {"rater_group": "superior", "login": "rater1"},
        {"rater_group": "peer", "login": "staff1"},
        {"rater_group": "peer", "login": "staff2"},
    ],
}
MARKS = {"superior": "80", "peer": "90", "self": "100"}


def value(asked: Asked) -> str:
    """Superiors 80 %, peers 90 %, oneself 100 % of what can be given; certificates all held."""
    if not asked.rater_group:
        return "100"
    assert asked.slot.criterion is not None
    return format(asked.slot.criterion.weight * int(MARKS[asked.rater_group]) / 100, "f")


def make(ctx: Callable[..., Context]) -> Story:
    return Story(
        ctx,
        "administration_department",
        2025,
        value,
        suppliers={cast.WATER_SUPPLY: cast.CLERK},
        raters=(*cast.RATERS, *cast.STAFF),
    )


def test_everybody_rates_themselves_and_the_groups_count_alike(ctx: Callable[..., Context]) -> None:
    story = make(ctx)
    story.open(BEGUN, ROSTER)
    seats = seats_of(story.office(BEGUN).session, story.id)
    told = {(seat.rater_group, seat.person_id): seat.units for seat in seats}
    assert told["self", "person-staff1"] == ["P1"]
    assert told["self", "person-staff2"] == ["P2"]
    assert told["peer", "person-staff1"] == ["P2"]
    story.through_the_year(ASSESSED)
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    session = story.office(COMPUTED).session
    codes = {unit.id: unit.code for unit in units_of(session, story.id)}
    totals = {codes[one.unit_id]: str(one.total) for one in results_of(session, story.id)}
    # the mean of 80, 90 and 100 % is 90 % of 90 points, and 10 for certificates
    assert {code: total.rstrip("0").rstrip(".") for code, total in totals.items()} == {"P1": "91", "P2": "91"}


def test_nobody_is_enrolled_to_rate_as_oneself(ctx: Callable[..., Context]) -> None:
    raters = [*ROSTER["raters"], {"rater_group": "self", "login": "staff1"}]
    with pytest.raises(Invalid) as refusal:
        make(ctx).open(BEGUN, ROSTER | {"raters": raters})
    assert any("由每人给自己评分，无需登记" in finding.message for finding in refusal.value.findings)
