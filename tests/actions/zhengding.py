"""Zhengding's campaign of 2025 with two departments: its cast, its tables and the steps its tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest

from budgetperf.actions.campaign_files import attach_to_unit
from budgetperf.actions.claims import claim_bonus
from budgetperf.actions.moves import Outcome, Seen
from budgetperf.errors import Invalid
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.lifecycle.unit_assessment.form import BonusForm, PenaltyForm
from budgetperf.permissions import Actor
from budgetperf.store.campaigns import ResultFacts, results_of, units_of
from tests import cast
from tests.assessment_story import Story, at
from tests.conftest import MakeContext

BEGUN = date(2025, 1, 6)
YEAR_END = date(2026, 1, 5)
COMPUTED = date(2026, 2, 2)
ROSTER: dict[str, list[dict[str, str]]] = {
    "units": [
        {"code": "D1", "name": "水务局", "group": "department", "organisation": "0102", "leader": "leader"},
        {"code": "D2", "name": "教育局", "group": "department", "organisation": "0103", "leader": "leader2"},
    ],
    "suppliers": [
        {"supplier": "public_survey", "organisation": "010302"},
        {"supplier": "office", "organisation": "010201"},
    ],
    "raters": [
        {"rater_group": "leader", "login": "rater1"},
        {"rater_group": "leader", "login": "rater2", "units": "D1、D2"},
    ],
}
TARGETS = {
    (code, item): "200" for code in ("D1", "D2") for item in ("economic_work", "business", "environment")
}
WINDOW = date(2026, 1, 8)
BONUS = BonusForm(
    item="award_city", value=Decimal(2), award="节水型城市", statement="市委市政府表彰", evidence=()
)
PENALTY = PenaltyForm(item="criticised_city", value=Decimal(2), award="迟报", statement="市政府办通报两次")


def value(asked: Asked) -> str:
    """Water reaches its targets, education three quarters of them."""
    water = asked.member.code == "D1"
    return {"satisfaction": "90", "leader_rating": "92" if water else "80"}.get(
        asked.slot.item, "200" if water else "150"
    )


def zhengding(ctx: MakeContext, year: int = 2025) -> Story:
    """The campaign before it is opened."""
    return Story(
        ctx,
        "zhengding",
        year,
        value,
        clerks={
            cast.WATER: (cast.WATER_CLERK, cast.LEADER),
            cast.EDUCATION: (cast.EDUCATION_CLERK, cast.EDUCATION_LEADER),
        },
        suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
    )


@contextmanager
def refused(text: str) -> Iterator[None]:
    """Expect findings, one of which says ``text``."""
    with pytest.raises(Invalid) as refusal:
        yield
    assert text in "；".join(finding.message for finding in refusal.value.findings)


def with_document(story: Story, actor: Actor, code: str, day: date) -> tuple[str, ...]:
    """Upload a document to a unit as its clerk."""
    ctx = story.ctx(actor, at(day))
    content = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    return (
        attach_to_unit(
            ctx, story.id, code, content, filename="表彰决定.pdf", describes="表彰决定", effective_on=day
        ),
    )


def claim(story: Story, actor: Actor, code: str, **changes: object) -> Outcome:
    """Claim a bonus with a document."""
    evidence = with_document(story, actor, code, WINDOW)
    form = BonusForm.model_validate(BONUS.model_dump() | {"evidence": evidence} | changes)
    return claim_bonus(story.ctx(actor, at(WINDOW)), story.id, code, form, Seen())


def computed(story: Story, day: date = COMPUTED) -> dict[str, ResultFacts]:
    """Compute the results and return them by unit."""
    story.act(cast.ASSESSMENT_OFFICE, day, story.id, "compute")
    session = story.office(day).session
    codes = {unit.id: unit.code for unit in units_of(session, story.id)}
    return {codes[one.unit_id]: one for one in results_of(session, story.id)}
