"""Assessments over REST: what is stored is what is told, openings are taken once, tried, and refused with reasons."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from api.rest.assessment import without_numbers
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.process.transitions import TRANSITIONS
from tests import cast
from tests.actions.assessed_year import CLERKS, PICTURE, SUPPLIERS, TARGETS, UNITS, value
from tests.api.conftest import House, World
from tests.api.pages import api_routes
from tests.assessment_story import Story

UNITS_2024 = "/api/v1/assessment/KP2024-zhengding"
PEOPLE_2024 = "/api/v1/assessment/KP2024-meiling"
MID_YEAR = datetime(2025, 7, 8, 2, tzinfo=UTC)


def get(world: World, actor: Actor, path: str) -> Any:
    return world.house.client(actor).get(path).json()


def test_campaigns_are_listed_with_their_editions_and_status(world: World) -> None:
    listed = get(world, cast.WATER_CLERK, "/api/v1/assessment")
    assert {(one["subject"], one["status"]["code"], one["scheme"]) for one in listed} == {
        ("KP2024-zhengding", "archived", "zhengding/unit_assessment/2014-01-01"),
        ("KP2024-meiling", "archived", "meiling/unit_assessment/2015-01-01"),
    }


def test_results_by_rest_are_those_stored(world: World) -> None:
    stored = world.rows(
        """SELECT c.subject, u.code, r.total, r.rank, r.grade, r.document FROM unit_result r
           JOIN assessed_unit u ON u.id = r.unit_id JOIN campaign c ON c.id = r.campaign_id"""
    )
    assert len(stored) == 5
    for campaign, code, total, rank, grade, document in stored:
        told = get(world, cast.ASSESSMENT_OFFICE, f"/api/v1/assessment/{campaign}/units/{code}")
        assert told["trace"] == document
        found = told["result"]
        assert (found["total"] and Decimal(found["total"]), found["rank"], found["grade"]) == (
            total,
            rank,
            grade,
        )
        listed = get(world, cast.ASSESSMENT_OFFICE, f"/api/v1/assessment/{campaign}/units")
        assert next(one for one in listed if one["code"] == code)["result"] == found


def test_a_unit_is_told_with_its_records_files_and_trace(world: World) -> None:
    told = get(world, cast.WATER_CLERK, f"{UNITS_2024}/units/D1")
    stages = [record["stage"]["code"] for record in told["records"]]
    assert {"task_book", "progress", "bonus"} == set(stages)
    assert stages.count("bonus") == 3
    [file] = told["files"]
    fetched = world.house.client(cast.WATER_CLERK).get(f"{UNITS_2024}/units/D1/files/{file['id']}")
    assert (fetched.content, fetched.headers["content-disposition"].startswith("attachment")) == (
        PICTURE,
        True,
    )
    other = world.house.client(cast.WATER_CLERK).get(f"{UNITS_2024}/units/D2/files/{file['id']}")
    assert other.status_code == 404


def test_a_unit_is_not_told_which_rater_gave_what(world: World) -> None:
    assert "leader/0" not in world.house.client(cast.STAFF[0]).get(f"{PEOPLE_2024}/units/P1").text
    marks = [{"rater": "leader/002", "points": "80"}, {"rater": "leader/001", "points": "90"}]
    for given in (marks, marks[::-1]):
        assert without_numbers({"marks": given}) == {
            "marks": [{"rater": "leader", "points": "80"}, {"rater": "leader", "points": "90"}]
        }


def test_the_ranking_is_by_track_and_group_best_first(world: World) -> None:
    [departments] = get(world, cast.ASSESSMENT_OFFICE, f"{UNITS_2024}/ranking")
    assert (departments["track"], [unit["code"] for unit in departments["units"]]) == (
        "department",
        ["D1", "D2"],
    )
    assert [unit["result"]["rank"] for unit in departments["units"]] == [1, 2]
    groups = get(world, cast.ASSESSMENT_OFFICE, f"{PEOPLE_2024}/ranking")
    assert {group["group"] for group in groups} == {"section_cadre", "middle_cadre", "staff"}
    own = get(world, cast.STAFF[0], f"{PEOPLE_2024}/ranking")
    assert [unit["code"] for group in own for unit in group["units"]] == ["P1"]
    assert get(world, cast.FINANCE_REVIEWER, f"{PEOPLE_2024}/ranking") == []


def test_the_facts_are_for_those_who_assess_and_name_no_rater(world: World) -> None:
    facts = get(world, cast.ASSESSMENT_OFFICE, f"{PEOPLE_2024}/facts")
    kept = world.rows(
        "SELECT facts -> 'rows' FROM decision WHERE subject = 'KP2024-meiling' ORDER BY decided_at DESC LIMIT 1"
    )[0][0]
    assert isinstance(kept, list)
    columns = ("unit", "item", "value", "period", "rater", "standard", "note")
    assert sorted(tuple(fact[name] for name in columns) for fact in facts) == sorted(
        (row[1], row[2], row[3], row[5], row[6], row[7], row[8]) for row in kept
    )
    assert {fact["rater"] for fact in facts if fact["rater"]} == {"leader/001", "leader/002"}
    for actor in (cast.STAFF[0], cast.FINANCE_HEAD, cast.LIBRARY_CLERK, cast.AUDITOR):
        assert world.house.client(actor).get(f"{PEOPLE_2024}/facts").status_code == 403


def test_a_persons_unit_does_not_exist_for_others(world: World) -> None:
    for actor in (cast.CLERK, cast.FINANCE_REVIEWER, cast.STAFF[1], cast.LEADER):
        assert world.house.client(actor).get(f"{PEOPLE_2024}/units/P1").status_code == 404


def test_every_move_of_an_assessment_is_in_the_document_with_its_form(world: World) -> None:
    paths = api_routes(world.house.app)
    stages = {Stage.ASSESSMENT, Stage.TASK_BOOK, Stage.RATING, Stage.BONUS, Stage.APPEAL, Stage.IMPROVEMENT}
    moves = [row for row in TRANSITIONS if row.stage in stages and row.sources]
    assert len(moves) > 25
    for row in moves:
        one = paths[f"/api/v1/{row.stage.value}/{{record_id}}/{row.verb}"]["post"]
        named = {parameter["name"].lower() for parameter in one["parameters"]}
        assert {"if-match", "idempotency-key", "dry_run"} <= named
        assert "$ref" in one["requestBody"]["content"]["application/json"]["schema"]


def running(house: House) -> Story:
    """The departments' campaign of 2025, half way."""
    with house.acting() as ctx:
        story = Story(ctx, "zhengding", 2025, value, clerks=CLERKS, suppliers=SUPPLIERS)
        house.clock.now = datetime(2025, 1, 2, 2, tzinfo=UTC)
        story.open(house.clock.now.date(), UNITS)
        story.books(house.clock.now.date(), TARGETS)
        house.clock.now = MID_YEAR
        story.through_the_year(datetime(2025, 6, 1, tzinfo=UTC).date())
        return story


def test_a_campaign_tells_todays_phase_and_what_is_lacking(house: House) -> None:
    story = running(house)
    office = house.client(cast.ASSESSMENT_OFFICE)
    told = office.get(f"/api/v1/assessment/{story.id}").json()
    today = [phase for phase in told["phases"] if phase["today"]]
    assert [(phase["key"], phase["begins_on"], phase["ends_on"]) for phase in today] == [
        ("mid_term", "2025-07-01", "2025-07-31")
    ]
    version = office.get(f"/api/v1/assessment/{story.id}").headers["etag"]
    moved = office.post(f"/api/v1/assessment/{story.id}/advance", json={}, headers={"If-Match": version})
    assert moved.status_code == 200, moved.json()
    lacking = {
        phase["key"]: [one["message"] for one in phase["lacking"]]
        for phase in office.get(f"/api/v1/assessment/{story.id}").json()["phases"]
    }
    assert [
        message.startswith(("考评数据mid", "考评评分mid", "考评数据q2")) for message in lacking["mid_term"]
    ] == [True] * 3
    assert lacking["first_quarter"] == lacking["year_end"] == []
    stale = office.post(f"/api/v1/assessment/{story.id}/compute", json={}, headers={"If-Match": '"99"'})
    assert stale.status_code == 412


def test_a_campaign_is_opened_once_and_tried_before(house: House) -> None:
    office = house.client(cast.ASSESSMENT_OFFICE)
    form = {"jurisdiction": "meiling", "fiscal_year": 2025}
    tried = office.post("/api/v1/assessment?dry_run=true", json=form)
    assert (tried.status_code, office.get("/api/v1/assessment").json()) == (200, [])
    headers = {"Idempotency-Key": "open-meiling-2025"}
    first, second = (office.post("/api/v1/assessment", json=form, headers=headers) for _ in range(2))
    assert (first.status_code, first.json(), second.headers["Idempotency-Replayed"]) == (
        201,
        second.json(),
        "true",
    )
    assert office.post("/api/v1/assessment", json=form).status_code == 409
    refused = house.client(cast.CLERK).post("/api/v1/assessment", json=form | {"fiscal_year": 2026})
    assert (refused.status_code, "考评办公室" in refused.json()["detail"]) == (403, True)


def test_a_bonus_is_claimed_with_a_document_and_a_penalty_appealed(house: House) -> None:
    unit = f"/api/v1/assessment/{running(house).id}/units"
    clerk, office, other = (
        house.client(actor) for actor in (cast.WATER_CLERK, cast.ASSESSMENT_OFFICE, cast.EDUCATION_CLERK)
    )
    posted = {"describes": "表彰", "effective_on": "2025-06-03"}
    picture = {"file": ("表彰.png", PICTURE, "image/png")}
    kept = clerk.post(f"{unit}/D1/files", data=posted, files=picture)
    assert kept.status_code == 201
    claim = {
        "item": "award_city",
        "value": "1",
        "award": "先进",
        "statement": "表彰",
        "evidence": [kept.json()["digest"]],
    }
    assert clerk.post(f"{unit}/D1/bonuses?dry_run=true", json=claim).status_code == 200
    headers = {"Idempotency-Key": "bonus-of-water-2025"}
    filed = [clerk.post(f"{unit}/D1/bonuses", json=claim, headers=headers).json() for _ in range(2)]
    assert filed[0]["record_id"] == filed[1]["record_id"]
    assert clerk.post(f"{unit}/D1/bonuses", json=claim | {"evidence": ["0" * 64]}).status_code == 422
    assert other.post(f"{unit}/D1/bonuses", json=claim).status_code in {403, 422}
    assert other.post(f"{unit}/D1/files", data=posted, files=picture).status_code == 403
    penalty = {"item": "complaint", "value": "1", "award": "投诉", "statement": "经查属实"}
    told = office.post(f"{unit}/D1/penalties", json=penalty)
    assert told.status_code == 201
    appeal = {"about": "penalty", "record": told.json()["record_id"], "statement": "不实", "demand": "撤销"}
    assert other.get(f"/api/v1/records/{told.json()['record_id']}").status_code == 404
    appealed = clerk.post(f"{unit}/D1/appeals", json=appeal)
    assert (appealed.status_code, appealed.json()["status"]["code"]) == (201, "filed")
    mend = {"problem": "投诉", "demand": "整改", "due_on": "2025-09-30"}
    early = office.post(f"{unit}/D1/improvements", json=mend)
    assert (early.status_code, "公示后" in early.json()["detail"]) == (409, True)
