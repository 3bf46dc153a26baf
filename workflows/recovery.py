"""Who is alive: each worker holds a place, and takes over the runs of places nobody holds.

DBOS resumes the work of a dead executor only under the same executor id. So ids are places,
``worker-1``, ``worker-2``, …: a worker takes the first free one and holds a PostgreSQL advisory
lock on it. The server itself gives the lock back the moment the process is gone, however it
went, so no clock and no missed heartbeat has to be judged. Taking over too early would do no
harm: ``unit.effect`` lets a step happen once.
"""

import contextlib
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from budgetperf.errors import Unavailable
from budgetperf.store.session import Database

MOST_WORKERS = 64
_TAKE = text("SELECT pg_try_advisory_lock(hashtext('budgetperf.worker'), :number)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(hashtext('budgetperf.worker'), :number)")
_KEEPALIVE = text(
    "SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)


def executor_of(number: int) -> str:
    """Return the executor id of a place."""
    return f"worker-{number}"


def number_of(executor: str) -> int | None:
    """Return the place of an executor id, or None for a foreign one."""
    name, _, number = executor.rpartition("-")
    return int(number) if name == "worker" and number.isdigit() else None


class Place:
    """A worker's place, held as long as its connection lives.

    Parameters
    ----------
    database : Database
        A connection of its own is opened for the lock.

    Raises
    ------
    Unavailable
        All places are taken.
    """

    def __init__(self, database: Database) -> None:
        self._engine = create_engine(database.app_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._connection = self._connect()
        taken = (number for number in range(1, MOST_WORKERS + 1) if self._try(number))
        number = next(taken, None)
        if number is None:
            raise Unavailable("worker.places", f"已有 {MOST_WORKERS} 个后台进程在运行，请先停止其中一个")
        self.number = number

    @property
    def executor(self) -> str:
        """The executor id of this place."""
        return executor_of(self.number)

    def hold(self) -> bool:
        """Keep the place over a restart of the database; False when another worker has it now."""
        if not self._alive():
            self._connection.invalidate()
            self._connection.close()
            self._connection = self._connect()
            return self._try(self.number)
        return True

    def deserted(self, executors: Iterable[str]) -> list[str]:
        """Return those of ``executors`` whose place nobody holds."""
        return [name for name in sorted(set(executors)) if name != self.executor and self._is_deserted(name)]

    def close(self) -> None:
        """Give the place back; once is enough."""
        if self._connection.closed:
            return
        with contextlib.suppress(DBAPIError):  # the database may be gone before us, and the lock with it
            self._connection.execute(_GIVE_BACK, {"number": self.number})
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------ inside

    def _connect(self) -> Connection:
        connection = self._engine.connect()
        connection.execute(_KEEPALIVE)
        return connection

    def _alive(self) -> bool:
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def _try(self, number: int) -> bool:
        return bool(self._connection.execute(_TAKE, {"number": number}).scalar_one())

    def _is_deserted(self, executor: str) -> bool:
        number = number_of(executor)
        if number is None:
            return True
        if not self._try(number):
            return False
        self._connection.execute(_GIVE_BACK, {"number": number})
        return True
