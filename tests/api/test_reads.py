"""What the API lets read: a lived year, the same numbers everywhere."""

import io
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook

from api.screens.filters import moment
from budgetperf.process.stages import Stage
from budgetperf.workbooks.fill import filled_goals
from tests import cast, story
from tests.api.conftest import House, World
from tests.api.pages import sign_in

WORKBOOK = Path(__file__).parents[2] / "fixtures/forms/should_pass/current_template.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_the_table_of_limits_adds_up_to_the_fen(world: World) -> None:
    table = world.house.client(cast.FINANCE_REVIEWER).get("/api/v1/limits/2026/lines").json()
    for line in [*table["lines"], table["totals"]]:
        cuts = sum(int(cut["amount_fen"]) for cut in line["cuts"])
        assert cuts == int(line["cuts_fen"])
        assert int(line["request_fen"]) - cuts + int(line["adjustments_fen"]) == int(line["limit_fen"])
    limits = sum(int(line["limit_fen"]) for line in table["lines"])
    assert limits == int(table["totals"]["limit_fen"])
    assert limits + int(table["round"]["unallocated_fen"]) == int(table["round"]["ceiling_fen"])
    assert table["balanced"] is True


def test_the_totals_of_the_city_are_for_those_who_see_the_city(world: World) -> None:
    for actor, seen in ((cast.FINANCE_REVIEWER, True), (cast.CLERK, False), (cast.REVIEWER, False)):
        client = world.house.client(actor)
        told = [
            client.get("/api/v1/limits").json()[0],
            client.get("/api/v1/limits/2026").json(),
            client.get("/api/v1/limits/2026/lines").json()["round"],
        ]
        assert {(one["ceiling_fen"] is not None, one["unallocated_fen"] is not None) for one in told} == {
            (seen, seen)
        }
        page, _ = sign_in(world.house, actor)
        assert (">—<" in page.get("/limits").text) is not seen


def test_a_limit_is_told_from_request_to_result(world: World) -> None:
    client = world.house.client(cast.DRAINAGE_CLERK)
    code = world.codes["drains"]
    told = client.get(f"/api/v1/limits/2026/lines/{code}").json()
    balances = [int(step["balance_fen"]) for step in told["trace"]]
    assert (balances[0], balances[-1]) == (int(told["line"]["request_fen"]), int(told["line"]["limit_fen"]))
    assert told["chart"][-1]["end_fen"] == told["line"]["limit_fen"]
    packages = {step["package"] for step in told["trace"] if step["package"]}
    assert packages
    for digest in packages:
        finance = world.house.client(cast.FINANCE_REVIEWER)
        assert finance.get(f"/api/v1/decisions/{digest}").json()["digest"] == digest


def test_an_adjustment_names_who_decided_it_in_which_role_and_when(world: World) -> None:
    [(code, at)] = world.rows(
        "SELECT r.subject, s.at FROM step s JOIN record r ON r.id = s.record_id"
        " WHERE r.stage = 'objection' AND s.verb = 'decide'"
    )
    clerk = cast.CLERK if code == world.codes["water"] else cast.DRAINAGE_CLERK
    told = world.house.client(clerk).get(f"/api/v1/limits/2026/lines/{code}").json()
    [decided] = [step["decided"] for step in told["trace"] if step["decided"]]
    assert (decided["person"], [role["label"] for role in decided["roles"]]) == ("蒋局", ["财政负责人"])
    assert datetime.fromisoformat(decided["at"]) == at
    browser, _ = sign_in(world.house, clerk)
    page = browser.get(f"/limits/2026/{code}").text
    assert page.count(f"蒋局（财政负责人）{moment(at)} 答复异议") == 2  # in the trace and beside the answer


def test_the_ledger_gives_the_rates_against_three_bases(world: World) -> None:
    ledger = world.house.client(cast.CLERK).get(f"/api/v1/projects/{world.codes['water']}/ledger/2025").json()
    assert [rate["base"]["code"] for rate in ledger["execution"]["rates"]] == [
        "initial",
        "adjusted",
        "received",
    ]
    paid, initial = int(ledger["execution"]["paid_fen"]), int(ledger["execution"]["initial_fen"])
    assert paid == sum(
        int(e["amount_fen"]) for e in ledger["entries"] if e["kind"]["code"] == "payment"
    ) - sum(int(e["amount_fen"]) for e in ledger["entries"] if e["kind"]["code"] == "refund")
    assert ledger["execution"]["rates"][0]["ratio"] == f"{paid / initial:.4f}"


def test_a_life_holds_every_stage(world: World) -> None:
    life = world.house.client(cast.CLERK).get(f"/api/v1/projects/{world.codes['water']}/life").json()
    stages = {record["stage"]["code"] for record in life["records"]}
    assert {"request", "monitoring", "self_evaluation"} <= stages
    assert life["lights"]
    assert life["scores"]
    assert life["decisions"]
    assert {step["record_id"] for step in life["steps"]} <= {record["id"] for record in life["records"]}


def test_a_record_says_what_the_reader_may_do_and_why_not_the_rest(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
        story.advance_request(ctx, record, to="file")
    mine = house.client(cast.REVIEWER).get(f"/api/v1/records/{record}").json()
    assert {move["verb"] for move in mine["moves"]} == {"return", "review"}
    theirs = house.client(cast.CLERK).get(f"/api/v1/records/{record}").json()
    assert theirs["moves"] == []
    assert all("主管部门审核" in move["reason"] for move in theirs["refused"])


def test_the_work_list_is_the_readers(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
    assert [item["record_id"] for item in house.client(cast.CLERK).get("/api/v1/work").json()] == [record]
    assert house.client(cast.DRAINAGE_CLERK).get("/api/v1/work").json() == []


def test_projects_are_found_page_by_page(world: World) -> None:
    client = world.house.client(cast.FINANCE_REVIEWER)
    first = client.get("/api/v1/projects?limit=2").json()
    rest = client.get(f"/api/v1/projects?limit=200&offset={first['next_offset']}").json()
    codes = [one["code"] for one in first["projects"] + rest["projects"]]
    assert codes == sorted(set(world.codes.values()))
    assert rest["next_offset"] is None
    assert [one["code"] for one in client.get("/api/v1/projects?text=管网").json()["projects"]] == [
        world.codes["water"]
    ]
    assert client.get("/api/v1/projects?text=%25").json()["projects"] == []


def test_an_attachment_comes_back_as_it_went_with_both_dates(house: House) -> None:
    with house.acting() as ctx:
        story.make_request(ctx)
    client = house.client(cast.CLERK)
    content = b"%PDF-1.7 " + "立项批复".encode()
    posted = {"describes": "立项批复", "effective_on": "2025-09-01"}
    kept = client.post(
        "/api/v1/projects/010201-001/files", files={"file": ("批复.pdf", content, "text/html")}, data=posted
    )
    assert kept.status_code == 201, kept.text
    digest = kept.json()["digest"]
    listed = client.get("/api/v1/projects/010201-001/files").json()
    assert [(one["digest"], one["effective_on"], one["uploaded_at"][:10]) for one in listed] == [
        (digest, "2025-09-01", "2025-10-13")
    ]
    fetched = client.get(f"/api/v1/projects/010201-001/files/{digest}")
    assert (fetched.content, fetched.headers["content-type"]) == (content, "application/pdf")
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert (
        house.client(cast.DRAINAGE_CLERK).get(f"/api/v1/projects/010201-001/files/{digest}").status_code
        == 404
    )


def test_a_file_sent_twice_under_one_key_is_attached_once(house: House) -> None:
    with house.acting() as ctx:
        story.make_request(ctx)
    client = house.client(cast.CLERK)

    def send() -> tuple[int, str]:
        answer = client.post(
            "/api/v1/projects/010201-001/files",
            files={"file": ("批复.pdf", b"%PDF-1.7", "application/pdf")},
            data={"describes": "立项批复", "effective_on": "2025-09-01"},
            headers={"Idempotency-Key": "attach-1"},
        )
        return answer.status_code, answer.text

    assert send() == send()
    assert len(client.get("/api/v1/projects/010201-001/files").json()) == 1


def test_a_file_that_is_no_evidence_is_refused(house: House) -> None:
    with house.acting() as ctx:
        story.make_request(ctx)
    posted = {"describes": "脚本", "effective_on": "2025-09-01"}
    answer = house.client(cast.CLERK).post(
        "/api/v1/projects/010201-001/files",
        files={"file": ("a.pdf", b"<script>", "application/pdf")},
        data=posted,
    )
    assert answer.status_code == 422


def test_a_workbook_is_checked_filed_and_kept(house: House) -> None:
    client = house.client(cast.CLERK)
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
    blank = client.get("/api/v1/request/workbook/blank")
    assert load_workbook(io.BytesIO(blank.content)).sheetnames
    answer = client.post(
        f"/api/v1/request/{record}/workbook/check", files={"file": ("表.xlsx", WORKBOOK.read_bytes(), XLSX)}
    )
    assert answer.json()["readable"] is True
    found = answer.json()["findings"]
    assert [
        (one["sheet"], one["cell"]) for one in found if one["severity"] == "error"
    ]  # another project's name
    refused = client.post(
        f"/api/v1/request/{record}/workbook",
        files={"file": ("表.xlsx", WORKBOOK.read_bytes(), XLSX)},
        headers={"If-Match": '"1"'},
    )
    assert refused.status_code == 422
    assert {one["cell"] for one in refused.json()["findings"] if one["severity"] == "error"} <= {
        one["cell"] for one in found
    }
    marked = client.post(
        f"/api/v1/request/{record}/workbook/annotated",
        files={"file": ("表.xlsx", WORKBOOK.read_bytes(), XLSX)},
    )
    assert load_workbook(io.BytesIO(marked.content)).sheetnames[0] == "校验结果"
    assert list(house.files.digests()) == []


def test_a_sound_workbook_files_the_request_once(house: House) -> None:
    client = house.client(cast.CLERK)
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
    form = cast.make_goal_form()
    content = filled_goals(form, indicator_total=form.indicators[0].weight * 3)
    for _ in range(2):
        answer = client.post(
            f"/api/v1/request/{record}/workbook",
            files={"file": ("申报表.xlsx", content, XLSX)},
            headers={"If-Match": '"1"', "Idempotency-Key": "workbook-01"},
        )
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"'), answer.text
    read = client.get(f"/api/v1/records/{record}").json()
    assert [filing["file_digest"] in house.files.digests() for filing in read["filings"]] == [True]


def test_an_old_workbook_is_refused_with_what_to_do(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
    answer = house.client(cast.CLERK).post(
        f"/api/v1/request/{record}/workbook/check",
        files={"file": ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, XLSX)},
    )
    assert (answer.status_code, ".xlsx" in answer.json()["detail"]) == (422, True)


def test_long_work_is_queued_in_the_name_of_who_asks(house: House) -> None:
    client = house.client(cast.FINANCE_REVIEWER)
    answer = client.post(
        "/api/v1/runs/campaign.quarter",
        json={"fiscal_year": "2026", "quarter": "1"},
        headers={"Idempotency-Key": "quarter-1"},
    )
    assert (answer.status_code, answer.json()) == (202, {"run_id": "run-1"})
    assert house.jobs.orders == [
        ("campaign.quarter", {"fiscal_year": "2026", "quarter": "1"}, f"{cast.FINANCE_REVIEWER.id}/quarter-1")
    ]


def test_the_auditor_reads_the_log_back_to_its_beginning(world: World) -> None:
    client = world.house.client(cast.AUDITOR)
    numbers, before = 0, None
    while True:
        page = client.get(
            "/api/v1/events", params={"limit": 100} | ({"before": before} if before else {})
        ).json()
        numbers += len(page["events"])
        before = page["next_before"]
        if before is None:
            break
    assert numbers == world.rows("SELECT count(*) FROM event")[0][0]
    chain = client.get(f"/api/v1/events/{world.codes['water']}").json()
    assert [event["number"] for event in chain] == list(range(1, len(chain) + 1))


def test_opening_verbs_answer_201_with_a_version(house: House) -> None:
    form = cast.make_new_request().model_dump(mode="json")
    answer = house.client(cast.CLERK).post("/api/v1/request", json=form)
    assert (answer.status_code, answer.headers["etag"], answer.json()["subject"]) == (
        201,
        '"1"',
        "010201-001",
    )
    tried = house.client(cast.CLERK).post(
        "/api/v1/request?dry_run=true", json=form | {"project_name": "别的"}
    )
    assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
    assert house.client(cast.CLERK).get("/api/v1/projects").json()["projects"][1:] == []


def test_bulk_openings_are_refused_even_with_nothing_to_open(house: House) -> None:
    client = house.client(cast.CLERK)
    bodies = {
        "/api/v1/monitoring": {"fiscal_year": 2026, "quarter": 1},
        "/api/v1/self_evaluation": {"fiscal_year": 2026, "due_on": "2027-01-31"},
        "/api/v1/finance_evaluation": {"fiscal_year": 2026, "size": 1, "seed": "a"},
    }
    assert {path: client.post(path, json=body).status_code for path, body in bodies.items()} == dict.fromkeys(
        bodies, 403
    )


def test_a_quarter_is_opened_for_the_approved(house: House) -> None:
    with house.acting() as ctx:
        story.make_approved(ctx)
    client = house.client(cast.FINANCE_REVIEWER)
    counts = [
        client.post("/api/v1/monitoring", json={"fiscal_year": 2026, "quarter": 1}).json()["count"]
        for _ in range(2)
    ]
    assert counts == [1, 0]
    records = client.get("/api/v1/projects/010201-001").json()["records"]
    (task,) = [record for record in records if record["stage"]["code"] == Stage.MONITORING.value]
    # ten working days after 31 March: 1 to 3 April 3, after 清明 7 to 10 April 4, 13 to 15 April 3
    assert (task["period"], task["due_on"]) == ("2026Q1", "2026-04-15")


def test_a_year_without_a_working_day_edition_is_told_so(house: House) -> None:
    answer = house.client(cast.FINANCE_REVIEWER).post(
        "/api/v1/monitoring", json={"fiscal_year": 2022, "quarter": 1}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "deadlines.calendar")
