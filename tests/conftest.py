"""Fixtures every test may ask for: one PostgreSQL per run, one database per worker, one cast.

``session`` and ``ctx`` are rolled back after each test; ``fresh_database`` is for tests that commit, kill or
browse. All databases are copies of one template that holds the schema and the cast, and nothing else.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine

from budgetperf.actions.context import Context, Ids, SeededIds
from budgetperf.permissions import Actor
from budgetperf.rulebook.library import Rulebook
from budgetperf.store import migrate
from budgetperf.store.files import FileStore
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import BoundSession, Database, open_session
from tests import cast

HOME = "BUDGETPERF_TEST_HOME"
PREFIX = "bp-test-run-"
SUPERUSER = "postgres"
TEMPLATE = "template_cast"

MakeContext = Callable[..., Context]

# How long an example takes says who else is at work.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")


def pytest_configure(config: pytest.Config) -> None:
    """Name the run's home before workers start; clear what killed runs left behind."""
    if hasattr(config, "workerinput"):
        return
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if left.stat().st_uid == os.geteuid() and not lives(int(left.name.rpartition("-")[2])):
            remove(left)
    home = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getpid()}"
    home.mkdir(mode=0o755)
    os.environ[HOME] = str(home)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's server and remove its home."""
    if not hasattr(config, "workerinput") and HOME in os.environ:
        remove(Path(os.environ.pop(HOME)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no worker waits at the end for the other's last."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def lives(process: int) -> bool:
    """Whether a process runs under that number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def remove(home: Path) -> None:
    """Stop the server of a home and remove it with all its data."""
    EmbeddedServer(home / "postgres", durable=False).destroy()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> EmbeddedServer:
    """The run's server, shared by all workers."""
    shared = EmbeddedServer(Path(os.environ[HOME]) / "postgres", durable=False)
    shared.start()
    return shared


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """The database that the others are copied from: migrated and peopled once per run."""
    with locked("template"):
        if not exists(server, TEMPLATE):
            run(server, f'DROP DATABASE IF EXISTS "{TEMPLATE}_new"')
            run(server, f'CREATE DATABASE "{TEMPLATE}_new"')
            fill(database_of(server, f"{TEMPLATE}_new"))
            run(server, f'ALTER DATABASE "{TEMPLATE}_new" RENAME TO "{TEMPLATE}"')
    return TEMPLATE


def fill(database: Database) -> None:
    """Migrate a database and enter the cast through the actions."""
    owner, engine = database.owner_engine(), database.app_engine()
    migrate.upgrade(owner)
    with open_session(engine) as opened, tempfile.TemporaryDirectory() as folder:
        cast.enter(make_context(opened, cast.FOUNDER, files=FileStore(Path(folder))))
        opened.commit()
    owner.dispose()
    engine.dispose()


@contextmanager
def database_from(server: EmbeddedServer, template: str) -> Iterator[Database]:
    """A new copy of the template, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with locked("template"):  # PostgreSQL copies one at a time
        run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    yield database_of(server, name)
    run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def database(server: EmbeddedServer, template: str) -> Iterator[Database]:
    """The worker's database, for tests that roll back."""
    with database_from(server, template) as made:
        yield made


@pytest.fixture
def fresh_database(server: EmbeddedServer, template: str) -> Iterator[Database]:
    """A database of the test's own, for tests that commit, kill or browse."""
    with database_from(server, template) as made:
        yield made


@pytest.fixture(scope="session")
def engine(database: Database) -> Iterator[Engine]:
    """The worker's database as the app role."""
    made = database.app_engine()
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def owner_engine(database: Database) -> Iterator[Engine]:
    """The worker's database as the owner of the tables."""
    made = database.owner_engine()
    yield made
    made.dispose()


@contextmanager
def undone(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """What the test's session works on; a module that begins with a story makes it once, and tells it there."""
    with undone(engine) as made:
        yield made


@contextmanager
def session_on(connection: Connection) -> Iterator[BoundSession]:
    """A session whose commits are savepoints of the connection's transaction."""
    with BoundSession(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=False
    ) as opened:
        yield opened


@pytest.fixture
def session(connection: Connection) -> Iterator[BoundSession]:
    """A session that leaves the connection as it was found."""
    before = connection.begin_nested()
    with session_on(connection) as opened:
        yield opened
    before.rollback()


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    """A file store of the test's own."""
    return FileStore(tmp_path / "files")


@pytest.fixture
def ctx(session: BoundSession, files: FileStore) -> MakeContext:
    """``ctx(actor)``: that person's context in the test's session; the newest one made is who acts."""
    ids = SeededIds("test")

    def make(actor: Actor, now: datetime = cast.NOW) -> Context:
        return make_context(session, actor, files=files, now=now, ids=ids)

    return make


def make_context(
    session: BoundSession,
    actor: Actor,
    *,
    files: FileStore,
    now: datetime = cast.NOW,
    ids: Ids | None = None,
) -> Context:
    """Bind ``session`` to ``actor`` and return the context, with seeded ids and a fixed clock."""
    session.bind_actor(actor)
    return Context(session, actor, now, ids or SeededIds("test"), Rulebook.load(), files)


# --------------------------------------------------------------------- inside


def database_of(server: EmbeddedServer, name: str) -> Database:
    url = server.url(name, SUPERUSER)
    return Database(url, url)


def run(server: EmbeddedServer, statement: str) -> None:
    with psycopg.connect(server.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
        connection.execute(statement.encode())


def exists(server: EmbeddedServer, name: str) -> bool:
    with psycopg.connect(server.dsn(SUPERUSER, SUPERUSER), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        return found.fetchone() is not None


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One worker at a time."""
    with (Path(os.environ[HOME]) / f"{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
