"""The embedded PostgreSQL on this machine: real starts, kills and accounts, no stand-ins."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from budgetperf.store.accounts import nobody
from budgetperf.store.binaries import ServerUnavailable, major_version, resolve_binaries
from budgetperf.store.places import Place, copy_programs, folder_of, make_socket_folder, socket_folder
from budgetperf.store.server import EmbeddedServer
from tests.compulsory import require

ROOT = Path(__file__).resolve().parents[2]
ORDINARY_ID = 12345
START = "from pathlib import Path; import sys; from budgetperf.store.server import EmbeddedServer as S; "
AS_ROOT = os.geteuid() == 0


def rights(path: Path) -> list[tuple[Path, int, int, int]]:
    return [(p, p.stat().st_mode, p.stat().st_uid, p.stat().st_gid) for p in (path, *path.parents)]


@pytest.fixture(autouse=True)
def nothing_of_the_machine_changes() -> Iterator[None]:
    """No user is created and no folder above the programs changes its rights, whatever a test does."""
    users, programs = Path("/etc/passwd").read_bytes(), rights(resolve_binaries())
    yield
    assert Path("/etc/passwd").read_bytes() == users
    assert rights(resolve_binaries()) == programs


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that every account can reach; its own rights and those above it never change."""
    place = Path(tempfile.mkdtemp(prefix="bp-test-"))
    place.chmod(0o755)
    before = rights(place)
    yield place
    for lock in place.rglob("postgres.lock"):
        EmbeddedServer(lock.parent, durable=False).destroy()
    assert rights(place) == before
    shutil.rmtree(place)


def ask(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def tell(server: EmbeddedServer, command: str) -> None:
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(command.encode())


def postmaster(home: Path) -> int:
    return int((folder_of(home) / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_server_starts_answers_stops_and_keeps_its_data(home: Path) -> None:
    server = EmbeddedServer(home)
    assert not server.is_running()
    server.start()
    server.start()
    assert server.is_running()
    with psycopg.connect(server.dsn("postgres", "postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    server.stop()
    assert not server.is_running()
    server.start()
    engine = create_engine(server.url("postgres", "postgres"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT answer FROM kept")).scalar_one() == 42
    engine.dispose()


def test_server_listens_on_a_private_unix_socket_only(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "9999")
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    server = EmbeddedServer(home, durable=False)
    server.start()
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW port") == "5432"
    folder = Path(str(ask(server, "SHOW unix_socket_directories")))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert ask(server, "SHOW timezone") == "UTC"


def test_durable_server_never_gives_up_fsync(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    assert [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")] == [
        "on"
    ] * 3
    server.stop()
    assert "ready to accept connections" in (
        server.log_tail() + "".join(path.read_text() for path in (folder_of(home) / "log").glob("*.log"))
    )


def test_chinese_names_are_found_by_trigram(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    server.start()
    tell(server, "CREATE EXTENSION pg_trgm")
    score = ask(server, "SELECT similarity('农村公路建设项目', '农村公路养护项目')")
    assert isinstance(score, float)
    assert score > 0.3


def test_four_processes_may_start_it_at_once(home: Path) -> None:
    code = START + (
        "s = S(Path(sys.argv[1]), durable=False); s.start(); import psycopg; "
        "c = psycopg.connect(s.dsn('postgres', 'postgres')); "
        "print(c.execute('SELECT pg_postmaster_start_time()').fetchone()[0]); c.close()"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=100)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert len(set(answers)) == 1
    assert answers[0]


def test_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    busy = psycopg.connect(server.dsn("postgres", "postgres"))
    busy.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    busy.commit()
    busy.execute("INSERT INTO kept VALUES (43)")
    os.kill(postmaster(home), signal.SIGKILL)
    server.start()
    assert ask(server, "SELECT string_agg(answer::text, ',') FROM kept") == "42"
    with pytest.raises(psycopg.OperationalError):
        busy.execute("SELECT 1")
    busy.close()


def test_backend_that_outlives_a_killed_server_is_ended_first(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    busy = psycopg.connect(server.dsn("postgres", "postgres"))
    backend = busy.info.backend_pid
    os.kill(backend, signal.SIGSTOP)  # a backend deep in work does not notice that its postmaster is gone
    os.kill(postmaster(home), signal.SIGKILL)
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert not Path(f"/proc/{backend}/cwd").exists()
    busy.close()


def test_stale_pid_file_naming_a_stranger_stops_nobody(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    server.start()
    running = (folder_of(home) / "data" / "postmaster.pid").read_text().splitlines()
    server.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        stale = "\n".join([str(stranger.pid), *running[1:]]) + "\n"
        (folder_of(home) / "data" / "postmaster.pid").write_text(stale)
        server.stop()
        server.start()
        assert server.is_running()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_deep_home_with_spaces_and_chinese_gets_a_short_socket(home: Path) -> None:
    deep = home / "预算 绩效's" / ("deep" * 20) / ("deeper" * 10)
    deep.mkdir(parents=True)
    before = rights(deep)
    server = EmbeddedServer(deep, durable=False)
    server.start()
    socket = Path(str(ask(server, "SHOW unix_socket_directories")))
    assert len(bytes(socket / ".s.PGSQL.5432")) <= 107
    assert stat.S_IMODE(socket.lstat().st_mode) == 0o700
    server.stop()
    server.start()
    assert str(socket) in server.url("postgres", "postgres")
    assert rights(deep) == before
    server.destroy()
    assert not socket.exists()
    assert list(deep.iterdir()) == [deep / "postgres.lock"]


def test_socket_folder_made_by_somebody_else_is_refused(home: Path) -> None:
    require("root", AS_ROOT, "run the suite as root")
    deep = home / ("deep" * 30)
    folder = socket_folder(deep)
    folder.mkdir()
    os.chown(folder, ORDINARY_ID, ORDINARY_ID)
    try:
        with pytest.raises(ServerUnavailable, match="属于别的用户") as refusal:
            make_socket_folder(Place(folder=deep, binaries=resolve_binaries(), account=nobody()))
        assert refusal.value.code == "server.socket_taken"
    finally:
        folder.rmdir()


def test_root_runs_it_in_a_home_that_only_root_may_enter(home: Path) -> None:
    require("root", AS_ROOT, "run the suite as root")
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed, durable=False)
    server.start()
    assert ask(server, "SELECT 1") == 1
    server.stop()
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    server.destroy()


def test_root_without_namespaces_keeps_a_pointer_in_a_closed_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("root", AS_ROOT, "run the suite as root")
    monkeypatch.setenv("PATH", "/nowhere")  # no unshare
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    programs = resolve_binaries()
    copy_programs(programs, closed)
    monkeypatch.setenv("BUDGETPERF_PG_BIN", str(closed / programs.relative_to(programs.parents[2])))
    server = EmbeddedServer(closed, durable=False)
    server.start()
    with psycopg.connect(server.dsn("postgres", "postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    elsewhere = Path((closed / "postgres.elsewhere").read_text().strip())
    assert elsewhere.parent == Path("/var/tmp")
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    server.stop()
    server.start()
    assert ask(server, "SELECT answer FROM kept") == 42
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    server.destroy()
    assert not elsewhere.exists()


def test_lost_data_behind_a_pointer_is_told_not_replaced(home: Path) -> None:
    (home / "postgres.elsewhere").write_text(f"{home}/gone\n")
    with pytest.raises(ServerUnavailable, match="已不存在") as refusal:
        EmbeddedServer(home).start()
    assert refusal.value.code == "server.lost"


def ordinary_python() -> list[str] | None:
    """A command that runs Python with our packages as an ordinary user; None when there is no way."""
    environment = ["env", f"PYTHONPATH={ROOT}:{sysconfig.get_path('purelib')}"]
    tries = [
        [
            "setpriv",
            f"--reuid={ORDINARY_ID}",
            f"--regid={ORDINARY_ID}",
            "--clear-groups",
            *environment,
            program,
        ]
        for program in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3")
    ]
    tries.append(
        ["unshare", "--user", f"--map-user={ORDINARY_ID}", f"--map-group={ORDINARY_ID}", sys.executable]
    )
    for command in tries:
        probe = [*command, "-c", "import os, psycopg, budgetperf.store.server; print(os.geteuid())"]
        if shutil.which(command[0]):
            done = subprocess.run(probe, capture_output=True, text=True, check=False, cwd="/")
            if done.stdout.strip() == str(ORDINARY_ID):
                return command
    return None


def test_ordinary_user_starts_it_and_gets_no_rights_over_roots(home: Path) -> None:
    if not AS_ROOT:
        EmbeddedServer(home, durable=False).start()
        assert (folder_of(home) / "data").stat().st_uid == os.geteuid()
        return
    command = ordinary_python()
    require(
        "a Python an ordinary user can run", command is not None, "put the checkout where others may read it"
    )
    assert command is not None
    own = home / "own"
    own.mkdir()
    if command[0] == "setpriv":
        os.chown(own, ORDINARY_ID, ORDINARY_ID)
    code = START + "s = S(Path(sys.argv[1]), durable=False); s.start(); print(s.is_running()); s.stop()"
    done = subprocess.run(
        [*command, "-c", code, str(own)], capture_output=True, text=True, check=False, cwd="/"
    )
    assert (done.stdout.strip(), done.stderr) == ("True", "")
    owner = (folder_of(own) / "data").stat().st_uid
    assert owner == own.stat().st_uid

    EmbeddedServer(own, durable=False).start()  # root goes on under the same owner
    assert (folder_of(own) / "data" / "postmaster.pid").stat().st_uid == owner
    EmbeddedServer(own, durable=False).stop()

    if command[0] == "setpriv":  # in a namespace we would still be root outside
        EmbeddedServer(home, durable=False).start()
        code = START + "S(Path(sys.argv[1])).start()"
        done = subprocess.run(
            [*command, "-c", code, str(home)], capture_output=True, text=True, check=False, cwd="/"
        )
        assert "ServerUnavailable" in done.stderr


def test_data_of_another_major_version_are_refused(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    server.start()
    server.stop()
    (folder_of(home) / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(ServerUnavailable, match="PostgreSQL 14") as refusal:
        server.start()
    assert refusal.value.code == "server.version"


def test_failed_start_shows_the_end_of_the_log(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    server.start()
    server.stop()
    with (folder_of(home) / "data" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(ServerUnavailable, match="no_such_setting") as refusal:
        server.start()
    assert refusal.value.code == "server.start"


def test_half_made_cluster_is_made_again(home: Path) -> None:
    (home / "postgres" / "data.new" / "base").mkdir(parents=True)
    server = EmbeddedServer(home, durable=False)
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_missing_programs_are_named_with_a_way_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDGETPERF_PG_BIN", str(home))
    with pytest.raises(ServerUnavailable, match="缺少程序 postgres") as refusal:
        EmbeddedServer(home).start()
    assert refusal.value.code == "server.no_binaries"
    assert "BUDGETPERF_DATABASE_URL" in refusal.value.text


def test_path_that_a_shell_would_misread_is_refused(home: Path) -> None:
    with pytest.raises(ServerUnavailable, match="字符") as refusal:
        EmbeddedServer(home / "a$b").start()
    assert refusal.value.code == "server.path"


def test_programs_are_recent_enough() -> None:
    started = time.monotonic()
    assert major_version(resolve_binaries()) >= 15
    assert time.monotonic() - started < 10
