"""Approved projects in two departments, and a house to work on them: what the tests of runs start from."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from budgetperf.actions.context import Context, SeededIds
from budgetperf.actions.moves import Outcome
from budgetperf.permissions import Actor
from budgetperf.process.stages import Stage
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore
from budgetperf.store.runs import RunState
from budgetperf.store.session import BoundSession, Database
from tests import cast
from tests.conftest import MakeContext, make_context
from tests.story import act, make_request
from workflows.jobs import Jobs, RunStatus, prepare
from workflows.unit import House

ARGUMENTS = {"fiscal_year": str(cast.YEAR), "quarter": "1"}
DEPARTMENTS = (cast.FINANCE, cast.WATER, cast.EDUCATION)
_WATER = (cast.CLERK, cast.REVIEWER)
_SCHOOL = (cast.SCHOOL_CLERK, cast.EDUCATION_REVIEWER)


@contextmanager
def house_of(database: Database, folder: Path) -> Iterator[House]:
    """A house over a database, with a fixed clock."""
    engine = database.app_engine(pool_size=5)
    yield House(engine, Rulebook.load(), FileStore(folder / "files"), now=lambda: cast.NOW)
    engine.dispose()


def fill(house: House) -> list[str]:
    """Prepare three approved projects of two departments and return their codes."""
    with BoundSession(house.engine, expire_on_commit=False, autoflush=False) as session:
        ids = SeededIds("city")

        def ctx(actor: Actor, now: object = None) -> Context:
            return make_context(session, actor, files=house.files, ids=ids)

        codes = [
            approve(ctx, _WATER, "供水管网改造").subject,
            approve(ctx, _WATER, "水厂深度处理").subject,
            approve(ctx, _SCHOOL, "校舍维修").subject,
        ]
        session.commit()
    return codes


def approve(ctx: MakeContext, people: tuple[Actor, Actor], name: str) -> Outcome:
    """Bring a project of somebody else's department to its approved budget."""
    clerk, reviewer = people
    record = make_request(ctx, by=clerk, project_name=name).record_id
    goals = cast.make_goal_form(project_name=name)
    act(ctx, clerk, (Stage.REQUEST, "file"), record, form=goals)
    act(ctx, reviewer, (Stage.REQUEST, "review"), record)
    act(ctx, cast.FINANCE_REVIEWER, (Stage.REQUEST, "accept"), record)
    act(ctx, cast.SECOND_FINANCE_REVIEWER, (Stage.REQUEST, "store"), record)
    approval: dict[str, object] = {"approved": cast.wan("100"), "document_number": "海财预〔2026〕1号"}
    return act(ctx, cast.FINANCE_HEAD, (Stage.REQUEST, "approve"), record, form=approval)


def make_ready(database: Database, folder: Path) -> None:
    """Put the approved projects and the tables of DBOS into a database."""
    prepare(database)
    with house_of(database, folder) as house:
        fill(house)


def wait(
    jobs: Jobs,
    run_id: str,
    *,
    until: RunState = RunState.DONE,
    seconds: float = 30,
    actor: Actor = cast.FINANCE_REVIEWER,
) -> RunStatus:
    """Wait until a run stands as told, and return it as ``actor`` sees it."""
    deadline = time.monotonic() + seconds
    while (found := jobs.status(run_id, actor_id=actor.id)).run.state is not until:
        assert time.monotonic() < deadline, found
        assert found.run.finished_at is None, found
        time.sleep(0.05)
    return found


def waiting(engine: Engine) -> int:
    """How many connections to this database wait for a lock."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with engine.connect() as connection:
        return int(connection.execute(text(query)).scalar_one())
