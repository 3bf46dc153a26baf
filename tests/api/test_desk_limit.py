"""The page of one limit: the chart speaks the language of the page."""

import re

import pytest

from tests import cast
from tests.api.conftest import World
from tests.api.pages import sign_in


@pytest.mark.parametrize(("language", "unit"), [("zh", "万元"), ("en", "10k yuan")])
def test_the_axis_of_the_chart_is_named_in_the_language_of_the_page(
    world: World, language: str, unit: str
) -> None:
    [(year, code)] = world.rows("SELECT fiscal_year, subject FROM record WHERE stage = 'objection' LIMIT 1")
    browser, _ = sign_in(world.house, cast.FINANCE_HEAD)
    browser.cookies.set("bp_language", language)
    assert f'id="chart" class="chart" data-unit="{unit}"' in browser.get(f"/limits/{year}/{code}").text
    script = browser.get("/static/waterfall.js").text
    assert "dataset.unit" in script
    assert not re.search(r"[\u4e00-\u9fff]", script)
