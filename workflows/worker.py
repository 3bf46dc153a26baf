"""The worker: the one kind of process that does the steps of runs.

A run is its plan, then its steps in order, each a transaction (``unit.effect``). A step whose day has not
come lays the run to sleep: the workflow ends, the row of the run keeps the instant, and whichever worker
lives then queues the run again; so months of waiting hold no thread, no place in the queue and no memory. A
step refused
for a reason a person can remove (a rule edition missing, say) halts the run with that reason, and
the workflow ends; a retry is a new workflow of the same run, which finds the earlier steps done.
Holds no step of any kind of work: those stand in ``kinds.KINDS``.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from dbos import DBOS, DBOSConfig, StepOptions
from sqlalchemy.exc import InterfaceError, OperationalError

from budgetperf.actions.context import Context
from budgetperf.costing.errors import CostingError
from budgetperf.errors import BudgetperfError, Invalid, Unavailable
from budgetperf.forms import Form
from budgetperf.permissions import Actor
from budgetperf.provenance import Json
from budgetperf.reports.recorded_words import readable
from budgetperf.statistics.errors import StatisticsError
from budgetperf.store import runs
from budgetperf.store.runs import PLAN
from budgetperf.store.session import APP_ROLE, Database
from workflows.about import Pause
from workflows.executor import executor
from workflows.jobs import APPLICATION, QUEUE, SCHEMA, WORKFLOW, Jobs, Order, arguments_of, serializer
from workflows.kinds import Long, kind_of
from workflows.pieces import Kept
from workflows.recovery import Place
from workflows.unit import House, effect

VERSION = "budgetperf-1"
"""Raised only when the steps of a workflow change; then old runs are finished first (docs/operations.md)."""

WATCH_SECONDS = 1.0
RUNS_AT_ONCE = 2
STEP_TRIES = 8
STOP_SECONDS = 8.0
LATER = "later"
"""What a step leaves that waits for its day: the run sleeps and this workflow ends."""

log = logging.getLogger(__name__)


class Stopping(BaseException):
    """The worker ends: leave the workflow as it stands, for the next one. DBOS records nothing of it."""


class Steps:
    """The steps being done right now: a worker told to stop finishes them and begins no other."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._doing = 0
        self._open = True

    @contextmanager
    def one(self) -> Iterator[None]:
        """Do a step.

        Raises
        ------
        Stopping
            The worker ends.
        """
        with self._change:
            if not self._open:
                raise Stopping
            self._doing += 1
        try:
            yield
        finally:
            with self._change:
                self._doing -= 1
                self._change.notify_all()

    def go_on(self) -> None:
        """Let a long step go on with its next piece.

        Raises
        ------
        Stopping
            The worker ends; the pieces done are kept.
        """
        if not self._open:
            raise Stopping

    def finish(self, seconds: float) -> None:
        """Begin no more steps, and wait for those being done."""
        with self._change:
            self._open = False
            self._change.wait_for(lambda: not self._doing, seconds)


@dataclass(frozen=True, slots=True)
class Bench:
    """What one run is worked on with; long steps by the workers of ``scheduler`` where there is one."""

    house: House
    order: Order
    steps: Steps
    scheduler: str = ""

    def plan(self) -> list[str]:
        """List the steps once and keep the list."""

        def list_steps(ctx: Context) -> Json:
            names = kind.plan(ctx, arguments)
            runs.update_run(ctx.session, runs.get_run(ctx.session, self.order.run_id), total=len(names))
            return list(names)

        kind = kind_of(self.order.kind)
        arguments = arguments_of(kind, self.order.arguments)
        return [str(name) for name in self._effect(PLAN, list_steps)]  # type: ignore[union-attr]

    def act(self, step: str) -> str | None:
        """Do one step, or lay the run to sleep until its day; ``LATER`` when the workflow ends here."""
        kind = kind_of(self.order.kind)
        arguments = arguments_of(kind, self.order.arguments)
        with self._unit(step) as ctx:
            if kind.wait is not None and step not in runs.effects_of(ctx.session, self.order.run_id):
                pause = kind.wait(ctx, arguments, step)
                if pause is not None:
                    self._sleep(ctx, pause)
                    return LATER
            act = kind.act
            if not isinstance(act, Long):
                effect(ctx, self.order.run_id, step, lambda ctx: act(ctx, arguments, step))
                return None
            done = step in runs.effects_of(ctx.session, self.order.run_id)
        if not done:
            self._compute(step, act, arguments)
        return None

    def _compute(self, step: str, long: Long, arguments: Form) -> None:
        """Do a long step: its computation in no transaction, each piece kept, then its effect."""

        def unit() -> AbstractContextManager[Context]:
            self.steps.go_on()
            return self._unit(step)

        with executor(self.scheduler) as workers:

            def spread(ground: str, n_pieces: int) -> Kept:
                kept = Kept(unit, self.order.run_id, ground, workers)
                kept.announce(n_pieces)
                return kept

            finish = long.compute(unit, arguments, spread)
        with unit() as ctx:
            effect(ctx, self.order.run_id, step, finish)

    def halt(self, note: str, *, ends: bool = False) -> None:
        """Write why the run cannot go on; it ends with it when its kind takes no retry, or none can help."""
        with self.house.unit(self._starter()) as ctx:
            run = runs.get_run(ctx.session, self.order.run_id, lock=True)
            if run.finished_at is None:
                ends = ends or not kind_of(self.order.kind).halts
                runs.update_run(
                    ctx.session, run, note=note, finished_at=max(ctx.now, run.started_at) if ends else None
                )

    def end(self) -> None:
        """Write that the run is done."""
        with self.house.unit(self._starter()) as ctx:
            run = runs.get_run(ctx.session, self.order.run_id, lock=True)
            if run.finished_at is None:
                finished_at = max(ctx.now, run.started_at)
                runs.update_run(ctx.session, run, finished_at=finished_at, total=run.done)

    def _sleep(self, ctx: Context, pause: Pause) -> None:
        run = runs.get_run(ctx.session, self.order.run_id, lock=True)
        if run.finished_at is None:
            runs.lay_to_sleep(ctx.session, run, pause.until, pause.note)

    def _unit(self, step: str) -> AbstractContextManager[Context]:
        return self.house.unit(self.order.actor_id, f"{self.order.run_id}/{step}")

    def _effect(self, step: str, act: Callable[[Context], Json]) -> Json:
        with self._unit(step) as ctx:
            return effect(ctx, self.order.run_id, step, act)

    def _starter(self) -> Actor:
        """Return who started it, without any grant: enough to write on their own run."""
        return Actor(self.order.actor_id, "", ())


def passing(error: BaseException) -> bool:
    """Tell whether trying again may help: the database went away, or two transactions met."""
    return isinstance(error, OperationalError | InterfaceError | Unavailable)


def hopeless(kind: str, error: Exception) -> bool:
    """Tell whether the facts of a computation are what is wrong: other facts or rules are another order."""
    return isinstance(kind_of(kind).act, Long) and isinstance(error, CostingError | StatisticsError | Invalid)


def step_options(name: str) -> StepOptions:
    """Return how a step is tried: again, with growing pauses, while the error is a passing one."""
    return StepOptions(
        name=name, retries_allowed=True, max_attempts=STEP_TRIES, interval_seconds=0.2, should_retry=passing
    )


def work(bench: Bench) -> None:
    """Do a run: an ordinary function whose every call of ``_tried`` is remembered over restarts."""
    step = PLAN
    try:
        for step in _tried(bench, PLAN, bench.plan):
            if _tried(bench, step, bench.act, step) == LATER:
                return
    except Exception as error:  # noqa: BLE001 - a run must never look alive when its step is lost
        _tried(bench, "halt", partial(bench.halt, ends=hopeless(bench.order.kind, error)), _said(step, error))
    else:
        _tried(bench, "end", bench.end)


def _tried(bench: Bench, name: str, act: Callable[..., Any], *arguments: str) -> Any:  # noqa: ANN401 - a step's own result
    with bench.steps.one():
        return DBOS.run_step(step_options(name), act, *arguments)


def _said(step: str, error: Exception) -> str:
    """Return why a step failed, for people; what nobody foresaw goes to the log in full."""
    if isinstance(error, BudgetperfError | CostingError | StatisticsError):
        said = [
            getattr(error, "text", readable(str(error))),
            *(finding.message for finding in getattr(error, "findings", ())),
        ]
        return f"步骤“{step}”未能办理：{'；'.join(text for text in said if text == said[0] or text not in said[0])}"
    log.error("step %s failed", step, exc_info=error)
    return f"步骤“{step}”出现内部错误（{type(error).__name__}），详见后台日志"


@contextmanager
def working(house: House, database: Database, *, scheduler: str = "") -> Iterator[str]:
    """Do the runs of a database in this process while the block lasts; gives the executor id.

    One per process: DBOS is global. Its schema must have been made by ``jobs.prepare``. Long steps are spread over
    the workers of the Dask ``scheduler`` (an address), if one is named.

    Raises
    ------
    Unavailable
        All worker places are taken.
    """
    steps = Steps()
    with Place(database) as place:
        DBOS(config=_config(database, place.executor))
        DBOS.workflow(name=WORKFLOW)(lambda order: work(Bench(house, Order(**order), steps, scheduler)))
        try:
            DBOS.launch()
            DBOS.register_queue(QUEUE, worker_concurrency=RUNS_AT_ONCE, polling_interval_sec=0.2)
            with closing(Jobs(house)) as jobs, _watching(place, jobs):
                yield place.executor
        finally:
            steps.finish(STOP_SECONDS)
            DBOS.destroy(destroy_registry=True)


@contextmanager
def _watching(place: Place, jobs: Jobs) -> Iterator[None]:
    """Look after deserted and sleeping runs while the block lasts."""
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(place, jobs, stop), name="recovery", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def _config(database: Database, executor: str) -> DBOSConfig:
    return DBOSConfig(
        name=APPLICATION,
        system_database_url=database.app_url,
        db_engine_kwargs={"connect_args": {"options": f"-c role={APP_ROLE}"}, "pool_size": 10},
        dbos_system_schema=SCHEMA,
        run_migrations=False,
        executor_id=executor,
        application_version=VERSION,
        serializer=serializer(),
        log_level="ERROR",
    )


def _watch(place: Place, jobs: Jobs, stop: threading.Event) -> None:
    """Take over what dead workers left and wake what has slept long enough, until told to stop."""
    while not stop.wait(WATCH_SECONDS):
        try:
            if not place.hold():
                log.error("another worker has taken place %s; its runs are safe", place.executor)
            take_over(place)
            jobs.wake()
        except (OperationalError, InterfaceError):  # the database is away; the next round finds it
            continue


def take_over(place: Place) -> list[str]:
    """Queue the runs of deserted places again and return their ids."""
    pending = DBOS.list_workflows(status="PENDING", name=WORKFLOW, load_input=False, load_output=False)
    deserted = set(place.deserted(one.executor_id for one in pending if one.executor_id))
    left = [one.workflow_id for one in pending if one.executor_id in deserted]
    if left:
        DBOS.resume_workflows(left, queue_name=QUEUE)
    return left
