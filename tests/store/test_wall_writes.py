"""The second wall, against writing: what no query of the app role can do, whoever it speaks for."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from budgetperf.actions.accounts import PersonForm, create_person
from budgetperf.actions.context import Context
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.store.session import administers, writes
from tests import cast, story
from tests.conftest import MakeContext

Visit = Callable[[Actor], Context]
DENIED = "violates row-level security|permission denied|is refused|does not follow"
ISSUED = "(SELECT id FROM limit_round WHERE issued_at IS NOT NULL)"


def run(session: Session, statement: str) -> int:
    """How many rows a statement changed."""
    return session.connection().execute(text(statement)).rowcount


REFUSED: tuple[tuple[Actor, str], ...] = (
    (cast.SCHOOL_CLERK, "UPDATE record SET status = 'draft' WHERE stage = 'limits'"),
    (cast.SCHOOL_CLERK, "UPDATE record SET path = '01.0103.010301' WHERE stage = 'limits'"),
    (cast.AUDITOR, "UPDATE record SET version = version + 1"),
    (cast.SCHOOL_CLERK, "INSERT INTO role_grant VALUES ('x', 'person-school', 'finance_head', '')"),
    (cast.FINANCE_HEAD, "INSERT INTO role_grant VALUES ('x', 'person-head', 'rules_office', '')"),
    (cast.SCHOOL_CLERK, "UPDATE organisation SET path = 'x'"),
    (cast.SCHOOL_CLERK, "INSERT INTO credential VALUES ('founder', 'x')"),
    (cast.CLERK, "UPDATE chain_head SET number = number + 1, hash = repeat('0', 64)"),
    (cast.CLERK, "UPDATE chain_head SET hash = repeat('0', 64)"),
    (cast.CLERK, "DELETE FROM chain_head"),
    (cast.CLERK, "INSERT INTO chain_head VALUES ('x', 5, 'x', 1)"),
    (cast.CLERK, "INSERT INTO event (chain, number, kind, actor, at, payload, prev, hash) VALUES ('x', 1, 'x', 'person-head', now(), '{}', '', '')"),
    (cast.CLERK, "INSERT INTO ledger_entry SELECT 'x', evaluand_id, fiscal_year, kind, on_date, 1, source, economic_code, document_number, recorded_by, now() FROM ledger_entry LIMIT 1"),
    (cast.AUDITOR, "INSERT INTO ledger_entry SELECT 'x', evaluand_id, fiscal_year, kind, on_date, 1, source, economic_code, document_number, recorded_by, now() FROM ledger_entry LIMIT 1"),
    (cast.CLERK, "INSERT INTO filing SELECT 'x', record_id, evaluand_id, 99, form, document, digest, edition, 'person-head', now(), NULL FROM filing LIMIT 1"),
    (cast.FINANCE_HEAD, f"UPDATE budget_line SET limit_fen = limit_fen + 1 WHERE round_id = {ISSUED}"),
    (cast.FINANCE_HEAD, f"DELETE FROM cut_line WHERE line_id IN (SELECT id FROM budget_line WHERE round_id = {ISSUED})"),
    (cast.FINANCE_HEAD, "UPDATE adjustment_line SET amount_fen = amount_fen + 1"),
    (cast.FINANCE_HEAD, "UPDATE limit_round SET ceiling_fen = ceiling_fen + 1 WHERE issued_at IS NOT NULL"),
    (cast.FINANCE_HEAD, "UPDATE evaluand SET protection = NULL"),
    (cast.CLERK, "INSERT INTO cost_panel (id, code, service, spec) VALUES ('x', 'X', 'x', '{}')"),
    (cast.CLERK, "INSERT INTO cost_observation (panel_id, dmu, year, name, region, cost_fen, drivers, treatment) VALUES ('x', 'x', 2025, 'x', '', 1, '{}', '')"),
    (cast.CLERK, "INSERT INTO cost_unit (evaluand_id, panel_id, dmu, fiscal_year, drivers) VALUES ('x', 'x', 'x', 2026, '{}')"),
    (cast.RULES_OFFICE, "UPDATE cost_observation SET cost_fen = 1"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "statement"), REFUSED, ids=[f"{actor.id}-{n}" for n, (actor, _) in enumerate(REFUSED)]
)
def test_a_write_is_refused(visit: Visit, owner: Session, actor: Actor, statement: str) -> None:
    assert owner.connection().execute(text(f"SELECT count(*) FROM ({ISSUED}) AS issued")).scalar_one() == 1
    with pytest.raises(ProgrammingError, match=DENIED):
        run(visit(actor).session, statement)


UNTOUCHED: tuple[tuple[Actor, str], ...] = (
    (cast.AUDITOR, "UPDATE budget_line SET limit_fen = limit_fen + 1"),
    (cast.AUDITOR, "UPDATE limit_round SET ceiling_fen = 1"),
    (cast.SCHOOL_CLERK, "UPDATE person SET active = false"),
    (cast.SCHOOL_CLERK, "UPDATE credential SET password_hash = 'x' WHERE person_id <> 'person-school'"),
    (cast.SCHOOL_CLERK, "DELETE FROM role_grant"),
    (cast.SCHOOL_CLERK, "DELETE FROM api_token"),
    (cast.FINANCE_REVIEWER, "UPDATE panel_seat SET submitted_at = now()"),
)


@pytest.mark.parametrize(
    ("actor", "statement"), UNTOUCHED, ids=[f"{actor.id}-{n}" for n, (actor, _) in enumerate(UNTOUCHED)]
)
def test_a_write_reaches_no_row(visit: Visit, actor: Actor, statement: str) -> None:
    assert run(visit(actor).session, statement) == 0


def test_only_the_own_password_is_read_once_somebody_is_bound(visit: Visit) -> None:
    session = visit(cast.SCHOOL_CLERK).session
    found = session.connection().execute(text("SELECT person_id FROM credential")).scalars().all()
    assert found == ["person-school"]
    assert run(session, "UPDATE credential SET password_hash = 'new'") == 1
    session.bind_actor(None)
    assert len(session.connection().execute(text("SELECT person_id FROM credential")).all()) > 1


def test_a_published_round_may_be_locked_by_whoever_sees_it(visit: Visit) -> None:
    locked = text("SELECT id FROM record WHERE stage = 'limits' FOR UPDATE")
    assert len(visit(cast.SCHOOL_CLERK).session.connection().execute(locked).all()) == 1


def test_nobody_seats_themself_or_scores_for_another(ctx: MakeContext) -> None:
    record = story.make_exante(ctx)
    panel = story.draw(ctx, record.id)
    story.declare(ctx, panel[0], record.id)
    seat = """INSERT INTO panel_seat (id, panel_id, record_id, evaluand_id, person_id, specialism, position, conflict, statement)
        SELECT 'x', panel_id, record_id, evaluand_id, 'person-clerk', specialism, 99, false, '' FROM panel_seat LIMIT 1"""
    sheet = "INSERT INTO panel_rating SELECT id, panel_id, person_id, '{}', '', now() FROM panel_seat WHERE person_id = :person"
    for actor, statement in ((panel[0], seat), (cast.FINANCE_REVIEWER, sheet)):
        session = ctx(actor).session
        with pytest.raises(ProgrammingError, match=DENIED), session.begin_nested():
            session.connection().execute(text(statement), {"person": panel[0].id})


def test_an_expert_who_sees_the_city_is_blind_too_until_the_own_sheet_is_in(ctx: MakeContext) -> None:
    record = story.make_exante(ctx)
    first, second = story.draw(ctx, record.id)[:2]
    for expert in (first, second):
        story.declare(ctx, expert, record.id)
    story.score(ctx, first, record.id)
    both = Actor(second.id, second.name, (*second.grants, Grant(Role.AUDITOR, "")))
    sheets = text("SELECT count(*) FROM panel_rating")
    assert ctx(both).session.connection().execute(sheets).scalar_one() == 0
    story.score(ctx, second, record.id)
    assert ctx(both).session.connection().execute(sheets).scalar_one() == 2


def test_an_administrator_adds_people_and_nobody_else_is_told_to_be_one(ctx: MakeContext) -> None:
    form = PersonForm(login="new", name="新人", organisation_path=cast.CITY, grants=())
    assert create_person(ctx(cast.ADMINISTRATOR), form, "hash")
    assert [one.id for one in cast.ONE_PER_ROLE.values() if administers(one)] == ["person-admin"]


def test_who_only_looks_writes_nowhere() -> None:
    told = {role.value: writes(actor) for role, actor in cast.ONE_PER_ROLE.items()}
    assert told == {
        "clerk": cast.WATER_SUPPLY, "department_reviewer": cast.WATER, "finance_reviewer": "*", "finance_head": "*",
        "rules_office": "*", "expert": "", "auditor": "", "administrator": "",
        "leader": cast.WATER, "assessment_office": "", "assessment_head": "", "participant": "",
    }  # fmt: skip
