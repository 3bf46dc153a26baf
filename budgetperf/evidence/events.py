"""The typed event: who did what, to which chain, when; one event per action.

Holds the shape of an event and of its payload. It does not link events (``chain``) and knows
no kinds of events: each action declares its own payload next to the verb it records.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from budgetperf.errors import Invalid
from budgetperf.provenance import Json, plain


def instant(at: datetime) -> str:
    """Return the one spelling of an instant that is hashed: UTC, always six decimals.

    Raises
    ------
    ValueError
        If ``at`` has no time zone.

    Examples
    --------
    >>> instant(datetime(2025, 3, 1, 8, 0, tzinfo=UTC))
    '2025-03-01T08:00:00.000000+00:00'
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def genesis(chain: str) -> str:
    """Return what stands in ``prev`` of the first event of ``chain``: SHA-256, hex.

    It depends on the chain, so that a first event cannot be moved to another chain.
    """
    return hashlib.sha256(b"budgetperf chain\n" + chain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class EventPayload:
    """Base of what an action records; subclasses are frozen dataclasses with typed fields.

    Examples
    --------
    >>> @dataclass(frozen=True, slots=True)
    ... class GoalsReturned(EventPayload):
    ...     filing: str
    ...     reason: str
    >>> GoalsReturned("F-7", "产出指标缺少指标值").document()
    {'filing': 'F-7', 'reason': '产出指标缺少指标值'}
    """

    def document(self) -> Mapping[str, Json]:
        """Return the fields as JSON: Decimal, Money, dates and terms as strings.

        Raises
        ------
        TypeError
            For a float or an unknown type.
        Invalid
            ``evidence.payload``: a key is not ASCII, or a text holds a NUL, which the database
            cannot store.
        """
        document = {field.name: plain(getattr(self, field.name)) for field in fields(self)}
        _refuse_unstorable(document, "")
        return document


def _refuse_unstorable(value: Json, pointer: str) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not key.isascii() or "\0" in key:
                message = f"事件内容的键名“{key}”不是 ASCII 字符，无法留痕"
                raise Invalid("evidence.payload", message, pointer=pointer)
            _refuse_unstorable(item, f"{pointer}/{key}")
    elif isinstance(value, str):
        if "\0" in value:
            raise Invalid("evidence.payload", "事件内容含有空字符（NUL），请删除后重试", pointer=pointer)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_unstorable(item, f"{pointer}/{index}")


@dataclass(frozen=True, slots=True)
class Event:
    """One action, as stored and hashed.

    Parameters
    ----------
    chain : str
        Id of the chain, one per evaluand (or per bulk decision).
    number : int
        1, 2, 3, … within the chain.
    kind : str
        What was done, e.g. ``"goals.filed"``.
    actor : str
        Who did it.
    at : datetime
        Time-zone aware; hashed in UTC.
    payload : Json
    prev, hash : str
        SHA-256 in hex: of the event before (``genesis`` for the first) and of this one.
    """

    chain: str
    number: int
    kind: str
    actor: str
    at: datetime
    payload: Json
    prev: str
    hash: str

    def sealed(self) -> dict[str, Json]:
        """Return what the hash covers: everything but the hash."""
        return {
            "chain": self.chain,
            "number": self.number,
            "kind": self.kind,
            "actor": self.actor,
            "at": instant(self.at),
            "payload": self.payload,
            "prev": self.prev,
        }

    def document(self) -> dict[str, Json]:
        """Return the whole event as JSON, one line of a bundle's log."""
        return {**self.sealed(), "hash": self.hash}
