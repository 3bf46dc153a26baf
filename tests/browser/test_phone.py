"""On a telephone whatever is wider than its box says so: the edge that hides something is shaded, until it is seen."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator

from tests.browser.conftest import SignIn, Site

pytestmark = pytest.mark.browser

WIDE = (
    ("/projects/{water}?year=2025", ".life-scroll"),
    ("/limits/2026/{water}", ".scroll:has(.trace)"),
    ("/limits/2026", "#lines .scroll"),
)
LEFT, RIGHT = 2, -3


def brightness(box: Locator, column: int) -> int:
    """How bright the brightest point of a column of pixels is: shade dims them all, a letter does not."""
    shown = Image.open(io.BytesIO(box.screenshot(animations="disabled"))).convert("L")
    x = column % shown.width
    return int(max(shown.crop((x, 2, x + 1, shown.height - 2)).tobytes()))


@pytest.mark.parametrize(("path", "selector"), WIDE)
def test_edge_that_hides_something_is_shaded_until_it_is_seen(
    sign_in: SignIn, site: Site, path: str, selector: str
) -> None:
    page = sign_in("clerk", width=390)
    page.goto(path.format(**site.codes))
    box = page.locator(selector)
    assert box.evaluate("box => box.scrollWidth - box.clientWidth") > 50
    assert brightness(box, LEFT) == 255
    assert brightness(box, RIGHT) < 225
    box.evaluate("box => { box.scrollLeft = box.scrollWidth }")
    assert brightness(box, LEFT) < 225
    assert brightness(box, RIGHT) == 255


def test_words_in_a_table_stand_beside_each_other(sign_in: SignIn) -> None:
    page = sign_in("finance", width=390)
    page.goto("/projects")
    lines = page.locator("main tbody td:nth-child(3)").evaluate_all(
        "cells => cells.map(cell => [cell.textContent.length, cell.clientWidth])"
    )
    assert lines
    assert all(width >= min(length, 12) * 13 for length, width in lines)
