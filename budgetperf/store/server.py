"""The embedded PostgreSQL: ours to make, start, share and stop.

Holds one class, `EmbeddedServer`: a cluster in the service's home, reached through a unix socket only, by
any number of processes at once. Refuses to listen on the network, to create users, and to know of roles,
tables or migrations.
"""

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from budgetperf.store.binaries import ServerUnavailable, major_version
from budgetperf.store.places import (
    PORT,
    Place,
    find_place,
    folder_of,
    forget,
    make_socket_folder,
    socket_folder,
)

SUPERUSER = "postgres"
LOCK = "postgres.lock"
OWN_UNICODE_SINCE = 18
LOCALES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "zh_CN.UTF-8")
LOCK_LIMIT_SECONDS = 300
READY_LIMIT_SECONDS = 120
STOP_LIMIT_SECONDS = 60
ORPHAN_LIMIT_SECONDS = 5
POLL_SECONDS = 0.05
FIRST_LOG_LIMIT_BYTES = 5_000_000
SMALL_SHARED_MEMORY_BYTES = 256 * 1024 * 1024


class EmbeddedServer:
    """A PostgreSQL cluster in a folder of ours.

    Parameters
    ----------
    home : Path
        The service's home; made when missing. The cluster is its sub-folder ``postgres``; when root runs in a
        home that nobody else may enter and namespaces are forbidden, the home holds a pointer instead.
    durable : bool
        False gives up safety against power cuts for speed: for tests.

    Examples
    --------
    >>> server = EmbeddedServer(Path("var"))          # doctest: +SKIP
    >>> server.start()                                # doctest: +SKIP
    >>> server.url("budgetperf", "postgres")          # doctest: +SKIP
    'postgresql+psycopg://postgres@/budgetperf?host=…&port=5432'
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.durable = durable

    def start(self) -> None:
        """Start the server unless it runs; make the cluster on first use.

        Any number of processes may call this at once. A server that was killed, or that a reboot ended, is
        cleaned up and started again.

        Raises
        ------
        ServerUnavailable
            With what to do, and the end of the server's log.
        """
        if self.is_running():
            return
        with self._locked():
            if self._await_ready():
                return
            place = find_place(self.home, durable=self.durable)
            self._clear_remains(place)
            if not (place.folder / "data").exists():
                self._make_cluster(place)
            self._refuse_other_version(place)
            self._launch(place)

    def stop(self) -> None:
        """Stop the server, letting no transaction finish; does nothing when it does not run.

        Raises
        ------
        ServerUnavailable
            It would not stop.
        """
        if not folder_of(self.home).exists():
            return
        with self._locked():
            if self._ping() is not Ping.NO_RESPONSE:
                self._halt(find_place(self.home, durable=self.durable))

    def destroy(self) -> None:
        """Stop the server and remove the cluster with all its data."""
        self.stop()
        forget(self.home)

    def is_running(self) -> bool:
        """Whether the server accepts connections now."""
        return self._ping() is Ping.OK

    def url(self, database: str, user: str) -> str:
        """SQLAlchemy URL of a database.

        Parameters
        ----------
        database, user : str
            Names as PostgreSQL knows them.

        Returns
        -------
        str
            For `psycopg` 3 over the unix socket; valid from the first `start` on, over all later ones.
        """
        socket = quote(str(socket_folder(folder_of(self.home))), safe="/")
        return f"postgresql+psycopg://{quote(user, safe='')}@/{quote(database, safe='')}?host={socket}&port={PORT}"

    def dsn(self, database: str, user: str) -> str:
        """Give the same as a libpq connection string, for `psycopg.connect`, `psql` and `pg_dump`."""
        host = str(socket_folder(folder_of(self.home)))
        return make_conninfo(host=host, port=PORT, dbname=database, user=user)

    def log_tail(self) -> str:
        """Last lines of the newest log files, the first log (before rotation takes over) included."""
        logs = sorted((folder_of(self.home) / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return "\n".join(_last_lines(path) for path in logs[-2:])

    # ------------------------------------------------------------------ inside

    def _ping(self) -> Ping:
        """Ask the server whether it accepts connections, without signing in."""
        return Ping(PGconn.ping(f"{self.dsn(SUPERUSER, SUPERUSER)} connect_timeout=5".encode()))

    def _await_ready(self) -> bool:
        """Wait while the server starts up or shuts down; False when nothing answers."""
        deadline = time.monotonic() + READY_LIMIT_SECONDS
        while (answer := self._ping()) is Ping.REJECT:
            if time.monotonic() > deadline:
                raise ServerUnavailable(
                    "server.not_ready",
                    "数据库正在启动或恢复，长时间未就绪。请稍后再试。",
                    log=self.log_tail(),
                )
            time.sleep(POLL_SECONDS)
        return answer is Ping.OK

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the home's lock file; the system releases it when the process dies."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ServerUnavailable(
                "server.home",
                f"目录 {self.home} 不能写入（{error.strerror}）。请检查其属主，或用 BUDGETPERF_HOME 换一个目录。",
            ) from error
        try:
            _flock(handle, self.home / LOCK)
            yield
        finally:
            os.close(handle)

    def _clear_remains(self, place: Place) -> None:
        """End what a killed server left behind, then remove its socket and its pid file.

        The pid file guards the shared memory of surviving backends, so they go first. Its number may by now
        belong to a stranger: only processes whose folder is the data folder are touched.
        """
        data = place.folder / "data"
        shutil.rmtree(place.folder / "data.new", ignore_errors=True)
        if not (data / "postmaster.pid").exists() or not Path("/proc/self").exists():
            return
        for sign in (signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + ORPHAN_LIMIT_SECONDS
            while (left := place.account.processes_in(data)) and time.monotonic() < deadline:
                for process in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, sign)
                time.sleep(POLL_SECONDS)
        if left:
            raise ServerUnavailable(
                "server.orphans",
                f"上次的数据库进程 {left} 没有结束。请手工结束它们后重试。",
                log=self.log_tail(),
            )
        for remains in socket_folder(place.folder).glob(".s.PGSQL.*"):
            remains.unlink(missing_ok=True)
        (data / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self, place: Place) -> None:
        """Run initdb into a folder beside, then rename: a data folder is whole or absent.

        The character classes that pg_trgm asks for come from the system's UTF-8 locale; without one it finds no
        letter in Chinese. The sort order and the case rules are the server's own where it has them.
        """
        fresh = place.folder / "data.new"
        new = major_version(place.binaries) >= OWN_UNICODE_SINCE
        rules = ("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST") if new else ()
        program = (
            str(place.binaries / "initdb"),
            "-D",
            str(fresh),
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
        )
        sync = () if self.durable else ("--no-sync",)
        said = []
        for locale in LOCALES:
            outcome = place.account.run([*program, *rules, f"--locale={locale}", "--no-instructions", *sync])
            if outcome.code == 0:
                fresh.rename(place.folder / "data")
                return
            shutil.rmtree(fresh, ignore_errors=True)
            said.append(outcome.said)
        raise ServerUnavailable(
            "server.initdb",
            f"无法在 {place.folder} 新建数据库。请检查磁盘空间、目录权限，以及系统是否有 {LOCALES[0]} 语言环境。",
            log=said[0],
        )

    def _refuse_other_version(self, place: Place) -> None:
        """A cluster can only be opened by the major version that made it."""
        made_by = (place.folder / "data" / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = major_version(place.binaries)
        if made_by != str(ours):
            raise ServerUnavailable(
                "server.version",
                f"{place.folder} 中的数据由 PostgreSQL {made_by} 建立，现有程序是 {ours}。"
                f"请把 BUDGETPERF_PG_BIN 设为 {made_by} 版的 bin 目录，用 ./bp backup 备份后在新目录恢复。",
            )

    def _launch(self, place: Place) -> None:
        """Start the server through pg_ctl, which leaves it running on its own, and wait until it is ready."""
        logs = place.folder / "log"
        logs.mkdir(exist_ok=True)
        place.account.take(logs)
        first = logs / "start.log"
        if first.exists() and first.stat().st_size > FIRST_LOG_LIMIT_BYTES:
            first.unlink()
        settings = {**_settings(make_socket_folder(place), durable=self.durable), "log_directory": str(logs)}
        options = " ".join(
            shlex.quote(part) for name, value in settings.items() for part in ("-c", f"{name}={value}")
        )
        outcome = place.account.run(
            [
                str(place.binaries / "pg_ctl"),
                *("start", "-D", str(place.folder / "data"), "-l", str(first), "-o", options),
                *("-w", "-s", "-t", str(READY_LIMIT_SECONDS)),
            ]
        )
        if outcome.code != 0 or not self.is_running():
            raise ServerUnavailable(
                "server.start",
                f"数据库未能启动。请查看 {logs} 中的日志；常见原因是磁盘已满、内存不足或目录权限被改动。",
                log=f"{outcome.said}\n{self.log_tail()}",
            )

    def _halt(self, place: Place) -> None:
        """Stop fast; when that hangs, stop at once (the next start recovers)."""
        for mode in ("fast", "immediate"):
            outcome = place.account.run(
                [
                    str(place.binaries / "pg_ctl"),
                    *("stop", "-D", str(place.folder / "data"), "-m", mode, "-w", "-s"),
                    *("-t", str(STOP_LIMIT_SECONDS)),
                ]
            )
            if self._ping() is Ping.NO_RESPONSE:
                return
        raise ServerUnavailable("server.stop", "数据库未能停止。", log=f"{outcome.said}\n{self.log_tail()}")


def _settings(socket: Path, *, durable: bool) -> dict[str, str]:
    """Server settings; they go on the command line, so that no file of the cluster is edited."""
    free = shutil.disk_usage("/dev/shm").free if Path("/dev/shm").is_dir() else 0  # noqa: S108 (only measured)
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "max_connections": "60",
        "shared_buffers": "128MB",
        "work_mem": "16MB",
        "dynamic_shared_memory_type": "posix" if free > SMALL_SHARED_MEMORY_BYTES else "mmap",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "jit": "off",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_checkpoints": "off",
    }
    if durable:
        return settings | {
            "logging_collector": "on",
            "log_filename": "server-%a.log",
            "log_truncate_on_rotation": "on",
            "log_rotation_age": "1d",
            "log_rotation_size": "0",
        }
    return settings | {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "checkpoint_timeout": "1h",
    }


def _flock(handle: int, path: Path) -> None:
    """Take the lock, waiting for another start or stop to end."""
    deadline = time.monotonic() + LOCK_LIMIT_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise ServerUnavailable(
                    "server.locked", f"另一个进程长时间占用 {path}，正在启动或停止数据库。请稍后再试。"
                ) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def _last_lines(path: Path) -> str:
    """End of a text file, at most 8 KB."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        return file.read().decode("utf-8", "replace")
