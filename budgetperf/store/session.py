"""Engines and sessions: two roles, one alias, and the actor bound to every transaction.

The *app role* (``budgetperf_app``) owns no table, so neither row-level security nor the
append-only triggers can be stepped over; the *owner* migrates and checks. A session never
commits by itself: only ``api/transaction.py`` and ``workflows/unit.py`` do.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from budgetperf.errors import Unavailable
from budgetperf.permissions import ROLE_PERMISSIONS, Actor, Permission, Role
from budgetperf.store.server import SUPERUSER, EmbeddedServer

APP_ROLE = "budgetperf_app"
APP_LOGIN = "budgetperf"
DATABASE = "budgetperf"
_VIEW = Permission("record:page:view")
_ACCOUNTS = Permission("accounts:person:manage")
_ASSESSES = Permission("assessment:page:view")
_LOOKING = ("view", "export")


@dataclass(frozen=True, slots=True)
class Database:
    """The database by its two URLs."""

    app_url: str
    owner_url: str

    def app_engine(self, *, pool_size: int = 10) -> Engine:
        """Return an engine that works as the app role."""
        return create_engine(
            self.app_url,
            connect_args={"options": f"-c role={APP_ROLE}"},
            pool_size=pool_size,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )

    def owner_engine(self) -> Engine:
        """Return an engine that works as the owner of the tables."""
        return create_engine(self.owner_url, pool_size=2)


def home_folder(home: Path | None = None) -> Path:
    """Return the data folder: ``home``, else ``BUDGETPERF_HOME``, else ``./var``."""
    return (home or Path(os.environ.get("BUDGETPERF_HOME") or "var")).resolve()


def find_database(home: Path, *, durable: bool = True) -> Database:
    """Return the database of ``BUDGETPERF_DATABASE_URL``, or start the embedded one in ``home``.

    ``BUDGETPERF_OWNER_URL`` may name a second login that owns the tables; then the first needs no
    right but membership in the app role.
    """
    given = os.environ.get("BUDGETPERF_DATABASE_URL")
    if given:
        return Database(_driver(given), _driver(os.environ.get("BUDGETPERF_OWNER_URL") or given))
    server = EmbeddedServer(home / "postgres", durable=durable)
    server.start()
    admin_url = server.url(SUPERUSER, SUPERUSER)
    ensure_database(admin_url, DATABASE)
    ensure_login(admin_url)
    return Database(server.url(DATABASE, APP_LOGIN), server.url(DATABASE, SUPERUSER))


def _driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def ensure_database(admin_url: str, name: str) -> None:
    """Create database ``name`` unless it is there."""
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
        if found.first() is None:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()


def ensure_login(admin_url: str) -> None:
    """Create the login the service works under: a member of the app role and of nothing else."""
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name, rights in ((APP_ROLE, "NOLOGIN"), (APP_LOGIN, f"LOGIN IN ROLE {APP_ROLE}")):
            if not connection.execute(
                text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}
            ).first():
                with suppress(ProgrammingError, IntegrityError):  # another process was quicker
                    connection.execute(text(f"CREATE ROLE {name} {rights}"))
    engine.dispose()


def probe(engine: Engine) -> None:
    """Refuse to start on a server too old, or one on which Chinese search finds nothing.

    Raises
    ------
    Unavailable
    """
    with engine.connect() as connection:
        version = int(str(connection.execute(text("SHOW server_version_num")).scalar_one()))
        if version < 150000:
            raise Unavailable(
                "database.version", f"数据库为 PostgreSQL {version // 10000}，本系统需要 15 或以上版本"
            )
        alike = connection.execute(
            text("SELECT similarity('农村公路建设项目', '农村公路养护项目')")
        ).scalar_one()
        if not alike:
            raise Unavailable(
                "database.locale",
                "数据库的字符集区域（locale）不支持中文检索：请以 C.UTF-8、PG_UNICODE_FAST 或 zh_CN.UTF-8 建库",
            )


def scopes(actor: Actor | None) -> str:
    """Return what the actor may see, as row-level security reads it: ``*`` or paths with commas."""
    return _told(_seen(actor))


def _seen(actor: Actor | None) -> set[str]:
    return {
        grant.scope
        for grant in (actor.grants if actor else ())
        if _VIEW in ROLE_PERMISSIONS[grant.role] and grant.role is not Role.EXPERT
    }


def branches(actor: Actor | None) -> str:
    """Return the branches the actor belongs to: what an assessment asks, which no grant over the city opens."""
    return ",".join(sorted(_seen(actor) - {""}))


def sees_city(actor: Actor) -> bool:
    """Tell whether the actor sees every department's records, and so the totals of the city."""
    return scopes(actor) == "*"


def writes(actor: Actor | None) -> str:
    """Return where the actor may write, as ``scopes`` does: where a role of theirs does more than look."""
    return _told(_worked(actor))


def _worked(actor: Actor | None) -> set[str]:
    return {
        grant.scope
        for grant in (actor.grants if actor else ())
        if grant.role is not Role.EXPERT and _works(grant.role)
    }


def _works(role: Role) -> bool:
    held = ROLE_PERMISSIONS[role]
    return _VIEW in held and any(permission.rpartition(":")[2] not in _LOOKING for permission in held)


def administers(actor: Actor | None) -> bool:
    """Tell whether the actor keeps the accounts of the whole city."""
    return actor is not None and any(
        not grant.scope and _ACCOUNTS in ROLE_PERMISSIONS[grant.role] for grant in actor.grants
    )


def assesses(actor: Actor | None) -> str:
    """Return whether the actor sees the whole assessment of units and staff (``sees``) or runs it (``writes``)."""
    roles = {grant.role for grant in actor.grants if not grant.scope} if actor else set()
    seeing = [ROLE_PERMISSIONS[role] for role in roles if _ASSESSES in ROLE_PERMISSIONS[role]]
    runs = any(name.startswith("assessment:") and name != _ASSESSES for held in seeing for name in held)
    return "writes" if runs else "sees" if seeing else ""


def _told(paths: set[str]) -> str:
    return "*" if "" in paths else ",".join(sorted(paths))


class BoundSession(Session):
    """A session whose every transaction tells the database who acts."""

    def bind_actor(self, actor: Actor | None) -> "BoundSession":
        """Set the actor for the transactions to come; for a running one, at once."""
        self.info["actor"] = actor
        if self.in_transaction():
            _tell(self.connection(), actor)
        return self


_TELL = text(
    "SELECT set_config('bp.person', :person, true), set_config('bp.scopes', :scopes, true),"
    " set_config('bp.writes', :writes, true), set_config('bp.admin', :admin, true),"
    " set_config('bp.assess', :assess, true), set_config('bp.branches', :branches, true),"
    " set_config('bp.desks', :desks, true)"
)


def _tell(connection: Connection, actor: Actor | None) -> None:
    connection.execute(
        _TELL,
        {
            "person": actor.id if actor else "",
            "scopes": scopes(actor),
            "writes": writes(actor),
            "admin": "yes" if administers(actor) else "",
            "assess": assesses(actor),
            "branches": branches(actor),
            "desks": ",".join(sorted(_worked(actor) - {""})),
        },
    )


@event.listens_for(BoundSession, "after_begin")
def _after_begin(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    if session.info.get("actor") is not None:  # told nothing, the database shows nothing
        _tell(connection, session.info["actor"])


def open_session(engine: Engine, actor: Actor | None = None) -> BoundSession:
    """Return a new session acting for ``actor``; the caller commits and closes it."""
    return BoundSession(engine, expire_on_commit=False, autoflush=False).bind_actor(actor)
