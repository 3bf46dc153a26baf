"""Cut an anchor: one hash over every chain that moved since the last one.

The range is closed before it is read: the log is held while no transaction has an event open.
Publishing the hash elsewhere (paper, mail, a gazette) is left to people.
"""

from dataclasses import dataclass

from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, Forbidden
from budgetperf.evidence.anchors import Anchor, cut_anchor
from budgetperf.evidence.events import EventPayload
from budgetperf.permissions import Permission, may
from budgetperf.store.evidence import anchors, heads_between, next_sequence, write_anchor, write_event
from budgetperf.store.proof import hold_log

CHAIN = "ANCHORS"
"""Who cut which anchor; its own events alone are no reason to cut another."""


@dataclass(frozen=True, slots=True)
class AnchorCut(EventPayload):
    """An anchor was cut."""

    number: int
    heads: int
    root: str
    hash: str


def cut(ctx: Context) -> Anchor:
    """Cut the next anchor over all events since the last, and keep it.

    To be called first in its transaction, and committed at once: until then writers wait.

    Raises
    ------
    Forbidden
        The actor may not cut anchors.
    Conflict
        Nothing happened since the last anchor.
    Unavailable
        A writer does not finish in time.
    """
    reason = may(ctx.actor, Permission("evidence:anchor:cut"), "", "锚定日志")
    if reason:
        raise Forbidden("evidence.forbidden", reason)
    hold_log(ctx.session)
    last = next((anchor for anchor, _ in reversed(anchors(ctx.session))), None)
    start, end = last.to_sequence if last else 1, next_sequence(ctx.session)
    heads = heads_between(ctx.session, start, end)
    if not any(head.chain != CHAIN for head in heads):
        raise Conflict("evidence.nothing_new", "自上次锚定以来没有新的操作，无需再次锚定")
    anchor = cut_anchor(last, heads, from_sequence=start, to_sequence=end, at=ctx.now)
    write_anchor(ctx.session, anchor, heads)
    write_event(
        ctx.session,
        CHAIN,
        kind="evidence.anchor",
        actor=ctx.actor.id,
        at=ctx.now,
        payload=AnchorCut(anchor.number, anchor.size, anchor.root, anchor.hash),
    )
    return anchor
