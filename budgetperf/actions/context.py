"""What every action is given: the session, who acts, when, ids, rules and files."""

import hashlib
import os
import uuid
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from budgetperf.actions.rulebooks import rulebook_of
from budgetperf.fiscal import SHANGHAI
from budgetperf.permissions import Actor
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.session import BoundSession


class Ids(Protocol):
    """A source of new ids."""

    def new(self) -> str:
        """Return an id never given before."""
        ...


class RandomIds:
    """UUID version 7: time first, then chance; for production."""

    def new(self) -> str:
        """Return a time-ordered random id."""
        chance = os.urandom(10)
        stamp = int(datetime.now().timestamp() * 1000).to_bytes(6, "big")  # noqa: DTZ005 - a count of ms needs no zone
        raw = bytearray(stamp + chance)
        raw[6] = (raw[6] & 0x0F) | 0x70
        raw[8] = (raw[8] & 0x3F) | 0x80
        return str(uuid.UUID(bytes=bytes(raw)))


@dataclass(slots=True)
class SeededIds:
    """Ids that follow from a seed and a count, so that two runs of the demo agree."""

    seed: str
    count: int = field(default=0)

    def new(self) -> str:
        """Return the next id of the seed."""
        self.count += 1
        raw = bytearray(hashlib.sha256(f"{self.seed}/{self.count}".encode()).digest()[:16])
        raw[6] = (raw[6] & 0x0F) | 0x80
        raw[8] = (raw[8] & 0x3F) | 0x80
        return str(uuid.UUID(bytes=bytes(raw)))


@dataclass(frozen=True, slots=True)
class Context:
    """One actor's work in one transaction.

    Parameters
    ----------
    session : BoundSession
        Bound to ``actor``; the caller commits.
    actor : Actor
    now : datetime
        Aware UTC.
    ids : Ids
    packaged : Rulebook
        The editions shipped with the program; ``rules`` are these and the published ones.
    files : FileStore
    """

    session: BoundSession
    actor: Actor
    now: datetime
    ids: Ids
    packaged: Rulebook
    files: FileStore

    @property
    def today(self) -> date:
        """The legal day in Shanghai."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def rules(self) -> Rulebook:
        """All editions this transaction sees; the first use asks the database once."""
        return rulebook_of(self.session, self.packaged)

    def acting(self, actor: Actor, now: datetime) -> "Context":
        """Return the context of somebody else, later, in the same transaction."""
        self.session.bind_actor(actor)
        return replace(self, actor=actor, now=now)
