"""The movement batch: what a special-factor claim would move, fitted where pandas and statsmodels may be loaded."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from budgetperf.actions.context import Context
from budgetperf.costing.spread import Spread
from budgetperf.forms import Form, Line, ask
from budgetperf.store.records import get_record
from workflows.about import About

STEP = "compute"


class MovementOrder(Form):
    """Of which claim the movement is computed."""

    record_id: Line = ask("特殊因素申请")


def about(ctx: Context, order: MovementOrder) -> About:
    """Name the claim."""
    record = get_record(ctx.session, ctx.actor, order.record_id)
    return About(f"测算“{record.name}”{record.fiscal_year}年度特殊因素申请的影响", record.path)


def compute(
    unit: Callable[[], AbstractContextManager[Context]],
    order: MovementOrder,
    spread: Callable[[str, int], Spread],
) -> Callable[[Context], str]:
    """Compute the movement of the claim as it stands; what is left is to keep it, whose digest is the answer."""
    from budgetperf.actions import movements  # pandas and statsmodels: the worker only

    with unit() as ctx:
        ordered = movements.order_movement(ctx, order.record_id)
    made = movements.compute(ordered, spread(ordered.digest, ordered.n_pieces))
    return lambda ctx: movements.file_movement(ctx, order.record_id, ordered, made)
