"""Whose word is taken on where a request comes from: the live server, under a proxy that is trusted and one that is not."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from budgetperf.store.session import Database
from tests import cast
from tests.workflows.test_command import ROOT, environment

PROGRAM = """
import sys
from pathlib import Path
from budgetperf.store.session import Database
from workflows.home import Home
from workflows.serving import listen, serve_web
url, folder = sys.argv[1:]
bound = listen("127.0.0.1", 0)
print(bound.getsockname()[1], flush=True)
serve_web(Home(Path(folder), Database(url, url)), bound)
"""
CLIENT, PROXY = "203.0.113.9", "127.0.0.1"
PATIENCE_SECONDS = 30


@contextmanager
def served(database: Database, folder: Path, **settings: str) -> Iterator[str]:
    """The web process as ``./bp serve`` runs it, with an operator's settings; ended in order."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, database.owner_url, str(folder)],
        cwd=ROOT,
        env=environment(folder) | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not answers(address):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield address
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0
    finally:
        process.kill()
        process.communicate()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def told(address: str) -> None:
    """A proxy on this machine hands on somebody's failed sign-in."""
    answer = httpx.post(
        f"{address}/sign-in",
        data={"login": "clerk", "password": "wrong password"},
        headers={"X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"},
    )
    assert answer.status_code == 401


def counted(database: Database) -> str:
    """What failed sign-ins were counted under."""
    owner = database.owner_engine()
    with owner.connect() as connection:
        found = connection.execute(text("SELECT string_agg(subject, ' ') FROM sign_in_failure")).scalar_one()
    owner.dispose()
    return str(found)


@pytest.mark.parametrize(
    ("settings", "address", "unseen"),
    [
        ({}, CLIENT, PROXY),
        ({"BUDGETPERF_TRUSTED_PROXIES": "10.0.0.7, 127.0.0.0/8"}, CLIENT, PROXY),
        ({"BUDGETPERF_TRUSTED_PROXIES": "10.0.0.7"}, PROXY, CLIENT),
    ],
    ids=["this machine by default", "this machine named", "another machine"],
)
def test_a_proxy_is_believed_when_it_is_trusted(
    fresh_database: Database, tmp_path: Path, settings: dict[str, str], address: str, unseen: str
) -> None:
    with served(fresh_database, tmp_path, **settings) as url:
        told(url)
        under = counted(fresh_database)
        signed = httpx.post(
            f"{url}/sign-in",
            data={"login": "clerk", "password": cast.PASSWORD},
            headers={"X-Forwarded-Proto": "https"},
        )
    assert address in under
    assert unseen not in under
    assert signed.status_code == 303
    assert ("Secure" in signed.headers["set-cookie"]) is (address == CLIENT)
