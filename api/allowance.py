"""How much a stranger may ask of doors without sign-in: so many times a window from one address, few at once.

Counted in the memory of one process: a restart forgets, which costs nothing. Sign-in keeps its own,
stricter count in the database.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock

from api.refusals import TooManyAttempts

ADDRESSES = 10_000
"""Addresses remembered; the one not seen for longest is forgotten first."""


class Allowance:
    """A count per address, and a bound on what runs at once.

    Parameters
    ----------
    times : int
        Uses one address has in a window.
    window : timedelta
    at_once : int
        Uses that may run side by side; the next one is sent away, never kept waiting on a thread.
    """

    def __init__(self, times: int, window: timedelta, *, at_once: int) -> None:
        self.times, self.window = times, window
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._counting, self._running = Lock(), BoundedSemaphore(at_once)

    @contextmanager
    def one(self, address: str, now: datetime) -> Iterator[None]:
        """Count one use and let it run; a use that is sent away as busy is not counted.

        Raises
        ------
        TooManyAttempts
            ``allowance.spent`` or ``allowance.busy``, with the seconds to wait.
        """
        if not self._running.acquire(blocking=False):
            raise TooManyAttempts("allowance.busy", "正在处理其他人提交的文件，请稍后再试", 5)
        try:
            self._count(address, now)
            yield
        finally:
            self._running.release()

    def _count(self, address: str, now: datetime) -> None:
        with self._counting:
            uses = self._seen.setdefault(address, deque())
            self._seen.move_to_end(address)
            while uses and uses[0] <= now - self.window:
                uses.popleft()
            if len(uses) >= self.times:
                wait = int((uses[0] + self.window - now).total_seconds()) + 1
                raise TooManyAttempts("allowance.spent", f"提交过于频繁，请在{wait}秒后再试", wait)
            uses.append(now)
            while len(self._seen) > ADDRESSES:
                self._seen.popitem(last=False)
