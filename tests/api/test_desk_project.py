"""The page of a project leads to the limits that rest on its year, and to the limit of the year itself."""

import re

import pytest

from tests import cast
from tests.api.conftest import World
from tests.api.pages import sign_in


def page(world: World, project: str, year: int) -> str:
    browser, _ = sign_in(world.house, cast.FINANCE_HEAD)
    return browser.get(f"/projects/{world.codes[project]}", params={"year": year}).text


def test_the_line_of_a_year_ends_at_the_limit_its_results_decided(world: World) -> None:
    href = f"/limits/2026/{world.codes['water']}"
    assert re.search(
        rf'<a href="{href}" aria-label="2026 控制数：已完成，已下达，', page(world, "water", 2025)
    )


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_limit_stands_on_the_page_of_its_results_and_of_its_budget(world: World, year: int) -> None:
    href = f"/limits/2026/{world.codes['water']}"
    assert f'<a href="{href}">2026 年度预算控制数</a>' in page(world, "water", year)


def test_a_limit_does_not_end_the_line_of_its_own_budget_year(world: World) -> None:
    assert "2026 控制数：" not in page(world, "water", 2026)


def test_a_project_left_out_of_a_drawn_sample_is_told_so(world: World) -> None:
    drawn = {
        str(row[0]) for row in world.rows("SELECT subject FROM record WHERE stage = 'finance_evaluation'")
    }
    told = {
        name: "财政评价：不适用，未抽中" in page(world, name, 2025) for name in ("water", "drains", "school")
    }
    assert told == {name: world.codes[name] not in drawn for name in told}
    assert True in told.values()
