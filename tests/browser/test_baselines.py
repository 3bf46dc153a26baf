"""The rules office hands in a cost panel by Excel; finance and a spending unit look at the baseline, with and without script."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from budgetperf.process.stages import Stage, Status
from budgetperf.store.records import list_records
from tests import cast
from tests.api.test_panels import HEAD, fill
from tests.browser.conftest import SignIn, Site

pytestmark = pytest.mark.browser


def test_a_panel_is_fetched_blank_refused_at_its_cell_corrected_and_registered(
    sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in("rules")
    page.goto("/panels")
    page.get_by_role("link", name="登记成本面板").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载空白成本面板").click()
    held = tmp_path / "面板.xlsx"
    book = fill(load_workbook(BytesIO(fetched.value.path().read_bytes())))
    book["成本面板"]["F4"] = "约一百万"
    book.save(held)
    for name, value in HEAD.items():
        page.locator(f"[name='{name}']").fill(value)
    page.locator("[name='panel']").set_input_files(held)
    page.get_by_role("button", name="校验并预览").click()
    expect(page.locator("td.code", has_text=re.compile(r"^F4$"))).to_be_visible()
    with page.expect_download() as annotated:
        page.get_by_role("link", name="下载带批注的副本").click()
    told = load_workbook(BytesIO(annotated.value.path().read_bytes()))
    assert "不是金额" in told["成本面板"]["F4"].comment.text
    book["成本面板"]["F4"] = 140
    book.save(held)
    page.locator("[name='panel']").set_input_files(held)
    page.get_by_role("button", name="校验并预览").click()
    expect(page.locator("#rows tbody tr")).to_have_count(24)
    page.get_by_role("button", name="登记成本面板").click()
    page.wait_for_url("**/panels/SWEEP-2026?done=panel")
    expect(page.get_by_role("status")).to_contain_text("登记成本面板")
    page.get_by_role("link", name="测算成本基线").click()
    expect(page.locator("[name='panel_code']")).to_have_value("SWEEP-2026")


WHOLE = """picture => [document.querySelector(picture), ...document.querySelectorAll(picture + " text")].every(one => {
    const box = one.getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth;
})"""


@pytest.mark.parametrize(("width", "script"), [(1366, True), (390, False)])
def test_the_picture_leads_to_the_sheet_of_a_unit(
    sign_in: SignIn, site: Site, *, width: int, script: bool
) -> None:
    with site.house.acting() as ctx:
        office = ctx(cast.RULES_OFFICE)
        record = list_records(office.session, office.actor, stage=Stage.BASELINE, status=Status.ADOPTED)[-1]
    page = sign_in("finance", width=width, script=script)
    page.goto(f"/baselines/{record.id}")
    assert page.evaluate("document.documentElement.scrollWidth") == width if script else True
    if width < 600:  # who, how much and the verdict are on the screen without moving it
        row = page.locator("#standings tbody tr").first
        for cell in (row.locator("th"), *(row.locator(f"td:nth-child({n})") for n in (3, 5, 7))):
            box = cell.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.evaluate(WHOLE, "svg.scatter")
    dot = page.locator("svg.scatter a", has=page.locator(".dot-late")).first
    title = dot.get_attribute("aria-label") or ""
    dot.scroll_into_view_if_needed()
    dot.locator(".dot").click()
    page.wait_for_url(f"**/baselines/{record.id}/D*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title.split()[0])
    expect(page.locator(".bar-whole")).not_to_have_count(0)
    own = sign_in("clerk", width=width, script=script)
    own.goto(f"/projects/{site.codes['water']}")
    own.get_by_role("main").get_by_role("link", name="成本基线").first.click()
    expect(own.locator("#standings tbody tr")).to_have_count(1)
