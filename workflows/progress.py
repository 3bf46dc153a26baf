"""What a long computation tells on a terminal while it goes on: a line a method, and how many draws are done.

Writes to the stream it is given, and nothing else; a stream that is no terminal gets no line that is written over.
"""

from collections.abc import Callable, Sequence
from typing import IO, TypeVar

from budgetperf.costing.spread import Figures
from workflows.executor import Executor

Item = TypeVar("Item")


class Watched:
    """A ``Spread`` over an executor that tells how far it is.

    Parameters
    ----------
    executor : Executor
    stream : text stream
    """

    def __init__(self, executor: Executor, stream: IO[str]) -> None:
        self._executor, self._stream = executor, stream

    def begin(self, part: str) -> None:
        """See ``Telling``."""
        print(f"测算 / fitting {part}", file=self._stream, flush=True)

    def __call__(self, function: Callable[[Item], Figures], items: Sequence[Item], /) -> list[Figures]:
        """See ``Spread``."""
        made: dict[int, Figures] = {}
        over = self._stream.isatty()
        for place, figures in self._executor.done(function, items):
            made[place] = figures
            if over or len(made) == len(items):
                start, end = ("\r", "") if over and len(made) < len(items) else ("\r" if over else "", "\n")
                text = f"抽样 / draws {len(made)}/{len(items)}"
                print(f"{start}{text}", end=end, file=self._stream, flush=True)
        return [made[place] for place in range(len(items))]
