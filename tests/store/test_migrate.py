"""Migrations: from nothing to the tables in code, one step back, and forward again."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, inspect, text

from budgetperf.store import migrate
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.tables import metadata
from tests.conftest import database_of, run


@pytest.fixture
def empty(server: EmbeddedServer) -> Iterator[Engine]:
    """The owner's engine on a database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    run(server, f'CREATE DATABASE "{name}"')
    engine = database_of(server, name).owner_engine()
    yield engine
    engine.dispose()
    run(server, f'DROP DATABASE "{name}"')


def snapshot(engine: Engine) -> dict[str, set[tuple[object, ...]]]:
    """Columns, indices, constraints, policies, triggers, functions and grants of the schema."""
    queries = {
        "columns": "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns WHERE table_schema = 'public'",
        "indices": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "policies": "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public'",
        "secured": "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
        "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'bp%'",
        "grants": "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'budgetperf_app'",
    }
    with engine.connect() as connection:
        return {
            name: {tuple(row) for row in connection.execute(text(query))} for name, query in queries.items()
        }


def test_an_empty_database_is_brought_to_the_tables_in_code(empty: Engine) -> None:
    migrate.upgrade(empty)
    assert set(inspect(empty).get_table_names()) == set(metadata.tables) | {"alembic_version"}
    migrate.compare(empty)


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    migrate.upgrade(empty)
    before = snapshot(empty)
    migrate.upgrade(empty)
    assert snapshot(empty) == before


def test_the_newest_step_goes_back_and_forward_again(empty: Engine) -> None:
    migrate.upgrade(empty)
    newest = snapshot(empty)
    migrate.downgrade(empty)
    assert snapshot(empty) != newest
    migrate.upgrade(empty)
    assert snapshot(empty) == newest


def test_every_step_goes_back_to_an_empty_database(empty: Engine) -> None:
    migrate.upgrade(empty)
    migrate.downgrade(empty, "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]
    migrate.upgrade(empty)
    migrate.compare(empty)
