"""A campaign of assessment on its calendar: a house whose clock is moved by hand, and its people at work.

A program too: ``python -m tests.workflows.assessment_city OWNER_URL FOLDER DAY before:sleep`` works at a standing
clock until it is killed at such a commit (``never``: until standard input ends).
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from budgetperf.actions.context import Context, SeededIds
from budgetperf.lifecycle.unit_assessment.cells import Asked
from budgetperf.permissions import Actor
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.reading import parse_edition
from budgetperf.store.files import FileStore
from budgetperf.store.runs import RunState
from budgetperf.store.session import BoundSession, Database
from tests import cast
from tests.assessment_story import Story, at
from tests.workflows.killed_worker import EVENTS
from workflows.jobs import Jobs, RunStatus
from workflows.unit import House
from workflows.worker import working

OFFICE = cast.ASSESSMENT_OFFICE


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    now: datetime = field(default_factory=lambda: cast.NOW)

    def __call__(self) -> datetime:
        return self.now

    def stand_at(self, day: date) -> None:
        self.now = at(day)


EDITIONS = Path(__file__).parent / "editions"


def rulebook() -> Rulebook:
    """The packaged editions, with a scheme that WX-PILOT's calendar fits and the working days of its first year."""
    packaged = Rulebook.load()
    more = (parse_edition(path.read_bytes(), name=path.name) for path in sorted(EDITIONS.glob("*.yaml")))
    return replace(packaged, editions=(*packaged.editions, *more))


@contextmanager
def house_with_clock(database: Database, folder: Path, clock: HandClock) -> Iterator[House]:
    engine = database.app_engine(pool_size=5)
    yield House(engine, rulebook(), FileStore(folder / "files"), now=clock)
    engine.dispose()


@dataclass
class Town:
    """A house, its clock, and the story of one campaign, told in transactions that commit."""

    house: House
    clock: HandClock
    story: Story
    scenes: int = 0

    @contextmanager
    def scene(self) -> Iterator[Story]:
        """Let the people act; committed at the end."""
        self.scenes += 1
        ids = SeededIds(f"scene {self.scenes}")
        with BoundSession(self.house.engine, expire_on_commit=False, autoflush=False) as session:

            def ctx(actor: Actor, now: datetime = self.clock.now) -> Context:
                session.bind_actor(actor)
                return Context(session, actor, now, ids, self.house.rules, self.house.files)

            told = replace(self.story, ctx=ctx)
            yield told
            session.commit()
        self.story = replace(told, ctx=self.story.ctx)

    def work_off(self, day: date) -> None:
        """File, accept and submit whatever is out."""
        with self.scene() as told:
            told.reports(day)
            told.ratings(day)


def no_context(*_: object) -> Context:
    """Outside a scene nobody acts."""
    raise AssertionError


def wait_for(jobs: Jobs, run_id: str, state: RunState, note: str = "", seconds: float = 30) -> RunStatus:
    """Wait until a run stands so and says so."""
    deadline = time.monotonic() + seconds
    while (
        found := jobs.status(run_id, actor_id=OFFICE.id)
    ).run.state is not state or note not in found.run.note:
        assert time.monotonic() < deadline, found
        assert state is RunState.HALTED or found.run.state is not RunState.HALTED, found.run.note
        time.sleep(0.05)
    return found


def middling(asked: Asked) -> str:
    """A value every cell of these editions takes."""
    formula = asked.slot.formula.name if asked.slot.formula else ""
    return "100" if formula == "proportional" else "1"


_SLEEP = ("UPDATE run SET", "wakes_at")  # waking too: on a day when a run is due it is the first to come
MARKS = {"sleep": _SLEEP, "wake": _SLEEP, "phase": ("INSERT INTO effect", "")}


def die_at(moment: str, work: str) -> None:
    """Kill this process before or after the commit of a transaction that lays to sleep, wakes, or does a step."""
    found = threading.local()
    begins, holds = MARKS[work]

    def look(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(begins) and holds in statement:
            found.here = True

    def die(_session: Session) -> None:
        if getattr(found, "here", False):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", look)
    event.listen(BoundSession, EVENTS[moment], die)


def main(url: str, folder: str, day: str, death: str) -> None:
    """Work at a standing clock until killed."""
    moment, _, work = death.partition(":")
    if moment != "never":
        die_at(moment, work)
    clock, database = HandClock(at(date.fromisoformat(day))), Database(url, url)
    with house_with_clock(database, Path(folder), clock) as house, working(house, database) as executor:
        print(executor, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
