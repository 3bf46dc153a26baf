"""People assessed under Meiling's rules: who sees what, and how a rater is forgotten."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.context import Context
from budgetperf.actions.moves import Seen
from budgetperf.actions.ratings import due_to_be_forgotten
from budgetperf.actions.recompute import recompute
from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import AppealAbout, AppealForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import results_of, seats_of, sheets_of, units_of
from budgetperf.store.records import list_records
from budgetperf.store.results import decisions_of
from tests import cast
from tests.assessment_story import Story, at

BEGUN, ASSESSED, COMPUTED = date(2025, 1, 6), date(2026, 1, 5), date(2026, 1, 20)
ROSTER = {
    "units": [
        {"code": "P1", "name": "员工一", "group": "staff", "person": "staff1", "leader": "leader"},
        {"code": "P2", "name": "员工二", "group": "middle_cadre", "person": "staff2"},
        {"code": "P3", "name": "罗中心", "group": "section_cadre", "person": "deputy"},
    ],
    "suppliers": [
        {"supplier": "attendance", "organisation": "010302"},
        {"supplier": "office", "organisation": "010201"},
    ],
    "raters": [{"rater_group": "leader", "login": "rater1"}, {"rater_group": "leader", "login": "staff2"}],
}


def value(asked: Asked) -> str:
    """Everybody serves two posts and two projects, never late."""
    return {"section_post": "20", "community_post": "22", "key_project_1": "15", "key_project_2": "16"}.get(
        asked.slot.item, "88" if asked.slot.item == "leader_rating" else "0"
    )


@pytest.fixture
def story(ctx: Callable[..., Context]) -> Story:
    made = Story(
        ctx,
        "meiling",
        2025,
        value,
        suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
        raters=(cast.RATERS[0], cast.STAFF[1]),
    )
    made.open(BEGUN, ROSTER)
    made.through_the_year(ASSESSED)
    return made


@pytest.fixture
def computed(story: Story) -> Story:
    """The same, with its results computed."""
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    return story


def seen_results(story: Story, actor: Actor) -> set[str]:
    """The codes whose results somebody sees."""
    session = story.ctx(actor, at(COMPUTED)).session
    codes = {unit.id: unit.code for unit in units_of(session, story.id)}
    return {codes[one.unit_id] for one in results_of(session, story.id)}


def test_a_person_is_never_on_their_own_sheet(story: Story) -> None:
    session = story.office(COMPUTED).session
    by_person = {seat.person_id: seat.units for seat in seats_of(session, story.id)}
    assert by_person == {"person-rater1": ["P1", "P2", "P3"], "person-staff2": ["P1", "P3"]}


def test_results_of_people_are_seen_by_them_their_leader_and_those_who_run_the_campaign(
    computed: Story,
) -> None:
    everybody = {"P1", "P2", "P3"}
    for actor in (cast.ASSESSMENT_OFFICE, cast.ASSESSMENT_HEAD, cast.AUDITOR):
        assert seen_results(computed, actor) == everybody
    assert seen_results(computed, cast.STAFF[0]) == set()  # computed, not published yet
    computed.act(cast.ASSESSMENT_HEAD, COMPUTED, computed.id, "publish")
    assert seen_results(computed, cast.STAFF[0]) == {"P1"}
    assert seen_results(computed, cast.STAFF[1]) == {"P2"}
    assert seen_results(computed, cast.LEADER) == {"P1"}
    for actor in (
        cast.CLERK,
        cast.REVIEWER,
        cast.FINANCE_REVIEWER,
        cast.FINANCE_HEAD,
        cast.RATERS[1],
        cast.EXPERTS[0],
    ):
        assert seen_results(computed, actor) == set()


def test_a_rater_sees_their_own_sheet_and_nobody_elses(story: Story) -> None:
    def sheets(actor: Actor) -> list[str]:
        return [one.record_id for one in sheets_of(story.ctx(actor, at(COMPUTED)).session, story.id)]

    assert len(sheets(cast.ASSESSMENT_OFFICE)) == 2
    assert len(sheets(cast.RATERS[0])) == len(sheets(cast.STAFF[1])) == 1
    assert sheets(cast.RATERS[0]) != sheets(cast.STAFF[1])
    for actor in (cast.STAFF[0], cast.CLERK, cast.FINANCE_HEAD, cast.LEADER):
        ctx = story.ctx(actor, at(COMPUTED))
        assert sheets(actor) == []
        assert list_records(ctx.session, actor, stage=Stage.RATING) == []
    sheet = sheets(cast.RATERS[0])[0]
    with pytest.raises(NotFound):
        story.act(cast.STAFF[1], COMPUTED, sheet, "submit", {"rows": []})
    with pytest.raises(Conflict):  # the office cannot rate in somebody's stead, the owner not twice
        story.act(cast.RATERS[0], COMPUTED, sheet, "submit", {"rows": []})


def test_a_person_appeals_for_oneself_only(computed: Story) -> None:
    computed.act(cast.ASSESSMENT_HEAD, COMPUTED, computed.id, "publish")
    form = AppealForm(about=AppealAbout.RESULT, statement="考勤记错", demand="更正迟到次数")
    with pytest.raises(Forbidden, match="不是您的考评对象"):  # rates P1, and so knows the name
        file_appeal(computed.ctx(cast.STAFF[1], at(COMPUTED)), computed.id, "P1", form, Seen())
    with pytest.raises((NotFound, Forbidden)):
        file_appeal(computed.ctx(cast.CLERK, at(COMPUTED)), computed.id, "P1", form, Seen())
    appeal = file_appeal(computed.ctx(cast.STAFF[0], at(COMPUTED)), computed.id, "P1", form, Seen()).record_id
    for actor, told in ((cast.STAFF[0], 1), (cast.STAFF[1], 0), (cast.CLERK, 0), (cast.ASSESSMENT_OFFICE, 1)):
        ctx = computed.ctx(actor, at(COMPUTED))
        assert [one.id for one in list_records(ctx.session, actor, stage=Stage.APPEAL)] == [appeal] * told


def test_ratings_are_forgotten_when_the_months_are_over_and_the_result_is_still_the_same(
    computed: Story,
) -> None:
    computed.act(cast.ASSESSMENT_HEAD, COMPUTED, computed.id, "publish")
    final = date(2026, 2, 2)
    computed.act(cast.SECOND_OFFICE, final, computed.id, "finalise")
    rows = [
        {"body": body, "document": "梅〔2026〕1号", "decided_on": "2026-02-02"}
        for body in ("街道考核办公室", "街道党工委")
    ]
    computed.act(cast.ASSESSMENT_HEAD, final, computed.id, "approve", {"rows": rows})
    computed.act(cast.ASSESSMENT_OFFICE, final, computed.id, "archive")
    kept, over = date(2027, 2, 2), date(2027, 2, 3)
    sheet = computed.records(Stage.RATING, kept, Status.FILED)[0]
    assert due_to_be_forgotten(computed.office(kept), computed.campaign) == ()
    with pytest.raises(Conflict, match="保存期内"):
        computed.act(cast.ASSESSMENT_OFFICE, kept, sheet, "forget")
    for record in due_to_be_forgotten(computed.office(over), computed.campaign):
        computed.act(cast.ASSESSMENT_OFFICE, over, record, "forget")
    ctx = computed.office(over)
    assert sheets_of(ctx.session, computed.id) == []
    assert {seat.person_id for seat in seats_of(ctx.session, computed.id)} == {None}
    ctx = computed.ctx(cast.AUDITOR, at(over))
    told = ctx.session.connection().execute(
        text("SELECT payload::text FROM event WHERE kind LIKE 'rating.%'")
    )
    assert not any("leader/" in payload or '"88"' in payload for (payload,) in told)
    ctx = computed.office(over)
    assert all(
        recompute(one, ctx.rules).same for one in decisions_of(ctx.session, subject=computed.campaign.subject)
    )


def test_somebody_not_assessed_this_year_needs_no_facts(story: Story) -> None:
    retired = {"unit": "P1", "exemption": "long_absent", "reason": "援疆一年"}
    with pytest.raises(Invalid):
        story.act(cast.ASSESSMENT_OFFICE, ASSESSED, story.id, "exempt", retired | {"exemption": "holiday"})
    story.act(cast.ASSESSMENT_OFFICE, ASSESSED, story.id, "exempt", retired)
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    session = story.office(COMPUTED).session
    codes = {unit.id: unit.code for unit in units_of(session, story.id)}
    found = {codes[one.unit_id]: one for one in results_of(session, story.id)}
    assert found["P1"].total is None
    assert [one["key"] for one in found["P1"].document["consequences"]] == ["long_absent"]
    assert {found["P2"].rank, found["P3"].rank} == {1}
