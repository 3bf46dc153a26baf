"""Runs are started once, by those who may, and stand as their steps leave them."""

import asyncio
import contextlib
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from budgetperf.errors import Conflict, Forbidden, Invalid, NotFound
from budgetperf.permissions import holders_of
from budgetperf.store.runs import RunState
from budgetperf.store.session import Database
from tests import cast
from tests.workflows.city import ARGUMENTS, DEPARTMENTS, wait, waiting
from workflows.jobs import Jobs, run_id_of
from workflows.kinds import KINDS
from workflows.unit import House
from workflows.worker import working

BOSS = cast.FINANCE_REVIEWER.id
CAMPAIGN = "campaign.quarter"


def owner_runs(database: Database, statement: str) -> None:
    engine = database.owner_engine()
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def count(database: Database, table: str) -> int:
    engine = database.owner_engine()
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return int(found)


def retry(jobs: Jobs, run_id: str, actor_id: str) -> None:
    with jobs.house.unit(actor_id) as ctx:
        jobs.retry(ctx, run_id)


def test_a_campaign_opens_every_department(jobs: Jobs, house: House, fresh_database: Database) -> None:
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    assert jobs.status(run_id, actor_id=BOSS).run.state is RunState.WAITING
    with working(house, fresh_database):
        done = wait(jobs, run_id)
    assert done.run.title == "2026年第1季度双监控部署"
    assert (done.run.done, done.run.total, done.run.note) == (3, 3, "")
    assert dict(done.results) == {
        "order": ARGUMENTS,
        "plan": list(DEPARTMENTS),
        **dict(zip(DEPARTMENTS, (0, 2, 1), strict=True)),
    }


def test_the_same_key_is_the_same_run(jobs: Jobs, fresh_database: Database) -> None:
    first = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    again = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=cast.SECOND_FINANCE_REVIEWER.id)
    assert again == first == run_id_of(CAMPAIGN, "1")
    assert (count(fresh_database, "run"), count(fresh_database, "dbos.workflow_status")) == (1, 1)


def test_a_key_taken_by_other_work_is_refused(jobs: Jobs) -> None:
    jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    with pytest.raises(Conflict, match="第1季度"):
        jobs.start(CAMPAIGN, {**ARGUMENTS, "quarter": "2"}, key="1", actor_id=BOSS)


@pytest.mark.parametrize("actor", [cast.CLERK, cast.REVIEWER, cast.AUDITOR, cast.FINANCE_HEAD])
def test_only_a_finance_reviewer_starts_a_campaign(
    jobs: Jobs, fresh_database: Database, actor: object
) -> None:
    with pytest.raises(Forbidden, match="财政审核"):
        jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=actor.id)  # type: ignore[attr-defined]
    assert count(fresh_database, "run") == count(fresh_database, "dbos.workflow_status") == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"fiscal_year": "2026"}, "季度"),
        ({**ARGUMENTS, "quarter": "5"}, "季度"),
        ({**ARGUMENTS, "fiscal_year": "二〇二六"}, "预算年度"),
        ({**ARGUMENTS, "now": "2020-01-01"}, "now"),
    ],
)
def test_wrong_arguments_are_refused_by_name(jobs: Jobs, arguments: dict[str, str], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        jobs.start(CAMPAIGN, arguments, key="1", actor_id=BOSS)


def test_an_unknown_kind_is_not_found(jobs: Jobs) -> None:
    with pytest.raises(NotFound, match=r"campaign\.quarter"):
        jobs.start("campaign.nothing", {}, key="1", actor_id=BOSS)


def test_a_rolled_back_start_leaves_neither_run_nor_work(
    jobs: Jobs, house: House, fresh_database: Database
) -> None:
    def start_and_fail() -> None:
        with house.unit(BOSS) as ctx:
            jobs.enqueue_in_transaction(ctx, CAMPAIGN, ARGUMENTS, key="1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        start_and_fail()
    assert count(fresh_database, "run") == count(fresh_database, "dbos.workflow_status") == 0


def test_others_do_not_see_a_run(jobs: Jobs) -> None:
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    assert jobs.status(run_id, actor_id=cast.AUDITOR.id).run.started_by == BOSS
    with pytest.raises(NotFound):
        jobs.status(run_id, actor_id=cast.CLERK.id)
    with pytest.raises(NotFound), jobs.house.unit(cast.CLERK.id) as ctx:
        jobs.cancel(ctx, run_id)


def test_a_cancelled_run_does_nothing_more(jobs: Jobs, house: House, fresh_database: Database) -> None:
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    with pytest.raises(Forbidden), house.unit(cast.AUDITOR.id) as ctx:
        jobs.cancel(ctx, run_id)
    with house.unit(cast.SECOND_FINANCE_REVIEWER.id) as ctx:
        jobs.cancel(ctx, run_id)
    other = jobs.start(CAMPAIGN, {**ARGUMENTS, "quarter": "2"}, key="2", actor_id=BOSS)
    with working(house, fresh_database):
        wait(jobs, other)
    run = jobs.status(run_id, actor_id=BOSS).run
    assert (run.state, run.done, run.note) == (RunState.STOPPED, 0, "已由冯算取消")
    with pytest.raises(Conflict, match="未完成即结束"), house.unit(BOSS) as ctx:
        jobs.cancel(ctx, run_id)


def test_a_refused_step_halts_the_run_until_somebody_says_retry(
    jobs: Jobs, house: House, fresh_database: Database
) -> None:
    """The starter loses the post in the midst, and gets it back."""
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    owner_runs(fresh_database, f"UPDATE role_grant SET role = 'auditor' WHERE person_id = '{BOSS}'")
    with working(house, fresh_database):
        halted = wait(jobs, run_id, until=RunState.HALTED)
        assert "没有“下达监控任务”权限" in halted.run.note
        assert halted.run.done == 1, "the department without a project asks for no permission"
        owner_runs(
            fresh_database, f"UPDATE role_grant SET role = 'finance_reviewer' WHERE person_id = '{BOSS}'"
        )
        retry(jobs, run_id, BOSS)
        done = wait(jobs, run_id)
    assert (done.run.done, done.run.note) == (3, "")
    with pytest.raises(Conflict, match="已完成"):
        retry(jobs, run_id, BOSS)


def test_a_halted_run_is_resumed_by_the_next_worker(
    jobs: Jobs, house: House, fresh_database: Database
) -> None:
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    owner_runs(fresh_database, f"UPDATE person SET active = false WHERE id = '{BOSS}'")
    other = cast.SECOND_FINANCE_REVIEWER.id
    with working(house, fresh_database):
        while jobs.status(run_id, actor_id=other).run.state is not RunState.HALTED:
            pass
    assert "账号不存在或已停用" in jobs.status(run_id, actor_id=other).run.note
    owner_runs(fresh_database, f"UPDATE person SET active = true WHERE id = '{BOSS}'")
    with working(house, fresh_database):
        retry(jobs, run_id, other)
        assert wait(jobs, run_id).run.done == 3


def test_a_halted_run_can_be_cancelled(jobs: Jobs, house: House, fresh_database: Database) -> None:
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    owner_runs(fresh_database, f"UPDATE role_grant SET role = 'auditor' WHERE person_id = '{BOSS}'")
    with working(house, fresh_database):
        wait(jobs, run_id, until=RunState.HALTED)
    with house.unit(cast.SECOND_FINANCE_REVIEWER.id) as ctx:
        jobs.cancel(ctx, run_id)
    run = jobs.status(run_id, actor_id=BOSS).run
    assert (run.state, run.done, run.note) == (RunState.STOPPED, 1, "已由冯算取消")


def test_a_worker_told_to_stop_finishes_the_step_and_leaves_the_rest(
    jobs: Jobs, house: House, fresh_database: Database
) -> None:
    """The step in hand is held up by a lock until the worker is already stopping."""
    run_id = jobs.start(CAMPAIGN, ARGUMENTS, key="1", actor_id=BOSS)
    with contextlib.ExitStack() as lock:
        owner = fresh_database.owner_engine()
        held = lock.enter_context(owner.connect())
        held.execute(text("LOCK TABLE chain_head IN EXCLUSIVE MODE"))
        with working(house, fresh_database):
            while not waiting(owner):
                time.sleep(0.01)
            threading.Timer(0.3, held.rollback).start()
        stopped = jobs.status(run_id, actor_id=BOSS).run
    owner.dispose()
    assert (stopped.state, stopped.done, stopped.note) == (RunState.RUNNING, 2, "")
    with working(house, fresh_database):
        assert wait(jobs, run_id).run.done == 3


def test_a_batch_that_is_refused_ends_at_once(
    jobs: Jobs, house: House, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, "batch.baseline", replace(KINDS["batch.baseline"], halts=False))
    order = {"panel_code": "无此面板", "fiscal_year": "2026"}
    run_id = jobs.start("batch.baseline", order, key="1", actor_id=cast.RULES_OFFICE.id)
    with working(house, fresh_database):
        ended = wait(jobs, run_id, until=RunState.STOPPED)
    assert ended.run.note.startswith("步骤“fit”未能办理")
    assert ended.results == {"order": order, "plan": ["fit"]}


def test_a_long_fit_that_is_refused_waits_for_somebody_to_mend_it(
    jobs: Jobs, house: House, fresh_database: Database, tmp_path: Path
) -> None:
    order = {"panel_code": "无此面板", "fiscal_year": "2026"}
    run_id = jobs.start("batch.baseline", order, key="1", actor_id=cast.RULES_OFFICE.id)
    with working(house, fresh_database):
        halted = wait(jobs, run_id, until=RunState.HALTED)
    assert halted.run.note.startswith("步骤“fit”未能办理")
    assert halted.results == {"order": order, "plan": ["fit"]}


def test_every_kind_has_a_permission_some_role_holds() -> None:
    assert all(holders_of(kind.permission) for kind in KINDS.values())


def test_a_worker_that_cannot_begin_leaves_nothing_open(house: House, fresh_database: Database) -> None:
    async def begin() -> None:
        with working(house, fresh_database):
            raise AssertionError("DBOS registers no queue where an event loop runs")

    with pytest.raises(RuntimeError, match="event loop"):
        asyncio.run(begin())
    listening = "pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    assert count(fresh_database, listening) == 0
    with working(house, fresh_database) as executor:
        assert executor
