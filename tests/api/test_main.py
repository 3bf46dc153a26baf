"""The app as a whole: headers, health, logs, limits of size, what the process imports."""

import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.body_limit import MAX_BYTES
from api.main import create_app
from api.settings import Settings
from budgetperf.errors import Invalid
from budgetperf.process.stages import Stage
from budgetperf.store.migrate import newest_revision
from budgetperf.store.session import Database
from tests import cast
from tests.api.conftest import House, QueuedWork, World
from tests.api.pages import api_routes

ROUTES = Path(__file__).with_name("routes.txt")


@pytest.mark.parametrize(
    "path", ["/health/live", "/api/v1/me", "/api/v1/none", "/nowhere", "/static/none.css", "/sign-in"]
)
def test_every_answer_forbids_what_comes_from_elsewhere(world: World, path: str) -> None:
    headers = world.house.client().get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-request-id"]


def test_https_is_told_to_stay_https_and_cookies_to_be_secure(house: House, tmp_path: Path) -> None:
    settings = Settings(house.database, tmp_path, https=True)
    app = create_app(settings, QueuedWork(), clock=house.clock, hasher=cast.quick_hasher(), log=house.log)
    client = TestClient(app, follow_redirects=False)
    answer = client.post("/sign-in", data={"login": "clerk", "password": cast.PASSWORD})
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "secure" in answer.headers["set-cookie"].lower()
    app.state.resources.engine.dispose()


def test_a_host_that_is_not_ours_is_refused(house: House, tmp_path: Path) -> None:
    app = create_app(
        Settings(house.database, tmp_path, hosts=("budget.example",)), QueuedWork(), log=house.log
    )
    assert TestClient(app, base_url="http://evil.example").get("/health/live").status_code == 400
    assert TestClient(app, base_url="http://budget.example").get("/health/live").status_code == 200
    app.state.resources.engine.dispose()


def test_settings_that_are_no_answer_are_refused(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://a", "postgresql+psycopg://a")
    assert Settings.read(
        {"BUDGETPERF_HTTPS": "1", "BUDGETPERF_HOSTS": "a, b"}, database=database, home=tmp_path
    ).hosts == ("a", "b")
    assert Settings.read(
        {"BUDGETPERF_TRUSTED_PROXIES": "10.0.0.7, 192.168.0.0/16"}, database=database, home=tmp_path
    ).trusted_proxies == ("10.0.0.7", "192.168.0.0/16")
    with pytest.raises(Invalid, match="BUDGETPERF_TRUSTED_PROXIES"):
        Settings.read({"BUDGETPERF_TRUSTED_PROXIES": "nginx"}, database=database, home=tmp_path)
    with pytest.raises(Invalid, match="BUDGETPERF_HTTPS"):
        Settings.read({"BUDGETPERF_HTTPS": "maybe"}, database=database, home=tmp_path)


def test_a_service_works_for_a_place_that_has_rules(house: House, tmp_path: Path) -> None:
    for jurisdiction, begins in (("sichuan", True), ("sichaun", False)):
        settings = Settings.read(
            {"BUDGETPERF_JURISDICTION": jurisdiction}, database=house.database, home=tmp_path
        )
        app = create_app(settings, QueuedWork(), log=house.log)
        with nullcontext() if begins else pytest.raises(Invalid, match="sichaun"), TestClient(app):
            assert begins
        app.state.resources.engine.dispose()


def test_ready_says_whether_the_database_answers(house: House, tmp_path: Path) -> None:
    assert house.client().get("/health/ready").json() == {"status": "ok"}
    gone = Database(
        "postgresql+psycopg://nobody@/none?host=/nowhere", "postgresql+psycopg://nobody@/none?host=/nowhere"
    )
    app = create_app(Settings(gone, tmp_path), QueuedWork(), log=house.log)
    answer = TestClient(app).get("/health/ready")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "database.down",
        "5",
    )
    assert TestClient(app).get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("statement", "told"),
    [("UPDATE alembic_version SET version_num = '0001'", "0001"), ("DROP TABLE alembic_version", "空")],
)
def test_ready_says_whether_the_structure_is_of_this_version(house: House, statement: str, told: str) -> None:
    owner = house.database.owner_engine()
    with owner.begin() as connection:
        connection.execute(text(statement))
    owner.dispose()
    answer = house.client().get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "database.revision")
    assert f"数据库结构为 {told}，本版本需要 {newest_revision()}" in answer.json()["detail"]
    assert house.client().get("/health/live").status_code == 200


def test_start_stops_on_a_database_that_is_not_there(tmp_path: Path) -> None:
    gone = Database(
        "postgresql+psycopg://nobody@/none?host=/nowhere", "postgresql+psycopg://nobody@/none?host=/nowhere"
    )
    with (
        pytest.raises(Exception, match="nowhere"),
        TestClient(create_app(Settings(gone, tmp_path), QueuedWork())),
    ):
        pass


def test_the_lifespan_asks_the_database_whether_it_fits(house: House) -> None:
    with TestClient(house.app) as client:
        assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize("said", [True, False], ids=["length said", "length unsaid"])
def test_a_body_above_the_limit_is_413(house: House, said: bool) -> None:
    content = b"x" * (MAX_BYTES + 1)
    chunks = content if said else (content[i : i + 65536] for i in range(0, len(content), 65536))
    answer = house.client(cast.CLERK).post(
        "/api/v1/request", content=chunks, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_a_body_that_is_no_json_is_refused_in_chinese(house: House) -> None:
    answer = house.client(cast.CLERK).post(
        "/api/v1/request", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["findings"][0]["message"]) == (422, "请求正文：不是有效的 JSON")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/none", 404), ("DELETE", "/api/v1/work", 405), ("GET", "/none", 404)],
)
def test_an_address_that_is_none_is_told_in_chinese(
    world: World, method: str, path: str, status: int
) -> None:
    answer = world.house.client().request(method, path)
    assert answer.status_code == status
    assert "地址" in answer.text


def test_an_error_nobody_foresaw_tells_its_id_and_nothing_of_the_inside(house: House) -> None:
    def broken() -> None:
        secret = "在调用栈里的内容"
        raise RuntimeError(secret)

    house.app.add_api_route("/api/v1/broken", broken)
    answer = house.client().get("/api/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["request_id"] in answer.json()["detail"]
    assert "RuntimeError" not in answer.text
    logged = [json.loads(line) for line in house.log.getvalue().splitlines()]
    failed = next(line for line in logged if line["event"] == "request_failed")
    assert failed["request_id"] == answer.json()["request_id"]
    assert failed["exception"][0]["exc_type"] == "RuntimeError"
    assert "locals" not in json.dumps(failed["exception"])


def test_a_problem_page_that_fails_itself_still_says_why(house: House) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    house.app.state.problem_page = broken
    answer = house.client().get("/none")
    assert (answer.status_code, "内部出错" in answer.text) == (500, True)


def test_each_request_is_one_json_line_with_the_person_but_no_content(house: House) -> None:
    client = house.client(cast.CLERK)
    client.get("/api/v1/projects?text=机密", headers={"X-Request-ID": "request-0001"})
    line = json.loads(house.log.getvalue().splitlines()[-1])
    assert (line["request_id"], line["route"], line["status"], line["person"]) == (
        "request-0001",
        "/api/v1/projects",
        200,
        cast.CLERK.id,
    )
    assert "机密" not in house.log.getvalue()
    assert house.token(cast.CLERK) not in house.log.getvalue()


def test_a_request_id_that_could_forge_a_log_line_is_replaced(house: House) -> None:
    answer = house.client().get("/health/live", headers={"X-Request-ID": 'a"b'})
    assert answer.headers["x-request-id"] != 'a"b'


def test_requests_are_counted_by_route_and_status(house: House) -> None:
    client = house.client(cast.CLERK)
    client.get("/api/v1/me")
    said = client.get("/metrics").text
    assert 'budgetperf_requests_total{method="GET",route="/api/v1/me",status="200"} 1.0' in said


def test_methods_nobody_knows_are_one_series(house: House) -> None:
    client = house.client()
    for method in ("BREW", "QUX"):
        client.request(method, "/health/live")
    counted = client.get("/metrics").text
    assert 'method="OTHER"' in counted
    assert "BREW" not in counted
    assert "QUX" not in counted


def test_the_routes_are_those_of_the_list(house: House) -> None:
    found = sorted(
        f"{method.upper():6} {path}"
        for path, operations in api_routes(house.app).items()
        for method in operations
    )
    assert found == ROUTES.read_text(encoding="utf-8").splitlines()


def test_the_document_is_openapi_3_1_and_served(house: House) -> None:
    document = house.client().get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    unnamed = [
        (path, method)
        for path, operations in document["paths"].items()
        for method, one in operations.items()
        if not one.get("summary")
    ]
    assert unnamed == []


WEB_PROCESS = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from api.main import create_app
from api.settings import Settings
from budgetperf.store.session import Database
url, token = sys.argv[1:3]
app = create_app(Settings(Database(url, url), Path(sys.argv[3])), jobs=None, log=open("/dev/null", "w"))
with TestClient(app, headers={"Authorization": f"Bearer {token}"}) as client:
    for path in sys.argv[4:]:
        assert client.get(path).status_code == 200, path
heavy = {"pandas", "statsmodels", "reportlab"} & {name.partition(".")[0] for name in sys.modules}
assert not heavy, heavy
"""


def test_the_web_process_never_imports_what_is_heavy(world: World, tmp_path: Path) -> None:
    code, house = world.codes["water"], world.house
    reads = [
        "/work",
        "/projects",
        f"/projects/{code}",
        f"/projects/{code}/life",
        "/limits/2026/lines",
        f"/limits/2026/lines/{code}",
    ]
    reads += ["/request/workbook/blank", f"/records/{world.record(Stage.BASELINE)[0]}"]
    command = [
        sys.executable,
        "-c",
        WEB_PROCESS,
        house.database.app_url,
        house.token(cast.FINANCE_REVIEWER),
        str(tmp_path),
    ]
    done = subprocess.run(
        [*command, *(f"/api/v1{read}" for read in reads)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
