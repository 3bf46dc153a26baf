"""What is not one's own does not show: no route tells a rater's marks or a person's result to those who must not know.

Two worlds that differ in nothing else give everybody outside the same bytes, on every route of the API and on
every page; those who must know see the difference.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.store.server import EmbeddedServer
from tests import cast
from tests.actions import assessed_year
from tests.actions.assessed_year import FIRST_DAY, PEOPLE, SUPPLIERS, UNITS, YEAR_END
from tests.api.conftest import House, make_house
from tests.api.pages import api_routes, page_routes, sign_in
from tests.assessment_story import Story
from tests.conftest import database_from

SAME_BRANCH = cast.SECOND_CLERK
STRANGERS_TO_A_PERSON = (SAME_BRANCH, cast.STAFF[1])
STRANGERS_TO_MARKS = (cast.RATERS[1], cast.WATER_CLERK, cast.FINANCE_HEAD)
MARK = re.compile(rb'name="once" value="[^"]*"|' + "决策包摘要：[0-9a-f]+".encode())
"""What is random on a page, and the digest on a paper: it seals the whole campaign, of which it tells nothing."""
APART = [
    {"rater_group": "leader", "login": "rater1", "units": "D1"},
    {"rater_group": "leader", "login": "rater2", "units": "D2"},
]


@dataclass
class Told:
    """What may be asked about: the campaign and its records."""

    campaign: str
    records: tuple[str, ...]


def everything(house: House, actor: Actor, told: Told) -> dict[str, bytes]:
    """What every GET route and page answers somebody, by path; what is random on a page blotted out."""
    api, (browser, csrf) = house.client(actor), sign_in(house, actor)
    paths = [
        path for path, one in api_routes(house.app).items() if "get" in one and path.startswith("/api/v1/")
    ]
    asked = [(api, path) for path in paths]
    asked += [
        (browser, path.replace(":path}", "}")) for method, path in page_routes(house.app) if method == "GET"
    ]
    found = {}
    for client, path in asked:
        for filled in _filled(path, told):
            if "workbook" in filled and "{" not in path:
                continue
            answer = client.get(filled, headers={"X-Request-ID": "request-0001"})
            tag = answer.headers.get("etag", "").encode()
            body = MARK.sub(b"", plain(answer.content).replace(csrf.encode(), b""))
            found[filled] = str(answer.status_code).encode() + tag + body
    return found


def plain(content: bytes) -> bytes:
    """What an answer says: of a workbook its parts, without the moment it was written at."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return b"".join(parts.read(name) for name in sorted(parts.namelist()) if "docProps" not in name)


def _filled(path: str, told: Told) -> Iterator[str]:
    common = {
        "key": told.campaign, "subject": told.campaign, "digest": "0" * 64, "run_id": "none", "person_id": "none",
        "chain": told.campaign, "fiscal_year": 2024, "year": 2024, "jurisdiction": "national", "kind": "grades",
        "valid_from": "2020-02-25", "file_id": "none", "attachment_id": "none", "edition_id": "none",
        "verb": "submit", "name": "rating", "stage": "rating", "supplier": "office", "unit": "P1",
        "rater_group": "leader", "number": 1, "period": "end", "phase": "assess",
    }  # fmt: skip
    places = [{"record_id": one, "code": code} for one in told.records for code in ("D1", "P1")]
    asked = places[::2] if "{record_id}" in path else places[1::4] if "{code}" in path else places[:1]
    for place in asked:
        filled = path.format_map(_Or(common | place))
        yield filled


class _Or(dict[str, object]):
    """The known parts of a path; an unknown name stands for something that is nowhere."""

    def __missing__(self, key: str) -> str:
        return f"no-{key.replace('_', '-')}"


@pytest.fixture
def worlds(server: EmbeddedServer, template: str, tmp_path: Path) -> Iterator[list[House]]:
    """Two apps on two copies of the same city."""
    with ExitStack() as stack:
        houses = []
        for name in ("one", "two"):
            house = make_house(stack.enter_context(database_from(server, template)), tmp_path / name)
            house.clock.now = datetime(2025, 2, 10, 2, tzinfo=UTC)
            stack.callback(house.engine.dispose)
            houses.append(house)
        yield houses


def lived(
    worlds: list[House],
    live: Callable[[House, Callable[[Asked], str]], Told],
    differs: Callable[[Asked], bool],
) -> list[Told]:
    """Live the same in both worlds but for some cells."""

    def value(better: str) -> Callable[[Asked], str]:
        return lambda asked: better if differs(asked) else assessed_year.value(asked)

    return [live(house, value(better)) for house, better in zip(worlds, ("12", "7"), strict=True)]


def people(house: House, value: Callable[[Asked], str]) -> Told:
    """The staff's campaign, approved."""
    with house.acting() as ctx:
        story = Story(ctx, "meiling", 2024, value, suppliers=SUPPLIERS)
        story.open(FIRST_DAY, PEOPLE)
        story.through_the_year(YEAR_END)
        assessed_year.conclude(story)
        return _told(story)


def departments(house: House, value: Callable[[Asked], str]) -> Told:
    """The departments' campaign while its ratings are coming in."""
    with house.acting() as ctx:
        story = Story(ctx, "zhengding", 2024, value, clerks=assessed_year.CLERKS, suppliers=SUPPLIERS)
        story.open(FIRST_DAY, UNITS | {"raters": APART})
        story.books(FIRST_DAY, assessed_year.TARGETS)
        story.through_the_year(assessed_year.IN_AUTUMN)
        return _told(story)


def _told(story: Story) -> Told:
    found = [
        record.id
        for stage in (Stage.RATING, Stage.FACT_REPORT)
        for record in story.records(stage, YEAR_END)[:1]
    ]
    return Told(story.campaign.subject, (story.id, *found))


def differing(worlds: list[House], told: list[Told], actor: Actor, path: str = "") -> set[str]:
    """The paths on which somebody is answered otherwise in the other world: of all, or this one."""
    if path:
        return {path} if len({house.client(actor).get(path).content for house in worlds}) > 1 else set()
    one, other = (everything(house, actor, known) for house, known in zip(worlds, told, strict=True))
    assert one.keys() == other.keys()
    return {path for path in one if one[path] != other[path]}


def test_a_persons_result_shows_to_nobody_but_those_it_concerns(worlds: list[House]) -> None:
    told = lived(worlds, people, lambda cell: (cell.member.code, cell.slot.item) == ("P1", "section_post"))
    assert {who.id: seen for who in STRANGERS_TO_A_PERSON if (seen := differing(worlds, told, who))} == {}
    own = f"/api/v1/assessment/{told[0].campaign}/units/P1"
    for actor in (cast.STAFF[0], cast.player("deputy").actor, cast.ASSESSMENT_OFFICE, cast.AUDITOR):
        assert differing(worlds, told, actor, own), actor


def test_a_raters_marks_show_to_nobody_but_the_rater_and_those_who_assess(worlds: list[House]) -> None:
    told = lived(worlds, departments, lambda cell: cell.rater_group == "leader" and cell.member.code == "D1")
    assert {who.id: seen for who in STRANGERS_TO_MARKS if (seen := differing(worlds, told, who))} == {}
    facts = f"/api/v1/assessment/{told[0].campaign}/facts"
    assert differing(worlds, told, cast.ASSESSMENT_OFFICE, facts)
