"""What the web asks of durable work: to queue, cancel and retry runs. Who does it is not known here (layers)."""

from collections.abc import Mapping
from typing import Protocol

from budgetperf.actions.context import Context
from budgetperf.store.runs import RunFacts


class Jobs(Protocol):
    """The port; ``workflows.jobs.Jobs`` fits it. A run's progress is read from table ``run``."""

    def enqueue_in_transaction(
        self, ctx: Context, kind: str, arguments: Mapping[str, str], *, key: str
    ) -> str:
        """Queue a run in the caller's transaction and return its id; a known key is the known run.

        Raises
        ------
        Forbidden, Invalid, Conflict
        """
        ...

    def may_steer(self, ctx: Context, run: RunFacts) -> bool:
        """Tell whether the actor may cancel and retry a run."""
        ...

    def cancel(self, ctx: Context, run_id: str) -> None:
        """End a run before its time.

        Raises
        ------
        NotFound, Forbidden, Conflict
        """
        ...

    def retry(self, ctx: Context, run_id: str) -> None:
        """Let a halted run try its step again.

        Raises
        ------
        NotFound, Forbidden, Conflict
        """
        ...
