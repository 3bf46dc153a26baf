"""What the web asks of durable work: to queue a run. Who does it is not known here (layers)."""

from collections.abc import Mapping
from typing import Protocol

from budgetperf.actions.context import Context


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
