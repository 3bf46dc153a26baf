"""An expert learns nothing of the others' scores before the own sheet is in: not by any route, not by a byte."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.store.records import find_record
from budgetperf.store.server import EmbeddedServer
from tests import cast, story
from tests.api.conftest import House, make_house
from tests.api.pages import api_routes, page_routes, sign_in
from tests.conftest import database_from

SUBJECT = "010201-001"


@contextmanager
def panel(house: House, *, ratio: str, recommended: str) -> Iterator[tuple[str, list[Actor]]]:
    """A panel of which two have scored, and one has declared."""
    with house.acting() as ctx:
        record = story.make_exante(ctx)
        experts = story.draw(ctx, record.id)
        for expert in experts[:3]:
            story.declare(ctx, expert, record.id)
        for expert in experts[:2]:
            story.score(ctx, expert, record.id, ratio=ratio, recommended=recommended)
    yield record.id, experts


def everything(house: House, actor: Actor, record_id: str) -> dict[str, bytes]:
    """What every GET route answers somebody, by path."""
    found = {}
    client = house.client(actor)
    with house.acting() as ctx:
        seen = ctx(cast.AUDITOR)
        request = find_record(seen.session, cast.AUDITOR, SUBJECT, fiscal_year=cast.YEAR, stage=Stage.REQUEST)
    assert request is not None
    for path, operations in api_routes(house.app).items():
        if "get" in operations and path.startswith("/api/v1/") and "workbook" not in path:
            for record in (record_id, request.id):
                filled = path.format(
                    code=SUBJECT,
                    record_id=record,
                    digest="0" * 64,
                    run_id="none",
                    person_id="none",
                    chain=SUBJECT,
                    fiscal_year=cast.YEAR,
                    jurisdiction="national",
                    kind="grades",
                    valid_from="2020-02-25",
                    key="none",
                    file_id="none",
                    dmu="none",
                )
                answer = client.get(filled, headers={"X-Request-ID": "request-0001"})
                found[filled] = (
                    str(answer.status_code).encode()
                    + answer.headers.get("etag", "").encode()
                    + answer.content
                )
    return found | pages(house, actor, (record_id, request.id))


def pages(house: House, actor: Actor, records: tuple[str, ...]) -> dict[str, bytes]:
    """What every page answers somebody, by path; the session's own CSRF token blotted out."""
    client, csrf = sign_in(house, actor)
    found = {}
    for method, path in page_routes(house.app):
        for record in records if method == "GET" else ():
            filled = path.replace(":path}", "}").format(
                code=SUBJECT, record_id=record, digest="0" * 64, run_id="none", attachment_id="none", year=cast.YEAR,
                verb="score", name="request", stage="exante", person_id="none", edition_id="none",
                subject="none", file_id="none", paper="none", dmu="none",
            )  # fmt: skip
            answer = client.get(filled, headers={"X-Request-ID": "request-0001"})
            found[filled] = str(answer.status_code).encode() + answer.content.replace(csrf.encode(), b"")
    return found


@pytest.fixture
def worlds(server: EmbeddedServer, template: str, tmp_path: Path) -> Iterator[list[House]]:
    """Two apps on two copies of the same city."""
    with ExitStack() as stack:
        houses = []
        for name in ("one", "two"):
            house = make_house(stack.enter_context(database_from(server, template)), tmp_path / name)
            stack.callback(house.engine.dispose)
            houses.append(house)
        yield houses


@pytest.mark.parametrize("place", [2, 3], ids=["declared", "not yet declared"])
def test_two_worlds_that_differ_in_hidden_scores_are_the_same_to_an_expert(
    worlds: list[House], place: int
) -> None:
    answers = []
    for house, ratio, recommended in zip(worlds, ("0.9", "0.6"), ("600", "300"), strict=True):
        with panel(house, ratio=ratio, recommended=recommended) as (record_id, experts):
            answers.append(everything(house, experts[place], record_id))
    assert answers[0].keys() == answers[1].keys()
    assert {path for path in answers[0] if answers[0][path] != answers[1][path]} == set()
    assert any(
        path.startswith("/exante/") and answer.startswith(b"200") for path, answer in answers[0].items()
    )
    assert any(path.endswith("/panel") and answer.startswith(b"200") for path, answer in answers[0].items())


def test_finance_sees_the_difference(worlds: list[House]) -> None:
    answers = []
    for house, ratio in zip(worlds, ("0.9", "0.6"), strict=True):
        with panel(house, ratio=ratio, recommended="600") as (record_id, _):
            answers.append(everything(house, cast.FINANCE_REVIEWER, record_id))
    assert any(answers[0][path] != answers[1][path] for path in answers[0] if path.endswith("/panel"))


def test_an_expert_sees_the_others_once_the_own_sheet_is_in(worlds: list[House]) -> None:
    house = worlds[0]
    with panel(house, ratio="0.9", recommended="600") as (record_id, experts):
        blind = house.client(experts[2]).get(f"/api/v1/exante/{record_id}/panel").json()
        seeing = house.client(experts[1]).get(f"/api/v1/exante/{record_id}/panel").json()
    assert (len(blind["seats"]), len(blind["ratings"])) == (1, 0)
    assert len(seeing["ratings"]) == 2


def test_whether_others_have_scored_does_not_show_in_the_version(worlds: list[House]) -> None:
    house = worlds[0]
    with panel(house, ratio="0.9", recommended="600") as (record_id, experts):
        before = house.client(experts[3]).get(f"/api/v1/records/{record_id}").headers["etag"]
        with house.acting() as ctx:
            story.score(ctx, experts[2], record_id)
        after = house.client(experts[3]).get(f"/api/v1/records/{record_id}")
    assert before == after.headers["etag"]
    assert [step["actor"] for step in after.json()["steps"]] == []
