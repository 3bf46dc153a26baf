"""Workers die by SIGKILL at every step of a campaign; each effect is there exactly once."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from budgetperf.evidence.chain import ChainHead, verify_chain
from budgetperf.store.evidence import events_of
from budgetperf.store.runs import RunState
from budgetperf.store.session import Database, open_session
from tests import cast
from tests.workflows.city import ARGUMENTS, DEPARTMENTS, wait, waiting
from workflows.jobs import Jobs

ROOT = Path(__file__).resolve().parents[2]
COMMITS = 1 + len(DEPARTMENTS) + 1  # the plan, the departments, the end
BOSS = cast.FINANCE_REVIEWER.id

Worker = subprocess.Popen[str]


class Workers:
    """Worker processes over one database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.started: list[Worker] = []

    def start(self, *deaths: str) -> Worker:
        """One worker after another, each dying as told; ``never`` lives on."""
        program = (sys.executable, "-m", "tests.workflows.killed_worker")
        worker = subprocess.Popen(
            [*program, self.database.owner_url, str(self.folder), *deaths],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.communicate()


def said(worker: Worker) -> str:
    """The next line a worker prints."""
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


@pytest.fixture
def workers(fresh_database: Database, tmp_path: Path) -> Iterator[Workers]:
    made = Workers(fresh_database, tmp_path)
    yield made
    made.stop()


def assert_each_effect_once(jobs: Jobs, database: Database, run_id: str, quarter: int) -> None:
    """Records, steps, effects and events: one of each; the chain whole; the run done."""
    chain = f"MONITORING-{cast.YEAR}Q{quarter}"
    owner = database.owner_engine()
    with owner.connect() as connection:
        rows = connection.execute(
            text("SELECT subject, id FROM record WHERE stage = 'monitoring' AND period = :period"),
            {"period": f"{cast.YEAR}Q{quarter}"},
        ).all()
        ids = [row.id for row in rows]
        steps = connection.execute(
            text("SELECT record_id FROM step WHERE record_id = ANY(:ids)"), {"ids": ids}
        )
        head = connection.execute(
            text("SELECT chain, number, hash FROM chain_head WHERE chain = :chain"), {"chain": chain}
        ).one()
        assert len({row.subject for row in rows}) == len(rows) == 3
        assert sorted(steps.scalars()) == sorted(ids)
    owner.dispose()
    with open_session(jobs.house.engine, cast.AUDITOR) as session:
        events = events_of(session, chain)
    assert [event.payload["records"] for event in events] == [2, 1]
    assert verify_chain(events, ChainHead(*head)) == ()
    status = jobs.status(run_id, actor_id=BOSS)
    assert status.run.state is RunState.DONE
    assert (status.run.done, status.run.total) == (3, 3)
    assert [status.results[name] for name in DEPARTMENTS] == [0, 2, 1]


def start(jobs: Jobs, quarter: int) -> str:
    arguments = {**ARGUMENTS, "quarter": str(quarter)}
    return jobs.start("campaign.quarter", arguments, key=f"Q{quarter}", actor_id=BOSS)


@pytest.mark.slow
def test_killed_at_every_commit_each_effect_is_there_once(
    jobs: Jobs, workers: Workers, fresh_database: Database
) -> None:
    """Killed before and after each commit in turn, a worker is started again each time."""
    run_id = start(jobs, 1)
    deaths = [f"{moment}:1" for _ in range(COMMITS) for moment in ("before", "after")]
    worker = workers.start(*deaths, "never")
    wait(jobs, run_id, seconds=60)
    endings: list[str] = []
    while len(endings) < len(deaths):
        line = said(worker)
        endings += [line] if ":" in line else []  # the others name a worker's place
    assert endings == [f"{death} {-signal.SIGKILL}" for death in deaths]
    assert_each_effect_once(jobs, fresh_database, run_id, 1)


def test_a_living_worker_finishes_the_runs_of_a_killed_one_within_seconds(
    jobs: Jobs, workers: Workers, fresh_database: Database
) -> None:
    """Two workers, each busy with a step that waits for a lock; one is killed, then the lock is given."""
    first, second = workers.start("never"), workers.start("never")
    assert {said(first), said(second)} == {"worker-1", "worker-2"}
    owner = fresh_database.owner_engine()
    with owner.connect() as held:
        held.execute(text("LOCK TABLE chain_head IN EXCLUSIVE MODE"))
        runs = {quarter: start(jobs, quarter) for quarter in (1, 2, 3)}  # two at once: both workers get some
        deadline = time.monotonic() + 60
        while waiting(owner) < len(runs):
            assert time.monotonic() < deadline
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    owner.dispose()
    died = time.monotonic()
    for quarter, run_id in runs.items():
        wait(jobs, run_id)
        assert_each_effect_once(jobs, fresh_database, run_id, quarter)
    assert time.monotonic() - died < 15
