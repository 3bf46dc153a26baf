"""The tables of a campaign over REST and on pages: what is given to whom, and that a stranger finds nothing."""

import io

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from tests import cast
from tests.api.conftest import World
from tests.api.pages import sign_in

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNITS, PEOPLE = "KP2024-zhengding", "KP2024-meiling"
OWNERS: dict[Stage, tuple[str, Actor, Actor]] = {
    Stage.TASK_BOOK: (f"{UNITS}.U.D1", cast.WATER_CLERK, cast.LIBRARY_CLERK),
    Stage.PROGRESS: (f"{UNITS}.U.D1", cast.WATER_CLERK, cast.LIBRARY_CLERK),
    Stage.FACT_REPORT: (f"{UNITS}.S.office", cast.CLERK, cast.LIBRARY_CLERK),
    Stage.RATING: (f"{UNITS}.R", cast.RATERS[0], cast.STAFF[0]),
}
"""Whose a table is, and somebody to whom it does not exist (another supplier sees issued books, but fills none)."""


def at(world: World, stage: Stage) -> str:
    return f"/api/v1/{stage.value}/{world.record(stage, OWNERS[stage][0])[0]}/workbook"


def posted(client: TestClient, path: str, content: bytes = b"PK") -> int:
    return client.post(
        path, files={"file": ("表.xlsx", content, XLSX)}, headers={"If-Match": '"1"'}
    ).status_code


@pytest.mark.parametrize("stage", [Stage.PROGRESS, Stage.FACT_REPORT, Stage.RATING])
def test_what_is_not_theirs_does_not_exist_on_any_route(world: World, stage: Stage) -> None:
    client, path = world.house.client(OWNERS[stage][2]), at(world, stage)
    assert client.get(path).status_code == 404
    assert [posted(client, path + tail) for tail in ("", "/check", "/annotated")] == [404, 404, 404]
    page, _ = sign_in(world.house, OWNERS[stage][2])
    here = f"/records/{path.split('/')[4]}"
    assert [page.get(here + tail).status_code for tail in ("/file/workbook", "/filed")] == [404, 404]


def test_who_sees_a_record_but_does_not_fill_it_in_gets_no_table(world: World) -> None:
    campaign = world.record(Stage.ASSESSMENT, UNITS)[0]
    roster = f"/api/v1/assessment/{campaign}/workbook"
    for actor, path in (
        (cast.WATER_CLERK, roster),
        (cast.AUDITOR, roster),
        (cast.ASSESSMENT_OFFICE, at(world, Stage.FACT_REPORT)),
        (cast.LIBRARY_CLERK, at(world, Stage.TASK_BOOK)),
    ):
        client = world.house.client(actor)
        assert client.get(path).status_code == 403, (actor.name, path)
        assert posted(client, path + "/check") == 403


@pytest.mark.parametrize("stage", [Stage.TASK_BOOK, Stage.PROGRESS, Stage.FACT_REPORT])
def test_what_was_filed_goes_out_again_as_a_workbook(world: World, stage: Stage) -> None:
    answer = world.house.client(OWNERS[stage][1]).get(at(world, stage))
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet["A4"].value is not None


def test_a_table_of_another_stage_is_not_found_under_a_record(world: World) -> None:
    book = world.record(Stage.TASK_BOOK, f"{UNITS}.U.D1")[0]
    client = world.house.client(cast.WATER_CLERK)
    assert client.get(f"/api/v1/progress/{book}/workbook").status_code == 404


def test_the_ranking_holds_what_the_reader_may_see(world: World) -> None:
    units = f"/api/v1/assessment/{world.record(Stage.ASSESSMENT, UNITS)[0]}/ranking/workbook"
    people = f"/api/v1/assessment/{world.record(Stage.ASSESSMENT, PEOPLE)[0]}/ranking/workbook"

    def codes(actor: Actor, path: str) -> set[object]:
        content = world.house.client(actor).get(path).content
        sheets = load_workbook(io.BytesIO(content)).worksheets
        return {row[1] for sheet in sheets for row in sheet.iter_rows(min_row=4, values_only=True) if row[1]}

    assert codes(cast.ASSESSMENT_OFFICE, units) == {"D1", "D2"}
    assert codes(cast.ASSESSMENT_OFFICE, people) == {"P1", "P2", "P3"}
    assert codes(cast.STAFF[0], people) == {"P1"}
    for actor in (cast.SCHOOL_CLERK, cast.FINANCE_HEAD, cast.RATERS[0]):
        assert world.house.client(actor).get(people).status_code == 404


def test_unknown_ids_and_strangers_find_nothing(world: World) -> None:
    client, nobody = world.house.client(cast.ASSESSMENT_OFFICE), world.house.client()
    for stage in (Stage.ASSESSMENT, *OWNERS):
        path = f"/api/v1/{stage.value}/no-such-record/workbook"
        assert client.get(path).status_code == 404
        assert nobody.get(path).status_code == 401
    assert client.get("/api/v1/assessment/no-such-record/ranking/workbook").status_code == 404
