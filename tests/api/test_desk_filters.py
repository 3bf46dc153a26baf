"""A filter form sends every field: an empty one is no choice, nonsense is refused."""

import pytest

from tests import cast
from tests.api.conftest import World
from tests.api.pages import sign_in

EMPTY = (
    "/monitoring?year=&quarter=&light=&q=&text=",
    "/rectifications?year=",
    "/projects?text=&department=&status=&page=",
    "/projects/{code}?year=",
    "/limits/2026?department=&ground=&text=&unit=",
    "/log?chain=&before=",
)


@pytest.mark.parametrize("path", EMPTY)
def test_an_empty_choice_is_none(world: World, path: str) -> None:
    for actor in (cast.FINANCE_HEAD, cast.AUDITOR):
        browser, _ = sign_in(world.house, actor)
        answer = browser.get(path.format(code=world.codes["water"]))
        if answer.status_code != 403:
            break
    assert answer.status_code == 200


@pytest.mark.parametrize("asked", ["year=x", "year=999999", "quarter=5"])
def test_what_can_be_no_choice_is_refused(world: World, asked: str) -> None:
    browser, _ = sign_in(world.house, cast.FINANCE_HEAD)
    assert browser.get(f"/monitoring?{asked}").status_code == 422
