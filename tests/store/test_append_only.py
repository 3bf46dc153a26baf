"""Append-only tables refuse every change, to the app role by grant and to their owner by trigger."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from budgetperf.actions.invariants.wall import APPEND_ONLY
from budgetperf.store.session import APP_ROLE
from budgetperf.store.tables import metadata
from tests.actions.year import City

VERSIONS = "budgetperf.store.migrations.versions"
RIGHTS: dict[str, str] = import_module(f"{VERSIONS}.0002_wall").RIGHTS
ASSESSMENT_RIGHTS: dict[str, str] = import_module(f"{VERSIONS}.0004_assessment_wall").RIGHTS
CHANGES = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE")


@pytest.fixture(scope="module")
def owners(city: City) -> Iterator[Engine]:
    """The city as its owner, a superuser, with triggers on."""
    engine = city.database.owner_engine()
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def apps(city: City) -> Iterator[Engine]:
    """The city as the app role."""
    engine = city.database.app_engine()
    yield engine
    engine.dispose()


def statement(change: str, table: str) -> str:
    column = next(iter(metadata.tables[table].primary_key)).name
    return change.format(table=table, column=column)


@pytest.mark.parametrize("change", CHANGES, ids=["update", "delete", "truncate"])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_even_the_owner_is_refused(owners: Engine, table: str, change: str) -> None:
    with owners.connect() as connection:
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() > 0
        with pytest.raises(ProgrammingError, match=r"append-only: (UPDATE|DELETE|TRUNCATE) on"):
            connection.execute(text(statement(change, table)))


@pytest.mark.parametrize("change", CHANGES, ids=["update", "delete", "truncate"])
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_app_role_has_no_right_to_try(apps: Engine, table: str, change: str) -> None:
    with apps.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement(change, table)))


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_the_app_role_may_read_and_write_but_never_truncate(owners: Engine, table: str) -> None:
    with owners.connect() as connection:
        asked = text("SELECT has_table_privilege(:role, :name, :right)")
        rights = {
            right: connection.execute(asked, {"role": APP_ROLE, "name": table, "right": right}).scalar_one()
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
        }
    changes = table not in APPEND_ONLY and table not in RIGHTS
    granted = ASSESSMENT_RIGHTS.get(table)
    whole = changes if granted is None else "UPDATE" in granted.split(", ")
    gone = changes if granted is None else "DELETE" in granted
    assert rights == {
        "SELECT": True, "INSERT": True, "UPDATE": whole or table == "chain_head", "DELETE": gone,
        "TRUNCATE": False, "TRIGGER": False, "REFERENCES": False,
    }  # fmt: skip


def test_the_app_role_cannot_rewrite_the_version_of_the_schema(apps: Engine) -> None:
    with apps.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("UPDATE alembic_version SET version_num = 'x'"))
