"""Runs by API and page: cancelled, tried again, and their files fetched, over the real port."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.jobs_port import Jobs
from budgetperf.actions.files import keep_own_file
from budgetperf.store import runs
from budgetperf.store.runs import RunFacts
from budgetperf.store.session import Database
from tests import cast
from tests.api.conftest import House, make_house
from tests.api.pages import sign_in
from workflows import jobs as workflows_jobs
from workflows.unit import House as WorkHouse

ARGUMENTS = {"fiscal_year": "2026", "quarter": "1"}


@pytest.fixture
def live(fresh_database: Database, tmp_path: Path) -> Iterator[House]:
    """An app whose runs are really queued."""
    workflows_jobs.prepare(fresh_database)
    house = make_house(fresh_database, tmp_path)
    held = house.app.state.resources
    port = workflows_jobs.Jobs(WorkHouse(house.engine, held.rules, house.files, now=house.clock))
    house.app = make_house(fresh_database, tmp_path, jobs=port).app
    yield house
    port.close()
    house.app.state.resources.engine.dispose()
    house.engine.dispose()


def start(client: TestClient, key: str = "quarter-1", **changes: str) -> str:
    answer = client.post(
        "/api/v1/runs/campaign.quarter", json=ARGUMENTS | changes, headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["run_id"])


def halt(house: House, run_id: str) -> None:
    with house.acting() as ctx:
        at = ctx(cast.FINANCE_REVIEWER)
        runs.update_run(at.session, runs.get_run(at.session, run_id), note="步骤“01.0102”未能办理")


def test_the_real_port_fits() -> None:
    fits: type[Jobs] = workflows_jobs.Jobs
    assert fits is workflows_jobs.Jobs


def test_a_run_is_cancelled_once(live: House) -> None:
    client = live.client(cast.FINANCE_REVIEWER)
    run_id = start(client)
    key = {"Idempotency-Key": "cancel-it-1"}
    cancelled = client.post(f"/api/v1/runs/{run_id}/cancel", headers=key)
    assert (cancelled.status_code, cancelled.json()["state"]["code"]) == (200, "stopped")
    again = client.post(f"/api/v1/runs/{run_id}/cancel", headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert again.json() == cancelled.json()
    assert client.post(f"/api/v1/runs/{run_id}/cancel").status_code == 409


def test_only_a_halted_run_is_retried(live: House) -> None:
    client = live.client(cast.FINANCE_REVIEWER)
    run_id = start(client)
    assert client.post(f"/api/v1/runs/{run_id}/retry").status_code == 409
    halt(live, run_id)
    retried = client.post(f"/api/v1/runs/{run_id}/retry")
    assert (retried.status_code, retried.json()["state"]["code"]) == (200, "waiting")


def test_others_neither_steer_nor_see_a_run(live: House) -> None:
    run_id = start(live.client(cast.FINANCE_REVIEWER))
    for verb in ("cancel", "retry"):
        assert live.client(cast.AUDITOR).post(f"/api/v1/runs/{run_id}/{verb}").status_code == 403
        assert live.client(cast.CLERK).post(f"/api/v1/runs/{run_id}/{verb}").status_code == 404


def test_the_page_offers_what_the_state_allows(live: House) -> None:
    run_id = start(live.client(cast.FINANCE_REVIEWER))
    client, csrf = sign_in(live, cast.FINANCE_REVIEWER)
    page = client.get("/runs").text
    assert f'action="/runs/{run_id}/cancel"' in page
    assert "/retry" not in page
    halt(live, run_id)
    assert f'action="/runs/{run_id}/retry"' in client.get("/runs").text
    assert client.post(f"/runs/{run_id}/retry", data={"csrf": csrf}).headers["location"].endswith("run.retry")
    assert client.post(f"/runs/{run_id}/cancel", data={"csrf": csrf}).status_code == 303
    assert f"/runs/{run_id}/" not in client.get("/runs").text
    auditor, _ = sign_in(live, cast.AUDITOR)
    assert "/cancel" not in auditor.get("/runs").text


def test_the_same_key_with_other_arguments_is_refused(live: House) -> None:
    client = live.client(cast.RULES_OFFICE)
    headers = {"Idempotency-Key": "baseline-1"}
    first = {"panel_code": "甲", "fiscal_year": "2026"}
    assert client.post("/api/v1/runs/batch.baseline", json=first, headers=headers).status_code == 202
    other = client.post("/api/v1/runs/batch.baseline", json=first | {"panel_code": "乙"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "run.key")


def test_a_file_of_a_run_is_fetched_by_who_sees_the_run(live: House) -> None:
    with live.acting() as ctx:
        at = ctx(cast.FINANCE_REVIEWER)
        digest = keep_own_file(at, b"PK\x03\x04", "application/zip")
        runs.begin_run(
            at.session, RunFacts("r1", "batch.bundle", "证据包", at.actor.id, at.now, at.now, 1, 1, "")
        )
        runs.keep_effect(
            at.session, "r1", "make", at=at.now, result={"digest": digest, "filename": "证据包.zip"}
        )
    fetched = live.client(cast.FINANCE_REVIEWER).get(f"/api/v1/runs/r1/files/{digest}")
    assert (fetched.status_code, fetched.content) == (200, b"PK\x03\x04")
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert live.client(cast.CLERK).get(f"/api/v1/runs/r1/files/{digest}").status_code == 404
    assert live.client(cast.FINANCE_REVIEWER).get(f"/api/v1/runs/r1/files/{'0' * 64}").status_code == 404


def test_a_movement_leads_to_its_claim_and_says_when_it_is_known(live: House) -> None:
    with live.acting() as ctx:
        at = ctx(cast.FINANCE_REVIEWER)
        runs.begin_run(
            at.session, RunFacts("m1", "batch.movement", "测算影响", at.actor.id, at.now, None, 1, 0, "")
        )
        runs.keep_effect(at.session, "m1", runs.ORDER, at=at.now, result={"record_id": "claim-1"})
    client, _ = sign_in(live, cast.FINANCE_REVIEWER)
    assert '<a href="/special-factor-claims/claim-1">查看特殊因素申请</a>' in client.get("/runs").text
    with live.acting() as ctx:
        at = ctx(cast.FINANCE_REVIEWER)
        runs.keep_effect(at.session, "m1", "compute", at=at.now, result="digest")
    assert (
        '<a href="/special-factor-claims/claim-1">影响已测算，查看特殊因素申请</a>'
        in client.get("/runs").text
    )
