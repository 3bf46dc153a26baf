"""How fast we answer, beside the bare libraries in the same run: ``python -m tests.benchmarks.api``.

Requests per second and 99th percentile of four routes, each served by one uvicorn process over one database, asked
in turn by one fixed client (16 connections, keep-alive). Only the ratios mean something; absolute figures are the
machine's of the day.
"""

import argparse
import asyncio
import json
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from api.main import create_app
from api.settings import Settings
from budgetperf.actions.accounts import issue_token, sign_in
from budgetperf.actions.context import Context, SeededIds
from budgetperf.permissions import Actor
from budgetperf.store.files import FileStore
from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import Database, open_session
from tests import cast, story
from tests.api.conftest import QueuedWork
from tests.benchmarks.bare import make_bare
from tests.conftest import database_of, fill, make_context
from tests.conftest import run as run_sql

PROJECTS = 60
CONNECTIONS = 16
AIM = 0.6


@dataclass(frozen=True, slots=True)
class Route:
    """What is measured: its name, which process serves it, and the request."""

    name: str
    side: str
    path: str
    header: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One pass."""

    rate: float
    p99_ms: float


# --------------------------------------------------------------------- client


async def _connection(port: int, request: bytes, until: float, spans: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = next(
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        await reader.readexactly(length)
        spans.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


async def _load(port: int, route: Route, seconds: float) -> Measure:
    request = f"GET {route.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{route.header}\r\n\r\n".encode()
    spans: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(_connection(port, request, until, spans) for _ in range(CONNECTIONS)))
    return Measure(len(spans) / seconds, statistics.quantiles(spans, n=100)[98] * 1000)


# ------------------------------------------------------------------- database


def furnish(database: Database, folder: Path) -> tuple[str, str]:
    """Enter the cast and their projects; return a token and a cookie of the finance reviewer."""
    fill(database)
    engine = database.app_engine()
    with open_session(engine) as session:
        ids, files = SeededIds("benchmark"), FileStore(folder / "files")

        def ctx(actor: Actor, now: datetime | None = None) -> Context:
            return make_context(session, actor, files=files, now=now or datetime.now(UTC), ids=ids)

        for number in range(PROJECTS):
            story.make_request(ctx, project_name=f"供水管网改造{number:03d}期")
        reviewer = cast.FINANCE_REVIEWER
        token = issue_token(ctx(reviewer), reviewer.id, "测速", days=1)
        cookie = sign_in(ctx(reviewer), reviewer.id)
        session.commit()
    engine.dispose()
    return token, cookie


@contextmanager
def serving(side: str, url: str, folder: Path) -> Iterator[int]:
    """A uvicorn process of one side; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.api", "--serve", side, url, str(folder), str(port)]
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def serve(side: str, url: str, folder: str, port: int) -> None:
    """Run one side: ours, or the bare libraries."""
    database = Database(url, url)
    with Path("/dev/null").open("w") as quiet:
        app = (
            make_bare(url)
            if side == "bare"
            else create_app(Settings(database, Path(folder)), QueuedWork(), log=quiet)
        )
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


# --------------------------------------------------------------------- report


def measure(routes: list[Route], ports: dict[str, int], *, seconds: float, rounds: int) -> dict[str, Measure]:
    """Ask each route in turn, round after round; medians over the rounds."""
    found: dict[str, list[Measure]] = {route.name: [] for route in routes}
    for number in range(rounds + 1):
        for route in routes:
            result = asyncio.run(_load(ports[route.side], route, seconds))
            if number:  # the first round warms up
                found[route.name].append(result)
    return {
        name: Measure(statistics.median(m.rate for m in all_), statistics.median(m.p99_ms for m in all_))
        for name, all_ in found.items()
    }


def report(measures: dict[str, Measure]) -> None:
    """Print the figures, with machine and date."""
    print(
        f"{datetime.now(UTC).date().isoformat()} · {platform.machine()} · Python {platform.python_version()} · {CONNECTIONS} connections"
    )
    for name, one in measures.items():
        print(f"  {name:28} {one.rate:8.0f} requests/s   p99 {one.p99_ms:6.1f} ms")
    for what, ours, bare in (
        ("read", "(b) our project read", "(a) bare read"),
        ("page", "(d) our list page", "(c) bare page"),
    ):
        ratio = measures[ours].rate / measures[bare].rate
        print(f"  {what}: {ratio:.2f} of bare (aim {AIM}) {'reached' if ratio >= AIM else 'MISSED'}")
    print(json.dumps({name: round(one.rate, 1) for name, one in measures.items()}, ensure_ascii=False))


def main() -> None:
    """Measure, or serve one side for the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", nargs=4, metavar=("SIDE", "URL", "FOLDER", "PORT"))
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.serve:
        side, url, folder, port = asked.serve
        serve(side, url, folder, int(port))
        return
    with tempfile.TemporaryDirectory(prefix="bp-bench-") as name:
        home = Path(name)
        home.chmod(0o755)
        server = EmbeddedServer(home / "postgres", durable=False)
        server.start()
        try:
            run_sql(server, 'CREATE DATABASE "bench"')
            database = database_of(server, "bench")
            token, cookie = furnish(database, home)
            bearer, held = f"Authorization: Bearer {token}", f"Cookie: bp_session={cookie}"
            routes = [
                Route("(a) bare read", "bare", "/read/010201-030", bearer),
                Route("(b) our project read", "ours", "/api/v1/projects/010201-030", bearer),
                Route("(c) bare page", "bare", "/page", held),
                Route("(d) our list page", "ours", "/projects", held),
            ]
            with (
                serving("bare", database.app_url, home) as bare,
                serving("ours", database.app_url, home) as ours,
            ):
                report(
                    measure(routes, {"bare": bare, "ours": ours}, seconds=asked.seconds, rounds=asked.rounds)
                )
        finally:
            server.destroy()


if __name__ == "__main__":
    main()
