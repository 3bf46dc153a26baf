"""./bp as an operator meets it: real processes over a real home."""

import contextlib
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import Database
from tests.conftest import database_of, run
from workflows.command import main
from workflows.help import VERBS
from workflows.quality import registry_hosts

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-P", "-m", "workflows.command")
FOUND = ("create-admin", "--login", "admin", "--name", "张三", "--city-name", "海州市")
PASSWORD = "一个够长的口令-2026"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "home"
    yield place
    EmbeddedServer(place / "postgres").destroy()


def bp(home: Path, *arguments: str, given: str = "", code: int = 0) -> str:
    """Run a verb in a home of its own and return what it printed."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        env=environment(home),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def environment(home: Path) -> dict[str, str]:
    without = {name: value for name, value in os.environ.items() if not name.startswith("BUDGETPERF_")}
    return {**without, "BUDGETPERF_HOME": str(home)}


@contextlib.contextmanager
def serving(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A running service: its process, its address, and the lines it printed until it was ready."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", *arguments], cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )  # fmt: skip
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not any("worker-" in line for line in lines) or not any("http://" in line for line in lines):
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        address = re.findall(r"http://\S+", "".join(lines))[0]
        deadline = time.monotonic() + 30
        while answer(address + "health/ready") != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield process, address, lines
    finally:
        process.kill()
        process.communicate()


def answer(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def workers_of(home: Path) -> list[int]:
    """Process ids of the worker children of a home."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(home) in line.read_text() and "worker" in line.read_text().split("\0"):
                found.append(int(line.parent.name))
    return found


def gone(home: Path, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while workers_of(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not workers_of(home)


def test_help_names_every_verb_and_teaches_each(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(re.search(rf"^    {verb}\b", shown, re.MULTILINE) for verb in VERBS)
    for verb, words in VERBS.items():
        with pytest.raises(SystemExit) as left:
            main([verb, "--help"])
        taught = capsys.readouterr().out
        assert left.value.code == 0
        assert all(example in taught for example in words.examples)


def test_help_answers_without_loading_the_library() -> None:
    code = "import sys, workflows.command; print([n for n in ('sqlalchemy', 'dbos', 'fastapi', 'pandas') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_port_of_the_web_loads_nothing_heavy() -> None:
    code = (
        "import sys, workflows.jobs, workflows.serving;"
        "print([n for n in ('pandas', 'statsmodels', 'reportlab', 'xlsxwriter') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", "--fast"])
    assert left.value.code == 2
    assert "--fast" in capsys.readouterr().err


@pytest.fixture
def databases(server: EmbeddedServer) -> Iterator[list[Database]]:
    """Two empty databases."""
    names = [f"test_{uuid.uuid4().hex[:16]}" for _ in range(2)]
    for name in names:
        run(server, f'CREATE DATABASE "{name}"')
    yield [database_of(server, name) for name in names]
    for name in names:
        run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_city_is_founded_checked_backed_up_and_restored(
    databases: list[Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here, there = databases

    def verb(*arguments: str, given: str = "", code: int = 0, database: Database = here) -> str:
        monkeypatch.setenv("BUDGETPERF_DATABASE_URL", database.owner_url)
        monkeypatch.setenv("BUDGETPERF_HOME", str(tmp_path / database.owner_url[-50:].replace("/", "_")))
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert main(list(arguments)) == code
        said = capsys.readouterr()
        return said.out + said.err

    assert "./bp migrate" in verb("check", code=1)
    assert "至少 10 位" in verb(*FOUND, given="short\n", code=1)
    assert "已建立“海州市”和管理员“admin”" in verb(*FOUND, given=PASSWORD + "\n")
    assert "已有账号" in verb(*FOUND, given=PASSWORD + "\n", code=1)
    assert "一致" in verb("migrate", "--check")
    assert "0009_cost_wall → 0009_cost_wall" in verb("migrate")
    assert "全部通过" in verb("check")
    assert "请写明" in verb("recompute", code=1)
    assert "0 个决策包" in verb("recompute", "--all")
    assert "没有找到" in verb("recompute", "0" * 64, code=1)
    assert "已备份" in verb("backup", str(tmp_path / "city.tar"))
    assert "核对全部通过" in verb("restore", str(tmp_path / "city.tar"), database=there)
    assert "已有数据" in verb("restore", str(tmp_path / "city.tar"), database=there, code=1)
    assert "已有账号" in verb(*FOUND, given=PASSWORD + "\n", code=1, database=there)


@pytest.mark.slow
def test_serve_starts_from_nothing_and_leaves_nothing_running_however_it_ends(home: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with serving(home, "--port", str(port)) as (process, address, lines):
            assert any(f"端口 {port} 已被占用" in line for line in lines)
            assert f":{port}/" not in address
            assert "全部通过" in bp(home, "check"), "other verbs work beside it"
            (worker,) = workers_of(home)
            os.kill(worker, signal.SIGKILL)
            assert process.stdout is not None
            assert any("已就绪" in line for line in iter(process.stdout.readline, "")), "it is started again"
            assert workers_of(home) not in ([], [worker])
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    assert not workers_of(home)
    assert not EmbeddedServer(home / "postgres").is_running()
    with serving(home, "--port", "0") as (process, _, _):
        assert len(workers_of(home)) == 1
        assert EmbeddedServer(home / "postgres").is_running()
        process.kill()
        process.wait()
        assert gone(home)


def test_registry_hosts_are_found_by_line() -> None:
    host = b"files.python" + b"hosted.org"
    assert registry_hosts({"a.txt": b"one\nhttps://" + host + b"/x\n", "b.py": b"import pypi\n"}) == [
        "a.txt:2"
    ]


def test_no_committed_file_names_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    assert registry_hosts({name: (ROOT / name).read_bytes() for name in names}) == []
