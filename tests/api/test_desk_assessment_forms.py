"""The forms of a campaign in a browser: each starts with what is asked, and what is typed into it is taken."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from budgetperf.actions.campaigns import work_for
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage, Status
from budgetperf.store.campaigns import campaign_of
from budgetperf.store.records import get_draft
from budgetperf.store.server import EmbeddedServer
from tests import cast
from tests.api import assessed
from tests.api.assessed import BEGUN, Campaign
from tests.api.pages import sign_in
from tests.assessment_story import at


class Fields(HTMLParser):
    """Every field of the entry form of a page with what stands in it, as a browser would send it."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._inside = self._blank = False
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._blank = True
        if tag == "form":
            self._inside = "entry-form" in known.get("class", "")
        if not self._inside or self._blank:
            return
        if tag == "input" and "name" in known and known.get("type") != "checkbox":
            self.values[known["name"]] = known.get("value", "")
        if tag == "select":
            self._select = known["name"]
            self.values.setdefault(self._select, "")
        if tag == "option" and self._select and "selected" in known:
            self.values[self._select] = known["value"]
        if tag == "textarea":
            self._text = known["name"]
            self.values[self._text] = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._blank = False
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._text = ""


def fields(answer: Response) -> dict[str, str]:
    """What a form page would send untouched."""
    assert answer.status_code == 200, answer.text
    reader = Fields()
    reader.feed(answer.text)
    return reader.values


def sent(browser: TestClient, path: str, typed: Mapping[str, str] = {}) -> Response:
    """Open a form, type into it, send it."""
    return browser.post(path, data={**fields(browser.get(path)), **typed})


def record_of(campaign: Campaign, stage: Stage, path: str = "") -> str:
    """The first record of a stage that waits, of one organisation if given."""
    with campaign.played() as story:
        found = story.records(stage, campaign.house.clock.now.date(), Status.DRAFT)
        return next(one.id for one in found if not path or one.path == path)


@pytest.fixture
def campaign(server: EmbeddedServer, template: str, tmp_path: Path) -> Iterator[Campaign]:
    """A city before its campaign."""
    with assessed.housed(server, template, tmp_path, at(BEGUN)) as house:
        yield Campaign(house)


def clerk(campaign: Campaign, actor: Actor) -> TestClient:
    return sign_in(campaign.house, actor)[0]


def office_opens_a_campaign_of_a_place_with_both_editions_and_enrols(campaign: Campaign) -> None:
    """Office opens a campaign of a place with both editions and enrols."""
    office = clerk(campaign, cast.ASSESSMENT_OFFICE)
    page = office.get("/open/assessment").text
    assert '<option value="zhengding"' in page
    assert '<option value="national"' not in page
    opened = sent(office, "/open/assessment", {"jurisdiction": "zhengding", "fiscal_year": "2025"})
    assert opened.headers["location"].startswith("/assessment/KP2025-zhengding?")
    assert "请先“登记考评对象”" in office.get(f"/assessment/{campaign.subject}").text
    with campaign.played() as story:
        found = campaign_of(story.office(BEGUN).session, "zhengding", 2025)
        assert found is not None
        campaign.known["id"] = found.id
    refused = sent(office, "/open/assessment", {"jurisdiction": "zhengding", "fiscal_year": "2025"})
    assert "zhengding2025" not in refused.text
    assert "已启动" in refused.text
    path = f"/records/{campaign.known['id']}/enrol"
    upload = office.get(f"{path}/workbook").text
    assert "申报表" not in upload
    assert "填好的表格" in upload
    for address in (f"{path}/workbook/blank", f"{path}/workbook/blank?bare=true"):
        assert f'href="{address}"' in upload
        assert office.get(address).status_code == 200
    assert "<strong>归属对象</strong>：成绩计入另一考评对象的，填其编码" in office.get(path).text
    assert fields(office.get(path))["suppliers.0.supplier"]
    rows: dict[str, str] = {}
    for table, listed in assessed.ROSTER.items():
        if table == "suppliers":
            continue
        for at_row, row in enumerate(listed):
            rows |= {f"{table}.{at_row}.{name}": value for name, value in row.items()}
    known = fields(office.get(path))
    by_key = {row["supplier"]: row["organisation"] for row in assessed.ROSTER["suppliers"]}
    for name, value in known.items():
        if name.endswith(".supplier"):
            rows[name.replace(".supplier", ".organisation")] = by_key[value]
    refused = sent(office, path, {**rows, "units.1.group": "nowhere"})
    assert refused.status_code == 422
    assert "方案没有分组“nowhere”" in refused.text
    assert "<strong>考评对象 第2行</strong> <a" in refused.text
    assert sent(office, path, rows).status_code == 303
    again = fields(office.get(path))
    assert (again["units.1.name"], again["units.1.leader"]) == ("教育局", "leader2")
    assert {again["raters.0.login"], again["raters.1.login"]} == {"rater1", "rater2"}
    assert again["raters.0.units"] == ""
    with campaign.played() as story:
        story.act(cast.ASSESSMENT_HEAD, BEGUN, story.id, "start")


def task_book_starts_with_the_items_that_want_a_standard(campaign: Campaign) -> None:
    """Task book starts with the items that want a standard."""
    record = record_of(campaign, Stage.TASK_BOOK, cast.WATER)
    browser, path = clerk(campaign, cast.WATER_CLERK), f"/records/{record}/file"
    start = fields(browser.get(path))
    assert [start[f"rows.{n}.item"] for n in range(3)] == ["economic_work", "business", "environment"]
    typed: dict[str, str] = {}
    for n in range(3):
        typed |= {
            f"rows.{n}.target": "200",
            f"rows.{n}.uom": "分",
            f"rows.{n}.due_on": "2025-12-20",
            f"rows.{n}.responsible": "分管领导",
        }
    refused = sent(browser, path, {**typed, "rows.1.responsible": ""})
    assert refused.status_code == 422
    assert "须写明责任人" in refused.text
    assert "<strong>第2行</strong> <a" in refused.text
    kept = browser.post(f"{path}/draft", data=fields(browser.get(path)) | typed)
    assert kept.status_code == 303
    assert fields(browser.get(path))["rows.2.target"] == "200"
    taken = sent(browser, path)
    assert taken.headers["location"].startswith(f"/assessment/{campaign.subject}/units/D1?")
    assert "200分" in browser.get(f"/assessment/{campaign.subject}/units/D1").text


def progress_waits_for_the_issued_book_and_then_asks_each_task(campaign: Campaign) -> None:
    """Progress waits for the issued book and then asks each task."""
    record = record_of(campaign, Stage.PROGRESS, cast.WATER)
    browser, path = clerk(campaign, cast.WATER_CLERK), f"/records/{record}/file"
    assert "任务书尚未下达" in browser.get(path).text
    with campaign.played() as story:
        [book] = story.records(Stage.TASK_BOOK, BEGUN, Status.FILED)
        story.act(cast.LEADER, BEGUN, book, "confirm")
        story.act(cast.ASSESSMENT_OFFICE, BEGUN, book, "audit")
        story.act(cast.ASSESSMENT_HEAD, BEGUN, book, "issue")
        story.books(BEGUN, assessed.TARGETS)
    assert "目标 200分" in browser.get(path).text
    assert sent(browser, path, {f"rows.{n}.actual": "50" for n in range(3)}).status_code == 303
    said = browser.get(f"/assessment/{campaign.subject}/units/D1").text
    assert 'value="25"' in said


def fact_report_asks_every_cell_by_name_with_the_standards_of_the_books(campaign: Campaign) -> None:
    """Fact report asks every cell by name with the standards of the books."""
    day = assessed.YEAR_END
    with campaign.played() as story:
        for phase in work_for(story.office(day), story.campaign).rules.cycle.phases[:5]:
            begins = phase.begins.on(2025)
            story.act(cast.ASSESSMENT_OFFICE, begins, story.id, "advance")
            story.reports(begins)
            story.ratings(begins)
        story.act(cast.ASSESSMENT_OFFICE, day, story.id, "advance")
    campaign.on(day)
    with campaign.played() as story:
        [record] = [
            one
            for one in story.records(Stage.FACT_REPORT, day, Status.DRAFT)
            if one.path == cast.WATER_SUPPLY and one.period
        ]
    browser, path = clerk(campaign, cast.CLERK), f"/records/{record.id}/file"
    page = browser.get(path)
    start = fields(page)
    assert "水务局" in page.text
    assert (start["rows.0.unit"], start["rows.0.item"], start["rows.0.standard"]) == (
        "D1",
        "economic_work",
        "200",
    )
    cells = [name for name in start if name.endswith(".value")]
    assert len(cells) == 6
    missing = sent(browser, path, dict.fromkeys(cells[1:], "180"))
    assert "尚未填报" in missing.text
    assert fields_of(missing)[cells[1]] == "180"
    assert sent(browser, path, dict.fromkeys(cells, "180")).status_code == 303


def fields_of(answer: Response) -> dict[str, str]:
    """What a refused page still holds."""
    reader = Fields()
    reader.feed(answer.text)
    return reader.values


def a_rater_finds_the_sheet_in_the_work_list_and_its_draft_is_gone_once_submitted(
    campaign: Campaign,
) -> None:
    """A rater finds the sheet in the work list."""
    rater = clerk(campaign, cast.RATERS[0])
    listed = rater.get("/work").text
    [record] = re.findall(r'href="/records/([^"/]+)"', listed)
    path = f"/records/{record}/submit"
    page = rater.get(path)
    assert "年终" in listed
    assert "考评评分 年终" in page.text
    assert "水务局（D1）" in page.text
    assert "教育局（D2）" in page.text
    start = fields(page)
    marks = {name: "90" for name in start if name.endswith(".value")}
    assert len(marks) == 2
    assert rater.post(f"{path}/draft", data=start | marks).status_code == 303
    assert fields(rater.get(path))[next(iter(marks))] == "90"
    off = sent(rater, path, dict.fromkeys(marks, "900"))
    assert off.status_code == 422
    assert "<strong>水务局（D1）" in off.text
    assert sent(rater, path).headers["location"].startswith(f"/assessment/{campaign.subject}")
    with campaign.played() as story:
        assert get_draft(story.ctx(cast.RATERS[0]).session, cast.RATERS[0], record) is None
    assert clerk(campaign, cast.RATERS[1]).get(f"/records/{record}/submit").status_code == 404
    own = f"/assessment/{campaign.subject}/sheets/{record}"
    assert f'href="{own}"' in rater.get(f"/assessment/{campaign.subject}").text
    assert re.search(r'>水务局</th><td>[^<]+</td><td class="num strong">90</td>', rater.get(own).text)
    assert rater.get(own.replace("2025", "2024")).status_code == 404
    for other in (cast.RATERS[1], cast.ASSESSMENT_OFFICE, cast.ASSESSMENT_HEAD, cast.WATER_CLERK):
        assert clerk(campaign, other).get(own).status_code == 404


def a_bonus_is_claimed_with_a_document_brought_on_the_page(campaign: Campaign) -> None:
    """A bonus is claimed with a document brought on the page."""
    browser, csrf = sign_in(campaign.house, cast.WATER_CLERK)
    unit = f"/assessment/{campaign.subject}/units/D1"
    brought = browser.post(
        f"{unit}/files",
        data={"csrf": csrf, "describes": "表彰决定", "effective_on": "2025-06-01"},
        files={"file": ("表彰决定.pdf", assessed.PDF, "application/pdf")},
    )
    assert brought.headers["location"].endswith("#files")
    wrong = browser.post(
        f"{unit}/files",
        data={"csrf": csrf, "describes": "通报原件", "effective_on": "2025-06-02"},
        files={"file": ("通报.exe", b"MZ\x90\x00", "application/octet-stream")},
    )
    assert wrong.status_code == 422
    assert 'value="通报原件"' in wrong.text
    assert 'value="2025-06-02"' in wrong.text
    assert re.search(r'<details open>.{1,200}role="alert"><p class="notice-head">[^<]+</p>', wrong.text)
    page = browser.get(f"{unit}/bonus")
    evidence = re.search(r'name="evidence" value="([0-9a-f]{64})"', page.text)
    assert evidence is not None
    typed = {"item": "award_city", "value": "1", "award": "节水型城市", "statement": "市委市政府表彰"}
    without = browser.post(f"{unit}/bonus", data=fields(page) | typed)
    assert "加分须附证明材料" in without.text
    taken = browser.post(f"{unit}/bonus", data=fields(page) | typed | {"evidence": evidence[1]})
    assert taken.headers["location"].endswith("#claims")
    assert clerk(campaign, cast.EDUCATION_CLERK).get(f"{unit}/bonus").status_code == 403
    other, mark = sign_in(campaign.house, cast.EDUCATION_CLERK)
    assert other.post(f"{unit}/bonus", data=typed | {"csrf": mark, "once": "1"}).status_code == 403


def office_judges_the_claim_from_what_was_claimed(campaign: Campaign) -> None:
    """Office judges the claim from what was claimed."""
    office = clerk(campaign, cast.ASSESSMENT_OFFICE)
    with campaign.played() as story:
        [claim] = story.records(Stage.BONUS, assessed.YEAR_END)
    page = office.get(f"/records/{claim.id}/admit")
    assert fields(page)["value"] == "1"
    assert "节水型城市" in page.text
    assert sent(office, f"/records/{claim.id}/admit", {"reason": "属实"}).status_code == 303


@pytest.mark.timeout(300)
def test_a_campaign_is_carried_through_its_forms(campaign: Campaign) -> None:
    office_opens_a_campaign_of_a_place_with_both_editions_and_enrols(campaign)
    task_book_starts_with_the_items_that_want_a_standard(campaign)
    progress_waits_for_the_issued_book_and_then_asks_each_task(campaign)
    fact_report_asks_every_cell_by_name_with_the_standards_of_the_books(campaign)
    a_rater_finds_the_sheet_in_the_work_list_and_its_draft_is_gone_once_submitted(campaign)
    a_bonus_is_claimed_with_a_document_brought_on_the_page(campaign)
    office_judges_the_claim_from_what_was_claimed(campaign)
