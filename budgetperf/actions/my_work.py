"""What waits for the actor: the work list without what nobody, or only somebody else, can do now."""

from budgetperf.actions.appeals import undecided_for
from budgetperf.actions.context import Context
from budgetperf.process.stages import Guard, Stage
from budgetperf.process.worklist import WorkItem
from budgetperf.store.budget import years_issued
from budgetperf.store.records import get_record, work_list


def my_work(ctx: Context) -> tuple[WorkItem, ...]:
    """Return what waits for the actor, earliest due first; one answer for the page and the interface."""
    issued = years_issued(ctx.session)
    return tuple(item for item in work_list(ctx.session, ctx.actor) if _waits(ctx, item, issued))


def _waits(ctx: Context, item: WorkItem, issued: frozenset[int]) -> bool:
    """Tell whether somebody has to do it.

    Sheets are forgotten by the calendar; an appeal waits for its own body; what must come before the limits of its
    year waits for nobody once they are issued.
    """
    verbs = {row.verb for row in item.moves}
    if item.stage is Stage.RATING:
        return verbs != {"forget"}
    if item.stage is Stage.APPEAL and verbs == {"decide"}:
        return not undecided_for(ctx, get_record(ctx.session, ctx.actor, item.record_id))
    too_late = all(Guard.LIMITS_NOT_ISSUED in row.guards for row in item.moves)
    return not (too_late and item.fiscal_year in issued)
