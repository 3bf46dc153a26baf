"""Reads of one thing carry a tag: its version to write on, or one of its content to ask by."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import event

from budgetperf.actions.moves import Seen
from budgetperf.actions.rule_editions import open_draft
from budgetperf.actions.simple import NoForm, moves
from budgetperf.process.stages import Stage
from budgetperf.rulebook.form import NewEditionForm
from tests import cast, story
from tests.api.conftest import House, World
from tests.api.pages import api_routes

VERSIONED = frozenset(
    {"/api/v1/records/{record_id}", "/api/v1/limits/{fiscal_year}", "/api/v1/assessment/{key}"}
)
DRAFT, DRAFT_OF = "local/grades/2027-06-01", "national/grades/2020-02-25"
PATHS = (
    "/api/v1/assessment/{key}",
    "/api/v1/assessment/{key}/units/{code}",
    "/api/v1/baselines/{record_id}",
    "/api/v1/baselines/{record_id}/units/{dmu}",
    "/api/v1/cost-panels/{code}",
    "/api/v1/decisions/{digest}",
    "/api/v1/exante/{record_id}/panel",
    "/api/v1/limits/{fiscal_year}",
    "/api/v1/limits/{fiscal_year}/lines",
    "/api/v1/limits/{fiscal_year}/lines/{code}",
    "/api/v1/projects/{code}",
    "/api/v1/projects/{code}/ledger/{fiscal_year}",
    "/api/v1/projects/{code}/life",
    "/api/v1/records/{record_id}",
    "/api/v1/rule-drafts/{record_id}",
    "/api/v1/rule-drafts/{record_id}/impact",
    "/api/v1/rules/{jurisdiction}/{kind}/{valid_from}",
    "/api/v1/runs/{run_id}",
    "/api/v1/special_factor_claim/{record_id}/movement",
)


@pytest.fixture
def run(world: World) -> Iterator[str]:
    """A run in the city, for one test."""
    world.write(
        "INSERT INTO run (id, kind, title, started_by, started_at, total, done, note)"
        " VALUES ('tagged', 'batch.bundle', '证据包', :who, now(), 0, 0, '')",
        who=cast.FINANCE_REVIEWER.id,
    )
    yield "tagged"
    world.write("DELETE FROM run WHERE id = 'tagged'")


@pytest.fixture(scope="module")
def draft(world: World) -> Iterator[None]:
    """A draft of grades, for the tests of this file."""
    form = NewEditionForm(copy_of=DRAFT_OF, valid_from=date(2027, 6, 1))
    with world.house.acting() as ctx:
        open_draft(ctx(cast.RULES_OFFICE), form, Seen())
    yield
    record_id, _ = world.record(Stage.RULE, DRAFT)
    with world.house.acting() as ctx:
        moves("withdraw")(ctx(cast.RULES_OFFICE), record_id, NoForm(), Seen(reason="已经试过"))


def claim_with_movement(world: World) -> str:
    [(record_id,)] = world.rows(
        "SELECT id FROM record WHERE stage = 'special_factor_claim' AND status = 'admitted'"
    )
    return str(record_id)


def filled(world: World, path: str) -> str:
    if "/assessment" in path:
        return path.format(key="KP2024-zhengding", code="D1")
    if "/rule" in path:
        edition = dict(zip(("jurisdiction", "kind", "valid_from"), DRAFT_OF.split("/"), strict=True))
        return path.format(record_id=world.record(Stage.RULE, DRAFT)[0], **edition)
    if "/cost-panels" in path:
        return path.format(code="pipes")
    if "/baselines" in path:
        return path.format(record_id=world.record(Stage.BASELINE)[0], dmu="D02")
    if "/movement" in path:
        return path.format(record_id=claim_with_movement(world))
    stage = Stage.EXANTE if "panel" in path else Stage.REQUEST
    [(digest,)] = world.rows("SELECT digest FROM decision WHERE kind = 'limit' ORDER BY subject LIMIT 1")
    return path.format(
        code=world.codes["water"],
        fiscal_year=2026,
        digest=digest,
        record_id=world.record(stage)[0],
        run_id="tagged",
    )


def test_these_are_all_reads_of_one_thing(house: House) -> None:
    document = api_routes(house.app)
    found = set()
    for path, operations in document.items():
        content = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        is_one = "$ref" in content.get("application/json", {}).get("schema", {})
        if path.startswith("/api/v1/") and "{" in path and is_one:
            found.add(path)
    assert found == set(PATHS)


@pytest.mark.usefixtures("run", "draft")
@pytest.mark.parametrize("path", PATHS)
def test_a_read_of_one_thing_carries_its_tag(world: World, path: str) -> None:
    readers = {"rule": cast.RULES_OFFICE, "asse": cast.ASSESSMENT_OFFICE}
    client = world.house.client(readers.get(path.split("/")[3][:4], cast.FINANCE_REVIEWER))
    first = client.get(filled(world, path))
    assert first.status_code == 200, first.text
    tag = first.headers["etag"]
    if path in VERSIONED:
        assert tag == f'"{first.json()["version"]}"'
        return
    assert tag.startswith('W/"')
    for said in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(filled(world, path), headers={"If-None-Match": said})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    other = client.get(filled(world, path), headers={"If-None-Match": 'W/"other"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_tag_is_gone_when_something_happened(house: House) -> None:
    with house.acting() as ctx:
        opened = story.make_request(ctx)
    client = house.client(cast.CLERK)
    path = f"/api/v1/projects/{opened.subject}"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    with house.acting() as ctx:
        story.advance_request(ctx, opened.record_id, to="file")
    after = client.get(path, headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.headers["etag"] != tag


def test_a_tag_costs_no_query(world: World) -> None:
    client = world.house.client(cast.FINANCE_REVIEWER)
    path = f"/api/v1/projects/{world.codes['water']}"
    tag = client.get(path).headers["etag"]
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(world.house.engine, "before_cursor_execute", note)
    for headers in ({}, {"If-None-Match": tag}):
        asked.clear()
        client.get(path, headers=headers)
        assert len([one for one in asked if "FROM evaluand" in one or "FROM record" in one]) == 2, asked
        assert len(asked) == 4, asked
    event.remove(world.house.engine, "before_cursor_execute", note)
