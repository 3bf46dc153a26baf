"""Zhengding's campaign of 2025 in a database of its own, for tests of its pages: people, claims, results on their way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from budgetperf.actions.campaign_files import attach_to_unit
from budgetperf.actions.claims import claim_bonus, tell_penalty
from budgetperf.actions.moves import Seen
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import BonusForm, PenaltyForm
from budgetperf.permissions import Actor
from budgetperf.store.server import EmbeddedServer
from tests import cast
from tests.api.conftest import House, make_house
from tests.assessment_story import Story, at
from tests.conftest import database_from

BEGUN, YEAR_END, WINDOW = date(2025, 1, 6), date(2026, 1, 5), date(2026, 1, 8)
SETTLED, COMPUTED, OVER = date(2026, 1, 16), date(2026, 2, 2), date(2026, 2, 12)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ROSTER: dict[str, list[dict[str, str]]] = {
    "units": [
        {"code": "D1", "name": "水务局", "group": "department", "organisation": "0102", "leader": "leader"},
        {"code": "D2", "name": "教育局", "group": "department", "organisation": "0103", "leader": "leader2"},
    ],
    "suppliers": [
        {"supplier": "public_survey", "organisation": "010302"},
        {"supplier": "office", "organisation": "010201"},
    ],
    "raters": [{"rater_group": "leader", "login": "rater1"}, {"rater_group": "leader", "login": "rater2"}],
}
TARGETS = {
    (code, item): "200" for code in ("D1", "D2") for item in ("economic_work", "business", "environment")
}


def value(asked: Asked) -> str:
    """Water reaches its targets, education three quarters of them."""
    water = asked.member.code == "D1"
    return {"satisfaction": "90", "leader_rating": "92" if water else "80"}.get(
        asked.slot.item, "200" if water else "150"
    )


@dataclass
class Campaign:
    """A house in which the campaign is played, and what of it is known by name."""

    house: House
    subject: str = "KP2025-zhengding"
    known: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def played(self) -> Iterator[Story]:
        """The story, going on in a transaction that is kept."""
        with self.house.acting() as ctx:
            yield Story(
                ctx,
                "zhengding",
                2025,
                value,
                clerks={
                    cast.WATER: (cast.WATER_CLERK, cast.LEADER),
                    cast.EDUCATION: (cast.EDUCATION_CLERK, cast.EDUCATION_LEADER),
                },
                suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
                id=self.known.get("id", ""),
            )

    def on(self, day: date) -> None:
        """Let the app think it is ten o'clock of a day."""
        self.house.clock.now = at(day)

    def claim(self, story: Story, actor: Actor, code: str) -> str:
        """Bring a document and claim a bonus with it."""
        ctx = story.ctx(actor, at(WINDOW))
        brought = attach_to_unit(
            ctx, story.id, code, PDF, filename="表彰决定.pdf", describes="表彰决定", effective_on=WINDOW
        )
        form = BonusForm(
            item="award_city",
            value=Decimal(1),
            award="节水型城市",
            statement="市委市政府表彰",
            evidence=(brought,),
        )
        return claim_bonus(ctx, story.id, code, form, Seen()).record_id


def begun(house: House) -> Campaign:
    """A campaign that was started on the first working Monday."""
    made = Campaign(house)
    with made.played() as story:
        story.open(BEGUN, ROSTER)
        made.known["id"] = story.id
    made.on(BEGUN)
    return made


def contested(house: House) -> Campaign:
    """All facts in, a bonus published, a penalty told: the days in which both may be contested."""
    made = begun(house)
    with made.played() as story:
        story.books(BEGUN, TARGETS)
        story.through_the_year(YEAR_END)
        bonus = made.claim(story, cast.WATER_CLERK, "D1")
        story.act(cast.ASSESSMENT_OFFICE, WINDOW, bonus, "admit", {"value": "1", "reason": "属实"})
        story.act(cast.ASSESSMENT_OFFICE, WINDOW, bonus, "publish")
        form = PenaltyForm(item="criticised_city", value=Decimal(1), award="迟报", statement="市政府办通报")
        told = tell_penalty(story.office(WINDOW), story.id, "D2", form, Seen())
        made.known |= {"bonus": bonus, "penalty": told.record_id}
    made.on(WINDOW)
    return made


def published(made: Campaign) -> Campaign:
    """Go on to the day on which the results are shown to the units."""
    with made.played() as story:
        for claim in ("bonus", "penalty"):
            story.act(cast.ASSESSMENT_OFFICE, SETTLED, made.known[claim], "settle")
        story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
        story.act(cast.ASSESSMENT_HEAD, COMPUTED, story.id, "publish")
    made.on(COMPUTED)
    return made


@contextmanager
def housed(server: EmbeddedServer, template: str, folder: Path, now: datetime) -> Iterator[House]:
    """An app over a database of its own."""
    with database_from(server, template) as database:
        house = make_house(database, folder)
        house.clock.now = now
        yield house
        house.engine.dispose()
