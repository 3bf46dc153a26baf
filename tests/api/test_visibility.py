"""Other departments' records do not exist, on any route; unknown ids neither."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from budgetperf.actions.verbs import VERBS
from budgetperf.process.stages import Stage
from tests import cast
from tests.actions.next_year import _benefit
from tests.api.bodies import body_of
from tests.api.conftest import World
from tests.api.pages import api_routes, page_routes, sign_in

PUBLIC = {
    "/api/v1/limits/{fiscal_year}": "a published round is known to all who may read limits",
    "/api/v1/limits/{fiscal_year}/lines": "the table holds only the reader's own lines",
    "/api/v1/events/{chain}": "the log is read by office, not by department",
    "/api/v1/rules/{jurisdiction}/{kind}/{valid_from}": "what binds everybody may be read by everybody",
    "/api/v1/runs/{kind}": "names a kind of work, no record",
    "/api/v1/cost-panels/{code}": "panels are read by office, not by department",
    **dict.fromkeys(
        (
            "/api/v1/assessment/{key}",
            "/api/v1/assessment/{key}/facts",
            "/api/v1/assessment/{key}/ranking",
            "/api/v1/assessment/{key}/units",
            "/api/v1/assessment/{record_id}/workbook",
            "/api/v1/assessment/{record_id}/workbook/annotated",
            "/api/v1/assessment/{record_id}/workbook/check",
            *(
                f"/api/v1/assessment/{{record_id}}/{verb}"
                for stage, verb in VERBS
                if stage is Stage.ASSESSMENT
            ),
        ),
        "that there is an assessment is known to all; what is in it is asked in test_blind_assessment",
    ),
    **dict.fromkeys(
        (
            "/api/v1/people/{person_id}/deactivate",
            "/api/v1/people/{person_id}/grants",
            "/api/v1/people/{person_id}/grants/end",
            "/api/v1/people/{person_id}/password",
            "/api/v1/people/{person_id}/tokens",
            "/api/v1/people/{person_id}/tokens/{digest}/revoke",
        ),
        "accounts are the administrators', whose they are does not matter",
    ),
}
STRANGER = cast.SCHOOL_CLERK
FORMS = {
    "objections": "ObjectionForm", "bonuses": "BonusForm", "penalties": "PenaltyForm", "appeals": "AppealForm",
    "improvements": "ImprovementForm",
}  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(world: World) -> Iterator[tuple[str, str]]:
    """Every route of the API that names a record, by method and path."""
    for path, operations in api_routes(world.house.app).items():
        if path.startswith("/api/v1/") and "{" in path and path not in PUBLIC:
            for method in operations:
                yield method.upper(), path


def parts(world: World, path: str, *, unknown: bool) -> dict[str, Any]:
    """What to put into a path: something of the water department, or something that is nowhere."""
    code = world.codes["water"]
    first = path.split("/")[3]
    stage = Stage(first) if first in set(Stage) else Stage.REQUEST
    stage = Stage.BASELINE if first == "baselines" else stage
    theirs = {
        "code": code,
        "record_id": world.record(stage, world.codes["library"] if stage is Stage.EXANTE else "")[0],
        "digest": str(
            world.rows("SELECT digest FROM decision WHERE subject = :code LIMIT 1", code=code)[0][0]
        ),
        "run_id": "run-of-somebody",
        "fiscal_year": 2026,
        "key": "KP2024-meiling",
        "file_id": "no-such-file",
        "dmu": "D02",
    }
    if first == "assessment":
        return theirs | {"code": "NO-SUCH" if unknown else "P1"}
    if stage is Stage.BONUS:  # others are published
        hidden = world.rows("SELECT id FROM record WHERE stage = 'bonus' AND status = 'rejected' LIMIT 1")
        theirs["record_id"] = str(hidden[0][0])
    if unknown:
        return theirs | {
            "code": "NO-SUCH",
            "record_id": "no-such-record",
            "digest": "0" * 64,
            "run_id": "no-such-run",
        }
    if stage in {Stage.REQUEST, Stage.MONITORING, Stage.SELF_EVALUATION}:
        theirs["record_id"] = world.record(stage, code)[0]
    return theirs


def ask(world: World, method: str, path: str, *, unknown: bool) -> int:
    """The status a stranger gets."""
    actor = cast.FINANCE_REVIEWER if unknown else stranger(path)
    client = world.house.client(actor)
    target = path.format(**parts(world, path, unknown=unknown))
    headers = {"If-Match": '"1"', "Idempotency-Key": "walk-every-route"}
    if method == "GET":
        return client.get(target).status_code
    if path.endswith(("/workbook", "/workbook/check", "/workbook/annotated")):
        return client.post(target, files={"file": ("表.xlsx", b"PK", XLSX)}, headers=headers).status_code
    if path.endswith("/files"):
        posted = {"describes": "现场", "effective_on": "2026-01-01"}
        return client.post(
            target, files={"file": ("图.png", b"\x89PNG\r\n\x1a\n", "image/png")}, data=posted
        ).status_code
    return client.post(f"{target}?dry_run=true", json=body(world, path), headers=headers).status_code


def stranger(path: str) -> Any:
    """Somebody to whom the record of a path does not exist."""
    # the only panel sits on the library's project, of the stranger's own department; baselines belong to no department
    return cast.CLERK if "/exante/" in path else STRANGER


def body(world: World, path: str) -> dict[str, Any]:
    """A body the route takes."""
    if path.endswith("/notices"):
        return {"problem": "进度滞后", "requirement": "限期整改"}
    if path.endswith("/benefit"):
        return _benefit().model_dump(mode="json")
    if path.startswith("/api/v1/runs/"):
        return {}
    if form := FORMS.get(path.rpartition("/")[2]):
        return body_of_form(world, form)
    stage, verb = path.split("/")[3], path.rpartition("/")[2]
    return body_of(world, Stage(stage), verb)


def body_of_form(world: World, form: str) -> dict[str, Any]:
    """A filed document of a form."""
    found: dict[str, Any] = json.loads(
        str(world.rows("SELECT document::text FROM filing WHERE form = :form LIMIT 1", form=form)[0][0])
    )
    return found


@pytest.mark.parametrize("unknown", [False, True], ids=["of another department", "unknown"])
def test_a_record_that_is_not_the_readers_does_not_exist_on_any_route(world: World, unknown: bool) -> None:
    seen = {
        (method, path): ask(world, method, path, unknown=unknown)
        for method, path in routes(world)
        if unknown
        or not path.startswith("/api/v1/limits/{record_id}")  # a published round is nobody's secret
    }
    assert len(seen) > 40
    assert {route: status for route, status in seen.items() if status != 404} == {}


def test_every_route_of_the_api_is_in_the_document(world: World) -> None:
    routes = [
        route.path
        for route in iter_route_contexts(world.house.app.routes)
        if (route.path or "").startswith("/api/v1")
    ]
    assert len(routes) > 60
    assert set(routes) == {path for path in api_routes(world.house.app) if path.startswith("/api/v1")}


def test_lists_hold_only_what_is_the_readers(world: World) -> None:
    client = world.house.client(STRANGER)
    projects = client.get("/api/v1/projects").json()["projects"]
    assert {one["path"] for one in projects} == {cast.SCHOOLS}
    lines = client.get("/api/v1/limits/2026/lines").json()
    assert {line["path"] for line in lines["lines"]} == {cast.SCHOOLS}
    assert lines["balanced"] is None


@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/events/LIMITS-2026"])
def test_the_log_is_the_auditors(world: World, path: str) -> None:
    refused = world.house.client(cast.CLERK).get(path)
    assert (refused.status_code, "审计" in refused.json()["detail"]) == (403, True)
    assert world.house.client(cast.AUDITOR).get(path).status_code == 200


def test_without_a_token_nothing_is_told(world: World) -> None:
    client = world.house.client()
    for method, path in routes(world):
        target = path.format(**parts(world, path, unknown=False))
        answer = client.request(
            method, target, json={} if method == "POST" else None, headers={"If-Match": '"1"'}
        )
        assert answer.status_code in {401, 422}, (method, path, answer.status_code)
        assert "record" not in answer.json().get("facts", {})


NAMED_PAGES = ("{code}", "{record_id}", "{attachment_id}", "{digest}")
OPEN_PAGES = {
    "/language/{code}": "a language",
    "/people/{person_id}/tokens/{digest}/revoke": "accounts are the administrators', see test_people",
    "/panels/{code}": "panels are read by office, not by department",
    "/panels/{code}/workbook": "the same",
    "/panels/{code}/paper": "the same",
    "/runs/{run_id}/files/{digest}": "asked below, by an unknown run",
}


def test_a_record_that_is_not_the_readers_does_not_exist_on_any_page(world: World) -> None:
    client, csrf = sign_in(world.house, STRANGER)
    code = world.codes["water"]
    decision = world.rows("SELECT digest FROM decision WHERE subject = :code LIMIT 1", code=code)[0][0]
    baseline, exante = world.record(Stage.BASELINE)[0], world.record(Stage.EXANTE, world.codes["library"])[0]
    filled = {
        "code": code,
        "digest": decision,
        "attachment_id": "none",
        "run_id": "none",
        "year": 2026,
        "verb": "file",
        "subject": "KP2024-meiling",
        "file_id": "none",
        "dmu": "D02",
        "name": "none",
        "paper": "none",
    }
    seen = {}
    for method, path in page_routes(world.house.app):
        if path in OPEN_PAGES or not any(name in path for name in NAMED_PAGES):
            continue
        record = baseline if path.startswith("/baselines") else world.record(Stage.REQUEST, code)[0]
        asked = path.format(**filled, record_id=record)
        if path == "/exante/{record_id}":
            other, _ = sign_in(world.house, cast.CLERK)
            seen[(method, path)] = other.get(asked.replace(record, exante)).status_code
        elif method == "GET":
            seen[(method, path)] = client.get(asked).status_code
        else:
            posted = {"csrf": csrf, "describes": "现场", "effective_on": "2026-01-01", "version": "1"}
            picture = ("图.png", b"\x89PNG\r\n\x1a\n", "image/png")
            answer = client.post(asked, data=posted, files={"file": picture, "workbook": picture})
            seen[(method, path)] = answer.status_code
    assert len(seen) > 15
    assert {route: status for route, status in seen.items() if status != 404} == {}


def test_every_page_asks_who_is_there(world: World) -> None:
    client = world.house.client()
    filled = {
        "code": "x",
        "digest": "0" * 64,
        "attachment_id": "x",
        "run_id": "x",
        "year": 2026,
        "verb": "file",
        "record_id": "x",
    }
    filled |= {
        "name": "request",
        "stage": "request",
        "person_id": "x",
        "edition_id": "x",
        "edition_id:path": "x",
        "subject": "x",
        "dmu": "x",
        "file_id": "x",
        "paper": "x",
    }
    told = {}
    for method, path in page_routes(world.house.app):
        if path in {
            "/",
            "/sign-in",
            "/language/{code}",
            "/audit",
            "/audit/example.json",
            "/audit/sample.xlsx",
        }:
            continue
        answer = client.request(method, path.replace(":path}", "}").format(**filled))
        told[(method, path)] = answer.headers.get("location", str(answer.status_code)).partition("?")[0]
    assert {route: to for route, to in told.items() if to != "/sign-in"} == {}
