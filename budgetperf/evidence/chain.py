"""The hash chain of one evaluand: appending to it and finding what was changed in it.

Pure: the store locks the head, calls ``append`` and writes the row. A chain alone does not
reveal that it was rewritten as a whole; anchors, kept outside, do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from budgetperf.evidence.events import Event, EventPayload, genesis
from budgetperf.findings import Finding, Severity, Where
from budgetperf.provenance import digest


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The newest event of a chain: its number and hash."""

    chain: str
    number: int
    hash: str

    @classmethod
    def of(cls, event: Event) -> "ChainHead":
        """Return the head a chain has once ``event`` is its newest."""
        return cls(event.chain, event.number, event.hash)


def event_hash(event: Event) -> str:
    """Return SHA-256, hex, over the RFC 8785 JSON of the event without its hash."""
    return digest(event.sealed())


def append(
    head: ChainHead | None, chain: str, *, kind: str, actor: str, at: datetime, payload: EventPayload
) -> Event:
    """Make the next event of ``chain``.

    Parameters
    ----------
    head : ChainHead or None
        The newest event so far, locked by the caller; None for a new chain.
    chain, kind, actor : str
    at : datetime
        Time-zone aware.
    payload : EventPayload

    Raises
    ------
    ValueError
        If ``head`` belongs to another chain, ``at`` has no time zone, or ``kind`` or ``actor``
        is empty.
    """
    start = head or ChainHead(chain, 0, genesis(chain))
    if start.chain != chain:
        raise ValueError(f"head of {start.chain!r} given for chain {chain!r}")
    if not (chain and kind and actor):
        raise ValueError("an event needs a chain, a kind and an actor")
    event = Event(chain, start.number + 1, kind, actor, at, payload.document(), start.hash, "")
    return replace(event, hash=event_hash(event))


def verify_chain(
    events: Iterable[Event], head: ChainHead | None = None, *, after: ChainHead | None = None
) -> tuple[Finding, ...]:
    """Find every break in the events of one chain, in the order given.

    Parameters
    ----------
    events : iterable of Event
    head : ChainHead or None
        Where the chain must end; without it a cut-off tail cannot be seen.
    after : ChainHead or None
        The event before the first one given; None means the chain starts here.

    Returns
    -------
    tuple of Finding
        ``evidence.foreign_chain``, ``evidence.gap``, ``evidence.order``, ``evidence.prev``,
        ``evidence.changed``, ``evidence.head``; the pointer is ``/<chain>/<number>``.
    """
    found: list[Finding] = []
    last = after
    for event in events:
        if last is None:
            chain = head.chain if head else event.chain
            last = ChainHead(chain, 0, genesis(chain))
        found.extend(_breaks(event, last))
        if event.chain == last.chain:
            last = ChainHead.of(event)
    if head is not None and last != head:
        reached = f"第 {last.number} 号" if last else "空链"
        message = f"链应止于第 {head.number} 号，实际止于{reached}，或末号哈希不符"
        found.append(_finding("head", head, message))
    return tuple(found)


def _breaks(event: Event, last: ChainHead) -> Iterator[Finding]:
    if event.chain != last.chain:
        yield _finding("foreign_chain", event, f"事件属于“{event.chain}”链，混入“{last.chain}”链")
        return
    if event.number > last.number + 1:
        yield _finding("gap", event, f"第 {event.number} 号之前缺第 {last.number + 1} 号")
    elif event.number <= last.number:
        yield _finding("order", event, f"第 {event.number} 号出现在第 {last.number} 号之后，次序错误或重复")
    elif event.prev != last.hash:
        yield _finding("prev", event, f"第 {event.number} 号所记的上一号哈希与第 {last.number} 号不符")
    try:
        unchanged = event.hash == event_hash(event)
    except (TypeError, ValueError):  # a float or another value no event can hold
        unchanged = False
    if not unchanged:
        yield _finding("changed", event, f"第 {event.number} 号的内容与其哈希不符，已被改动")


def _finding(code: str, place: Event | ChainHead, message: str) -> Finding:
    chain = place.chain.replace("~", "~0").replace("/", "~1")
    return Finding(f"evidence.{code}", Severity.ERROR, Where(pointer=f"/{chain}/{place.number}"), message)
