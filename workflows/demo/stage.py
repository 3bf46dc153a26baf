"""The stage of the demo: a fixed clock, seeded ids, and one transaction a scene.

A scene may be played by several people, one after the other; each of their acts runs under their
own name, so permissions and row-level security hold as they do in the service.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from budgetperf.actions.context import Context, SeededIds
from budgetperf.fiscal import SHANGHAI
from budgetperf.permissions import Actor
from workflows.unit import House

SEED = "budgetperf-demo-2025"
SIDE_BY_SIDE = 3

R = TypeVar("R")


def seeded(name: str) -> SeededIds:
    """Return the ids of a scene, or of a step of a run: they follow from its name."""
    return SeededIds(f"{SEED}/{name}")


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """Return an instant of the demo clock, given in Shanghai."""
    return datetime(year, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(slots=True)
class Clock:
    """The demo clock: it stands at the beginning of the newest scene."""

    now: datetime = field(default_factory=lambda: at(2024, 1, 2))

    def __call__(self) -> datetime:
        """Return the instant it shows."""
        return self.now


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
    clock: Clock
    people: dict[str, Actor] = field(default_factory=dict)

    @staticmethod
    def at_once(departments: Iterable[str], act: Callable[[str], R]) -> list[R]:
        """Let departments act side by side, as they do in life; results in the order given.

        Their scenes touch no common record, and ids follow from the scene, so the order in which
        they end changes nothing.
        """
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            return list(threads.map(act, departments))

    @contextmanager
    def scene(self, name: str, when: datetime, login: str) -> Iterator[Scene]:
        """Play a scene: committed when it ends well, undone as a whole when it does not."""
        self.clock.now = when
        with self.house.unit(self.people[login], name) as ctx:
            yield Scene(ctx, self.people, when)
