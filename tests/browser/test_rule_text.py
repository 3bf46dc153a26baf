"""The text of an edition is typed beside its line numbers; a finding leads to its line."""

import pytest

from tests.browser.conftest import SignIn

pytestmark = pytest.mark.browser


def test_a_finding_leads_to_its_line(sign_in: SignIn) -> None:
    page = sign_in("rules")
    page.goto("/open/rule?copy_of=national/grades/2020-02-25")
    page.fill("#f-valid_from", "2027-06-01")
    page.get_by_role("button", name="起草规则版本").last.click()
    page.wait_for_url("**/file**")
    area = page.locator("textarea[name=text]")
    area.fill(area.input_value().replace("cut_offs:", "cutoffs:"))
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**begin=draft**")
    assert page.locator(".gutter").inner_text().split("\n")[:3] == ["1", "2", "3"]
    page.goto(page.url.partition("/file")[0].replace("/records/", "/rules/drafts/"))
    assert page.get_by_role("link", name="第10行").get_attribute("href") == "#l-10"
    page.get_by_role("link", name="提交规则草案").click()
    page.locator(".submit .btn-primary").click()
    page.get_by_role("link", name="第10行").click()
    chosen = "area => area.value.slice(area.selectionStart, area.selectionEnd)"
    assert page.locator("textarea[name=text]").evaluate(chosen) == "  cutoffs:"
