"""A campaign from roster to archive, under Zhengding's rules: every gate, window and second person on its way."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.claims import claim_bonus, tell_penalty
from budgetperf.actions.context import Context
from budgetperf.actions.improvements import ask_improvement
from budgetperf.actions.moves import Seen
from budgetperf.actions.recompute import recompute
from budgetperf.errors import Conflict, Forbidden, Invalid
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import AppealForm, BonusForm, ImprovementForm, PenaltyForm
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import results_of, units_of
from budgetperf.store.results import decisions_of
from tests import cast
from tests.assessment_story import Story, at

BEGUN = date(2025, 1, 6)
YEAR_END = date(2026, 1, 5)
COMPUTED = date(2026, 2, 2)

ROSTER = {
    "units": [
        {"code": "D1", "name": "水务局", "group": "department", "organisation": "0102", "leader": "leader"},
        {"code": "D2", "name": "教育局", "group": "department", "organisation": "0103", "leader": "leader2"},
    ],
    "suppliers": [
        {"supplier": "public_survey", "organisation": "010302"},
        {"supplier": "office", "organisation": "010201"},
    ],
    "raters": [
        {"rater_group": "leader", "login": "rater1"},
        {"rater_group": "leader", "login": "rater2", "units": "D1、D2"},
    ],
}
TARGETS = {
    (code, item): "200" for code in ("D1", "D2") for item in ("economic_work", "business", "environment")
}


def value(asked: Asked) -> str:
    """Water reaches its targets, education three quarters of them."""
    water = asked.member.code == "D1"
    return {"satisfaction": "90", "leader_rating": "92" if water else "80"}.get(
        asked.slot.item, "200" if water else "150"
    )


@pytest.fixture
def story(ctx: Callable[..., Context]) -> Story:
    return Story(
        ctx,
        "zhengding",
        2025,
        value,
        clerks={
            cast.WATER: (cast.WATER_CLERK, cast.LEADER),
            cast.EDUCATION: (cast.EDUCATION_CLERK, cast.EDUCATION_LEADER),
        },
        suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
    )


def test_a_year_from_task_book_to_archive(story: Story) -> None:
    story.open(BEGUN, ROSTER)
    story.books(BEGUN, TARGETS)
    story.through_the_year(YEAR_END)
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    session = story.office(COMPUTED).session
    codes = {unit.id: unit.code for unit in units_of(session, story.id)}
    found = {codes[one.unit_id]: one for one in results_of(session, story.id)}
    # D1: 60 + 30 x 90 % band + 9.2; D2: 60 x 75 % = 45, the same public, 8
    assert found["D1"].total is not None and found["D2"].total is not None
    assert found["D1"].total - found["D2"].total == Decimal("16.2")
    assert (found["D1"].rank, found["D2"].rank) == (1, 2)
    story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    with pytest.raises(Conflict, match="公示或申诉期未满"):
        story.act(cast.SECOND_OFFICE, COMPUTED, story.id, "finalise")
    later = date(2026, 2, 12)
    story.act(cast.SECOND_OFFICE, later, story.id, "finalise")
    rows = [
        {"body": body, "document": "海考〔2026〕1号", "decided_on": "2026-02-12"}
        for body in ("考核办公室", "考核领导小组")
    ]
    story.act(cast.ASSESSMENT_HEAD, later, story.id, "approve", {"rows": rows})
    story.act(cast.ASSESSMENT_OFFICE, later, story.id, "archive")
    ctx = story.office(later)
    kept = decisions_of(ctx.session, subject=story.campaign.subject)
    assert len(kept) == 2
    assert all(recompute(one, ctx.rules).same for one in kept)
