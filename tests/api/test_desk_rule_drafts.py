"""The pages of the rules office: a draft begun, refused with its lines, tried on records, published by another."""

import re

import pytest
from starlette.testclient import TestClient

from budgetperf.permissions import Actor
from budgetperf.rulebook.lock import ROOT
from tests import cast
from tests.actions.next_year import publish_unsure_grades, stricter_grades
from tests.api.conftest import House, World
from tests.api.pages import sign_in

COPY = {"copy_of": "national/grades/2020-02-25", "valid_from": "2026-07-01"}


def begun(house: House) -> tuple[TestClient, str, str]:
    """A browser of the rules office, the address of the form of a new draft, and its text."""
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    page = browser.get("/open/rule").text
    mark = re.search(r'name="once" value="([^"]+)"', page)
    assert mark is not None
    answer = browser.post("/open/rule", data={**COPY, "csrf": csrf, "once": mark[1]})
    assert answer.status_code == 303, answer.text
    return browser, csrf, answer.headers["location"].partition("?")[0]


def text_on(page: str) -> str:
    found = re.search(r"<textarea[^>]*name=\"text\"[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found is not None
    return found[1].replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_a_draft_is_filed_and_published_on_the_pages(house: House) -> None:
    browser, csrf, form = begun(house)
    text = stricter_grades(text_on(browser.get(form).text)).replace("\n", "\r\n")
    sent = {"csrf": csrf, "version": "1", "text": text}
    filed = browser.post(form, data=sent)
    assert filed.status_code == 303, filed.text
    page = filed.headers["location"]
    assert "双人复核" in browser.get(page).text
    head, head_csrf = sign_in(house, cast.FINANCE_HEAD)
    assert "发布规则版本" in head.get("/work").text
    assert "规则草案" in head.get("/rules").text
    publish = form.replace("/file", "/publish")
    done = head.post(publish, data={"csrf": head_csrf, "version": "2"})
    assert done.status_code == 303, done.text
    assert "at_least" in head.get("/rules/local/grades/2026-07-01").text
    assert "已发布的版本" in head.get(done.headers["location"]).text


def test_the_page_of_a_published_draft_runs_no_example(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, csrf, form = begun(house)
    text = stricter_grades(text_on(browser.get(form).text))
    page = browser.post(form, data={"csrf": csrf, "version": "1", "text": text}).headers["location"]
    head, head_csrf = sign_in(house, cast.FINANCE_HEAD)
    head.post(form.replace("/file", "/publish"), data={"csrf": head_csrf, "version": "2"})
    monkeypatch.setattr("budgetperf.actions.rule_editions.checked_edition", None)
    shown = browser.get(page)
    assert (shown.status_code, "已发布的版本" in shown.text) == (200, True)


def test_a_refused_text_is_shown_again_with_its_lines(house: House) -> None:
    browser, csrf, form = begun(house)
    text = text_on(browser.get(form).text).replace("cut_offs:", "cutoffs:")
    answer = browser.post(form, data={"csrf": csrf, "version": "1", "text": text})
    assert answer.status_code == 422
    assert "第10行" in answer.text
    assert "cutoffs:" in text_on(answer.text)


def test_what_a_draft_would_change_is_counted_when_asked(world: World) -> None:
    house = world.house
    browser, csrf, form = begun(house)
    text = stricter_grades(text_on(browser.get(form).text))
    page = browser.post(form, data={"csrf": csrf, "version": "1", "text": text}).headers["location"]
    address = page.partition("?")[0]
    assert "82.8分" not in browser.get(address).text
    shown = browser.get(f"{address}?impact=true").text
    assert "82.8分 良" in shown
    assert "<strong>82.8分 中</strong>" in shown


def test_figures_to_confirm_are_counted_and_shown(house: House) -> None:
    with house.acting() as ctx:
        publish_unsure_grades(ctx)
    browser, _ = sign_in(house, cast.CLERK)
    row = browser.get("/rules").text.partition("/rules/local/grades/2026-07-01")[2].partition("</tr>")[0]
    assert '<td class="num">3</td>' in row, "its document, its figures and its gap"
    page = browser.get("/rules/local/grades/2026-07-01").text
    assert re.search(r"待核实的数字.*良的界线</td><td>85</td><td>.*办法只写较好为良", page, re.DOTALL)
    assert "待核实的数字" not in browser.get("/rules/national/working_days/2026-01-01").text


def test_only_the_rules_office_begins_a_draft(house: House) -> None:
    others: list[Actor] = [cast.CLERK, cast.FINANCE_REVIEWER, cast.FINANCE_HEAD, cast.AUDITOR]
    assert [sign_in(house, actor)[0].get("/open/rule").status_code for actor in others] == [403] * 4


def test_a_draft_is_hidden_from_those_who_see_one_branch(house: House) -> None:
    _, _, form = begun(house)
    record = form.split("/")[2]
    assert sign_in(house, cast.CLERK)[0].get(f"/rules/drafts/{record}").status_code == 404


def test_a_whole_text_is_opened_over_the_api_and_shown_as_not_yet_filed(house: House) -> None:
    text = (ROOT / "national/grades/2020-02-25.yaml").read_text(encoding="utf-8").rstrip("\n")
    body = {"text": text.replace("valid_from: 2020-02-25", "valid_from: 2027-01-01")}
    tried = house.client(cast.RULES_OFFICE).post("/api/v1/rule/text?dry_run=true", json=body)
    assert (tried.status_code, tried.json()["subject"]) == (200, "local/grades/2027-01-01")
    made = house.client(cast.RULES_OFFICE).post("/api/v1/rule/text", json=body)
    assert made.status_code == 201, made.text
    assert house.client(cast.CLERK).post("/api/v1/rule/text", json=body).status_code == 403
    browser, _ = sign_in(house, cast.RULES_OFFICE)
    page = browser.get(f"/rules/drafts/{made.json()['record_id']}").text
    assert "底稿，尚未提交" in page
    assert 'href="/rules/local/' not in page
