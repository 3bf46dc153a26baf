"""Wuxi's whole campaign: 125 units in A32, B20+26, C23+24, from 125 task books to the awards."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from budgetperf.actions.accounts import OrganisationForm, create_organisation
from budgetperf.actions.context import Context, SeededIds
from budgetperf.evaluands import OrganisationKind
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.process.stages import Stage
from budgetperf.store.campaigns import results_of, units_of
from tests import cast
from tests.assessment_story import Story

GROUPS = {"party": 32, "general": 20, "enforcement": 26, "service": 23, "bank": 24}
CODES = tuple(f"{group}{number:02d}" for group, size in GROUPS.items() for number in range(1, size + 1))
RATERS = {"leader": "rater1", "deputy": "rater2", "staff": "staff1", "client": "staff2", "public": "office2"}
BEGUN, YEAR_END, COMPUTED = date(2025, 1, 6), date(2026, 1, 5), date(2026, 3, 2)


def value(asked: Asked) -> str:
    """The first of each group are the best, none below 60."""
    number = int(asked.member.code[-2:])
    if asked.slot.item == "target":
        return f"{99 - number}.{list(GROUPS).index(asked.member.group)}"
    return str(95 - number) if asked.slot.item == "social_rating" else "6"


def everywhere(actor: Actor, role: Role, scope: str = cast.CITY) -> Actor:
    """Somebody of the cast with a role over the whole city."""
    return Actor(actor.id, actor.name, (Grant(role, scope),))


def test_wuxi_s_125_units_run_from_task_book_to_award(ctx: Callable[..., Context]) -> None:
    admin = replace(ctx(cast.ADMINISTRATOR), ids=SeededIds("wuxi"))
    for number, code in enumerate(CODES):
        form = OrganisationForm(
            code=f"9{number:03d}", name=f"单位{code}", kind=OrganisationKind.DEPARTMENT, parent_path=cast.CITY
        )
        create_organisation(admin, form)
    paths = [f"{cast.CITY}.9{number:03d}" for number in range(len(CODES))]
    clerk, leader = everywhere(cast.CLERK, Role.CLERK), everywhere(cast.LEADER, Role.LEADER)
    story = Story(
        ctx,
        "wuxi",
        2025,
        value,
        clerks=dict.fromkeys(paths, (clerk, leader)),
        suppliers={cast.LIBRARY: cast.LIBRARY_CLERK, cast.WATER_SUPPLY: cast.CLERK},
        raters=(*cast.RATERS, *cast.STAFF, everywhere(cast.SECOND_OFFICE, Role.PARTICIPANT, "")),
    )
    roster = {
        "units": [
            {"code": code, "name": f"单位{code}", "group": code[:-2], "organisation": f"9{number:03d}"}
            for number, code in enumerate(CODES)
        ],
        "suppliers": [
            {"supplier": "organisation", "organisation": "010302"},
            {"supplier": "target_office", "organisation": "010201"},
        ],
        "raters": [{"rater_group": group, "login": login} for group, login in RATERS.items()],
    }
    story.open(BEGUN, roster)
    assert len(story.records(Stage.TASK_BOOK, BEGUN)) == 125
    story.books(BEGUN, {(code, "target"): "100" for code in CODES})
    story.through_the_year(YEAR_END)
    story.act(cast.ASSESSMENT_OFFICE, COMPUTED, story.id, "compute")
    session = story.office(COMPUTED).session
    groups = {unit.id: unit.group_key for unit in units_of(session, story.id)}
    found = results_of(session, story.id)
    assert len(found) == 125
    awarded = sorted(
        groups[one.unit_id] for one in found if any(c["key"] == "award" for c in one.document["consequences"])
    )
    assert len([group for group in awarded if group in {"party", "general", "enforcement"}]) == 20
    assert len([group for group in awarded if group in {"service", "bank"}]) == 10
