"""What rules office, finance and the head bring by API: cost panels, analyses, anchors, papers."""

from budgetperf.process.stages import Stage
from tests import cast
from tests.actions.next_year import _benefit
from tests.api.conftest import House, World
from tests.api.pages import sign_in

PANEL = {
    "code": "LIGHTS",
    "service": "路灯养护",
    "cost_label": "养护支出",
    "base_year": 2025,
    "drivers": [{"code": "lamps", "label": "路灯数量", "uom": "盏"}],
    "rows": [
        {
            "dmu": "L1",
            "name": "东区",
            "year": 2025,
            "cost": {"value": "30", "unit": "wan"},
            "drivers": {"lamps": "900"},
        },
        {
            "dmu": "L2",
            "name": "西区",
            "year": 2025,
            "cost": {"value": "41", "unit": "wan"},
            "drivers": {"lamps": "1300"},
        },
    ],
}


def test_the_rules_office_keeps_a_panel_and_nobody_else(house: House) -> None:
    answer = house.client(cast.RULES_OFFICE).post("/api/v1/cost-panels", json=PANEL)
    assert (answer.status_code, answer.json()) == (201, {"rows": 2})
    refused = house.client(cast.FINANCE_REVIEWER).post("/api/v1/cost-panels", json=PANEL)
    assert refused.status_code == 403


def test_a_panel_with_a_missing_driver_is_refused_whole(house: House) -> None:
    faulty = {**PANEL, "rows": [PANEL["rows"][0], {**PANEL["rows"][1], "drivers": {}}]}
    answer = house.client(cast.RULES_OFFICE).post("/api/v1/cost-panels", json=faulty)
    assert answer.status_code == 422
    assert house.client(cast.RULES_OFFICE).post("/api/v1/cost-panels", json=PANEL).status_code == 201


def test_a_panel_is_asked_by_api_what_it_is_asked_by_file(world: World) -> None:
    shares = [
        {"code": "lamps", "label": "路灯数量", "uom": "盏"},
        {"code": "led", "label": "LED占比", "uom": "比例", "logged": False},
    ]
    rows = [
        {**PANEL["rows"][n % 2], "dmu": f"L{n}", "cost": {"value": f"{30 + n}", "unit": "wan"},
         "drivers": {"lamps": f"{900 + 7 * n}", "led": f"0.{n + 1}"}}
        for n in range(8)
    ]  # fmt: skip
    rows[5]["drivers"]["led"], rows[6]["year"], rows[7]["treatment"] = "45", 2010, "odd"
    asked = {**PANEL, "base_year": 2099, "drivers": shares, "rows": rows}
    refused = world.house.client(cast.RULES_OFFICE).post("/api/v1/cost-panels", json=asked)
    assert refused.status_code == 422
    assert [(one["code"], one["pointer"]) for one in refused.json()["findings"]] == [
        ("cost_panel.percent", "/rows/L5/2025/drivers/led"), ("cost_panel.base_year", "/base_year"),
        ("cost_panel.price_year", "/rows/L6/2010/year"), ("cost_panel.treatment", "/rows/L7/2025/treatment"),
    ]  # fmt: skip


def test_finance_analyses_cost_and_benefit_of_a_request(world: World) -> None:
    life = (
        world.house.client(cast.FINANCE_REVIEWER).get(f"/api/v1/projects/{world.codes['school']}/life").json()
    )
    record = next(r["id"] for r in life["records"] if r["stage"]["code"] == "request")
    body = _benefit().model_dump(mode="json")
    path = f"/api/v1/request/{record}/benefit"
    answer = world.house.client(cast.FINANCE_REVIEWER).post(path, json=body)
    assert answer.status_code == 201
    build = next(option for option in answer.json()["options"] if option["code"] == "build")
    # -90 + 40/1.08 + 40/1.08² + 40/1.08³ = 13.08388... 万元
    assert build["npv"] == "130,838.79"
    assert answer.json()["best"] == "build"
    assert world.house.client(cast.AUDITOR).post(path, json=body).status_code == 403


def test_an_amount_after_the_life_of_its_option_is_refused_at_its_field(world: World) -> None:
    record, _ = world.record(Stage.REQUEST, world.codes["school"])
    body = _benefit().model_dump(mode="json")
    body["options"][0]["flows"][3]["year_offset"] = 4
    finance = world.house.client(cast.FINANCE_REVIEWER)
    refused = finance.post(f"/api/v1/request/{record}/benefit", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "benefit.offset")
    assert [one["pointer"] for one in refused.json()["findings"]] == ["/options/0/flows/3/year_offset"]


def test_the_head_cuts_an_anchor_by_api_and_on_the_page(world: World) -> None:
    assert world.house.client(cast.CLERK).post("/api/v1/events/anchors").status_code == 403
    first = world.house.client(cast.FINANCE_HEAD).post("/api/v1/events/anchors")
    assert first.status_code == 201
    assert first.json()["heads"] > 0
    browser, csrf = sign_in(world.house, cast.FINANCE_HEAD)
    assert browser.get("/open/anchor").status_code == 200
    again = browser.post("/open/anchor", data={"csrf": csrf}, follow_redirects=False)
    assert again.status_code in {303, 409}  # nothing may have moved since


def test_papers_are_ordered_on_the_page_and_made_by_the_worker(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.FINANCE_REVIEWER)
    code = world.codes["water"]
    sent = {
        "csrf": csrf,
        "paper": "batch.self_evaluation",
        "project_code": code,
        "fiscal_year": "2025",
        "issuer": "财政局",
    }
    answer = browser.post("/open/paper", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/runs")
    assert world.house.jobs.orders[-1][0] == "batch.self_evaluation"
    unknown = browser.post("/open/paper", data={**sent, "project_code": "none"}, follow_redirects=False)
    assert unknown.status_code == 404
