"""Sign-in, sessions, CSRF tokens, bearer tokens and their limits."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.sign_in import MAX_PER_LOGIN, local_path
from budgetperf.actions.accounts import deactivate
from tests import cast
from tests.api.conftest import House
from tests.api.pages import csrf_of


def sign_in(client: TestClient, login: str = "clerk", password: str = cast.PASSWORD, **more: str) -> int:
    return client.post("/sign-in", data={"login": login, "password": password, **more}).status_code


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    answer = house.client().post(
        "/sign-in", data={"login": "clerk", "password": cast.PASSWORD, "next": "/projects?text=水"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects?text=%E6%B0%B4")
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    assert "max-age=43200" in said


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nX: y"],
)
def test_sign_in_never_leads_elsewhere(target: str) -> None:
    assert local_path(target) == "/"


def test_a_wrong_password_and_an_unknown_login_are_told_alike(house: House) -> None:
    client = house.client()
    wrong = client.post("/api/v1/tokens", json={"login": "clerk", "password": "wrong", "label": "x"})
    unknown = client.post("/api/v1/tokens", json={"login": "nobody", "password": "wrong", "label": "x"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert {key: value for key, value in wrong.json().items() if key != "request_id"} == {
        key: value for key, value in unknown.json().items() if key != "request_id"
    }


def test_a_login_is_closed_after_too_many_failures_and_opens_again(house: House) -> None:
    client = house.client()
    assert [sign_in(client, password="wrong") for _ in range(MAX_PER_LOGIN)] == [401] * MAX_PER_LOGIN
    refused = client.post("/sign-in", data={"login": "clerk", "password": cast.PASSWORD})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "900")
    assert sign_in(client, login="library") == 303  # others are not shut out
    house.clock.pass_(timedelta(minutes=16))
    assert sign_in(client) == 303


def test_failures_from_elsewhere_close_nobody_out(house: House) -> None:
    elsewhere = TestClient(house.app, client=("203.0.113.9", 1), follow_redirects=False)
    for _ in range(MAX_PER_LOGIN):
        sign_in(elsewhere, password="wrong")
    assert sign_in(elsewhere) == 429
    assert sign_in(house.client()) == 303


def test_tries_while_closed_do_not_keep_it_closed(house: House) -> None:
    client = house.client()
    for _ in range(MAX_PER_LOGIN):
        sign_in(client, password="wrong")
    for _ in range(4):
        house.clock.pass_(timedelta(minutes=4))
        last = sign_in(client)
    assert last == 303


def test_a_good_sign_in_forgets_earlier_failures(house: House) -> None:
    client = house.client()
    for _ in range(2):
        for _ in range(MAX_PER_LOGIN - 1):
            sign_in(client, password="wrong")
        assert sign_in(client) == 303


def test_a_page_without_a_session_leads_to_the_sign_in_page_and_back(house: House) -> None:
    answer = house.client().post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("given", [{}, {"csrf": ""}, {"csrf": "wrong"}])
def test_a_page_write_without_the_csrf_token_is_refused(house: House, given: dict[str, str]) -> None:
    client = house.client()
    sign_in(client)
    answer = client.post("/sign-out", data=given)
    assert answer.status_code == 403
    assert "csrf" not in client.cookies
    assert client.post("/sign-out", data={"csrf": csrf_of(house, client)}).status_code == 303


def test_the_csrf_token_of_another_session_does_not_count(house: House) -> None:
    mine, theirs = house.client(), house.client()
    sign_in(mine)
    sign_in(theirs, login="library")
    assert mine.post("/sign-out", data={"csrf": csrf_of(house, theirs)}).status_code == 403


def test_the_csrf_token_may_come_in_the_header(house: House) -> None:
    client = house.client()
    sign_in(client)
    assert client.post("/sign-out", headers={"X-CSRF-Token": csrf_of(house, client)}).status_code == 303


def test_a_signed_out_session_is_over(house: House) -> None:
    client = house.client()
    sign_in(client)
    kept, token = client.cookies["bp_session"], csrf_of(house, client)
    client.post("/sign-out", data={"csrf": token})
    client.cookies.set("bp_session", kept)
    assert client.post("/sign-out", data={"csrf": token}).headers["location"] == "/sign-in"
    assert client.get("/work").headers["location"].startswith("/sign-in?next=")


def test_a_session_ends_after_twelve_hours(house: House) -> None:
    client = house.client()
    sign_in(client)
    token = csrf_of(house, client)
    house.clock.pass_(timedelta(hours=12, seconds=1))
    client.cookies.set("bp_session", client.cookies["bp_session"])
    answer = client.post("/sign-out", data={"csrf": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


def test_a_sign_in_from_another_site_is_refused(house: House) -> None:
    answer = house.client().post(
        "/sign-in",
        data={"login": "clerk", "password": cast.PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_a_token_bought_with_a_password_works(house: House) -> None:
    client = house.client()
    bought = client.post(
        "/api/v1/tokens", json={"login": "clerk", "password": cast.PASSWORD, "label": "接口"}
    )
    assert bought.status_code == 201
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {bought.json()['token']}"})
    assert answer.json()["id"] == cast.CLERK.id


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "Basic Y2xlcms6eA==", "Bearer " + "x" * 5000]
)
def test_a_token_that_is_none_is_401(house: House, header: str) -> None:
    answer = house.client().get("/api/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="budgetperf"')


def test_a_revoked_token_is_401(house: House) -> None:
    client = house.client(cast.CLERK)
    assert client.get("/api/v1/me").status_code == 200
    owner = house.database.owner_engine()
    with owner.begin() as connection:
        connection.execute(text("UPDATE api_token SET revoked_at = now()"))
    owner.dispose()
    assert client.get("/api/v1/me").status_code == 401


def test_an_expired_token_is_401(house: House) -> None:
    client = house.client(cast.CLERK)
    house.clock.pass_(timedelta(days=301))
    assert client.get("/api/v1/me").status_code == 401


def test_a_closed_account_is_out_at_once(house: House) -> None:
    client, page = house.client(cast.CLERK), house.client()
    sign_in(page)
    with house.acting() as ctx:
        deactivate(ctx(cast.ADMINISTRATOR), cast.CLERK.id)
    assert client.get("/api/v1/me").status_code == 401
    assert page.post("/sign-out").headers["location"] == "/sign-in"


def test_a_page_session_is_no_token_for_the_api(house: House) -> None:
    client = house.client()
    sign_in(client)
    assert client.get("/api/v1/me").status_code == 401


def test_the_page_of_a_session_shows_no_csrf_token_of_another(house: House) -> None:
    mine, theirs = house.client(), house.client()
    sign_in(mine)
    sign_in(theirs)
    assert csrf_of(house, theirs) not in mine.get("/work").text


def test_a_token_asked_for_twice_under_one_key_is_one_live_token(house: House) -> None:
    client = house.client()
    form = {"login": "clerk", "password": cast.PASSWORD, "label": "接口"}

    def ask(**changes: str) -> tuple[int, str]:
        answer = client.post("/api/v1/tokens", json=form | changes, headers={"Idempotency-Key": "token-key"})
        return answer.status_code, answer.json().get("token", "")

    def status(token: str) -> int:
        return client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code

    first, second = ask(), ask()
    assert (first[0], second[0]) == (201, 201)
    assert (status(first[1]), status(second[1])) == (401, 200)
    assert ask(label="另一个")[0] == 409
    assert status(second[1]) == 200
