"""One unit is one transaction; an effect happens once, whoever does it and however often."""

import threading

import pytest
from sqlalchemy import text

from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, Forbidden
from budgetperf.store.runs import RunFacts, begin_run, effects_of, get_run, update_run
from budgetperf.store.session import Database, open_session
from tests import cast
from tests.workflows.city import waiting
from workflows.unit import House, effect

BOSS = cast.FINANCE_REVIEWER.id
RUN = RunFacts("run-1", "campaign.quarter", "季度部署", BOSS, cast.NOW, None, 2, 0, "")


@pytest.fixture
def run_id(house: House) -> str:
    with house.unit(BOSS) as ctx:
        assert begin_run(ctx.session, RUN)
        assert not begin_run(ctx.session, RUN)
    return RUN.id


def runs_seen(house: House) -> int:
    with open_session(house.engine, cast.AUDITOR) as session:
        return int(session.connection().execute(text("SELECT count(*) FROM run")).scalar_one())


def test_a_unit_commits_at_its_end(house: House, run_id: str) -> None:
    assert runs_seen(house) == 1


def test_a_unit_rolls_back_on_an_error(house: House) -> None:
    def begin_and_fail() -> None:
        with house.unit(BOSS) as ctx:
            begin_run(ctx.session, RUN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        begin_and_fail()
    assert runs_seen(house) == 0


def test_a_unit_acts_under_the_grants_of_its_person(house: House) -> None:
    with house.unit(cast.CLERK.id) as ctx:
        scopes = ctx.session.connection().execute(text("SELECT current_setting('bp.scopes')")).scalar_one()
    assert (ctx.actor, scopes, ctx.now) == (cast.CLERK, cast.WATER_SUPPLY, cast.NOW)


def test_nobody_is_no_unit(house: House) -> None:
    with pytest.raises(Forbidden, match="停用"), house.unit("person-nobody"):
        pass


def test_an_effect_counts_a_step_and_keeps_its_result(house: House, run_id: str) -> None:
    with house.unit(BOSS) as ctx:
        assert effect(ctx, run_id, "one", lambda _: {"opened": 3}) == {"opened": 3}
    with house.unit(BOSS) as ctx:
        assert get_run(ctx.session, run_id).done == 1
        assert effects_of(ctx.session, run_id) == {"one": {"opened": 3}}


def test_a_repeated_effect_does_nothing_and_answers_the_same(house: House, run_id: str) -> None:
    for expected in (1, 1):
        with house.unit(BOSS) as ctx:
            assert effect(ctx, run_id, "one", lambda ctx: get_run(ctx.session, run_id).done + 1) == expected


def test_an_effect_that_fails_leaves_no_trace(house: House, run_id: str) -> None:
    def fail(_ctx: Context) -> int:
        return 1 // 0

    with pytest.raises(ZeroDivisionError), house.unit(BOSS) as ctx:
        effect(ctx, run_id, "one", fail)
    with house.unit(BOSS) as ctx:
        assert effects_of(ctx.session, run_id) == {}


def test_an_ended_run_takes_no_effect(house: House, run_id: str) -> None:
    with house.unit(BOSS) as ctx:
        update_run(ctx.session, get_run(ctx.session, run_id), finished_at=cast.NOW)
    with pytest.raises(Conflict, match="已结束"), house.unit(BOSS) as ctx:
        effect(ctx, run_id, "one", lambda _: 1)


def test_two_executors_at_once_do_an_effect_once(house: House, run_id: str, fresh_database: Database) -> None:
    """The second waits for the first, then finds the step done."""
    inside, answers, acts = threading.Event(), [], []

    def act(_ctx: Context) -> str:
        acts.append(threading.current_thread().name)
        inside.set()
        _until_somebody_waits(fresh_database)
        return acts[0]

    def do() -> None:
        with house.unit(BOSS) as ctx:
            answers.append(effect(ctx, run_id, "one", act))

    first, second = threading.Thread(target=do, name="first"), threading.Thread(target=do, name="second")
    first.start()
    assert inside.wait(10)
    second.start()
    for thread in (first, second):
        thread.join(20)
    assert (acts, answers) == (["first"], ["first", "first"])


def _until_somebody_waits(database: Database) -> None:
    owner = database.owner_engine()
    while not waiting(owner):
        pass
    owner.dispose()
