"""The derived routes: versions, dry runs, idempotent keys, refusals."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from budgetperf.actions.verbs import VERBS
from budgetperf.process.stages import Stage
from tests import cast, story
from tests.api.conftest import House
from tests.api.pages import api_routes

GOALS = cast.make_goal_form().model_dump(mode="json")


def opened(house: House) -> str:
    with house.acting() as ctx:
        return story.make_request(ctx).record_id


def count(house: House, table: str) -> int:
    owner = house.database.owner_engine()
    with owner.connect() as connection:
        found = int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    owner.dispose()
    return found


def test_every_verb_of_the_table_has_its_route(house: House) -> None:
    paths = api_routes(house.app)
    assert {f"/api/v1/{stage.value}/{{record_id}}/{verb}" for stage, verb in VERBS} <= set(paths)


def test_a_request_is_filed_and_its_new_version_is_the_etag(house: House) -> None:
    record = opened(house)
    answer = house.client(cast.CLERK).post(
        f"/api/v1/request/{record}/file", json=GOALS, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["status"] == {"code": "filed", "label": "已报送"}


def test_a_write_without_the_version_seen_is_428(house: House) -> None:
    answer = house.client(cast.CLERK).post(f"/api/v1/request/{opened(house)}/file", json=GOALS)
    assert (answer.status_code, answer.headers["content-type"]) == (428, "application/problem+json")


def test_a_stale_write_is_412_and_names_the_current_version(house: House) -> None:
    record = opened(house)
    client = house.client(cast.CLERK)
    assert (
        client.post(f"/api/v1/request/{record}/file", json=GOALS, headers={"If-Match": '"1"'}).status_code
        == 200
    )
    answer = house.client(cast.REVIEWER).post(
        f"/api/v1/request/{record}/review", json={}, headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.json()["current"], answer.headers["etag"]) == (412, 2, '"2"')


def test_a_dry_run_answers_what_would_happen_and_keeps_nothing(house: House) -> None:
    record = opened(house)
    client = house.client(cast.CLERK)
    before = count(house, "event")
    answer = client.post(
        f"/api/v1/request/{record}/file?dry_run=true",
        json=GOALS,
        headers={"If-Match": '"1"', "Idempotency-Key": "key-0001"},
    )
    assert (answer.status_code, answer.json()["dry_run"], answer.json()["version"]) == (200, True, 2)
    assert (count(house, "filing"), count(house, "event"), count(house, "idempotent_answer")) == (
        0,
        before,
        0,
    )
    assert client.get(f"/api/v1/records/{record}").json()["status"]["code"] == "draft"


def test_the_same_key_and_request_get_the_same_answer(house: House) -> None:
    record = opened(house)
    client = house.client(cast.CLERK)
    headers = {"If-Match": '"1"', "Idempotency-Key": "filing-of-monday"}
    first = client.post(f"/api/v1/request/{record}/file", json=GOALS, headers=headers)
    again = client.post(f"/api/v1/request/{record}/file", json=GOALS, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["etag"] == '"2"'
    assert again.headers["idempotency-replayed"] == "true"
    assert count(house, "filing") == 1


def test_the_same_key_for_another_request_is_409(house: House) -> None:
    record = opened(house)
    client = house.client(cast.CLERK)
    headers = {"If-Match": '"1"', "Idempotency-Key": "filing-of-monday"}
    assert client.post(f"/api/v1/request/{record}/file", json=GOALS, headers=headers).status_code == 200
    other = client.post(f"/api/v1/request/{record}/file", json=GOALS | {"basis": "另一依据"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "request.key")


def test_a_refused_request_leaves_its_key_free(house: House) -> None:
    record = opened(house)
    client = house.client(cast.CLERK)
    headers = {"If-Match": '"1"', "Idempotency-Key": "filing-of-monday"}
    wrong = GOALS | {"project_name": "别的项目"}
    assert client.post(f"/api/v1/request/{record}/file", json=wrong, headers=headers).status_code == 422
    assert client.post(f"/api/v1/request/{record}/file", json=GOALS, headers=headers).status_code == 200


def test_submitting_at_the_same_time_files_once(house: House) -> None:
    record = opened(house)
    token = house.token(cast.CLERK)

    def submit(headers: dict[str, str]) -> int:
        client = house.client()
        sent = {"Authorization": f"Bearer {token}", "If-Match": '"1"', **headers}
        return client.post(f"/api/v1/request/{record}/file", json=GOALS, headers=sent).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(submit, [{"Idempotency-Key": "double-click"}] * 2 + [{}] * 2))
    assert count(house, "filing") == 1
    assert set(statuses) <= {200, 412}
    assert 200 in statuses


def test_a_reason_is_asked_where_the_table_asks_for_one(house: House) -> None:
    record = opened(house)
    with house.acting() as ctx:
        story.advance_request(ctx, record, to="file")
    client = house.client(cast.REVIEWER)
    missing = client.post(f"/api/v1/request/{record}/return", json={}, headers={"If-Match": '"2"'})
    assert missing.status_code == 422
    assert [(f["pointer"], f["message"]) for f in missing.json()["findings"]] == [
        ("/reason", "理由：必填项未填写")
    ]
    given = client.post(
        f"/api/v1/request/{record}/return", json={"reason": "指标值无依据"}, headers={"If-Match": '"2"'}
    )
    assert given.json()["status"]["code"] == "returned"


def test_findings_of_the_checks_come_back_with_their_places(house: House) -> None:
    record = opened(house)
    form = GOALS | {"indicators": [row | {"weight": "30"} for row in GOALS["indicators"]]}
    answer = house.client(cast.CLERK).post(
        f"/api/v1/request/{record}/file", json=form, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 422
    assert any(finding["pointer"].startswith("/indicators") for finding in answer.json()["findings"])
    assert count(house, "filing") == 0


def test_a_wrong_field_is_told_in_the_words_of_the_form(house: House) -> None:
    form = GOALS | {"starts_on": "明年"}
    answer = house.client(cast.CLERK).post(
        f"/api/v1/request/{opened(house)}/file", json=form, headers={"If-Match": '"1"'}
    )
    assert [(f["pointer"], f["message"]) for f in answer.json()["findings"]] == [
        ("/starts_on", "开始日期：不是日期，请按 2025-12-31 的格式填写")
    ]


def test_the_two_person_rule_is_403_with_its_reason(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_exante(ctx)
    assert record.stage is Stage.EXANTE
    owner = house.database.owner_engine()
    with owner.begin() as connection:  # somebody who is clerk and reviewer at once
        connection.execute(
            text(
                "INSERT INTO role_grant (id, person_id, role, scope) VALUES ('g', :person, 'department_reviewer', :scope)"
            ),
            {"person": cast.CLERK.id, "scope": cast.WATER},
        )
    owner.dispose()
    with house.acting() as ctx:
        other = story.make_request(ctx, project_name="水厂扩建")
        story.advance_request(
            ctx, other.record_id, to="file", goals=cast.make_goal_form(project_name="水厂扩建")
        )
    answer = house.client(cast.CLERK).post(
        f"/api/v1/request/{other.record_id}/review", json={}, headers={"If-Match": '"2"'}
    )
    assert answer.status_code == 403
    assert "双人复核" in answer.json()["detail"]
