"""The pages of a campaign: who sees what of it, what is offered, and why something is not."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from budgetperf.actions.appeals import file_appeal
from budgetperf.actions.moves import Seen
from budgetperf.lifecycle.unit_assessment.form import AppealAbout, AppealForm
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage, Status
from budgetperf.store.server import EmbeddedServer
from tests import cast
from tests.api import assessed
from tests.api.assessed import Campaign
from tests.api.pages import sign_in
from tests.assessment_story import at


@pytest.fixture(scope="module")
def contested(
    server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    """A campaign with a published bonus and a penalty told."""
    folder = tmp_path_factory.mktemp("contested")
    with assessed.housed(server, template, folder, at(assessed.WINDOW)) as house:
        yield assessed.contested(house)


@pytest.fixture(scope="module")
def published(
    server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Campaign]:
    """The same with its results published."""
    folder = tmp_path_factory.mktemp("published")
    with assessed.housed(server, template, folder, at(assessed.WINDOW)) as house:
        yield assessed.published(assessed.contested(house))


def page(campaign: Campaign, actor: Actor, path: str = "") -> Response:
    """A page of the campaign as somebody sees it."""
    browser, _ = sign_in(campaign.house, actor)
    return browser.get(f"/assessment/{campaign.subject}{path}")


def words(answer: Response) -> str:
    """The text of a page without its tags."""
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_nobody_who_has_no_part_in_records_sees_the_campaigns(contested: Campaign) -> None:
    browser, _ = sign_in(contested.house, cast.ADMINISTRATOR)
    assert browser.get("/assessment").status_code == 403
    assert browser.get(f"/assessment/{contested.subject}").status_code == 403
    assert 'href="/assessment"' not in browser.get("/work").text


def test_list_tells_phase_of_today(contested: Campaign) -> None:
    browser, _ = sign_in(contested.house, cast.WATER_CLERK)
    said = words(browser.get("/assessment"))
    assert "正定县" in said
    assert "年终考核" in said
    assert "2026-01-31" in said
    assert "启动年度考评" not in said


def test_office_sees_moves_with_what_holds_them_up(contested: Campaign) -> None:
    said = words(page(contested, cast.ASSESSMENT_OFFICE))
    assert "尚未办结" in said
    assert "水务局加分申报" in said or "水务局" in said
    assert "仍有未办结事项" in said


def test_clerk_sees_no_office_counts(contested: Campaign) -> None:
    said = words(page(contested, cast.WATER_CLERK))
    assert "尚未办结" not in said
    assert "不能办理的操作" not in said


def test_published_bonus_is_open_to_objection_by_others_with_its_document(contested: Campaign) -> None:
    answer = page(contested, cast.EDUCATION_CLERK)
    assert "2026-01-15" in words(answer)
    link = re.search(r'href="(/assessment/[^"]*/units/D2/appeal[^"]*)"', answer.text)
    assert link is not None
    document = re.search(r'href="(/assessment/[^"]*/files/[^"]*)"', answer.text)
    assert document is not None
    browser, _ = sign_in(contested.house, cast.EDUCATION_CLERK)
    assert browser.get(document[1]).content == assessed.PDF
    form = browser.get(html.unescape(link[1])).text
    assert f'<option value="{contested.known["bonus"]}" selected>' in form
    assert "/units/D1/appeal" not in page(contested, cast.WATER_CLERK).text


def test_unit_page_tells_until_when_a_penalty_may_be_contested(contested: Campaign) -> None:
    answer = page(contested, cast.EDUCATION_CLERK, "/units/D2")
    assert "可申诉或提出异议至 2026-01-15" in words(answer)
    assert f"about=penalty&amp;record={contested.known['penalty']}" in answer.text


def test_an_appeal_says_what_it_is_against(contested: Campaign) -> None:
    form = AppealForm(
        about=AppealAbout.PENALTY, record=contested.known["penalty"], statement="已按时报送", demand="撤销"
    )
    with contested.played() as story:
        file_appeal(story.ctx(cast.EDUCATION_CLERK, at(assessed.WINDOW)), story.id, "D2", form, Seen())
    said = words(page(contested, cast.EDUCATION_CLERK, "/units/D2")).split("申诉与异议")[1]
    assert re.search(r"扣分 · [^·]*通报[^·]* · 迟报", said)


def test_another_unit_sees_only_what_is_published(contested: Campaign) -> None:
    own, other = (
        words(page(contested, actor, "/units/D1")) for actor in (cast.WATER_CLERK, cast.EDUCATION_CLERK)
    )
    assert "发展环境 年中 200 200" in own
    assert "发展环境" not in other
    assert "节水型城市" in other
    assert "办理过程" not in other


def test_results_are_seen_by_their_unit_only_until_they_are_told(published: Campaign) -> None:
    assert "水务局 D1" not in words(page(published, cast.EDUCATION_CLERK)).split("考评对象")[1]
    own = words(page(published, cast.WATER_CLERK, "/units/D1"))
    assert "总分" in own
    assert "公示截止 2026-02-09" in own
    assert "对结果提出申诉" in own
    assert "还没有可以查看的结果" in words(page(published, cast.EDUCATION_CLERK, "/units/D1"))


@pytest.mark.parametrize("actor", [cast.ASSESSMENT_OFFICE, cast.WATER_CLERK])
def test_trace_tells_the_mean_of_a_group_of_raters_and_no_number(published: Campaign, actor: Actor) -> None:
    said = words(page(published, actor, "/units/D1"))
    assert re.search(r"年终 \S*领导 92", said)
    assert not re.search(r"\b00[12]\b", said)


def test_trace_shows_what_was_brought_for_an_item(published: Campaign) -> None:
    said = words(page(published, cast.EDUCATION_CLERK, "/units/D2"))
    assert "150 / 标准 200" in said


def test_words_are_those_of_an_assessment_and_said_once(published: Campaign) -> None:
    office, subject = sign_in(published.house, cast.ASSESSMENT_OFFICE)[0], published.subject
    assert "· 县直部门 ·" in words(page(published, cast.ASSESSMENT_OFFICE, "/units/D1"))
    assert "县直部门 县直部门" not in page(published, cast.ASSESSMENT_OFFICE).text
    printed = words(office.get(f"/assessment/{subject}/print/ranking"))
    assert f"{subject} · {subject}" not in printed
    assert f"2025年度正定县绩效考核（乡镇、县直部门、古城工程） · {subject}" in printed


def test_who_left_is_taken_out_by_choice_and_marked_in_the_roster(
    server: EmbeddedServer, template: str, tmp_path: Path
) -> None:
    with assessed.housed(server, template, tmp_path, at(assessed.BEGUN)) as house:
        campaign = assessed.begun(house)
        office, csrf = sign_in(house, cast.ASSESSMENT_OFFICE)
        path = f"/records/{campaign.known['id']}/exempt"
        asked = office.get(path).text
        assert '<option value="left">撤并或调出</option>' in asked
        version = re.search(r'name="version" value="(\d+)"', asked)
        assert version is not None
        sent = {"unit": "D2", "exemption": "left", "reason": "机构改革", "version": version[1], "csrf": csrf}
        assert office.post(path, data=sent).status_code == 303
        assert "教育局 不参加考评：撤并或调出" in words(page(campaign, cast.WATER_CLERK))
        assert "本年度不参加考评：撤并或调出" in words(page(campaign, cast.ASSESSMENT_OFFICE, "/units/D2"))


def test_a_move_of_the_campaign_shows_what_it_is_about(published: Campaign) -> None:
    asked = sign_in(published.house, cast.SECOND_OFFICE)[0].get(f"/records/{published.known['id']}/finalise")
    said = words(asked)
    assert "考评对象 2" in said
    assert "当前阶段" in said
    assert "县直部门 1 水务局 101.20；2 教育局 82.00" in said


def test_what_an_appeal_corrects_is_chosen(published: Campaign) -> None:
    form = AppealForm(about=AppealAbout.RESULT, statement="数据有误", demand="更正")
    with published.played() as story:
        ctx = story.ctx(cast.EDUCATION_CLERK, at(assessed.COMPUTED))
        appeal = file_appeal(ctx, story.id, "D2", form, Seen()).record_id
    asked = sign_in(published.house, cast.SECOND_OFFICE)[0].get(f"/records/{appeal}/decide").text
    row = asked[asked.index('name="corrections.0.unit"') :]
    assert re.search(r'<select[^>]* id="f-corrections-0-rater"', asked)
    for option in (">教育局<", ">业务工作<", ">全年<", ">年终<", ">（报送的数据）<"):
        assert option in row, option
    assert "/001" not in row


def test_no_code_of_another_campaign_is_found(published: Campaign) -> None:
    assert page(published, cast.ASSESSMENT_OFFICE, "/units/nobody").status_code == 404
    browser, _ = sign_in(published.house, cast.ASSESSMENT_OFFICE)
    assert browser.get("/assessment/KP1999-nowhere").status_code == 404


def test_a_report_is_read_by_the_office_and_its_supplier_and_by_nobody_else(published: Campaign) -> None:
    with published.played() as story:
        report = story.records(Stage.FACT_REPORT, assessed.COMPUTED, Status.AUDITED)[0]
    path = f"/records/{report.id}/filed"
    supplier = story.suppliers[report.path]
    for actor in (cast.ASSESSMENT_OFFICE, cast.AUDITOR, supplier):
        browser, _ = sign_in(published.house, actor)
        said = words(browser.get(path))
        assert "报送的数据" in said
        assert "水务局 D1" in said
    for actor in (cast.RATERS[0], cast.FINANCE_REVIEWER, cast.SCHOOL_CLERK):
        browser, _ = sign_in(published.house, actor)
        assert browser.get(path).status_code == 404
    listed = words(page(published, cast.ASSESSMENT_OFFICE, "?stage=fact_report"))
    assert report.name in listed


def test_a_unit_is_not_told_that_work_it_does_not_see_is_done(contested: Campaign) -> None:
    assert "已完成" not in words(page(contested, cast.WATER_CLERK)).split("考评周期")[-1].split("考评对象")[0]
    assert "已过期限" in words(page(contested, cast.WATER_CLERK))
