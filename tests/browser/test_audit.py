"""A stranger at the public page: a real form shown, an own one handed in, told row by row."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, Watched
from tests.browser.test_pages import serious
from tests.reports.reading import page_texts

pytestmark = pytest.mark.browser

MADE = Path(__file__).parents[2] / "fixtures/forms/self_evaluation"


@pytest.fixture
def stranger(chromium: Browser, site: Site) -> Iterator[Page]:
    """Somebody without an account; nothing may have gone wrong in the browser at the end."""
    watched = Watched(site.url)
    context = chromium.new_context(base_url=site.url, locale="zh-CN", viewport={"width": 1366, "height": 800})
    page = context.new_page()
    watched.watch(page)
    yield page
    context.close()
    assert watched.errors == []


def hand_in(page: Page, file: Path) -> None:
    page.get_by_label("自评表（.xlsx 或 .json）").set_input_files(file)
    page.get_by_role("button", name="复算").click()


def test_a_stranger_finds_the_page_and_reads_the_example(stranger: Page) -> None:
    stranger.goto("/sign-in")
    stranger.get_by_role("link", name="复算一张已填写的绩效自评表").click()
    expect(stranger.get_by_role("heading", name="样例")).to_be_visible()
    expect(stranger.get_by_role("row", name="指标4 ")).to_contain_text("应为13.33分")
    with stranger.expect_download() as fetched:
        stranger.get_by_role("link", name="下载 JSON 样例（供程序使用）").click()
    hand_in(stranger, fetched.value.path())
    expect(stranger.get_by_role("row", name="指标5 ")).to_contain_text("照抄了年度指标值")


def test_a_wrong_form_is_told_beside_its_row_and_a_clean_one_is_told_clean(stranger: Page) -> None:
    stranger.goto("/audit")
    hand_in(stranger, MADE / "should_fail/weights_of_110/form.xlsx")
    expect(stranger.get_by_role("status")).to_contain_text("1处错误，1处警告")
    expect(stranger.locator("tfoot")).to_contain_text("共110分，应为100分")
    hand_in(stranger, MADE / "should_pass/national_layout.xlsx")
    expect(stranger.get_by_role("status")).to_contain_text("没有发现问题")


def test_a_file_that_is_no_form_is_refused_on_the_page(stranger: Page) -> None:
    stranger.goto("/audit")
    hand_in(stranger, MADE.parent / "should_fail/old_format/form.xls")
    expect(stranger.get_by_role("alert")).to_contain_text("旧版 .xls")


def test_the_page_is_accessible_and_fits(stranger: Page) -> None:
    stranger.goto("/audit")
    hand_in(stranger, MADE / "should_fail/total_above_maximum/form.xlsx")
    stranger.wait_for_load_state("networkidle")
    assert serious(stranger) == []
    for width in (1366, 390):
        stranger.set_viewport_size({"width": width, "height": 800})
        assert stranger.evaluate("document.documentElement.scrollWidth") <= width


def test_the_answer_is_saved_and_printed_on_one_page(stranger: Page) -> None:
    stranger.goto("/audit")
    hand_in(stranger, MADE / "should_fail/total_above_maximum/form.xlsx")
    for label, ending in (("下载 Excel", "form-复算.xlsx"), ("下载 JSON", "form-复算.json")):
        with stranger.expect_download() as fetched:
            stranger.get_by_role("link", name=label, exact=True).click()
        assert fetched.value.suggested_filename == ending
    expect(stranger.get_by_role("button", name="打印")).to_be_visible()
    pages = page_texts(stranger.pdf(prefer_css_page_size=True))
    assert len(pages) == 1
    assert "文件上限" not in pages[0]


def test_on_a_telephone_every_row_is_read_without_scrolling_aside(stranger: Page) -> None:
    stranger.set_viewport_size({"width": 390, "height": 800})
    stranger.goto("/audit")
    hand_in(stranger, MADE / "should_fail/raw_percent/form.xlsx")
    table = stranger.locator(".scroll:has(.stacked)")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth")
    row = stranger.locator("tbody tr").filter(has_text="应按实际完成值÷年度指标值")
    told = row.locator("td").last.bounding_box()
    score = row.locator("td.strong").bounding_box()
    assert told is not None
    assert score is not None
    assert told["width"] > 300
    assert told["y"] > score["y"]
