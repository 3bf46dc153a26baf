"""The second wall: what a query that forgets to ask still cannot see, table by table."""

import uuid
from collections.abc import Callable
from importlib import import_module

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session

from budgetperf.actions import limits
from budgetperf.actions.context import Context
from budgetperf.actions.invariants.wall import APPEND_ONLY, GUARDED, OPEN_TABLES, WATCHED
from budgetperf.actions.moves import Seen
from budgetperf.budget.form import RoundForm
from budgetperf.permissions import Actor, Grant, Role
from budgetperf.process.stages import ASSESSMENT_STAGES, Stage
from budgetperf.store.costs import unit_years
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import APP_ROLE
from budgetperf.store.tables import metadata
from tests import cast, story
from tests.actions.year import City
from tests.conftest import SUPERUSER, MakeContext

Visit = Callable[[Actor], Context]
NEXT_YEAR = cast.NOW.replace(year=2026, month=1)

OWNER_OF_ROW = {
    "evaluand": "path", "record": "path", "step": "path", "budget_line": "path",
    **dict.fromkeys(
        ("indicator_line", "fund_line", "ledger_entry", "panel", "cost_band", "cost_unit", "score", "light", "attachment"),
        "(SELECT path FROM every_evaluand e WHERE e.id = {table}.evaluand_id)",
    ),
    "filing": "(SELECT path FROM every_record r WHERE r.id = filing.record_id)",
    "decision": "(SELECT path FROM every_evaluand e WHERE e.id = decision.evaluand_id)",
    "cut_line": "(SELECT path FROM every_line b WHERE b.id = cut_line.line_id)",
    "adjustment_line": "(SELECT path FROM every_line b WHERE b.id = adjustment_line.line_id)",
}  # fmt: skip
"""Tables with rows of both departments, and how the path of a row's owner is found."""

_STAGES = ", ".join(f"'{stage.value}'" for stage in ASSESSMENT_STAGES)
_FORMS = (
    "TaskBookForm", "ProgressForm", "FactReportForm", "BonusForm", "AdmissionForm", "PenaltyForm", "AppealForm",
    "AppealDecisionForm", "ImprovementForm", "ImprovementReply", "ResultApprovalForm", "ExemptionForm",
)  # fmt: skip
ASSESSED = {
    "record": f"stage IN ({_STAGES})",
    "step": f"stage IN ({_STAGES})",
    "filing": f"form IN {_FORMS}",
    "decision": "kind = 'assessment'",
}
"""What of the shared tables belongs to an assessment, which no grant over the city's money opens."""


def count(session: Session, statement: str) -> int:
    """The number a statement counts, asked without any condition of ours."""
    return int(session.connection().execute(text(statement)).scalar_one())


def all_of(owner: Session, table: str) -> int:
    return count(owner, f"SELECT count(*) FROM {table}")


@pytest.fixture
def paths(owner: Session) -> Callable[[str], dict[str, int]]:
    """``paths(table)``: how many rows each branch owns, as the owner of the tables sees it."""
    owner.connection().execute(text("CREATE TEMP VIEW every_evaluand AS SELECT * FROM evaluand"))
    owner.connection().execute(text("CREATE TEMP VIEW every_record AS SELECT * FROM record"))
    owner.connection().execute(text("CREATE TEMP VIEW every_line AS SELECT * FROM budget_line"))

    def by_path(table: str) -> dict[str, int]:
        path = OWNER_OF_ROW[table].format(table=table)
        rows = owner.connection().execute(
            text(f"SELECT {path} AS path, count(*) AS n FROM {table} GROUP BY 1")
        )
        return {row.path or "": row.n for row in rows}

    return by_path


@pytest.mark.parametrize("table", sorted(OWNER_OF_ROW))
def test_a_department_sees_no_row_of_another(
    visit: Visit, paths: Callable[[str], dict[str, int]], table: str
) -> None:
    rows = paths(table)
    foreign = sum(number for path, number in rows.items() if path.startswith(cast.WATER))
    assert foreign > 0
    ctx = visit(cast.EDUCATION_REVIEWER)
    own = sum(number for path, number in rows.items() if path.startswith(cast.EDUCATION))
    city_wide = rows.get("", 0)
    assert count(ctx.session, f"SELECT count(*) FROM {table}") <= own + city_wide


@pytest.mark.parametrize("table", sorted(OWNER_OF_ROW))
def test_finance_and_audit_see_every_row(visit: Visit, owner: Session, table: str) -> None:
    for actor in (cast.FINANCE_REVIEWER, cast.AUDITOR):
        assessed = ASSESSED.get(table, "false") if actor is cast.FINANCE_REVIEWER else "false"
        theirs = f"{table} WHERE NOT ({assessed})"
        assert count(visit(actor).session, f"SELECT count(*) FROM {theirs}") == all_of(owner, theirs)


@pytest.mark.parametrize("table", sorted(set(metadata.tables) - set(OPEN_TABLES) - {"limit_round"}))
def test_nobody_sees_nothing(city: City, table: str) -> None:
    engine = city.database.app_engine()
    with Session(engine) as session:
        seen = count(session, f"SELECT count(*) FROM {table}")
        public = count(session, "SELECT count(*) FROM record WHERE stage = 'limits'")
        assert seen == (public if table == "record" else 0)
    engine.dispose()


def test_a_department_sees_its_own_rows(visit: Visit, city: City) -> None:
    session = visit(cast.CLERK).session
    assert count(session, "SELECT count(*) FROM evaluand") == 1
    assert count(session, "SELECT count(*) FROM record WHERE stage = 'monitoring'") == 1
    assert count(session, "SELECT count(*) FROM filing") > 3
    assert count(session, "SELECT count(*) FROM decision WHERE kind IN ('cut', 'limit')") == 3
    assert visit(cast.REVIEWER).session.connection().execute(text("SELECT code FROM evaluand ORDER BY code")).scalars().all() == [
        city.codes["water"], city.codes["drains"],
    ]  # fmt: skip


OF_PROJECTS = {"record": "evaluand_id IS NOT NULL", "budget_line": "true"}

FOREIGN_WRITES = {
    "evaluand": "INSERT INTO evaluand SELECT 'x', 'x', name, kind, organisation_id, '01.0102.010201', function_code, "
    "classification_year, nature, origin, protection FROM evaluand LIMIT 1",
    "record": "INSERT INTO record (id, evaluand_id, subject, name, path, fiscal_year, stage, period, serial, status, version, opened_at) "
    "SELECT 'x', '{foreign}', 'x', name, '01.0102.010201', 2026, stage, '', 0, status, 1, now() FROM record LIMIT 1",
    "ledger_entry": "INSERT INTO ledger_entry SELECT 'x', '{foreign}', fiscal_year, kind, on_date, 1, source, economic_code, "
    "document_number, recorded_by, now() FROM ledger_entry LIMIT 1",
    "fund_line": "INSERT INTO fund_line SELECT filing_id, 99, '{foreign}', source, 1 FROM fund_line LIMIT 1",
    "event": "INSERT INTO event (chain, number, kind, actor, at, payload, prev, hash) VALUES ('x', 1, 'x', 'x', now(), '{{}}', '', '')",
}


@pytest.mark.parametrize("table", sorted(FOREIGN_WRITES))
def test_nobody_writes_into_another_department(visit: Visit, owner: Session, city: City, table: str) -> None:
    """A row for another branch is refused; so is an event of nobody."""
    foreign = str(
        owner.connection()
        .execute(text("SELECT id FROM evaluand WHERE code = :code"), {"code": city.codes["water"]})
        .scalar_one()
    )
    session = visit(cast.SCHOOL_CLERK).session
    if table == "event":
        session.bind_actor(None)
    with pytest.raises(ProgrammingError, match="violates row-level security policy"):
        session.connection().execute(text(FOREIGN_WRITES[table].format(foreign=foreign)))


@pytest.mark.parametrize(("table", "column"), [("record", "version"), ("budget_line", "limit_fen")])
def test_nobody_changes_a_row_of_another_department(
    visit: Visit, owner: Session, table: str, column: str
) -> None:
    session = visit(cast.SCHOOL_CLERK).session
    changed = session.connection().execute(
        text(f"UPDATE {table} SET {column} = {column} WHERE path LIKE '01.0102%' AND {OF_PROJECTS[table]}")
    )
    assert changed.rowcount == 0
    assert count(owner, f"SELECT count(*) FROM {table} WHERE path LIKE '01.0102%'") > 0


@pytest.mark.parametrize("actor", [cast.CLERK, cast.REVIEWER, cast.EXPERTS[0], cast.ADMINISTRATOR])
def test_only_those_who_see_the_whole_city_read_the_log(visit: Visit, actor: Actor) -> None:
    assert count(visit(actor).session, "SELECT count(*) FROM event") == 0


def test_a_draft_is_seen_by_its_writer_alone(ctx: MakeContext) -> None:
    request = story.make_request(ctx)
    ctx(cast.CLERK).session.connection().execute(
        text("INSERT INTO draft VALUES (:record, 'person-clerk', 'GoalForm', '{}', 1, now())"),
        {"record": request.record_id},
    )
    seen = {
        actor.id: count(ctx(actor).session, "SELECT count(*) FROM draft")
        for actor in (cast.CLERK, cast.SECOND_CLERK, cast.REVIEWER, cast.FINANCE_REVIEWER)
    }
    assert seen == {"person-clerk": 1, "person-clerk2": 0, "person-reviewer": 0, "person-finance": 0}


def test_an_expert_is_blind_until_the_own_sheet_is_in(ctx: MakeContext) -> None:
    record = story.make_exante(ctx)
    panel = story.draw(ctx, record.id)
    sheets = "SELECT count(*) FROM panel_rating"
    for expert in panel[:2]:
        story.declare(ctx, expert, record.id)
    story.score(ctx, panel[0], record.id)
    assert count(ctx(panel[0]).session, sheets) == 1
    assert count(ctx(panel[1]).session, sheets) == 0
    story.score(ctx, panel[1], record.id)
    assert count(ctx(panel[1]).session, sheets) == 2
    assert count(ctx(panel[2]).session, sheets) == 0
    assert count(ctx(cast.REVIEWER).session, sheets) == 0


def test_an_expert_sees_only_the_projects_of_the_own_seats(ctx: MakeContext) -> None:
    story.make_request(ctx, by=cast.SCHOOL_CLERK, project_name="教学设备更新")
    record = story.make_exante(ctx)
    panel = story.draw(ctx, record.id)
    outsider = next(expert for expert in cast.EXPERTS if expert not in panel)
    assert count(ctx(panel[0]).session, "SELECT count(*) FROM evaluand") == 1
    assert count(ctx(panel[0]).session, "SELECT count(*) FROM panel_seat") == 1
    assert count(ctx(outsider).session, "SELECT count(*) FROM evaluand") == 0
    assert count(ctx(outsider).session, "SELECT count(*) FROM record") == 0


def test_the_department_does_not_read_who_scored_what(ctx: MakeContext) -> None:
    record = story.make_exante(ctx)
    panel = story.draw(ctx, record.id)
    story.declare(ctx, panel[0], record.id)
    steps = "SELECT string_agg(verb, ',' ORDER BY id) FROM step WHERE stage = 'exante'"
    assert ctx(cast.REVIEWER).session.connection().execute(text(steps)).scalar_one() == "open"
    assert (
        ctx(cast.FINANCE_REVIEWER).session.connection().execute(text(steps)).scalar_one()
        == "open,draw,declare"
    )


def test_a_department_reads_the_rows_of_its_own_units_of_a_panel(visit: Visit, owner: Session) -> None:
    theirs = """cost_observation o WHERE EXISTS (SELECT 1 FROM cost_unit u JOIN evaluand e ON e.id = u.evaluand_id
      WHERE u.panel_id = o.panel_id AND u.dmu = o.dmu AND (e.path = '{0}' OR starts_with(e.path, '{0}.')))"""
    seen = []
    for actor, branch in ((cast.REVIEWER, cast.WATER), (cast.EDUCATION_REVIEWER, cast.EDUCATION)):
        session = visit(actor).session
        seen.append(count(session, "SELECT count(*) FROM cost_observation"))
        assert seen[-1] == count(owner, f"SELECT count(*) FROM {theirs.format(branch)}")
        panels = "cost_panel p WHERE EXISTS (SELECT 1 FROM cost_observation o WHERE o.panel_id = p.id)"
        assert count(session, "SELECT count(*) FROM cost_panel") == count(
            session, f"SELECT count(*) FROM {panels}"
        )
    assert 0 < sum(seen) < all_of(owner, "cost_observation")
    of_experts = """EXISTS (SELECT 1 FROM panel_seat s JOIN cost_unit u ON u.evaluand_id = s.evaluand_id
      WHERE s.person_id = '{0}')"""
    expert = next(
        one for one in cast.EXPERTS if count(owner, f"SELECT count(*) WHERE {of_experts.format(one.id)}")
    )
    for table in ("cost_panel", "cost_observation", "cost_unit", "cost_band"):
        assert all_of(visit(expert).session, table) == 0
    assert all_of(visit(expert).session, "evaluand") > 0
    # the first wall alone: asked as the owner of the tables
    assert (unit_years(owner, cast.LIBRARY_CLERK), bool(unit_years(owner, cast.CLERK))) == (set(), True)
    for actor in (cast.FINANCE_REVIEWER, cast.AUDITOR, cast.RULES_OFFICE):
        assert all_of(visit(actor).session, "cost_observation") == all_of(owner, "cost_observation")


def test_an_unpublished_round_is_invisible_to_departments(ctx: MakeContext) -> None:
    ceiling = RoundForm.model_validate({"fiscal_year": 2026, "result_year": 2025, "ceiling": cast.wan("700")})
    request = story.make_request(ctx)
    story.advance_request(ctx, request.record_id, to="store")
    opened = limits.open_round(ctx(cast.FINANCE_REVIEWER, NEXT_YEAR), ceiling, Seen())
    story.act(ctx, cast.FINANCE_REVIEWER, (Stage.LIMITS, "compute"), opened.record_id, now=NEXT_YEAR)
    tables = ("limit_round", "budget_line", "decision")
    before = {table: count(ctx(cast.CLERK).session, f"SELECT count(*) FROM {table}") for table in tables}
    assert before == dict.fromkeys(tables, 0)
    window: dict[str, object] = {"window_ends_on": "2026-02-01"}
    story.act(ctx, cast.FINANCE_HEAD, (Stage.LIMITS, "publish"), opened.record_id, form=window, now=NEXT_YEAR)
    after = {table: count(ctx(cast.CLERK).session, f"SELECT count(*) FROM {table}") for table in tables}
    assert after == dict.fromkeys(tables, 1)
    assert count(ctx(cast.SCHOOL_CLERK).session, "SELECT count(*) FROM budget_line") == 0


def test_a_scope_matches_whole_codes_only(ctx: MakeContext) -> None:
    """``01.01`` is not a superior of ``01.0102``; ``%`` and ``_`` in a scope mean themselves."""
    story.make_request(ctx)
    for scope, seen in (("01.0102", 1), ("01.01", 0), ("01.0102%", 0), ("01.010_", 0), ("%", 0), ("01", 1)):
        reader = Actor("person-reviewer", "林海", (Grant(Role.DEPARTMENT_REVIEWER, scope),))
        assert count(ctx(reader).session, "SELECT count(*) FROM evaluand") == seen, scope


def test_a_login_that_is_only_a_member_cannot_become_owner(server: EmbeddedServer, city: City) -> None:
    database = make_url(city.database.owner_url).database
    login = f"member_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server.dsn(database, SUPERUSER), autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {login} LOGIN IN ROLE {APP_ROLE}".encode())
    try:
        with psycopg.connect(server.dsn(database, login), autocommit=True) as member:
            for forbidden in ("SET ROLE postgres", "ALTER TABLE draft DISABLE ROW LEVEL SECURITY", "DROP TABLE draft",
                              "SET session_replication_role = replica", "ALTER TABLE event DISABLE TRIGGER append_only"):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    member.execute(forbidden.encode())
            assert member.execute("SELECT count(*) FROM evaluand").fetchone() == (0,)
    finally:
        with psycopg.connect(server.dsn(database, SUPERUSER), autocommit=True) as owner:
            owner.execute(f"DROP ROLE {login}".encode())


def test_the_lists_of_the_wall_are_those_of_the_migration() -> None:
    versions = "budgetperf.store.migrations.versions"
    wall, assessed = import_module(f"{versions}.0002_wall"), import_module(f"{versions}.0004_assessment_wall")
    costed = import_module(f"{versions}.0009_cost_wall")
    assert {*wall.POLICIES, *assessed.POLICIES, *costed.POLICIES, "event"} == set(metadata.tables) - set(
        OPEN_TABLES
    )
    assert sorted((*wall.APPEND_ONLY, *assessed.APPEND_ONLY)) == list(APPEND_ONLY)
    assert tuple(wall.GUARDED) == GUARDED
    assert set(wall.ISSUED) | {"chain_head", "record"} == set(WATCHED)
