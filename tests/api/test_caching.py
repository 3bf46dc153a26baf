"""What a browser may keep: nothing of a signed-in person's pages, but the page of an opening with its mark."""

import pytest

from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from tests import cast
from tests.actions.next_year import PANEL
from tests.api.conftest import World
from tests.api.pages import page_routes, sign_in

OPENING = "private, no-cache"
MARK = 'name="once"'


def filled(world: World, path: str) -> str:
    """A page of the lived city."""
    stage = {"notice": Stage.MONITORING, "exante": Stage.EXANTE, "baselines": Stage.BASELINE}
    record = next((kind for word, kind in stage.items() if word in path), Stage.REQUEST)
    [(digest, edition)] = world.rows("SELECT digest, edition FROM decision WHERE kind = 'limit' LIMIT 1")
    known = {
        "name": "request",
        "stage": "request",
        "year": "2026",
        "code": {"language": "en", "panels": PANEL}.get(path.split("/")[1], world.codes["drains"]),
        "dmu": "D02",
        "record_id": world.record(record)[0],
        "verb": "file",
        "digest": str(digest),
        "edition_id": str(edition),
        "attachment_id": "none",
        "person_id": cast.CLERK.id,
        "run_id": "none",
        "subject": "KP2024-zhengding",
        "file_id": "none",
        "paper": "ranking",
    }
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    assert "{" not in path
    return path


@pytest.mark.parametrize("actor", cast.ONE_PER_ROLE.values(), ids=cast.ONE_PER_ROLE.keys())
def test_no_page_is_kept_but_that_of_an_opening(world: World, actor: Actor) -> None:
    browser, _ = sign_in(world.house, actor)
    shown = 0
    for method, path in sorted(page_routes(world.house.app)):
        if method != "GET":
            continue
        answer = browser.get(filled(world, path))
        shown += answer.status_code == 200
        kept = OPENING if MARK in answer.text else "no-store"
        assert answer.headers["cache-control"] == kept, path
    assert shown > 5


@pytest.mark.parametrize(
    ("actor", "path"),
    [
        (cast.CLERK, "/open/{name}"),
        (cast.DRAINAGE_CLERK, "/limits/{year}/{code}/objection"),
        (cast.FINANCE_REVIEWER, "/records/{record_id}/notice"),
    ],
)
def test_every_opening_is_kept_by_the_browser_that_asked(world: World, actor: Actor, path: str) -> None:
    browser, _ = sign_in(world.house, actor)
    answer = browser.get(filled(world, path))
    assert (answer.status_code, MARK in answer.text, answer.headers["cache-control"]) == (200, True, OPENING)
