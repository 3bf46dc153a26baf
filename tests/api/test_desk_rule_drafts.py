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


def save(browser: TestClient, csrf: str, form: str, *, text: str) -> str:
    """Save a draft and return the address of its page."""
    assert browser.post(f"{form}/draft", data={"csrf": csrf, "version": "1", "text": text}).status_code == 303
    return f"/rules/drafts/{form.split('/')[2]}"


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
    address = save(browser, csrf, form, text=text)
    tried = browser.get(f"{address}?impact=true").text
    assert "82.8分 良" in tried
    assert "<strong>82.8分 中</strong>" in tried
    assert re.search(r"<details><summary>结果不变的记录 \d+</summary>", tried)
    browser.post(form, data={"csrf": csrf, "version": "1", "text": text})
    assert "82.8分" not in browser.get(address).text
    assert "<strong>82.8分 中</strong>" in browser.get(f"{address}?impact=true").text
    api = house.client(cast.RULES_OFFICE)
    told = api.get(f"/api/v1/rule-drafts/{form.split('/')[2]}/impact").json()
    assert told["before"] == COPY["copy_of"]
    assert "82.8分 中" in [one["after"] for one in told["changes"] if one["changed"]]


def test_figures_to_confirm_are_counted_and_shown(house: House) -> None:
    with house.acting() as ctx:
        publish_unsure_grades(ctx)
    browser, _ = sign_in(house, cast.CLERK)
    row = browser.get("/rules").text.partition("/rules/local/grades/2026-07-01")[2].partition("</tr>")[0]
    assert '<td class="num">3</td>' in row, "its document, its figures and its gap"
    page = browser.get("/rules/local/grades/2026-07-01").text
    assert re.search(r"待核实的数字.*良的界线</td><td>85</td><td>.*办法只写较好为良", page, re.DOTALL)
    assert "待核实的数字" not in browser.get("/rules/national/working_days/2026-01-01").text


def test_the_page_judges_the_text_this_person_saved(house: House) -> None:
    browser, csrf, form = begun(house)
    text = text_on(browser.get(form).text)
    page = save(browser, csrf, form, text=text.replace("cut_offs:", "cutoffs:"))
    shown = browser.get(page).text
    assert "草稿，尚未提交" in shown
    assert "文本合格" not in shown
    assert re.search(r'<a href="#l-10">第10行 [^<]*不认识的键', shown)
    assert re.search(r'<tr id="l-10"><th scope="row">10</th><td>\s+cutoffs:', shown)
    others = sign_in(house, cast.FINANCE_HEAD)[0].get(page).text
    assert ("底稿，尚未提交" in others, "cutoffs" in others, "文本合格" in others) == (True, False, True)


def test_a_published_draft_says_only_that_it_is(house: House) -> None:
    browser, csrf, form = begun(house)
    text = stricter_grades(text_on(browser.get(form).text))
    page = browser.post(form, data={"csrf": csrf, "version": "1", "text": text}).headers["location"]
    head, head_csrf = sign_in(house, cast.FINANCE_HEAD)
    confirm = head.get(form.replace("/file", "/publish")).text
    assert re.search(
        r'class="removed"><th>12</th><th></th>.*at_least: 80.*class="added"><th></th><th>12</th>.*at_least: 85',
        confirm,
        re.DOTALL,
    )
    assert "未改动的行数" in confirm
    head.post(form.replace("/file", "/publish"), data={"csrf": head_csrf, "version": "2"})
    shown = browser.get(page).text
    assert ("已发布，发布时文本合格" in shown, "不再试算" in shown, "文本不合格" in shown) == (
        True,
        True,
        False,
    )
    assert "与底稿的差别" in shown


def test_the_form_of_a_text_leads_to_the_wrong_line(house: House) -> None:
    browser, csrf, form = begun(house)
    text = text_on(browser.get(form).text).replace("jurisdiction: local", "jurisdiction: sichuan")
    answer = browser.post(form, data={"csrf": csrf, "version": "1", "text": text}).text
    assert '<a href="#l-2">第2行 此处须为“local”' in answer
    assert '<tr id="l-2"><th scope="row">2</th><td>jurisdiction: sichuan</td>' in answer
    assert 'wrap="off"' in answer


def test_a_first_day_that_is_past_is_refused_where_it_is_asked(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    mark = re.search(r'name="once" value="([^"]+)"', browser.get("/open/rule").text)
    assert mark is not None
    sent = {**COPY, "valid_from": "2025-01-01", "csrf": csrf, "once": mark[1]}
    answer = browser.post("/open/rule", data=sent)
    assert answer.status_code == 422
    assert '<a href="#f-valid_from">生效日2025-01-01早于今天' in answer.text


def test_everybody_reads_the_editions_and_few_the_drafts(house: House) -> None:
    _, _, form = begun(house)
    record = form.split("/")[2]
    few = {cast.RULES_OFFICE, cast.FINANCE_HEAD, cast.AUDITOR}
    for actor in cast.ONE_PER_ROLE.values():
        browser, api = sign_in(house, actor)[0], house.client(actor)
        page = browser.get("/rules")
        assert (page.status_code, 'href="/rules"' in browser.get("/work").text) == (200, True)
        assert ("规则草案" in page.text) is (actor in few), actor.name
        assert ("以此为底稿" in browser.get(f"/rules/{COPY['copy_of']}").text) is (actor is cast.RULES_OFFICE)
        edition = api.get(f"/api/v1/rules/{COPY['copy_of']}").json()
        assert (edition["source_status"]["code"], "cut_offs:" in edition["text"]) == ("to_confirm", True)
        assert COPY["copy_of"] in [one["id"] for one in api.get("/api/v1/rules").json()]
        answers = [browser.get(f"/rules/drafts/{record}"), api.get(f"/api/v1/rule-drafts/{record}")]
        answers.append(api.get(f"/api/v1/rule-drafts/{record}/impact"))
        assert {answer.status_code == 200 for answer in answers} == {actor in few}, actor.name


def test_an_edition_is_read_as_its_own_text(house: House) -> None:
    browser, _ = sign_in(house, cast.RULES_OFFICE)
    page = browser.get(f"/rules/{COPY['copy_of']}").text
    assert '<a href="#l-5">依据</a>' in page
    assert re.search(r'<tr id="l-5"><th scope="row">5</th><td>source:', page)
    kept = browser.get(f"/rules/{COPY['copy_of']}.yaml")
    assert kept.content == (ROOT / f"{COPY['copy_of']}.yaml").read_bytes()
    assert "national-grades-2020-02-25.yaml" in kept.headers["content-disposition"]
    begin = browser.get(f"/open/rule?copy_of={COPY['copy_of']}").text
    assert f'<option value="{COPY["copy_of"]}" selected>' in begin


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
