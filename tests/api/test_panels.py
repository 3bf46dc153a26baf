"""A cost panel by Excel: fetched blank, refused at its cells, looked at in both prices, kept as one whole."""

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from starlette.testclient import TestClient

from budgetperf.actions import panels
from budgetperf.actions.context import Context
from budgetperf.actions.panels import price_index
from budgetperf.costing.prices import PriceIndex
from budgetperf.money import Money, MoneyUnit
from tests import cast
from tests.api.conftest import House, World
from tests.api.pages import sign_in

HEAD = {
    "code": "SWEEP-2026",
    "service": "清扫保洁",
    "cost_label": "全年支出",
    "base_year": "2024",
    "fiscal_year": "2026",
}


def blank(browser: TestClient) -> Workbook:
    answer = browser.get("/panels/new/workbook")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def fill(book: Workbook, *, project: str = "") -> Workbook:
    """Twelve units in two years: the blank workbook as people fill it, and one project that is a unit."""
    sheet = book["成本面板"]
    lines = [
        (f"W{n:02}", f"第{n}所", year, None, None, 100 + 11 * n + year % 10, 20 + n, 300 + (7 * n) % 50, 0.5 + n / 30, 2 + n % 4)
        for n in range(12)
        for year in (2023, 2024)
    ]  # fmt: skip
    for at, line in enumerate(lines, 2):
        for column, value in enumerate(line, 1):
            sheet.cell(at, column, value)
    if project:
        book["对应项目"].cell(2, 1, project)
        book["对应项目"].cell(2, 2, "W03")
        book["对应项目"].cell(2, 3, 25)
    return book


def sent(browser: TestClient, csrf: str, book: Workbook, **changes: str):
    held = io.BytesIO()
    book.save(held)
    data = {**HEAD, "csrf": csrf, "intent": "check", **changes}
    return browser.post("/panels/new", data=data, files={"panel": ("面板.xlsx", held.getvalue())})


def hidden(page: str) -> dict[str, str]:
    """What the form that keeps the panel sends."""
    form = next(part for part in page.split("<form")[1:] if 'value="keep"' in part)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_a_panel_is_looked_at_in_both_prices_kept_and_fetched_again(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.RULES_OFFICE)
    code = world.codes["drains"]
    shown = sent(browser, csrf, fill(blank(browser), project=code))
    assert shown.status_code == 200
    assert "未发现错误" in shown.text
    # 103 万元 of 2023 at 103.330084 / 103.123836
    assert "103.00" in shown.text
    assert "103.21" in shown.text
    assert 'href="/projects/' + code in shown.text
    assert world.rows("SELECT count(*) FROM cost_panel WHERE code = 'SWEEP-2026'") == [(0,)]
    kept = browser.post("/panels/new", data=hidden(shown.text))
    assert (kept.status_code, kept.headers["location"]) == (303, "/panels/SWEEP-2026?done=panel")
    again = browser.post("/panels/new", data=hidden(shown.text))
    assert again.headers["location"] == kept.headers["location"]
    spec, drivers = world.rows(
        "SELECT p.spec -> 'drivers', u.drivers FROM cost_panel p JOIN cost_unit u ON u.panel_id = p.id WHERE code = 'SWEEP-2026'"
    )[0]
    assert [(one["label"], one["logged"], one["role"]) for one in spec] == [  # type: ignore[union-attr]
        ("清扫保洁面积", True, "work"), ("垃圾清运量", True, "work"), ("机械化作业率", False, "work"),
        ("平均坡度", False, "condition"),
    ]  # fmt: skip
    assert drivers == {"清扫保洁面积": "25", "垃圾清运量": "321", "机械化作业率": "0.6", "平均坡度": "5"}
    page = browser.get("/panels/SWEEP-2026").text
    assert "103.21" in page
    assert "/open/baseline?panel_code=SWEEP-2026" in page
    paper = browser.post("/panels/SWEEP-2026/paper", data={"csrf": csrf})
    assert paper.headers["location"].startswith("/runs")
    assert world.house.jobs.orders[-1][:2] == ("batch.cost_panel_paper", {"panel_code": "SWEEP-2026"})
    fetched = load_workbook(io.BytesIO(browser.get("/panels/SWEEP-2026/workbook").content))
    repeated = sent(browser, csrf, fetched, code="SWEEP-2027")
    assert "未发现错误" in repeated.text
    assert hidden(repeated.text)["code"] == "SWEEP-2027"


def test_every_error_is_told_at_its_cell_and_nothing_is_kept(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    book = fill(blank(browser))
    panel, units = book["成本面板"], book["对应项目"]
    panel["F3"], panel["G5"], panel["C6"] = "约一百万", 0, 2010
    units["A2"], units["B2"], units["A3"], units["B3"] = "NO-SUCH", "W77", "NO-SUCH", "W00"
    refused = sent(browser, csrf, book)
    assert refused.status_code == 422
    places = re.findall(r'class="code">([A-Z]+\d+)<', refused.text)
    assert places == ["F3", "G5", "A2", "C2", "D2", "E2", "F2", "A3", "C6"]
    assert "“约一百万”不是金额" in refused.text
    assert "data:application/vnd.openxmlformats" in refused.text
    assert "取对数的因素须为正数" in refused.text
    assert "没有2010年的值，无法折算到基年" in refused.text
    assert "没有编码为“NO-SUCH”的项目" in refused.text
    assert "单元“W77”在“成本面板”中没有数据" in refused.text
    assert 'value="keep"' not in refused.text


def test_a_unit_given_to_another_project_is_not_that_of_its_own_code_too(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.RULES_OFFICE)
    drains, water = world.codes["drains"], world.codes["water"]
    book = fill(blank(browser), project=drains)
    book["成本面板"]["A2"], book["成本面板"]["A3"], book["对应项目"]["B2"] = water, water, water
    shown = sent(browser, csrf, book, code="SWEEP-2028")
    assert f"单元“{water}”按所填对应项目{drains}" in shown.text
    assert browser.post("/panels/new", data=hidden(shown.text)).status_code == 303
    kept = world.house.client(cast.AUDITOR).get("/api/v1/cost-panels/SWEEP-2028").json()["units"]
    assert [(one["code"], one["dmu"]) for one in kept] == [(drains, water)]


def test_what_could_not_be_fitted_or_looks_mistyped_is_told_before_the_panel_is_kept(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    book = fill(blank(browser))
    sheet = book["成本面板"]
    for row in range(2, 26):
        sheet.cell(row, 8, 10 * sheet.cell(row, 7).value)
    sheet["D4"], sheet["G7"] = "火星", 10 * sheet["G7"].value
    shown = sent(browser, csrf, book, fiscal_year="2020")
    assert shown.status_code == 200
    told = re.findall(r"<td class=\"code\">(\w*)</td><td>([^<]+)</td>", shown.text)
    places = dict(told)
    assert any("预算年度2020已过" in text for place, text in told if not place)
    assert "多写或少写了零" in places["G7"]
    assert "“火星”的成本不作地区折算" in places["D4"]
    assert "H1" not in places  # one cell more in one of the two: they are no longer multiples
    sheet["H7"] = 10 * sheet["G7"].value
    again = sent(browser, csrf, book)
    assert re.search(r">H1</td><td>“垃圾清运量”几乎可由“清扫保洁面积”算出", again.text)
    assert browser.post("/panels/new", data=hidden(again.text)).status_code == 303
    kept = browser.get("/panels/SWEEP-2026").text
    assert "“垃圾清运量”几乎可由" in kept
    assert "另用一个编码登记" in kept
    few = fill(blank(browser))
    few["成本面板"].delete_rows(12, 20)  # five units are left for four drivers
    assert "4个因素至少要有6个单元才能测算，现有5个" in sent(browser, csrf, few, code="FEW").text


def test_a_file_of_another_session_is_not_read_by_its_digest(house: House) -> None:
    first, csrf = sign_in(house, cast.RULES_OFFICE)
    page = sent(first, csrf, fill(blank(first)))
    other, token = sign_in(house, cast.RULES_OFFICE)
    refused = other.post("/panels/new", data=hidden(page.text) | {"csrf": token})
    assert refused.status_code == 422
    assert "请重新上传" in refused.text


def test_a_code_is_given_once(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    pages = [sent(browser, csrf, fill(blank(browser))) for _ in range(2)]
    answers = [browser.post("/panels/new", data=hidden(page.text)).status_code for page in pages]
    assert answers == [303, 409]
    looked = sent(browser, csrf, fill(blank(browser)))
    assert looked.status_code == 409
    assert (
        looked.text.count("已有编码为“SWEEP-2026”的成本面板") == 3
    )  # above the form, in the list, at its field
    assert 'value="keep"' not in looked.text


@pytest.mark.parametrize("code", ["A/B", "..", "a?b", "new"])
def test_a_code_that_would_break_its_address_is_refused_at_the_field(house: House, code: str) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    refused = sent(browser, csrf, fill(blank(browser)), code=code)
    assert refused.status_code == 422
    assert f"“{code}”" in refused.text
    assert "网址" in refused.text


def test_a_base_year_without_an_index_is_refused_at_the_field(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    refused = sent(browser, csrf, fill(blank(browser)), base_year="2099")
    assert refused.status_code == 422
    assert "没有2099年的值，请另选基年" in refused.text


def test_a_region_the_index_does_not_know_is_refused_at_its_cell(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_region(ctx: Context) -> PriceIndex:
        return replace(price_index(ctx), regions={"城区": Decimal(1)})

    monkeypatch.setattr(panels, "price_index", by_region)
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    book = fill(blank(browser))
    for row in range(2, 26):
        book["成本面板"].cell(row, 4, "城区" if row != 5 else "山区")
    refused = sent(browser, csrf, book)
    assert re.findall(r'class="code">([A-Z]+\d+)<', refused.text) == ["D5"]
    assert "没有地区“山区”的值，现有：城区" in refused.text


def test_a_large_driver_is_kept_and_a_title_above_the_headings_does_no_harm(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    book = fill(blank(browser))
    sheet = book["成本面板"]
    sheet["H2"] = 123_456_789
    sheet.insert_rows(1)
    sheet["A1"] = "2024年清扫保洁成本"
    sheet.merge_cells("A1:F1")
    page = sent(browser, csrf, book)
    assert browser.post("/panels/new", data=hidden(page.text)).status_code == 303
    answer = house.client(cast.AUDITOR).get("/api/v1/cost-panels/SWEEP-2026").json()
    assert max(Decimal(row["drivers"]["垃圾清运量"]) for row in answer["rows"]) == 123_456_789


@pytest.mark.parametrize("actor", [cast.FINANCE_REVIEWER, cast.CLERK])
def test_only_the_rules_office_hands_in_panels(house: House, actor) -> None:
    browser, csrf = sign_in(house, actor)
    assert browser.get("/panels/new").status_code == 403
    assert browser.post("/panels/new", data={"csrf": csrf, **HEAD}).status_code == 403
    assert browser.get("/panels").status_code == (403 if actor is cast.CLERK else 200)


def test_shares_of_many_places_are_kept_as_excel_holds_them(house: House) -> None:
    browser, csrf = sign_in(house, cast.RULES_OFFICE)
    book = fill(blank(browser))
    book["成本面板"]["I2"] = 1 / 3
    page = sent(browser, csrf, book)
    assert browser.post("/panels/new", data=hidden(page.text)).status_code == 303
    answer = house.client(cast.AUDITOR).get("/api/v1/cost-panels/SWEEP-2026").json()
    row = next(row for row in answer["rows"] if (row["dmu"], row["year"]) == ("W00", 2023))
    assert Decimal(row["drivers"]["机械化作业率"]) == Decimal("0.333333333333333")
    assert row["cost_fen"] == str(Money.parse(103, MoneyUnit.WAN).fen)


def test_a_csv_names_its_projects_by_their_codes_and_a_special_case_is_told(world: World) -> None:
    browser, csrf = sign_in(world.house, cast.RULES_OFFICE)
    code = world.codes["school"]
    lines = ["单元编码,年度,特殊情形,成本（元）,学生数（人）"]
    lines += [
        f"{dmu},2024,{case},{cost},{n}"
        for dmu, case, cost, n in ((code, "", 900_000, 300), ("Z", "odd", 1_234_567.89, 410))
    ]
    held = "\n".join(lines).encode("gb18030")
    data = {**HEAD, "code": "SCHOOLS", "csrf": csrf, "intent": "check"}
    refused = browser.post("/panels/new", data=data, files={"panel": ("学校.csv", held)})
    assert refused.status_code == 422
    assert re.findall(r'class="code">([A-Z]+\d+)<', refused.text) == ["C3"]
    assert "特殊情形“odd”不在现行测算口径中" in refused.text
    held = held.replace(b"odd", b"")
    shown = browser.post("/panels/new", data=data, files={"panel": ("学校.csv", held)})
    assert shown.status_code == 200
    assert browser.post("/panels/new", data=hidden(shown.text)).status_code == 303
    answer = world.house.client(cast.AUDITOR).get("/api/v1/cost-panels/SCHOOLS").json()
    assert [(one["code"], one["dmu"], one["fiscal_year"], one["drivers"]) for one in answer["units"]] == [
        (code, code, 2026, {"学生数": "300"})
    ]
    assert [(row["dmu"], row["treatment"], row["cost_fen"]) for row in answer["rows"]] == [
        (code, "", "90000000"), ("Z", "", "123456789"),
    ]  # fmt: skip
    listed = world.house.client(cast.AUDITOR).get("/api/v1/cost-panels").json()["panels"]
    assert {
        "code": "SCHOOLS",
        "service": "清扫保洁",
        "rows": 2,
        "dmus": 2,
        "first_year": 2024,
        "last_year": 2024,
    } in listed
