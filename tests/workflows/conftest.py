"""What the tests of runs share: a house over a database of their own, and the port to start runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import Database
from tests.actions.conftest import lived  # noqa: F401 (a fixture: the city after its whole year)
from tests.conftest import database_from, database_of, exists, locked, run
from tests.workflows.city import house_of, make_ready
from workflows.jobs import Jobs
from workflows.unit import House

READY = "template_ready"


@pytest.fixture(scope="session")
def ready(server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of three approved projects: made once a run, copied for each test; no file is filed."""
    with locked("ready"):
        if not exists(server, READY):
            run(server, f'DROP DATABASE IF EXISTS "{READY}_new"')
            run(server, f'CREATE DATABASE "{READY}_new" TEMPLATE "{template}"')
            make_ready(database_of(server, f"{READY}_new"), tmp_path_factory.mktemp("ready"))
            run(server, f'ALTER DATABASE "{READY}_new" RENAME TO "{READY}"')
    return READY


@pytest.fixture
def fresh_database(
    request: pytest.FixtureRequest, server: EmbeddedServer, template: str
) -> Iterator[Database]:
    """A database of the test's own: with the projects for a test that asks for the house, else with the cast."""
    asked = "house" in request.fixturenames
    with database_from(server, request.getfixturevalue("ready") if asked else template) as made:
        yield made


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[House]:
    """A house whose city has three approved projects in two departments."""
    with house_of(fresh_database, tmp_path) as made:
        yield made


@pytest.fixture
def jobs(house: House) -> Iterator[Jobs]:
    """The port over that house."""
    made = Jobs(house)
    yield made
    made.close()
