"""The wall around the assessment: whom the database shows what of it, and whom it lets write."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from budgetperf.actions.context import Context
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.store.session import assesses, branches
from tests import cast

Visit = Callable[[Actor], Context]
DENIED = "violates row-level security|permission denied|is refused"
DEPUTY = cast.player("deputy").actor
STAFF, COLLEAGUE = cast.STAFF
RATER, SECOND_RATER = cast.RATERS

OF_PEOPLE = "campaign_id = (SELECT id FROM campaign WHERE jurisdiction = 'meiling')"
OF_DEPARTMENTS = "campaign_id = (SELECT id FROM campaign WHERE jurisdiction = 'zhengding')"
NOBODY = (
    cast.CLERK,
    cast.REVIEWER,
    cast.FINANCE_REVIEWER,
    cast.FINANCE_HEAD,
    cast.RULES_OFFICE,
    cast.ADMINISTRATOR,
)

SEEN: dict[str, dict[Actor, int]] = {
    f"unit_result WHERE {OF_PEOPLE}": {
        STAFF: 1, COLLEAGUE: 1, DEPUTY: 2, SECOND_RATER: 1, RATER: 0, cast.LIBRARY_CLERK: 0,
        cast.ASSESSMENT_OFFICE: 3, cast.ASSESSMENT_HEAD: 3, cast.AUDITOR: 3, **dict.fromkeys(NOBODY, 0),
    },
    f"unit_result WHERE {OF_DEPARTMENTS}": {STAFF: 2, cast.FINANCE_REVIEWER: 2, cast.WATER_CLERK: 2},
    f"assessed_unit WHERE {OF_PEOPLE}": {
        STAFF: 1, DEPUTY: 2, RATER: 3, SECOND_RATER: 3, cast.LIBRARY_CLERK: 3, cast.ASSESSMENT_OFFICE: 3,
        **dict.fromkeys(NOBODY, 0),
    },
    "rater_seat": {RATER: 1, SECOND_RATER: 1, STAFF: 0, cast.ASSESSMENT_OFFICE: 4, **dict.fromkeys(NOBODY, 0)},
    "rating_sheet": {RATER: 1, SECOND_RATER: 1, STAFF: 0, cast.ASSESSMENT_OFFICE: 2, cast.AUDITOR: 0, **dict.fromkeys(NOBODY, 0)},
    "record WHERE stage = 'rating'": {RATER: 1, STAFF: 0, **dict.fromkeys(NOBODY, 0)},
    "supplying": {
        cast.CLERK: 1, cast.LIBRARY_CLERK: 3, cast.FINANCE_REVIEWER: 0, STAFF: 0, cast.ASSESSMENT_OFFICE: 4,
    },
    "record WHERE stage = 'task_book'": {
        cast.ASSESSMENT_OFFICE: 2, cast.AUDITOR: 2, cast.DRAINAGE_CLERK: 0, cast.SCHOOL_CLERK: 0,
        cast.CLERK: 2, cast.LIBRARY_CLERK: 2,  # they supply facts, for which the books set standards
        cast.FINANCE_REVIEWER: 0, cast.FINANCE_HEAD: 0, STAFF: 0,
    },
    "record WHERE stage = 'penalty' AND path = ''": {
        COLLEAGUE: 1, DEPUTY: 1, STAFF: 0, cast.ASSESSMENT_OFFICE: 1, **dict.fromkeys(NOBODY, 0),
    },
    "filing f JOIN record r ON r.id = f.record_id WHERE r.stage IN ('fact_report', 'appeal', 'improvement')": {
        cast.FINANCE_REVIEWER: 0, cast.FINANCE_HEAD: 0, cast.DRAINAGE_CLERK: 0, STAFF: 0, RATER: 0,
    },
    "step WHERE stage IN ('task_book', 'progress', 'fact_report', 'rating', 'penalty', 'appeal', 'improvement')": {
        cast.FINANCE_REVIEWER: 0, cast.FINANCE_HEAD: 0, cast.DRAINAGE_CLERK: 0, STAFF: 0,
    },
    "decision WHERE kind = 'assessment'": {
        cast.ASSESSMENT_OFFICE: 4, cast.AUDITOR: 4, STAFF: 0, cast.WATER_CLERK: 0, **dict.fromkeys(NOBODY, 0),
    },
    "campaign": {**dict.fromkeys(NOBODY, 2), STAFF: 2},
    "campaign_file": {cast.WATER_CLERK: 1, cast.ASSESSMENT_OFFICE: 1},
}  # fmt: skip


def count(session: Session, what: str) -> int:
    """How many rows somebody sees, asked without any condition of ours."""
    return int(session.connection().execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


@pytest.mark.parametrize("what", SEEN)
def test_everybody_sees_of_an_assessment_what_is_theirs(visit: Visit, what: str) -> None:
    assert {actor.id: count(visit(actor).session, what) for actor in SEEN[what]} == {
        actor.id: number for actor, number in SEEN[what].items()
    }


def test_what_is_not_told_to_all_is_only_the_own_units(visit: Visit, owner: Session) -> None:
    """Before publication nobody but the assessing office, then the own branch, after approval everybody."""
    results = f"unit_result WHERE {OF_DEPARTMENTS}"
    session = visit(cast.ASSESSMENT_OFFICE).session
    found = []
    for change in ("told_to_all = false", "contest_ends_on = NULL"):
        session.bind_actor(cast.ASSESSMENT_OFFICE)
        session.connection().execute(text(f"UPDATE campaign SET {change} WHERE jurisdiction = 'zhengding'"))
        found.append(
            [
                count(visit(actor).session, results)
                for actor in (
                    cast.WATER_CLERK,
                    cast.LEADER,
                    cast.SCHOOL_CLERK,
                    cast.FINANCE_REVIEWER,
                    cast.AUDITOR,
                )
            ]
        )
    assert found == [[1, 1, 0, 0, 2], [0, 0, 0, 0, 2]]


_RECORD = """INSERT INTO record (id, subject, name, path, fiscal_year, stage, period, serial, status, version, opened_at)
    SELECT 'x', 'KP2024-zhengding.U.D1', '任务书', '01.0102', 2024, '{stage}', '', 9, 'draft', 1, now()"""
_RESULT = """INSERT INTO unit_result (unit_id, campaign_id, total, rank, grade, grade_label, document, decision_id)
    SELECT 'x', id, 100, 1, 'advanced', '先进', '{}', 'x' FROM campaign LIMIT 1"""
_DECISION = """INSERT INTO decision (id, kind, record_id, subject, period, edition, edition_digest, method, facts, result,
    environment, digest, decided_at) SELECT 'x', 'assessment', id, subject, '', '', '', '', '{}', '{}', '', 'x', now()
    FROM record WHERE stage = 'assessment' LIMIT 1"""
_STEP = """INSERT INTO step (record_id, stage, path, verb, source, target, actor_id, at, reason)
    SELECT id, stage, path, 'compute', 'running', 'computed', '{person}', now(), '' FROM record WHERE {which} LIMIT 1"""
_SEAT = (
    "INSERT INTO rater_seat VALUES ('x', (SELECT id FROM campaign LIMIT 1), 'leader', 99, '{person}', '[]')"
)
_SHEET = "INSERT INTO rating_sheet SELECT id, (SELECT id FROM campaign LIMIT 1), '{seat}', 'end', '', '{{}}', NULL FROM record WHERE stage = 'assessment' LIMIT 1"
_UNIT = "INSERT INTO assessed_unit SELECT 'x', id, 'x', 'X', 'x', 'staff', '', '{person}', NULL, '' FROM campaign LIMIT 1"
_FILE = """INSERT INTO campaign_file SELECT 'x', campaign_id, id, (SELECT digest FROM stored_file LIMIT 1), 'x', 'x', '2024-01-01',
    now(), '{person}' FROM assessed_unit WHERE code = 'D1'"""

REFUSED: tuple[tuple[Actor, str], ...] = (
    (cast.WATER_CLERK, _RESULT),
    (cast.FINANCE_HEAD, _RESULT),
    (STAFF, _RESULT),
    (cast.AUDITOR, _RESULT),
    (cast.FINANCE_HEAD, _DECISION),
    (cast.WATER_CLERK, _DECISION),
    (cast.AUDITOR, _DECISION),
    (cast.FINANCE_REVIEWER, _RECORD.format(stage="task_book")),
    (cast.EDUCATION_CLERK, _RECORD.format(stage="task_book")),
    (STAFF, _RECORD.format(stage="bonus")),
    (cast.AUDITOR, _RECORD.format(stage="penalty")),
    (cast.ASSESSMENT_OFFICE, _RECORD.format(stage="limits")),
    (cast.ASSESSMENT_OFFICE, _STEP.format(person="person-chief", which="stage = 'task_book'")),
    (STAFF, _SEAT.format(person="person-staff1")),
    (cast.FINANCE_HEAD, _SEAT.format(person="person-head")),
    (RATER, _SHEET.format(seat="x")),
    (STAFF, _UNIT.format(person="person-staff1")),
    (cast.FINANCE_REVIEWER, _UNIT.format(person="person-staff1")),
    (cast.EDUCATION_CLERK, _FILE.format(person="person-teacher")),
    (cast.FINANCE_REVIEWER, _FILE.format(person="person-finance")),
    (cast.WATER_CLERK, _FILE.format(person="person-head")),
    (cast.AUDITOR, "UPDATE record SET status = 'running' WHERE stage = 'task_book'"),
    (cast.LIBRARY_CLERK, "UPDATE record SET status = 'running' WHERE stage = 'task_book'"),
    (cast.ASSESSMENT_OFFICE, "UPDATE campaign_file SET describes = 'x'"),
    (cast.ASSESSMENT_OFFICE, "UPDATE campaign SET scheme = 'x'"),
    (cast.ASSESSMENT_OFFICE, "UPDATE rating_sheet SET salt = 'x'"),
    (cast.ASSESSMENT_OFFICE, "DELETE FROM unit_result"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "statement"), REFUSED, ids=[f"{actor.id}-{n}" for n, (actor, _) in enumerate(REFUSED)]
)
def test_a_write_into_an_assessment_is_refused(visit: Visit, actor: Actor, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=DENIED):
        visit(actor).session.connection().execute(text(statement))


UNTOUCHED: tuple[tuple[Actor, str], ...] = (
    (cast.FINANCE_HEAD, "UPDATE record SET status = 'issued' WHERE stage = 'task_book'"),
    (cast.FINANCE_REVIEWER, "UPDATE record SET status = 'settled' WHERE stage = 'penalty'"),
    (cast.SCHOOL_CLERK, "UPDATE record SET status = 'issued' WHERE subject LIKE '%.D1' AND stage = 'task_book'"),
    (STAFF, "UPDATE record SET status = 'withdrawn' WHERE subject LIKE '%.P2'"),
    (cast.WATER_CLERK, "UPDATE unit_result SET total = 100"),
    (STAFF, "UPDATE unit_result SET total = 100"),
    (cast.FINANCE_HEAD, "UPDATE unit_result SET total = 100"),
    (cast.AUDITOR, "UPDATE unit_result SET total = 100"),
    (cast.FINANCE_HEAD, "UPDATE campaign SET told_to_all = true"),
    (cast.AUDITOR, "UPDATE campaign SET told_to_all = true"),
    (STAFF, "UPDATE assessed_unit SET group_key = 'middle_cadre'"),
    (RATER, "UPDATE rater_seat SET person_id = NULL"),
    (RATER, "DELETE FROM rating_sheet"),
    (RATER, "UPDATE rating_sheet SET document = '{}'"),
    (cast.ASSESSMENT_OFFICE, "UPDATE rating_sheet SET document = '{}', submitted_at = NULL"),
    (cast.ASSESSMENT_HEAD, "UPDATE rating_sheet SET document = '{}'"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "statement"), UNTOUCHED, ids=[f"{actor.id}-{n}" for n, (actor, _) in enumerate(UNTOUCHED)]
)
def test_a_write_reaches_no_row_of_an_assessment(
    visit: Visit, owner: Session, actor: Actor, statement: str
) -> None:
    table = statement.split()[1] if statement.startswith("UPDATE") else statement.split()[2]
    assert count(owner, table) > 0
    assert visit(actor).session.connection().execute(text(statement)).rowcount == 0


def test_a_sheet_is_filled_by_its_rater_alone_and_once(visit: Visit, owner: Session) -> None:
    """Taken back to unsubmitted by the owner of the tables, to be filled again in one transaction."""
    mark = text("UPDATE rating_sheet SET document = '{\"rows\": []}', submitted_at = now()")
    seats = "SELECT s.person_id FROM rating_sheet t JOIN rater_seat s ON s.id = t.seat_id"
    whose = owner.connection().execute(text(seats)).scalars().all()
    assert sorted(whose) == ["person-rater1", "person-rater2"]
    for actor in (RATER, SECOND_RATER, STAFF):
        assert visit(actor).session.connection().execute(mark).rowcount == 0  # they are submitted


def test_what_the_city_sees_belongs_to_no_branch() -> None:
    both = Actor("x", "x", (Grant(Role.FINANCE_REVIEWER, ""), Grant(Role.CLERK, cast.FINANCE)))
    assert [branches(actor) for actor in (both, cast.FINANCE_HEAD, cast.CLERK, STAFF)] == [
        cast.FINANCE, "", cast.WATER_SUPPLY, "",
    ]  # fmt: skip
    told = {role.value: assesses(actor) for role, actor in cast.ONE_PER_ROLE.items() if assesses(actor)}
    assert told == {"auditor": "sees", "assessment_office": "writes", "assessment_head": "writes"}
