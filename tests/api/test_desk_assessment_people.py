"""People assessed: their page is theirs, their leader's and that of those who run the campaign."""

from datetime import date
from pathlib import Path

from budgetperf.permissions import Actor
from budgetperf.store.server import EmbeddedServer
from tests import cast
from tests.actions.test_campaign_people import ASSESSED, BEGUN, ROSTER, value
from tests.api import assessed
from tests.api.pages import sign_in
from tests.assessment_story import Story, at

CAMPAIGN = "/assessment/KP2025-meiling"


def test_a_person_opens_their_own_page_and_nobody_elses(
    server: EmbeddedServer, template: str, tmp_path: Path
) -> None:
    with assessed.housed(server, template, tmp_path, at(ASSESSED)) as house:
        with house.acting() as ctx:
            story = Story(
                ctx,
                "meiling",
                2025,
                value,
                suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
                raters=(cast.RATERS[0], cast.STAFF[1]),
            )
            story.open(BEGUN, ROSTER)
            story.act(cast.ASSESSMENT_OFFICE, date(2026, 1, 2), story.id, "advance")

        def opens(actor: Actor, path: str) -> int:
            return sign_in(house, actor)[0].get(CAMPAIGN + path).status_code

        rater = cast.STAFF[1]  # rates P1 and is assessed as P2
        assert (opens(rater, "/units/P2"), opens(rater, "/units/P1")) == (200, 404)
        assert (opens(cast.STAFF[0], "/units/P1"), opens(cast.LEADER, "/units/P1")) == (200, 200)
        assert (opens(cast.ASSESSMENT_OFFICE, "/units/P1"), opens(cast.FINANCE_HEAD, "/units/P1")) == (
            200,
            404,
        )
        assert opens(rater, "/units/P1/appeal") == 404
        listed = sign_in(house, rater)[0].get(CAMPAIGN).text
        assert "/units/P2" in listed
        assert "/units/P1" not in listed
        assert "我的评分表" in listed
