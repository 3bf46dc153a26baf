"""A long fit shows how far it is, loses no piece to a killed worker, and comes out as if nothing had happened."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from budgetperf.actions import baseline
from budgetperf.actions.context import Context
from budgetperf.costing import standings
from budgetperf.costing.fitted import fit
from budgetperf.costing.form import FitForm
from budgetperf.costing.method import BaselineSpec
from budgetperf.costing.methods import n_pieces
from budgetperf.costing.spread import Figures
from budgetperf.costing.words import DriverRole, MethodName
from budgetperf.errors import Conflict
from budgetperf.store.results import decision_digests, get_decision
from budgetperf.store.runs import (
    PLAN,
    RunFacts,
    RunState,
    begin_run,
    effects_of,
    get_run,
    keep_effect,
    update_run,
)
from budgetperf.store.session import Database
from tests import cast
from tests.costing.factories import make_panel
from tests.workflows.city import wait
from tests.workflows.fit_city import ARGUMENTS, NOW, fitting_house, found
from workflows.executor import Here, Item
from workflows.jobs import Jobs
from workflows.pieces import Kept, figures_of, json_of
from workflows.progress import Watched
from workflows.unit import House, effect
from workflows.worker import working

ROOT = Path(__file__).resolve().parents[2]
OFFICE = cast.RULES_OFFICE
PIECES = 12  # of ten draws


@pytest.fixture
def fitting(fresh_database: Database, tmp_path: Path) -> Iterator[House]:
    with fitting_house(fresh_database, tmp_path) as house:
        found(house, fresh_database)
        yield house


@pytest.fixture
def run_id(fitting: House) -> str:
    """A run with one step, being done."""
    with fitting.unit(OFFICE.id) as ctx:
        begin_run(ctx.session, RunFacts("run-1", "batch.baseline", "测算", OFFICE.id, NOW, None, 1, 0, ""))
        keep_effect(ctx.session, "run-1", PLAN, at=NOW, result=["fit"])
    return "run-1"


class Worker:
    """What a spread is given to do, remembering what it did; ends after ``last`` items."""

    def __init__(self, last: int = 99) -> None:
        self.did: list[float] = []
        self.last = last

    def third(self, item: float) -> Figures:
        if len(self.did) == self.last:
            raise KeyboardInterrupt
        self.did.append(item)
        return np.array([[item / 3, np.nan, -0.0, np.inf, 5e-324]])


def progress(house: House, run_id: str) -> tuple[int, int]:
    with house.unit(OFFICE.id) as ctx:
        run = get_run(ctx.session, run_id)
    return run.done, run.total


def spread(unit: Callable[[], AbstractContextManager[Context]], run_id: str, ground: str = "facts") -> Kept:
    return Kept(unit, run_id, ground, Here())


def test_what_was_done_is_found_and_the_rest_is_done(fitting: House, run_id: str) -> None:
    unit, items = partial(fitting.unit, OFFICE.id), [1.0, 2.0, 3.0]
    first, second, other = Worker(last=4), Worker(), Worker()
    told = spread(unit, run_id)
    told.announce(5)
    assert progress(fitting, run_id) == (0, 6)  # all of it, before the first piece
    once = told(first.third, items)
    assert progress(fitting, run_id) == (3, 6)
    with pytest.raises(KeyboardInterrupt):
        told(first.third, items)
    assert progress(fitting, run_id) == (4, 7)

    again = spread(unit, run_id)
    assert [one.tobytes() for one in again(second.third, items)] == [one.tobytes() for one in once]
    again(second.third, items)
    assert (first.did, second.did) == ([1, 2, 3, 1], [2, 3])
    assert progress(fitting, run_id) == (6, 7)
    spread(unit, run_id, "other facts")(other.third, items)
    assert (other.did, progress(fitting, run_id)) == (items, (9, 10))

    with unit() as ctx:
        effect(ctx, run_id, "fit", lambda _: "record")
        assert effects_of(ctx.session, run_id) == {PLAN: ["fit"], "fit": "record"}
        size = ctx.session.connection().execute(text("SELECT max(length(result::text)) FROM effect"))
        assert size.scalar_one() < 10  # what the pieces came to is let go
    assert progress(fitting, run_id) == (10, 10)


@pytest.mark.parametrize("conditions", [False, True])
def test_a_fit_takes_as_many_pieces_as_it_announces(*, conditions: bool) -> None:
    panel = make_panel(n_dmus=20)  # type: ignore[no-untyped-call]
    work, local = panel.spec.drivers
    drivers = (work, replace(local, role=DriverRole.CONDITION)) if conditions else (work,)
    panel = replace(panel, spec=replace(panel.spec, drivers=drivers))
    spec = BaselineSpec(methods=(MethodName.DRIVER_REGRESSION, MethodName.DEA), n_draws=50, seed=1)
    stream, done = StringIO(), list[object]()

    class Counted(Here):
        def done(
            self, function: Callable[[Item], Figures], items: Sequence[Item], /
        ) -> Iterator[tuple[int, Figures]]:
            done.extend(items)
            return super().done(function, items)

    standings.answer(fit(panel, spec, spread=Watched(Counted(), stream)), ())
    assert len(done) == n_pieces(panel.spec, spec)
    told = stream.getvalue().splitlines()
    assert [line for line in told if line.startswith("测算")] == [
        f"测算 / fitting {at}/2 {MethodName(name).label}" for at, name in enumerate(spec.methods, 1)
    ]
    assert told.count("抽样 / draws 5/5") == len(done) // 5  # a line a bootstrap, where nobody looks on


def test_a_cancelled_run_takes_no_further_piece(fitting: House, run_id: str) -> None:
    unit, worker = partial(fitting.unit, OFFICE.id), Worker()

    def cancel_at_the_second(item: float) -> Figures:
        if item == 2:
            with unit() as ctx:
                update_run(ctx.session, get_run(ctx.session, run_id), finished_at=NOW)
        return worker.third(item)

    with pytest.raises(Conflict, match="已结束"):
        spread(unit, run_id)(cancel_at_the_second, [1.0, 2.0, 3.0])
    assert (worker.did, progress(fitting, run_id)[0]) == ([1, 2], 1)


def test_pieces_keep_every_bit() -> None:
    figures = np.array([[0.1, np.nan], [-0.0, np.inf], [5e-324, 1e308]])
    assert figures_of(json_of(figures)).tobytes() == figures.tobytes()
    assert figures_of(json_of(figures)).shape == (3, 2)


def killed(database: Database, folder: Path, pieces: int) -> int:
    """Let a worker work until it has kept so many pieces and dies; return how it ended."""
    program = [sys.executable, "-m", "tests.workflows.fit_city", database.owner_url, str(folder), str(pieces)]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as worker:
        try:
            return worker.wait(60)
        finally:
            worker.kill()


def test_a_fit_killed_in_the_middle_goes_on_and_comes_out_the_same(
    fitting: House, fresh_database: Database, tmp_path: Path
) -> None:
    jobs = Jobs(fitting)
    run_id = jobs.start("batch.baseline", ARGUMENTS, key="1", actor_id=OFFICE.id)
    assert killed(fresh_database, tmp_path, 3) == -signal.SIGKILL
    assert progress(fitting, run_id) == (3, PIECES + 1)
    assert killed(fresh_database, tmp_path, 5) == -signal.SIGKILL
    assert progress(fitting, run_id) == (8, PIECES + 1)
    with working(fitting, fresh_database):
        done = wait(jobs, run_id, actor=OFFICE)
    jobs.close()
    assert (done.run.state, done.run.done, done.run.total) == (RunState.DONE, PIECES + 1, PIECES + 1)
    with fitting.unit(OFFICE.id) as ctx:
        (digest,) = decision_digests(ctx.session)
        kept = get_decision(ctx.session, digest)
        plain = baseline.fit(baseline.order_fit(ctx, FitForm.model_validate(ARGUMENTS)))
    assert kept.result == plain.package().result
    assert kept.record_id == done.results["fit"]
