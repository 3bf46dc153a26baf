"""The stage of the demo: a fixed clock, seeded ids, and one transaction a scene.

A scene may be played by several people, one after the other; each of their acts runs under their
own name, so permissions and row-level security hold as they do in the service.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from budgetperf.actions.context import Context, SeededIds
from budgetperf.fiscal import SHANGHAI
from budgetperf.permissions import Actor
from workflows.unit import House, unit

SEED = "budgetperf-demo-2025"


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """Return an instant of the demo clock, given in Shanghai."""
    return datetime(year, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(slots=True)
class Scene:
    """One transaction, in which people act in turn, a minute apart."""

    ctx: Context
    people: dict[str, Actor]
    now: datetime

    def by(self, login: str) -> Context:
        """Return the context of a person, one minute after the act before."""
        self.now += timedelta(minutes=1)
        return self.ctx.acting(self.people[login], self.now)


@dataclass(slots=True)
class Stage:
    """The house, its people, and the scenes played in it."""

    house: House
    people: dict[str, Actor] = field(default_factory=dict)

    @contextmanager
    def scene(self, name: str, when: datetime, login: str) -> Iterator[Scene]:
        """Play a scene: committed when it ends well, undone as a whole when it does not."""
        with unit(
            self.house.engine,
            self.people[login],
            now=when,
            ids=SeededIds(f"{SEED}/{name}"),
            rules=self.house.rules,
            files=self.house.files,
        ) as ctx:
            yield Scene(ctx, self.people, when)
