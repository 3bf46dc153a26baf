"""The two processes of a service: the web, and the worker as its child.

The web is started by import string (``api.main``): this package never imports ``api``. The
worker ends when its standard input does, so it cannot outlive a web process that was killed.
"""

import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from budgetperf.errors import Unavailable
from workflows.home import Home
from workflows.jobs import Jobs

PORT = 8000
PORTS_TRIED = 50
RESTART_SECONDS = 2.0
STOP_SECONDS = 10

Say = Callable[[str], None]


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to ``port``, or to the next free one.

    Raises
    ------
    Unavailable
        None of the next ports is free, or the host is not ours.
    """
    fault: OSError | None = None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port, port + PORTS_TRIED) if port else (0,):
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, number))
            bound.listen()
        except OSError as error:
            bound.close()
            fault = error
        else:
            return bound
    raise Unavailable(
        "serve.port", f"{host} 的端口 {port}–{port + PORTS_TRIED - 1} 都不可用：{fault}"
    ) from fault


def on_end(act: Callable[[], None]) -> None:
    """Call ``act`` on SIGTERM and SIGINT instead of dying at once."""

    def answer(_number: int, _frame: FrameType | None) -> None:
        act()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, answer)


def end_with_parent() -> None:
    """End this process when its standard input ends: the parent is gone, however it went."""

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


@contextmanager
def worker_child(folder: Path, say: Say) -> Iterator[None]:
    """Keep a worker process alive while the block lasts; it dies with this one."""
    stopping = threading.Event()
    child = _start_worker(folder)

    def keep() -> None:
        nonlocal child
        while not stopping.wait(RESTART_SECONDS):
            if child.poll() is not None:
                say(f"后台进程已退出（代码 {child.returncode}），重新启动 / worker ended, starting it again")
                child = _start_worker(folder)

    keeper = threading.Thread(target=keep, name="worker keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()
        _stop(child)


def _start_worker(folder: Path) -> subprocess.Popen[bytes]:
    program = [
        sys.executable,
        "-P",
        "-m",
        "workflows.command",
        "worker",
        "--home",
        str(folder),
        "--with-parent",
    ]
    # A group of its own: Ctrl-C reaches the web only, which then ends the worker in order.
    return subprocess.Popen(program, stdin=subprocess.PIPE, start_new_session=True)


def _stop(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def serve_web(home: Home, bound: socket.socket) -> None:
    """Serve the desks and the API on a bound socket until told to stop."""
    import uvicorn  # the web server: only this verb needs it

    def leave() -> None:
        raise SystemExit(0)  # uvicorn has shut down in order and hands the signal on

    on_end(leave)
    settings_of = importlib.import_module("api.settings").Settings
    create_app = importlib.import_module("api.main").create_app
    settings = settings_of.read(os.environ, database=home.database, home=home.folder)
    with home.house() as house:
        jobs = Jobs(house)
        try:
            app = create_app(settings, jobs)
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                proxy_headers=True,
                forwarded_allow_ips=list(settings.trusted_proxies),
            )
            uvicorn.Server(config).run(sockets=[bound])
        finally:
            jobs.close()
            bound.close()
