"""On paper a page is what it says: no menu, button, filter or form, every column, heads repeated, sums once."""

from unicodedata import normalize

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn, Site
from tests.reports.reading import page_texts, squeezed

pytestmark = pytest.mark.browser

PRINTED = ("/projects/{water}?year=2025", "/limits/2026/{water}", "/limits/2026", "/monitoring", "/work")
ONLY_ON_SCREEN = "nav, button, .btn, .filters, form, input, select, summary, .aside"


def printed(page: Page) -> list[str]:
    """The text of each page of paper, without blanks, Chinese radicals read as the characters they look like."""
    pages = page_texts(page.pdf(prefer_css_page_size=True))
    return [squeezed(normalize("NFKC", text)) for text in pages]


@pytest.mark.parametrize("path", PRINTED)
def test_nothing_to_press_or_fill_in_is_printed(sign_in: SignIn, site: Site, path: str) -> None:
    page = sign_in("finance")
    page.goto(path.format(**site.codes))
    things = page.locator(f":is({ONLY_ON_SCREEN})").filter(visible=True)
    assert things.count() > 0
    page.emulate_media(media="print")
    assert things.all_text_contents() == []


@pytest.mark.parametrize("path", PRINTED)
def test_nothing_is_wider_than_the_paper(sign_in: SignIn, site: Site, path: str) -> None:
    page = sign_in("finance")
    page.goto(path.format(**site.codes))
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    page.set_viewport_size(
        {"width": 1032, "height": 703}
    )  # A4 landscape within its margins, 96 dots to the inch
    assert page.evaluate("document.documentElement.scrollWidth") == 1032


def test_limit_is_printed_whole_and_says_nothing_of_the_screen(sign_in: SignIn, site: Site) -> None:
    page = sign_in("clerk")
    page.goto(f"/limits/2026/{site.codes['water']}")
    digests = page.locator(".trace .digest").all_text_contents()
    assert digests
    text = "".join(printed(page))
    assert all(digest in text for digest in digests)
    assert "1,182,900.00" in text
    assert "返回控制数表" not in text
    assert "修改密码" not in text


def test_table_over_many_pages_repeats_its_head_and_not_its_sum(sign_in: SignIn) -> None:
    page = sign_in("finance")
    page.goto("/limits/2026")
    row = page.locator("tbody tr").first
    row.evaluate("row => { for (let n = 0; n < 40; n += 1) row.after(row.cloneNode(true)) }")
    pages = printed(page)
    told = [text for text in pages if text.count("个项目") > 1]
    assert len(told) > 2
    assert all("申报数" in text and "异议调整" in text for text in told)
    assert (
        sum(text.count("合计") for text in pages) == 1 + 1
    )  # of all limits, at the top, and under the table
    assert all(f"{number}/{len(pages)}" in text for number, text in enumerate(pages, start=1))


def test_what_a_log_line_folds_is_printed(sign_in: SignIn, site: Site) -> None:
    page = sign_in("auditor")
    page.goto(f"/log?chain={site.codes['water']}")
    folded = page.locator(".payload").first.text_content()
    assert folded
    assert squeezed(folded) in "".join(printed(page))
