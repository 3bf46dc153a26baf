"""A page that opens something is taken once; refused, it keeps what was typed."""

import re

from starlette.testclient import TestClient

from tests import cast
from tests.api.conftest import House, World
from tests.api.pages import sign_in

REQUEST = {
    "fiscal_year": "2026",
    "project_name": "老旧管网改造",
    "function_code": "2120303",
    "nature": "recurrent",
    "origin": "new",
}


def mark(browser: TestClient, path: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def test_a_page_sent_twice_opens_one_request_and_leads_to_the_same_place(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    sent = {**REQUEST, "csrf": csrf, "once": mark(browser, "/open/request")}
    first, again = (browser.post("/open/request", data=sent) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303), first.text
    assert first.headers["location"] == again.headers["location"]
    other = browser.post("/open/request", data={**sent, "once": mark(browser, "/open/request")})
    assert other.status_code == 303
    assert other.headers["location"] != first.headers["location"]


def test_a_page_sent_again_with_other_content_is_asked_about_under_a_new_mark(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    sent = {**REQUEST, "csrf": csrf, "once": mark(browser, "/open/request")}
    browser.post("/open/request", data=sent)
    changed = browser.post("/open/request", data={**sent, "project_name": "另一个项目"})
    assert changed.status_code == 409
    assert "本页已提交办理过一次" in changed.text
    assert 'value="另一个项目"' in changed.text
    assert sent["once"] not in changed.text


def test_a_refused_page_may_be_sent_again_under_its_mark(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    sent = {**REQUEST, "csrf": csrf, "once": mark(browser, "/open/request")}
    assert browser.post("/open/request", data={**sent, "project_name": ""}).status_code == 422
    assert browser.post("/open/request", data=sent).status_code == 303


def test_a_mark_no_page_carries_is_refused(house: House) -> None:
    browser, csrf = sign_in(house, cast.CLERK)
    answer = browser.post("/open/request", data={**REQUEST, "csrf": csrf, "once": "x" * 200})
    assert answer.status_code == 422


def test_back_shows_the_page_that_was_sent(house: House) -> None:
    browser, _ = sign_in(house, cast.CLERK)
    assert browser.get("/open/request").headers["cache-control"] == "private, no-cache"


def test_a_conflict_shows_the_form_again_with_what_was_typed(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.FINANCE_HEAD)
    sent = {"csrf": csrf, "fiscal_year": "2025", "size": "1", "seed": "海州再抽一次"}
    answer = browser.post("/open/sample", data=sent)
    assert answer.status_code == 409
    assert "2025年度财政评价项目已抽取，不得重复抽取" in answer.text
    assert 'value="海州再抽一次"' in answer.text
