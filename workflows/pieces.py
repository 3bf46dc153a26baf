"""Pieces of a long step, each kept as it is done: a worker that dies in the middle loses none of them.

``Kept`` is the ``Spread`` of a run: it finds the pieces a former worker left, has the rest done by an executor, and
keeps each in a transaction of its own, where the progress of the run is written too. A piece is known by what the
whole computation follows from (``ground``), the number of the call and its place in it; so pieces of other facts,
another method or another program are never taken for these. When the step is done, ``unit.effect`` empties them.
"""

import base64
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import TypeVar

import numpy as np

from budgetperf.actions.context import Context
from budgetperf.costing.spread import Figures
from budgetperf.errors import Conflict
from budgetperf.provenance import Json, digest
from budgetperf.store import runs
from workflows.executor import Executor, kit

Item = TypeVar("Item")


class Kept:
    """The ``Spread`` of a run.

    Parameters
    ----------
    unit : callable
        Opens a transaction of the run's starter.
    run_id : str
    ground : str
        Digest of all that the figures follow from.
    executor : Executor
    """

    def __init__(
        self,
        unit: Callable[[], AbstractContextManager[Context]],
        run_id: str,
        ground: str,
        executor: Executor,
    ) -> None:
        self._unit, self._run_id, self._executor = unit, run_id, executor
        self._ground = digest({"ground": ground, "program": kit()})
        self._calls = count()

    def announce(self, n_pieces: int) -> None:
        """Let the run's progress count all the pieces there may be, before the first is done."""
        with self._unit() as ctx:
            runs.announce_pieces(ctx.session, self._run_id, n_pieces)

    def __call__(self, function: Callable[[Item], Figures], items: Sequence[Item], /) -> list[Figures]:
        """See ``Spread``; what was kept is not done again.

        Raises
        ------
        Conflict
            The run was cancelled meanwhile.
        """
        names = [
            f"{self._ground}/{call}/{place}" for call in (next(self._calls),) for place in range(len(items))
        ]
        with self._unit() as ctx:
            found = runs.begin_pieces(ctx.session, self._run_id, names)
        figures = {names.index(name): figures_of(kept) for name, kept in found.items()}
        missing = [place for place in range(len(items)) if place not in figures]
        for at, made in self._executor.done(function, [items[place] for place in missing]):
            figures[missing[at]] = made
            with self._unit() as ctx:
                self._keep(ctx, names[missing[at]], made)
        return [figures[place] for place in range(len(items))]

    def _keep(self, ctx: Context, name: str, made: Figures) -> None:
        run = runs.get_run(ctx.session, self._run_id, lock=True)
        if run.finished_at is not None:
            raise Conflict("run.ended", f"任务“{run.title}”已结束，不再办理其余步骤")
        runs.keep_piece(ctx.session, run, name, at=ctx.now, result=json_of(made))


def json_of(figures: Figures) -> Json:
    """Return an array as JSON, to the last bit."""
    return {
        "shape": list(figures.shape),
        "float64": base64.b64encode(np.ascontiguousarray(figures, dtype="<f8").tobytes()).decode("ascii"),
    }


def figures_of(kept: Json) -> Figures:
    """Return the array of ``json_of``."""
    assert isinstance(kept, dict)
    flat = np.frombuffer(base64.b64decode(str(kept["float64"])), dtype="<f8")
    return flat.reshape(kept["shape"]).astype(np.float64)
