"""A real app over a real database of the test's own, and people who talk to it."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.jobs_port import Jobs
from api.main import create_app
from api.settings import Settings
from budgetperf.actions.accounts import issue_token
from budgetperf.actions.context import Context, SeededIds
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.store.files import FileStore
from budgetperf.store.runs import RunFacts, get_run
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import Database, open_session
from tests import cast
from tests.actions.city import build
from tests.actions.year import City
from tests.conftest import database_from, make_context

AFTER_THE_YEAR = cast.NOW.replace(year=2026, month=2, day=10)


@dataclass(slots=True)
class Clock:
    """What time the app thinks it is."""

    now: datetime = cast.NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, span: timedelta) -> None:
        self.now += span


@dataclass(slots=True)
class QueuedWork:
    """A port to durable work that only notes what was queued: the worker is tested elsewhere."""

    orders: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def enqueue_in_transaction(
        self,
        ctx: Context,  # noqa: ARG002 - the signature of the port
        kind: str,
        arguments: Mapping[str, str],
        *,
        key: str,
    ) -> str:
        self.orders.append((kind, dict(arguments), key))
        return f"run-{len(self.orders)}"

    def may_steer(self, ctx: Context, run: RunFacts) -> bool:
        return run.started_by == ctx.actor.id

    def cancel(self, ctx: Context, run_id: str) -> None:
        get_run(ctx.session, run_id)

    def retry(self, ctx: Context, run_id: str) -> None:
        get_run(ctx.session, run_id)


LOOPS: list[BlockingPortal] = []
"""The event loop all clients share: one of its own a request would take longer than the request."""


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """Keep that loop while tests of the API run."""
    with start_blocking_portal() as portal:
        LOOPS.append(portal)
        yield
        LOOPS.clear()


@dataclass(slots=True)
class House:
    """The app under test with its database, clock and log."""

    database: Database
    engine: Engine
    app: FastAPI
    clock: Clock
    ids: SeededIds
    jobs: QueuedWork
    files: FileStore
    log: io.StringIO
    tokens: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def acting(self) -> Iterator[Callable[..., Context]]:
        """A committing ``ctx`` factory as ``tests/story.py`` takes it."""
        with open_session(self.engine) as session:

            def make(actor: Actor, now: datetime | None = None) -> Context:
                return make_context(session, actor, files=self.files, now=now or self.clock.now, ids=self.ids)

            yield make
            session.commit()

    def token(self, actor: Actor) -> str:
        """A bearer token of somebody of the cast."""
        if actor.id not in self.tokens:
            with self.acting() as ctx:
                self.tokens[actor.id] = issue_token(ctx(actor), actor.id, "测试", days=300)
        return self.tokens[actor.id]

    def client(self, actor: Actor | None = None) -> TestClient:
        """A client of the API for somebody, or for nobody."""
        headers = {"Authorization": f"Bearer {self.token(actor)}"} if actor else {}
        made = TestClient(self.app, headers=headers, raise_server_exceptions=False, follow_redirects=False)
        made.portal = LOOPS[0] if LOOPS else None
        return made


def make_house(database: Database, folder: Path, *, jobs: Jobs | None = None) -> House:
    """Put an app on a database; runs are only noted unless a port is given."""
    clock, ids, noted, log = Clock(), SeededIds("house"), QueuedWork(), io.StringIO()
    settings = Settings(database, folder / "files")
    app = create_app(settings, jobs or noted, clock=clock, ids=ids, hasher=cast.quick_hasher(), log=log)
    engine: Engine = app.state.resources.engine
    return House(database, engine, app, clock, ids, noted, FileStore(settings.files), log)


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[House]:
    """An app of the test's own."""
    made = make_house(fresh_database, tmp_path)
    yield made
    made.engine.dispose()


@dataclass(slots=True)
class World:
    """An app over a city whose whole year was lived: for reads and dry runs, which leave it as it is."""

    house: House
    codes: dict[str, str]
    owner: Engine

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What the owner of the tables reads."""
        with self.owner.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def write(self, statement: str, **values: object) -> None:
        """What only the owner of the tables may change, with triggers off: what is issued is put back too."""
        with self.owner.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement), values)

    def record(self, stage: Stage, subject: str = "") -> tuple[str, int]:
        """Id and version of the newest record of a stage, of one subject if given."""
        found = self.rows(
            "SELECT id, version FROM record WHERE stage = :stage AND (:subject = '' OR subject = :subject)"
            " ORDER BY fiscal_year DESC, period DESC, subject, serial DESC LIMIT 1",
            stage=stage.value,
            subject=subject,
        )
        return str(found[0][0]), int(str(found[0][1]))


@pytest.fixture(scope="session")
def world(server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One lived year per worker."""
    folder = tmp_path_factory.mktemp("world")
    with database_from(server, template) as database:
        city = City(database, FileStore(folder / "files"))
        build(city)
        house = make_house(database, folder)
        house.clock.now = AFTER_THE_YEAR
        owner = database.owner_engine()
        yield World(house, city.codes, owner)
        owner.dispose()
        house.engine.dispose()
