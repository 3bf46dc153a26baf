"""The calendar of an assessment as a durable run: it sleeps, wakes on its day, halts at an open gate, goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from budgetperf.actions.campaigns import open_campaign
from budgetperf.actions.moves import Seen
from budgetperf.errors import Conflict, Forbidden
from budgetperf.lifecycle.unit_assessment.form import CampaignForm
from budgetperf.process.stages import Stage
from budgetperf.store.campaigns import sheets_of
from budgetperf.store.runs import RunState
from budgetperf.store.session import Database
from tests import cast
from tests.assessment_story import Story, at
from tests.workflows.assessment_city import (
    OFFICE,
    HandClock,
    Town,
    house_with_clock,
    middling,
    no_context,
    wait_for,
)
from workflows import worker
from workflows.jobs import Jobs, prepare
from workflows.worker import working

KIND = "campaign.assessment"
ASLEEP, HALTED, DONE = RunState.ASLEEP, RunState.HALTED, RunState.DONE
WATER = {"code": "D1", "name": "水务局", "group": "department", "organisation": "0102", "leader": "leader"}
PILOT_ROSTER = {
    "units": [WATER],
    "suppliers": [{"supplier": "office", "organisation": "010201"}],
    "raters": [{"rater_group": "peer", "login": one} for one in ("rater1", "rater2")],
}
QITAI_ROSTER = {
    "units": [
        WATER,
        {**WATER, "code": "P1", "name": "供水专项", "group": "special_project", "owner": "D1"},
    ],
    "suppliers": [
        {"supplier": one, "organisation": "010201"} for one in ("audit", "public_survey", "office")
    ],
    "raters": [{"rater_group": f"panel_{number}", "login": "rater1"} for number in range(1, 11)],
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The clock of the house; workers look at it often."""
    monkeypatch.setattr(worker, "WATCH_SECONDS", 0.05)
    return HandClock()


@pytest.fixture
def town_of(
    fresh_database: Database, tmp_path: Path, clock: HandClock
) -> Iterator[Callable[[str, int], Town]]:
    """``town_of(place, year)``: a town whose campaign is not opened yet."""
    prepare(fresh_database)
    clerks = {cast.WATER: (cast.WATER_CLERK, cast.LEADER)}
    suppliers = {cast.WATER_SUPPLY: cast.CLERK}
    with house_with_clock(fresh_database, tmp_path, clock) as house:
        yield lambda place, year: Town(
            house, clock, Story(no_context, place, year, middling, clerks, suppliers)
        )


@pytest.fixture
def pilot(town_of: Callable[[str, int], Town]) -> Town:
    """WX-PILOT's campaign of 2013, begun on 1 September 2012."""
    town = town_of("wuxiang", 2013)
    begin(town, date(2012, 9, 1), PILOT_ROSTER)
    return town


def begin(town: Town, day: date, roster: Mapping[str, object]) -> None:
    town.clock.stand_at(day)
    with town.scene() as told:
        told.open(day, roster)


def start(jobs: Jobs, town: Town, key: str = "calendar") -> str:
    return jobs.start(KIND, {"campaign": town.story.id}, key=key, actor_id=OFFICE.id)


def sent(town: Town, stage: Stage) -> list[str]:
    """The periods of what was sent out."""
    with town.scene() as told:
        return sorted({record.period for record in told.records(stage, town.clock.now.date())})


def test_the_pilots_phases_begin_on_their_days_and_a_gate_left_open_halts_it(
    pilot: Town, fresh_database: Database
) -> None:
    with closing(Jobs(pilot.house)) as jobs, working(pilot.house, fresh_database):
        run_id = start(jobs, pilot)
        asleep = wait_for(jobs, run_id, ASLEEP, "“实施”阶段开始（2012-09-16）").run
        assert (asleep.done, asleep.total) == (1, 6)
        assert asleep.wakes_at == at(date(2012, 9, 15)).replace(hour=16), "midnight in Shanghai"

        pilot.clock.now = asleep.wakes_at - timedelta(seconds=1)
        assert jobs.wake() == []
        pilot.clock.now = asleep.wakes_at  # gates nothing: the books are due at the end of this phase
        wait_for(jobs, run_id, ASLEEP, "“中期评估”")

        pilot.clock.stand_at(date(2012, 12, 1))
        halted = wait_for(jobs, run_id, HALTED).run
        assert "步骤“3. 中期评估”未能办理" in halted.note
        assert "年度任务书尚未办结：水务局任务书（待填报）" in halted.note
        assert sent(pilot, Stage.RATING) == []
        retry(jobs, pilot, run_id)
        wait_for(jobs, run_id, HALTED)
        with pilot.scene() as told:
            told.books(date(2012, 12, 1), {("D1", "duty"): "100"})
        retry(jobs, pilot, run_id)
        wait_for(jobs, run_id, ASLEEP, "“深化”阶段开始（2013-04-01）")
        assert sent(pilot, Stage.RATING) == sent(pilot, Stage.FACT_REPORT) == ["mid"]

        pilot.work_off(date(2013, 3, 1))
        for day, waits in ((date(2013, 4, 1), "“总结”"), (date(2013, 11, 1), "等待考评归档")):
            pilot.clock.stand_at(day)
            wait_for(jobs, run_id, ASLEEP, waits)
        assert sent(pilot, Stage.RATING) == ["end", "mid"]


def retry(jobs: Jobs, town: Town, run_id: str) -> None:
    with town.house.unit(OFFICE.id, "retry") as ctx:
        jobs.retry(ctx, run_id)


def test_a_whole_year_of_qitai_from_its_first_day_to_the_forgetting(
    town_of: Callable[[str, int], Town], clock: HandClock, fresh_database: Database
) -> None:
    """Eight phases, monthly facts of the special project, a public rating, and a year of keeping the sheets."""
    town = town_of("qitai", 2025)
    begin(town, date(2025, 1, 2), QITAI_ROSTER)
    with closing(Jobs(town.house)) as jobs, working(town.house, fresh_database):
        with town.scene() as told:
            told.books(date(2025, 1, 6), {("D1", f"target_{n}"): "100" for n in range(1, 7)})
        town.work_off(date(2025, 1, 6))
        run_id = start(jobs, town)
        for day, after in (
            (date(2025, 4, 1), "“半年考核”"),
            (date(2025, 7, 1), "“三季度后两个月”"),
            (date(2025, 8, 1), "“公众评议”"),
            (date(2025, 10, 1), "“年终自查”阶段开始（2025-11-16）"),
            (date(2025, 11, 16), "“年终核定”阶段开始（2026-01-01）"),
            (date(2026, 1, 1), "“审定结果”"),
        ):
            clock.stand_at(day)
            wait_for(jobs, run_id, ASLEEP, after)
            town.work_off(day)
        periods = sent(town, Stage.FACT_REPORT)
        assert periods == ["", "end", "half", *(f"m{month:02d}" for month in range(1, 13))]
        clock.stand_at(date(2026, 2, 1))
        wait_for(jobs, run_id, ASLEEP, "等待考评归档")
        conclude(town, date(2026, 2, 2))
        clock.stand_at(date(2026, 2, 14))
        kept = wait_for(jobs, run_id, ASLEEP, "评分人信息保存到期后清除（2027-02-13）")
        assert (kept.run.done, kept.run.total) == (8, 9)
        clock.stand_at(date(2027, 2, 12))
        with town.scene() as told:
            assert len(sheets_of(told.office(date(2027, 2, 12)).session, told.id)) == 10
        clock.stand_at(date(2027, 2, 13))
        done = wait_for(jobs, run_id, DONE)
        assert done.results["清除评分人信息"] == {"forgotten": 10}
        with town.scene() as told:
            assert sheets_of(told.office(date(2027, 2, 13)).session, told.id) == []


def conclude(town: Town, day: date) -> None:
    """Compute, publish, finalise, approve and archive."""
    later = day + timedelta(10)
    bodies = ("考核办公室", "考核领导小组")
    rows = [{"body": body, "document": "海考〔2026〕1号", "decided_on": later.isoformat()} for body in bodies]
    with town.scene() as told:
        told.act(OFFICE, day, told.id, "compute")
        told.act(cast.ASSESSMENT_HEAD, day, told.id, "publish")
        told.act(cast.SECOND_OFFICE, later, told.id, "finalise")
        told.act(cast.ASSESSMENT_HEAD, later, told.id, "approve", {"rows": rows})
        told.act(OFFICE, later, told.id, "archive")


def test_only_the_office_starts_it_and_only_once_the_campaign_has_started(
    town_of: Callable[[str, int], Town], clock: HandClock
) -> None:
    town = town_of("wuxiang", 2013)
    clock.stand_at(date(2012, 9, 1))
    with town.scene() as told:
        form = CampaignForm(jurisdiction="wuxiang", fiscal_year=2013)
        told.id = open_campaign(told.office(date(2012, 9, 1)), form, Seen()).record_id
    with closing(Jobs(town.house)) as jobs:
        with pytest.raises(Conflict, match="尚未下达考评任务"):
            start(jobs, town)
        with town.scene() as told:
            told.act(OFFICE, date(2012, 9, 1), told.id, "enrol", PILOT_ROSTER)
            told.act(cast.ASSESSMENT_HEAD, date(2012, 9, 1), told.id, "start")
        for stranger in (cast.FINANCE_REVIEWER, cast.ASSESSMENT_HEAD, cast.CLERK):
            with pytest.raises(Forbidden):
                jobs.start(KIND, {"campaign": town.story.id}, key="other", actor_id=stranger.id)
        assert start(jobs, town) == start(jobs, town)


def test_a_sleeping_run_can_be_cancelled_and_never_wakes(pilot: Town, fresh_database: Database) -> None:
    with closing(Jobs(pilot.house)) as jobs, working(pilot.house, fresh_database):
        run_id = start(jobs, pilot)
        wait_for(jobs, run_id, ASLEEP)
        with pilot.house.unit(OFFICE.id, "steer") as ctx:
            with pytest.raises(Conflict, match="无需重试"):
                jobs.retry(ctx, run_id)
            jobs.cancel(ctx, run_id)
        pilot.clock.stand_at(date(2012, 12, 1))
        assert jobs.wake() == []
        assert jobs.status(run_id, actor_id=OFFICE.id).run.state is RunState.STOPPED


def test_two_who_wake_the_same_run_wake_it_once(pilot: Town, fresh_database: Database) -> None:
    with closing(Jobs(pilot.house)) as jobs, closing(Jobs(pilot.house)) as others:
        with working(pilot.house, fresh_database):
            run_id = start(jobs, pilot)
            wait_for(jobs, run_id, ASLEEP)
        pilot.clock.stand_at(date(2012, 9, 16))
        assert [jobs.wake(), others.wake(), jobs.wake()] == [[run_id], [], []]
        owner = fresh_database.owner_engine()
        with owner.connect() as connection:
            queued = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'ENQUEUED'"
            assert connection.execute(text(queued)).scalar_one() == 1
        owner.dispose()


@pytest.fixture
def workers(fresh_database: Database, tmp_path: Path) -> Iterator["Workers"]:
    made = Workers(fresh_database, tmp_path)
    yield made
    made.stop()


class Workers:
    """Worker processes at a standing clock."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.started: list[subprocess.Popen[str]] = []

    def start(self, day: date, death: str = "never") -> subprocess.Popen[str]:
        program = (sys.executable, "-m", "tests.workflows.assessment_city")
        arguments = (self.database.owner_url, str(self.folder), day.isoformat(), death)
        made = subprocess.Popen(
            (*program, *arguments),
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(made)
        return made

    def stop(self) -> None:
        for one in self.started:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
            one.communicate()


@pytest.mark.slow
def test_kill_9_as_it_wakes_or_acts_loses_nothing_and_does_nothing_twice(
    pilot: Town, workers: Workers, fresh_database: Database
) -> None:
    """One worker dies when the run is woken and nobody has it yet, the next when a phase is open and not noted."""
    with closing(Jobs(pilot.house)) as jobs:
        with working(pilot.house, fresh_database):
            run_id = start(jobs, pilot)
            wait_for(jobs, run_id, ASLEEP)
        with pilot.scene() as told:
            told.books(date(2012, 9, 2), {("D1", "duty"): "100"})
        for death in ("after:wake", "after:phase"):
            assert workers.start(date(2012, 12, 1), death).wait(60) == -signal.SIGKILL
        pilot.clock.stand_at(date(2012, 12, 1))
        with working(pilot.house, fresh_database):
            wait_for(jobs, run_id, ASLEEP, "“深化”阶段开始（2013-04-01）", seconds=60)
        status = jobs.status(run_id, actor_id=OFFICE.id)
        assert (status.run.done, status.results["3. 中期评估"]) == (3, {"sent": True})
    with pilot.scene() as told:
        office = told.office(date(2012, 12, 1))
        assert len(sheets_of(office.session, told.id)) == 2
        steps = "SELECT count(*) FROM step WHERE stage = 'assessment' AND verb = 'advance'"
        assert office.session.connection().execute(text(steps)).scalar_one() == 2
