"""Accounts changed after their beginning: passwords, grants, tokens; by whom, and what ends with it."""

import pytest
from starlette.testclient import TestClient

from tests import cast
from tests.api.conftest import House
from tests.api.pages import sign_in

NEW = "新的-密码-2026"
CLERK = f"/api/v1/people/{cast.CLERK.id}"


def may_sign_in(house: House, password: str) -> bool:
    answer = house.client().post("/sign-in", data={"login": "clerk", "password": password})
    return answer.status_code == 303


def change(client: TestClient, csrf: str, **typed: str) -> int:
    posted = {"csrf": csrf, "old": cast.PASSWORD, "new": NEW, "again": NEW} | typed
    return client.post("/password", data=posted).status_code


def test_somebody_changes_their_own_password_and_stays_signed_in_here_only(house: House) -> None:
    (here, csrf), (elsewhere, _) = sign_in(house, cast.CLERK), sign_in(house, cast.CLERK)
    assert here.get("/password").status_code == 200
    assert change(here, csrf) == 303
    assert here.get("/work").status_code == 200
    assert elsewhere.get("/work").status_code == 303
    assert (may_sign_in(house, cast.PASSWORD), may_sign_in(house, NEW)) == (False, True)


@pytest.mark.parametrize(
    "typed", [{"old": "wrong"}, {"again": "另一个密码-2026"}, {"new": "短", "again": "短"}]
)
def test_a_password_is_not_changed_by_mistake(house: House, typed: dict[str, str]) -> None:
    client, csrf = sign_in(house, cast.CLERK)
    assert change(client, csrf, **typed) == 422
    assert change(client, "wrong") == 403
    assert may_sign_in(house, cast.PASSWORD)


def test_an_administrator_resets_a_password_and_the_sessions_end(house: House) -> None:
    page, _ = sign_in(house, cast.CLERK)
    admin = house.client(cast.ADMINISTRATOR)
    assert admin.post(f"{CLERK}/password", json={"password": "短"}).status_code == 422
    assert admin.post(f"{CLERK}/password", json={"password": NEW}).status_code == 200
    assert page.get("/work").status_code == 303
    assert may_sign_in(house, NEW)


def test_a_grant_is_given_once_and_ended_once(house: House) -> None:
    admin = house.client(cast.ADMINISTRATOR)
    grant = {"role": "clerk", "scope": cast.DRAINAGE}
    assert [admin.post(f"{CLERK}/grants", json=grant).status_code for _ in "12"] == [201, 409]
    listed = {one["login"]: one["grants"] for one in admin.get("/api/v1/people").json()}["clerk"]
    assert [one["scope"] for one in listed] == [cast.WATER_SUPPLY, cast.DRAINAGE]
    assert [admin.post(f"{CLERK}/grants/end", json=grant).status_code for _ in "12"] == [200, 404]
    assert admin.post(f"{CLERK}/grants", json={"role": "auditor"}).status_code == 422
    own = f"/api/v1/people/{cast.ADMINISTRATOR.id}/grants/end"
    assert admin.post(own, json={"role": "administrator"}).status_code == 409


def test_tokens_are_listed_and_revoked_by_oneself_and_administrators(house: House) -> None:
    clerk, admin = house.client(cast.CLERK), house.client(cast.ADMINISTRATOR)
    found = clerk.get(f"{CLERK}/tokens").json()
    assert admin.get(f"{CLERK}/tokens").json() == found
    target = f"{CLERK}/tokens/{found[0]['token_digest']}/revoke"
    assert house.client(cast.REVIEWER).post(target).status_code == 403
    assert [admin.post(target).status_code for _ in "12"] == [200, 404]
    assert clerk.get("/api/v1/me").status_code == 401
    assert admin.get(f"{CLERK}/tokens").json() == []


def test_an_account_is_closed_but_not_ones_own(house: House) -> None:
    clerk, admin = house.client(cast.CLERK), house.client(cast.ADMINISTRATOR)
    assert admin.post(f"/api/v1/people/{cast.ADMINISTRATOR.id}/deactivate").status_code == 409
    assert admin.post(f"{CLERK}/deactivate").status_code == 200
    assert clerk.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("password", {"password": NEW}),
        ("grants", {"role": "clerk"}),
        ("grants/end", {"role": "clerk"}),
        ("deactivate", {}),
    ],
)
def test_accounts_are_the_administrators(house: House, path: str, body: dict[str, str]) -> None:
    assert house.client(cast.FINANCE_HEAD).post(f"{CLERK}/{path}", json=body).status_code == 403
    unknown = f"/api/v1/people/no-such-person/{path}"
    assert house.client(cast.ADMINISTRATOR).post(unknown, json=body).status_code == 404


def test_an_administrator_does_it_all_on_the_page_of_an_account(house: House) -> None:
    client, csrf = sign_in(house, cast.ADMINISTRATOR)
    page = f"/people/{cast.CLERK.id}"
    own = house.client(cast.CLERK)
    assert own.get("/api/v1/me").status_code == 200
    assert f'href="{page}"' in client.get("/people").text

    def post(path: str, **fields: str) -> int:
        return client.post(f"{page}/{path}", data={"csrf": csrf} | fields).status_code

    assert post("grants", role="clerk", scope=cast.DRAINAGE) == 303
    assert f'value="{cast.DRAINAGE}"' in client.get(page).text.partition("<select")[0]
    again = [post("grants", role=role, scope=cast.DRAINAGE) for role in ("clerk", "auditor", "king")]
    assert again == [409, 422, 422]
    assert post("grants", role="department_reviewer", scope=cast.CITY) == 422, "the city is left blank"
    assert '<option value="">全市</option>' in client.get("/open/person").text
    assert [post("grants/end", role="clerk", scope=cast.DRAINAGE) for _ in "12"] == [303, 404]
    assert (post("password", password="短"), post("password", password=NEW)) == (422, 303)
    assert own.get("/api/v1/me").status_code == 401, "a reset ends the tokens too"
    assert (post("deactivate"), may_sign_in(house, NEW)) == (303, False)
    assert client.post(f"/people/{cast.ADMINISTRATOR.id}/deactivate", data={"csrf": csrf}).status_code == 409


def test_an_administrator_revokes_a_token_on_the_page(house: House) -> None:
    client, csrf = sign_in(house, cast.ADMINISTRATOR)
    own = house.client(cast.CLERK)
    digest = house.client(cast.ADMINISTRATOR).get(f"{CLERK}/tokens").json()[0]["token_digest"]
    path = f"/people/{cast.CLERK.id}/tokens/{digest}/revoke"
    assert digest in client.get(f"/people/{cast.CLERK.id}").text
    assert [client.post(path, data={"csrf": csrf}).status_code for _ in range(2)] == [303, 404]
    assert own.get("/api/v1/me").status_code == 401


def test_nobody_else_opens_the_page_of_an_account(house: House) -> None:
    client, csrf = sign_in(house, cast.AUDITOR)
    assert client.get(f"/people/{cast.CLERK.id}").status_code == 403
    assert (
        client.post(f"/people/{cast.CLERK.id}/password", data={"csrf": csrf, "password": NEW}).status_code
        == 403
    )
