"""The city after its whole year: built once a run, copied for each folder of tests that looks at it."""

import os
import shutil
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
from tests.actions.city import build
from tests.actions.year import City, codes_of
from tests.actions.zhengding import zhengding
from tests.assessment_story import Story
from tests.conftest import HOME, MakeContext, database_from, database_of, exists, locked, run

LIVED = "template_city"


@pytest.fixture(scope="session")
def lived(server: EmbeddedServer, template: str) -> City:
    """The database and the files that the others are copied from."""
    files = FileStore(Path(os.environ[HOME]) / "city-files")
    with locked("city"):
        if not exists(server, LIVED):
            run(server, f'DROP DATABASE IF EXISTS "{LIVED}_new"')
            run(server, f'CREATE DATABASE "{LIVED}_new" TEMPLATE "{template}"')
            build(City(database_of(server, f"{LIVED}_new"), files))
            run(server, f'ALTER DATABASE "{LIVED}_new" RENAME TO "{LIVED}"')
    return City(database_of(server, LIVED), files)


@pytest.fixture(scope="session")
def city(server: EmbeddedServer, lived: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A copy of the city; tests look at it and roll back."""
    folder = tmp_path_factory.mktemp("city") / "files"
    shutil.copytree(lived.files.folder, folder)
    with database_from(server, LIVED) as database:
        yield City(database, FileStore(folder), codes_of(database))


@pytest.fixture
def story(ctx: MakeContext) -> Story:
    """Zhengding's campaign before it is opened."""
    return zhengding(ctx)


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
            now = cast.NOW.replace(year=2026, month=2, day=10)
            return Context(session, actor, now, SeededIds("visit"), Rulebook.load(), city.files)

        yield go
        session.rollback()
    engine.dispose()
