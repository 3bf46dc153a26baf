"""Open many records at once: one event on a chain of its own, with a Merkle root over them."""

from collections.abc import Iterable

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Target, open_record
from budgetperf.actions.payloads import BulkOpened
from budgetperf.evidence import merkle
from budgetperf.process.stages import Stage
from budgetperf.store.evidence import write_event

BULK_STAGES = (
    Stage.MONITORING,
    Stage.SELF_EVALUATION,
    Stage.FINANCE_EVALUATION,
    Stage.TASK_BOOK,
    Stage.PROGRESS,
    Stage.FACT_REPORT,
    Stage.RATING,
)
"""Stages whose records are opened many at once."""


def bulk_chain(stage: Stage, fiscal_year: int, period: str) -> str:
    """Return the chain on which the openings of a stage and period stand.

    Examples
    --------
    >>> bulk_chain(Stage.MONITORING, 2025, "2025Q1"), bulk_chain(Stage.SELF_EVALUATION, 2025, "")
    ('MONITORING-2025Q1', 'SELF-EVALUATION-2025')
    """
    when = (
        period if period.startswith(str(fiscal_year)) else "-".join(filter(None, (str(fiscal_year), period)))
    )
    return f"{stage.value.upper().replace('_', '-')}-{when}"


def open_all(ctx: Context, stage: Stage, targets: Iterable[Target], *, fiscal_year: int, period: str) -> int:
    """Open a record for every target; return how many. Nothing to open writes no event."""
    opened = [open_record(ctx, target).record for target in targets]
    if opened:
        leaves = [f"{record.subject}/{record.id}".encode() for record in opened]
        payload = BulkOpened(stage.value, fiscal_year, period, len(opened), merkle.root(leaves))
        chain = bulk_chain(stage, fiscal_year, period)
        write_event(
            ctx.session, chain, kind=f"{stage.value}.open", actor=ctx.actor.id, at=ctx.now, payload=payload
        )
    return len(opened)


def without_record(targets: Iterable[Target], known: Iterable[tuple[str, int]]) -> list[Target]:
    """Return the targets that have no record yet, so that opening twice opens once."""
    have = set(known)
    return [target for target in targets if (target.subject, target.serial) not in have]
