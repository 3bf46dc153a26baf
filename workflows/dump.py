"""pg_dump and pg_restore: where they are, and how they are called without a password in sight."""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import NullPool, create_engine, make_url, text

from budgetperf.errors import Unavailable
from budgetperf.store.binaries import ServerUnavailable, resolve_binaries
from budgetperf.store.session import APP_ROLE

_ROLE = f"""
    DO $$ BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN CREATE ROLE {APP_ROLE} NOLOGIN; END IF;
      EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$"""  # noqa: S608 - a constant of ours; DO takes no parameters


def dump(owner_url: str, target: Path, *, snapshot: str) -> None:
    """Dump the database of ``owner_url`` as it stands in a snapshot.

    Raises
    ------
    Unavailable
    """
    program = _program("pg_dump", owner_url)
    options = ["--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"]
    _run([program, *options, f"--dbname={_conninfo(owner_url)}"], owner_url)


def load(owner_url: str, source: Path) -> None:
    """Fill the empty database of ``owner_url`` from a dump, all or nothing.

    Raises
    ------
    Unavailable
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:  # roles belong to the server, not to the dump
        connection.execute(text(_ROLE))
    program = _program("pg_restore", owner_url)
    options = ["--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={_conninfo(owner_url)}"]
    _run([program, *options, str(source)], owner_url)


def _program(name: str, owner_url: str) -> str:
    """Find a program that is at least as new as the server.

    Raises
    ------
    Unavailable
        With what to install.
    """
    server = _server_major(owner_url)
    found = []
    for candidate in _candidates(name):
        said = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False).stdout
        number = re.search(r"\(PostgreSQL\) (\d+)", said)
        if number and int(number[1]) >= server:
            return candidate
        found.append(f"{candidate}（{said.strip() or '无法运行'}）")
    raise Unavailable(
        "backup.program",
        f"数据库是 PostgreSQL {server}，没有找到同版或更新的 {name}。已查找：{'、'.join(found) or '无'}。"
        f"请安装 postgresql-client-{server}，或把 BUDGETPERF_PG_BIN 设为其 bin 目录",
    )


def _candidates(name: str) -> list[str]:
    places = [path for path in [os.environ.get("BUDGETPERF_PG_BIN")] if path]
    with contextlib.suppress(ServerUnavailable):  # the server may be elsewhere, only its clients be here
        places.append(str(resolve_binaries()))
    on_path = shutil.which(name)
    inside = [str(Path(place) / name) for place in places if (Path(place) / name).exists()]
    return [*inside, *([on_path] if on_path else [])]


def _server_major(owner_url: str) -> int:
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        number = int(str(connection.execute(text("SHOW server_version_num")).scalar_one()))
    return number // 10000


def _conninfo(owner_url: str) -> str:
    """Return the connection string without the password: arguments can be seen by everybody."""
    url = make_url(owner_url)
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    given = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database, **query}
    return make_conninfo("", **{name: value for name, value in given.items() if value is not None})


def _run(command: list[str], owner_url: str) -> None:
    password = make_url(owner_url).password
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable("backup.failed", f"{Path(command[0]).name} 未能完成：{done.stderr.strip()}")
