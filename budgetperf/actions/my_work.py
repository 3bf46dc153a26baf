"""What waits for the actor: the work list without what nobody, or only somebody else, can do now."""

from itertools import islice

from budgetperf.actions.appeals import undecided_for
from budgetperf.actions.context import Context
from budgetperf.actions.special_factors import unmet
from budgetperf.process.stages import Guard, Stage
from budgetperf.process.worklist import WorkItem
from budgetperf.store.budget import years_issued
from budgetperf.store.records import get_record, work_list

FIRST = 500
"""So many items are told; read are more, as some of them wait for nobody."""


def my_work(ctx: Context) -> tuple[WorkItem, ...]:
    """Return what waits for the actor, earliest due first; one answer for the page and the interface."""
    issued = years_issued(ctx.session)
    items = work_list(ctx.session, ctx.actor, limit=4 * FIRST)
    return tuple(islice((item for item in items if _waits(ctx, item, issued)), FIRST))


def _waits(ctx: Context, item: WorkItem, issued: frozenset[int]) -> bool:
    """Tell whether somebody has to do it.

    Sheets are forgotten by the calendar; an appeal waits for its own body; what must come before the limits of its
    year, or in the term of a claim, waits for nobody once that is past.
    """
    verbs = {row.verb for row in item.moves}
    if item.stage is Stage.RATING:
        return verbs != {"forget"}
    if item.stage is Stage.APPEAL and verbs == {"decide"}:
        return not undecided_for(ctx, get_record(ctx.session, ctx.actor, item.record_id))
    past = {Guard.LIMITS_NOT_ISSUED} if item.fiscal_year in issued else set()
    if any(Guard.CLAIM_OPEN in row.guards for row in item.moves):
        past |= unmet(ctx, get_record(ctx.session, ctx.actor, item.record_id)) & {Guard.CLAIM_OPEN}
    return not all(past & set(row.guards) for row in item.moves)
