"""The city after its whole year, built once a worker; tests look at it and roll back."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from budgetperf.actions.context import Context, SeededIds
from budgetperf.permissions import Actor
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import open_session
from tests import cast
from tests.actions.city import City, build
from tests.conftest import database_from


@pytest.fixture(scope="session")
def city(server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A database of its own, in which the year was lived and committed."""
    folder: Path = tmp_path_factory.mktemp("city")
    with database_from(server, template) as database:
        yield build(City(database, FileStore(folder / "files")))


@pytest.fixture
def owner(city: City) -> Iterator[Session]:
    """The city as its owner sees it, with triggers and foreign keys off: what is broken here is rolled back."""
    engine = city.database.owner_engine()
    with Session(engine) as session:
        session.connection().execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def visit(city: City) -> Iterator[Callable[[Actor], Context]]:
    """``visit(actor)``: that person's context in the city; rolled back afterwards."""
    engine = city.database.app_engine()
    with open_session(engine) as session:

        def go(actor: Actor) -> Context:
            session.bind_actor(actor)
            return Context(session, actor, cast.NOW.replace(year=2026, month=2, day=10), SeededIds("visit"), Rulebook.load(), city.files)

        yield go
        session.rollback()
    engine.dispose()
