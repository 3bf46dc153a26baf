"""Each verb for each kind of person: what the tables say is what the route answers."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from budgetperf.actions.verbs import VERBS
from budgetperf.evaluands import within
from budgetperf.permissions import ROLE_PERMISSIONS, Actor, Permission, Role
from budgetperf.process.stages import ASSESSMENT_STAGES, Stage, Status
from budgetperf.process.transitions import named
from tests import cast
from tests.api.bodies import body_of
from tests.api.conftest import World

PEOPLE = [one.actor for one in cast.PLAYERS if one.actor not in cast.EXPERTS[2:]]
"""Everybody; of the experts, who are all alike, two."""
VIEW = Permission("record:page:view")


@contextmanager
def standing(world: World, stage: Stage, status: Status) -> Iterator[tuple[str, int]]:
    """A record of a stage, put to a status for a while."""
    subject = world.codes["library"] if stage in {Stage.EXANTE, Stage.REQUEST} else ""
    record_id, version = world.record(stage, subject)
    was = world.rows("SELECT status FROM record WHERE id = :id", id=record_id)[0][0]
    issued = world.rows("SELECT issued_at FROM limit_round WHERE id = :id", id=record_id)
    world.write("UPDATE record SET status = :status WHERE id = :id", id=record_id, status=status.value)
    world.write("UPDATE limit_round SET issued_at = NULL WHERE id = :id", id=record_id)
    yield record_id, version
    world.write("UPDATE record SET status = :status WHERE id = :id", id=record_id, status=was)
    for (at,) in issued:
        world.write("UPDATE limit_round SET issued_at = :at WHERE id = :id", id=record_id, at=at)


def sees(world: World, actor: Actor, record_id: str) -> bool:
    """Whether a person may know of a record, told from the tables alone."""
    path, stage, evaluand = world.rows(
        "SELECT path, stage, evaluand_id FROM record WHERE id = :id", id=record_id
    )[0]
    if stage in {"limits", "assessment"}:  # published; that there is a campaign is known to all
        return True
    if Stage(str(stage)) in ASSESSMENT_STAGES:
        return _sees_assessed(world, actor, record_id)
    if world.rows(
        "SELECT 1 FROM panel_seat WHERE evaluand_id = :e AND person_id = :p", e=evaluand, p=actor.id
    ) and stage in {"request", "exante"}:
        return True
    scopes = [
        grant.scope
        for grant in actor.grants
        if grant.role is not Role.EXPERT and VIEW in ROLE_PERMISSIONS[grant.role]
    ]
    return any(scope == "" or (evaluand is not None and within(str(path), scope)) for scope in scopes)


ONE_S_PART = """
SELECT 1 FROM record r WHERE r.id = :id AND (
  EXISTS (SELECT FROM assessed_unit u WHERE u.subject = r.subject AND :p IN (u.person_id, u.leader_id))
  OR EXISTS (SELECT FROM rating_sheet t JOIN rater_seat s ON s.id = t.seat_id
             WHERE t.record_id = r.id AND s.person_id = :p)
  OR r.stage = 'bonus' AND r.status IN ('openly', 'settled'))
"""
SUPPLIED = """
SELECT s.path FROM record r, supplying s JOIN campaign c ON c.id = s.campaign_id
WHERE r.id = :id AND r.stage = 'task_book' AND r.status = 'issued' AND r.subject LIKE c.subject || '.U.%'
"""


def _sees_assessed(world: World, actor: Actor, record_id: str) -> bool:
    """The office's and the auditors', the branch's, the person's and the leader's, the rater's; what is published."""
    held = frozenset[Permission]().union(*(ROLE_PERMISSIONS[grant.role] for grant in actor.grants))
    if "assessment:page:view" in held or world.rows(ONE_S_PART, id=record_id, p=actor.id):
        return True
    own = world.rows("SELECT path FROM record WHERE id = :id", id=record_id)
    scopes = [grant.scope for grant in actor.grants if grant.scope and VIEW in ROLE_PERMISSIONS[grant.role]]
    places = [str(path) for (path,) in own + world.rows(SUPPLIED, id=record_id)]
    return any(within(path, scope) for path in places for scope in scopes)


def allowed(world: World, actor: Actor, record_id: str, stage: Stage, verb: str) -> bool:
    """Whether a person may take a verb, told from the tables alone."""
    row = named(stage, verb)[0]
    path = str(world.rows("SELECT path FROM record WHERE id = :id", id=record_id)[0][0])
    held = any(
        row.permission in ROLE_PERMISSIONS[grant.role] and within(path, grant.scope) for grant in actor.grants
    )
    done = {
        str(found[0])
        for found in world.rows(
            "SELECT verb FROM step WHERE record_id = :id AND actor_id = :p", id=record_id, p=actor.id
        )
    }
    return held and not done & set(row.not_by)


@pytest.mark.parametrize(("stage", "verb"), list(VERBS), ids=str)
def test_the_route_of_a_verb_answers_each_person_as_the_tables_say(
    world: World, stage: Stage, verb: str
) -> None:
    body = body_of(world, stage, verb)
    wrong = []
    with standing(world, stage, named(stage, verb)[0].sources[0]) as (record_id, version):
        for actor in PEOPLE:
            answer = world.house.client(actor).post(
                f"/api/v1/{stage.value}/{record_id}/{verb}?dry_run=true",
                json=body,
                headers={"If-Match": f'"{version}"'},
            )
            if not sees(world, actor, record_id):
                fits = answer.status_code == 404
            elif not allowed(world, actor, record_id, stage, verb):
                fits = answer.status_code == 403 and answer.json()["detail"] != ""
            else:  # guards and checks have the last word; what a sheet said is forgotten by now
                fits = answer.status_code in {200, 409, 422} | ({404} if stage is Stage.RATING else set())
            if not fits:
                wrong.append((actor.name, answer.status_code, answer.text))
    assert wrong == []


def test_somebody_may_take_every_verb(world: World) -> None:
    held = frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in cast.ONE_PER_ROLE))
    assert {named(stage, verb)[0].permission for stage, verb in VERBS} <= held
