"""The rules office builds an indicator system in the service: tables in, a run of the worker, its report."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook
from starlette.testclient import TestClient

from budgetperf.rulebook.checking import checked_edition
from budgetperf.store.runs import RunState
from budgetperf.store.session import Database
from tests import cast
from tests.api.conftest import House, make_house
from tests.api.pages import sign_in
from tests.statistics.makers import FIXTURES
from tests.workflows.city import wait
from workflows.jobs import Jobs, prepare
from workflows.unit import House as WorkHouse
from workflows.worker import working

SPEC = {"title": "样例指数", "jurisdiction": "sample", "valid_from": "2027-01-01"}
TABLES = {"survey": "survey.csv", "measured": "values.csv", "pairs": "pairs.csv"}


def uploads(**changes: bytes) -> dict[str, tuple[str, bytes]]:
    made = {field: (FIXTURES / name).read_bytes() for field, name in TABLES.items()}
    return {field: (f"{field}.csv", content) for field, content in (made | changes).items()}


def filled(browser: TestClient, csrf: str, **changes: str) -> dict[str, str]:
    """What the page sends when only the head is typed: the defaults it shows, and its mark."""
    page = browser.get("/rules/index").text
    shown = dict(re.findall(r'value="([^"]*)" id="[^"]+" name="(\w+)"', page))
    values = {name: value for value, name in shown.items()}
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]+)" selected', options)
        values[name] = chosen[1] if chosen else ""
    mark = re.search(r'name="once" value="([^"]+)"', page)
    assert mark is not None
    return {**values, **SPEC, "csrf": csrf, "once": mark[1], **changes}


@pytest.fixture
def live(fresh_database: Database, tmp_path: Path) -> Iterator[tuple[House, WorkHouse, Jobs]]:
    """An app whose runs are really queued, and the house its worker works in."""
    prepare(fresh_database)
    first = make_house(fresh_database, tmp_path)
    held = first.app.state.resources
    work = WorkHouse(first.engine, held.rules, first.files, now=first.clock)
    port = Jobs(work)
    first.app = make_house(fresh_database, tmp_path, jobs=port).app
    yield first, work, port
    port.close()
    first.app.state.resources.engine.dispose()
    first.engine.dispose()


def test_the_tables_become_a_report_page_and_a_draft(live: tuple[House, WorkHouse, Jobs]) -> None:
    house, work, port = live
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    sent = browser.post("/rules/index", data=filled(browser, csrf), files=uploads())
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"].partition("?")[0]
    assert "后台正在测算" in browser.get(address).text
    with working(work, house.database):
        status = wait(port, address.rpartition("/")[2])
    assert (status.run.state, status.run.note) == (RunState.DONE, "")
    page = browser.get(address).text
    for shown in (
        "样例06市",
        "一致性比率CR=0.0126",
        "每个指标不足5个对象",
        "与“一般公共预算收入”相关系数0.999",
    ):
        assert shown in page
    assert "后台正在测算" not in page
    assert set(re.findall(r'href="#([^"]+)"', page)) - {"main"} <= set(re.findall(r' id="([^"]+)"', page))
    assert page.index("<h2>各方法权重对照") < page.index("<h2>综合得分与排名") < page.index("<h2>发现的问题")
    links = dict(re.findall(r'<a href="(/runs/[^"]+)">([^<]+)</a>', page))
    draft = next(link for link, name in links.items() if name.endswith(".yaml"))
    edition = checked_edition(browser.get(draft).content, name="draft.yaml")
    assert edition.id == "sample/composite_index/2027-01-01"
    assert {name for name in links.values() if "样例指数" in name} == {
        "样例指数-测算表.xlsx",
        "样例指数-测算报告.md",
    }
    assert f'href="{address}"' in browser.get("/rules/index").text
    opened = browser.post(f"{address}/draft", data={"csrf": csrf})
    assert opened.status_code == 303, opened.text
    drafted = browser.get(opened.headers["location"]).text
    assert "local/composite_index/2027-01-01" in drafted
    assert "底稿，尚未提交" in drafted
    record = opened.headers["location"].split("/")[3].partition("?")[0]
    assert "jurisdiction: local" in browser.get(f"/records/{record}/file").text
    assert browser.post(f"{address}/draft", data={"csrf": csrf}).status_code == 409
    assert sign_in(house, cast.CLERK)[0].get(address).status_code == 403


def test_a_build_without_a_draft_says_why_and_keeps_its_tables(live: tuple[House, WorkHouse, Jobs]) -> None:
    house, work, port = live
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    sent = browser.post("/rules/index", data=filled(browser, csrf, method="ahp"), files=uploads(pairs=b""))
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"].partition("?")[0]
    with working(work, house.database):
        wait(port, address.rpartition("/")[2], until=RunState.STOPPED)
    page = browser.get(address).text
    assert "“层次分析权重”未能算出" in page
    assert "样例指数-测算表.xlsx" in page
    assert "没有提供两两比较表" in page


def test_a_wrong_table_is_told_by_cell_and_starts_nothing(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    survey = (FIXTURES / "survey.csv").read_text(encoding="utf-8-sig").replace(",5,", ",7,", 1)
    refused = browser.post("/rules/index", data=filled(browser, csrf), files=uploads(survey=survey.encode()))
    assert refused.status_code == 422
    assert "“重要性问卷”有1处错误" in refused.text
    assert "应为1至5的整数" in refused.text
    assert 'value="样例指数"' in refused.text
    assert house.jobs.orders == []


def test_tables_of_other_indicators_are_told_at_once(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    survey = (FIXTURES / "survey.csv").read_text(encoding="utf-8-sig")
    first = survey.partition("\n")[0].split(",")[1]
    renamed = survey.replace(first, f"{first}（新）", 1).encode()
    refused = browser.post("/rules/index", data=filled(browser, csrf), files=uploads(survey=renamed))
    assert refused.status_code == 422
    assert f"重要性问卷与指标数据表的指标不一致，请统一名称：{first}、{first}（新）" in refused.text
    assert house.jobs.orders == []


def test_a_workbook_says_which_of_its_sheets_was_read(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    book, content = Workbook(), BytesIO()
    book.active.title = "说明"
    book.active.append(["填表说明"])
    book.create_sheet("问卷").append(["评分人", "甲", "乙"])
    book.save(content)
    sent = uploads(survey=content.getvalue())
    refused = browser.post("/rules/index", data=filled(browser, csrf), files=sent)
    assert refused.status_code == 422
    assert "重要性问卷（只读取第1张工作表“说明”）" in refused.text


@pytest.mark.parametrize(
    ("changes", "files", "said"),
    [
        ({"jurisdiction": "../x"}, {}, "辖区代码"),
        ({"membership_cut": "2"}, {}, "隶属度下限：应在0与1之间"),
        ({}, {"survey": b""}, "请上传重要性问卷"),
        ({}, {"measured": b"PK\x03\x04"}, ""),
    ],
)
def test_what_is_wrong_is_told_and_starts_nothing(
    house: House, changes: dict[str, str], files: dict[str, bytes], said: str
) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    refused = browser.post("/rules/index", data=filled(browser, csrf, **changes), files=uploads(**files))
    assert refused.status_code == 422
    assert said in refused.text
    assert house.jobs.orders == []


def test_a_page_sent_twice_starts_one_build(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    sent = filled(browser, csrf)
    first, again = (browser.post("/rules/index", data=sent, files=uploads()) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert len(house.jobs.orders) == 1
    other = browser.post("/rules/index", data=sent, files=uploads(pairs=b""))
    assert other.status_code == 409


def test_only_the_rules_office_builds(house: House) -> None:
    for actor in (cast.FINANCE_REVIEWER, cast.AUDITOR, cast.CLERK):
        browser, csrf = sign_in(house, actor)
        assert browser.get("/rules/index").status_code == 403
        assert browser.post("/rules/index", data={"csrf": csrf}).status_code == 403
        assert 'href="/rules/index"' not in browser.get("/rules").text
    browser, _ = sign_in(house, cast.RULES_OFFICE)
    assert 'href="/rules/index"' in browser.get("/rules").text


def test_a_run_of_another_kind_has_no_such_page(house: House) -> None:
    browser, _ = sign_in(house, cast.RULES_OFFICE)
    assert browser.get("/rules/index/none").status_code == 404
