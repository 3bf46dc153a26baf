"""The home of a service on this machine: its database found and brought up to date, its house opened.

What every command begins with. Holds no verb.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, text

from budgetperf.actions.rulebooks import rulebook_of
from budgetperf.errors import Conflict, NotFound
from budgetperf.rulebook.library import NATIONAL, Rulebook
from budgetperf.store import migrate
from budgetperf.store.files import FileStore
from budgetperf.store.server import SUPERUSER, EmbeddedServer
from budgetperf.store.session import DATABASE, Database, find_database, home_folder, open_session, probe
from workflows.jobs import prepare
from workflows.unit import House

GOODBYE_SECONDS = 0.5
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Home:
    """A folder and the database that belongs to it.

    Parameters
    ----------
    folder : Path
    database : Database
        Reachable; the embedded server has been started if there is no other.
    """

    folder: Path
    database: Database

    @property
    def files(self) -> FileStore:
        """The files by digest."""
        return FileStore(self.folder / "files")

    @contextmanager
    def owner(self) -> Iterator[Engine]:
        """Work as the owner of the tables."""
        engine = self.database.owner_engine()
        try:
            yield engine
        finally:
            engine.dispose()

    @contextmanager
    def house(self) -> Iterator[House]:
        """Open what units of work need; the database must be up to date."""
        engine = self.database.app_engine()
        try:
            rules = Rulebook.load().at(os.environ.get("BUDGETPERF_JURISDICTION", "").strip() or NATIONAL)
            with open_session(engine) as session:
                rulebook_of(session, rules).demand_place()
            yield House(engine, rules, self.files)
        finally:
            engine.dispose()


def demand_folder(folder: Path | None) -> None:
    """Refuse a data folder that was named and is not there.

    Raises
    ------
    NotFound
        ``home.none``
    """
    if folder is not None and not folder.is_dir():
        raise NotFound("home.none", f"没有数据目录“{folder}”，请核对 --home / no such data folder")


def open_home(folder: Path | None = None) -> Home:
    """Reach the database of a home, starting the embedded one if there is no other; it runs on."""
    place = home_folder(folder)
    return Home(place, find_database(place))


@contextmanager
def at_home(folder: Path | None = None) -> Iterator[Home]:
    """Open a home for a while.

    Whoever leaves an embedded server last stops it; a connection held open tells others that we
    are here.
    """
    home = open_home(folder)
    engine = create_engine(home.database.owner_url, poolclass=NullPool)
    try:
        with engine.connect() as presence:
            presence.execution_options(isolation_level="AUTOCOMMIT")
            yield home
    finally:
        _leave(home)


def upgrade(home: Home, revision: str = "head") -> None:
    """Bring the schema, the tables of the jobs and the rights of the app role to this version."""
    with home.owner() as owner:
        migrate.upgrade(owner, revision)
        probe(owner)
        current = migrate.revision_of(owner) == migrate.newest_revision()
    if current:  # the jobs need the app role, and an older schema is no place to work in
        prepare(home.database)


def revision(home: Home) -> str | None:
    """Return the revision of the database; None for an empty one."""
    with home.owner() as owner:
        return migrate.revision_of(owner)


def demand_current(home: Home, *, found_empty: bool = False) -> None:
    """Go on only with the schema of this version; an empty database is filled if asked to.

    Raises
    ------
    Conflict
        It is older or newer; an older one is not upgraded behind the operator's back.
    """
    found, newest = revision(home), migrate.newest_revision()
    if found is None and found_empty:
        upgrade(home)
    elif found is None:
        raise Conflict("database.empty", "数据库尚未建表，请先运行 ./bp migrate")
    elif found != newest:
        advice = (
            "请先备份（./bp backup），再运行 ./bp migrate" if migrate.knows(found) else "请改用较新的程序版本"
        )
        raise Conflict("database.revision", f"数据库结构为 {found}，本版本需要 {newest}。{advice}")


def _leave(home: Home) -> None:
    """Stop the embedded server if nobody else uses it."""
    server = EmbeddedServer(home.folder / "postgres")
    if home.database.owner_url == server.url(DATABASE, SUPERUSER) and server.is_running() and _alone(home):
        server.stop()


def _alone(home: Home) -> bool:
    """Tell whether all other connections are closed, giving those just closed a moment to be gone."""
    engine = create_engine(home.database.owner_url, poolclass=NullPool)
    deadline = time.monotonic() + GOODBYE_SECONDS
    while True:
        with engine.connect() as connection:
            others = int(connection.execute(_OTHERS).scalar_one())
        if not others or time.monotonic() > deadline:
            return not others
        time.sleep(0.05)
