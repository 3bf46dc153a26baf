"""Where the pieces of a long computation are done: in this process, or on the workers of a Dask scheduler.

A piece is a function without chance and its argument (``costing.spread``), so the figures are the same wherever it
is done, as long as program and numeric libraries are: every piece asks its worker for both and is refused elsewhere.
Dask is imported only where a scheduler is named. Nothing here knows a run; what is kept of pieces stands in
``pieces``.
"""

import hashlib
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

import budgetperf
from budgetperf.costing.spread import Figures
from budgetperf.errors import Unavailable

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEDULER = "BUDGETPERF_DASK_SCHEDULER"
CONNECT_SECONDS = 5.0
PATIENCE_SECONDS = 30.0  # without any result: look whether there is a worker at all

Item = TypeVar("Item")


class Executor(Protocol):
    """Does pieces, and tells of each when it is done."""

    def done(
        self, function: Callable[[Item], Figures], items: Sequence[Item], /
    ) -> Iterator[tuple[int, Figures]]:
        """Give the place of each item and what came out, in whichever order they end."""
        ...


class Here:
    """One piece after another in this process."""

    def done(
        self, function: Callable[[Item], Figures], items: Sequence[Item], /
    ) -> Iterator[tuple[int, Figures]]:
        """See ``Executor``."""
        return ((place, function(item)) for place, item in enumerate(items))


@dataclass(frozen=True, slots=True)
class Scheduler:
    """The workers of a Dask scheduler, side by side.

    Parameters
    ----------
    client : Client
    address : str
        As people named it.
    """

    client: "Client"
    address: str

    def done(
        self, function: Callable[[Item], Figures], items: Sequence[Item], /
    ) -> Iterator[tuple[int, Figures]]:
        """See ``Executor``.

        Raises
        ------
        Unavailable
            The scheduler went away, has no workers, or one of another program or other libraries.
        """
        piece = partial(_done, function, kit())
        try:
            places = {future: at for at, future in enumerate(self.client.map(piece, items, pure=False))}
            yield from self._as_they_end(places)
        except (CancelledError, OSError) as error:
            raise self._lost(f"连接中断（{type(error).__name__}）") from error
        except ImportError as error:
            raise self._lost(f"计算节点没有本程序（{error}）") from error

    def _as_they_end(self, places: dict["Future[Figures]", int]) -> Iterator[tuple[int, Figures]]:
        from distributed import KilledWorker, wait  # only where a scheduler is named

        waiting = set(places)
        while waiting:
            try:
                with self.client.as_current():
                    ended = wait(waiting, timeout=PATIENCE_SECONDS, return_when="FIRST_COMPLETED").done
            except TimeoutError:
                if not self.client.scheduler_info(n_workers=-1)["workers"]:
                    raise self._lost("已没有计算节点") from None
                continue
            for future in ended:
                try:
                    made = future.result()
                except KilledWorker as error:
                    raise self._lost("计算节点反复中断") from error
                if not isinstance(made, np.ndarray) or made.dtype != np.float64:
                    raise self._lost("计算节点交回的不是数")
                yield places[future], made
            waiting -= ended

    def _lost(self, why: str) -> Unavailable:
        return unavailable(self.address, why)


def unavailable(address: str, why: str) -> Unavailable:
    """Return the error of a scheduler that does not do its work."""
    return Unavailable(
        "spread.unavailable",
        f"分布式计算调度器 {address} 不可用：{why}。请检查 {SCHEDULER} 和计算节点，然后重试；去掉该设置则在本机计算",
    )


def named_scheduler() -> str:
    """Return the address the operator has set, or nothing."""
    return os.environ.get(SCHEDULER, "").strip()


def executor(address: str) -> AbstractContextManager[Executor]:
    """Open the workers of a scheduler while the block lasts, or this process where no address is given.

    Parameters
    ----------
    address : str
        As ``tcp://10.0.0.5:8786`` or ``tls://…``, or empty; TLS files as Dask is configured (docs/operations.md).

    Raises
    ------
    Unavailable
        Nothing answers there, or it has no workers.
    """
    return _scheduler(address) if address else nullcontext(Here())


@contextmanager
def _scheduler(address: str) -> Iterator[Executor]:
    from distributed import Client  # only where a scheduler is named
    from distributed.comm.addressing import get_address_host_port

    try:
        socket.create_connection(get_address_host_port(address, strict=True), CONNECT_SECONDS).close()
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # no answer, no such address, no TLS
        raise unavailable(address, f"无法连接（{error}）") from error
    try:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            raise unavailable(address, "没有计算节点") from error
        yield Scheduler(client, address)
    finally:
        client.close()


@cache
def kit() -> str:
    """Name what figures depend on besides their facts: numeric libraries, and the program's own files."""
    from budgetperf.costing.version import environment  # pandas and statsmodels: the worker only

    files = hashlib.sha256()
    folder = Path(budgetperf.__file__).parent
    for file in sorted(path for part in ("costing", "statistics") for path in (folder / part).rglob("*.py")):
        files.update(file.read_bytes())
    return f"{environment()} budgetperf {files.hexdigest()[:16]}"


def _done(function: Callable[[Item], Figures], wanted: str, item: Item) -> Figures:
    """Do a piece, where its figures come out as they would at home."""
    if kit() != wanted:
        raise Unavailable(
            "spread.kit", f"计算节点的程序或数值库与后台进程不同，结果可能不一致：{kit()}；应为 {wanted}"
        )
    return function(item)
