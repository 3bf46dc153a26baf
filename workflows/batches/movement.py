"""The movement batch: what a special-factor claim would move, fitted where pandas and statsmodels may be loaded."""

from budgetperf.actions.context import Context
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


def plan(_ctx: Context, _order: MovementOrder) -> tuple[str, ...]:
    """Return the one step."""
    return (STEP,)


def act(ctx: Context, order: MovementOrder, _step: str) -> str:
    """Compute the movement and return the digest of its package."""
    from budgetperf.actions.movements import compute_movement  # pandas and statsmodels: the worker only

    return compute_movement(ctx, order.record_id)
