"""Verbs that only move a record: nothing is filed and nothing computed."""

from collections.abc import Callable

from budgetperf.actions.context import Context
from budgetperf.actions.moves import Outcome, Seen, move
from budgetperf.forms import Form


class NoForm(Form):
    """A verb that asks for nothing but, where the table says so, a reason."""


def moves(verb: str) -> Callable[[Context, str, NoForm, Seen], Outcome]:
    """Return the action of a verb that only moves."""

    def act(ctx: Context, record_id: str, _form: NoForm, seen: Seen) -> Outcome:
        return move(ctx, record_id, verb, seen=seen).log(ctx)

    act.__doc__ = f"Take the move ``{verb}``."
    return act
