"""The port to durable work: start, watch, cancel and retry runs.

Whoever starts work (a route, a command, the demo) uses ``Jobs``; whoever does it is the worker
(``worker.py``). Between them stands DBOS, named in these two files and ``recovery.py`` only:
replacing it touches nothing else. ``Jobs`` never runs a step and never imports what is heavy.

A run is a row of table ``run``, written in the same transaction that queues the work: there is
no run without its work and no work without its run.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import make_url

from budgetperf.actions.context import Context
from budgetperf.errors import Conflict, Forbidden, Invalid
from budgetperf.forms import Form, read
from budgetperf.permissions import Actor, may
from budgetperf.provenance import Json
from budgetperf.store import runs
from budgetperf.store.runs import RunFacts
from budgetperf.store.session import APP_ROLE, Database
from workflows.kinds import Kind, kind_of
from workflows.unit import House

APPLICATION = "budgetperf"
SCHEMA = "dbos"
QUEUE = "runs"
WORKFLOW = "run"
NOBODY = Actor("", "", ())
_NAMESPACE = uuid.UUID("5f6a2c1e-0b7d-4e0e-9d43-2f6f3c1b9a70")


@dataclass(frozen=True, slots=True)
class Order:
    """What the worker is told of a run; texts only, stored by DBOS as JSON."""

    run_id: str
    kind: str
    arguments: dict[str, str]
    actor_id: str


@dataclass(frozen=True, slots=True)
class RunStatus:
    """A run with what its steps left, by the steps' names."""

    run: RunFacts
    results: Mapping[str, Json]


def prepare(database: Database) -> None:
    """Bring the tables of DBOS (schema ``dbos``) to what this version needs; the owner does it."""
    url = make_url(database.owner_url).render_as_string(hide_password=False)
    DBOS.migrate(url, schema=SCHEMA, application_role=APP_ROLE)


def serializer() -> DBOSPortableJSONSerializer:
    """Return how arguments and results are stored: as JSON, never as pickles."""
    return DBOSPortableJSONSerializer()


def run_id_of(kind: str, key: str) -> str:
    """Return the id of the run that ``key`` stands for: the same key is the same run."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}\n{key}"))


def arguments_of(kind: Kind, arguments: Mapping[str, str]) -> Form:
    """Return the arguments as the kind's form.

    Raises
    ------
    Invalid
        With a finding per wrong argument.
    """
    form, findings = read(kind.form, dict(arguments))
    if form is None:
        raise Invalid("run.arguments", "任务参数有误：" + "；".join(f.message for f in findings), findings)
    return form


class Jobs:
    """Start and watch runs from any process.

    Parameters
    ----------
    house : House
        Its engine must reach the database whose schema ``dbos`` was made by ``prepare``.
    """

    def __init__(self, house: House) -> None:
        self.house = house
        self._client = DBOSClient(
            system_database_engine=house.engine,
            dbos_system_schema=SCHEMA,
            serializer=serializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def start(self, kind: str, arguments: Mapping[str, str], *, key: str, actor_id: str) -> str:
        """Start a run in a transaction of its own and return its id; a known key starts nothing.

        Parameters
        ----------
        kind : str
            A name of ``kinds.KINDS``.
        arguments : mapping of str to str
            Fields of the kind's form.
        key : str
            Idempotency key.
        actor_id : str
            Whose run it is; every step acts as this person.

        Raises
        ------
        Forbidden, Invalid, NotFound, Conflict
        """
        with self.house.unit(actor_id) as ctx:
            return self.enqueue_in_transaction(ctx, kind, arguments, key=key)

    def enqueue_in_transaction(
        self, ctx: Context, kind: str, arguments: Mapping[str, str], *, key: str
    ) -> str:
        """Start a run in the caller's transaction: when that rolls back, there is no run.

        Raises
        ------
        Forbidden
            The actor may not start this kind of work there.
        Conflict
            The key stands for work with other arguments already.
        """
        row = kind_of(kind)
        form = arguments_of(row, arguments)
        about = row.about(ctx, form)
        title = about.title
        reason = may(ctx.actor, row.permission, about.path, f"办理“{title}”")
        if reason:
            raise Forbidden("run.forbidden", reason)
        run_id = run_id_of(kind, key)
        run = RunFacts(run_id, kind, title, ctx.actor.id, ctx.now, None, 0, 0, "")
        if runs.begin_run(ctx.session, run):
            runs.keep_effect(ctx.session, run_id, runs.ORDER, at=ctx.now, result=dict(arguments))
            self._queue(ctx, Order(run_id, kind, dict(arguments), ctx.actor.id), run_id)
            return run_id
        known = runs.get_run(ctx.session, run_id)
        if runs.effects_of(ctx.session, run_id)[runs.ORDER] != dict(arguments):
            raise Conflict("run.key", f"该编号已用于任务“{known.title}”，请换一个编号再办理“{title}”")
        return run_id

    def status(self, run_id: str, *, actor_id: str) -> RunStatus:
        """Return how a visible run stands and what its steps left.

        Raises
        ------
        NotFound
        """
        with self.house.unit(actor_id) as ctx:
            return RunStatus(runs.get_run(ctx.session, run_id), runs.effects_of(ctx.session, run_id))

    def may_steer(self, ctx: Context, run: RunFacts) -> bool:
        """Tell whether the actor may cancel and retry a run: one's own, or of a kind one may start city-wide."""
        return run.started_by == ctx.actor.id or self._refusal(ctx, run) is None

    def cancel(self, ctx: Context, run_id: str) -> None:
        """End a run before its time: steps already done stay, no further one is begun.

        Raises
        ------
        Forbidden
            It is somebody else's, of a kind the actor may not start over the whole city.
        Conflict
            It has ended already.
        """
        run = self._open_run(ctx, run_id)
        runs.update_run(ctx.session, run, note=f"已由{ctx.actor.name}取消", finished_at=ctx.now)

    def retry(self, ctx: Context, run_id: str) -> None:
        """Let a halted run try its step again.

        Raises
        ------
        Forbidden
            As for ``cancel``.
        Conflict
            The run waits for no answer.
        """
        run = self._open_run(ctx, run_id)
        if run.state is not runs.RunState.HALTED:
            raise Conflict("run.not_halted", f"任务“{run.title}”{run.state.label}，无需重试")
        runs.update_run(ctx.session, run, note="")
        self._go_on(ctx, run)

    def wake(self) -> list[str]:
        """Queue the sleeping runs whose instant has come and return their ids; each is woken once."""
        with self.house.unit(NOBODY) as ctx:
            due = runs.due_runs(ctx.session, ctx.now)
        return [run_id for run_id, starter in due if self._woken(run_id, starter)]

    def close(self) -> None:
        """Let go of what the port holds; the engine stays open."""
        self._client.destroy()

    # ------------------------------------------------------------------ inside

    def _woken(self, run_id: str, starter: str) -> bool:
        """Wake and queue one run in one transaction, unless somebody else did so or ended it."""
        with self.house.unit(Actor(starter, "", ()), f"{run_id}/wake") as ctx:
            run = runs.get_run(ctx.session, run_id, lock=True)
            if run.finished_at is not None or run.wakes_at is None or run.wakes_at > ctx.now:
                return False
            runs.wake(ctx.session, run)
            self._go_on(ctx, run)
            return True

    def _go_on(self, ctx: Context, run: RunFacts) -> None:
        """Queue a run again; the steps it has done are found done."""
        told = runs.effects_of(ctx.session, run.id)[runs.ORDER]
        assert isinstance(told, Mapping)
        arguments = {name: str(value) for name, value in told.items()}
        self._queue(ctx, Order(run.id, run.kind, arguments, run.started_by), f"{run.id}.{uuid.uuid4()}")

    def _queue(self, ctx: Context, order: Order, workflow_id: str) -> None:
        self._client.enqueue_in_transaction(
            ctx.session,
            {"queue_name": QUEUE, "workflow_name": WORKFLOW, "workflow_id": workflow_id},
            asdict(order),
        )

    def _refusal(self, ctx: Context, run: RunFacts) -> str | None:
        return may(ctx.actor, kind_of(run.kind).permission, "", f"处理“{run.title}”")

    def _open_run(self, ctx: Context, run_id: str) -> RunFacts:
        """Return a run that goes on and that the actor may steer, locked."""
        run = runs.get_run(ctx.session, run_id, lock=True)
        if not self.may_steer(ctx, run):
            raise Forbidden("run.forbidden", self._refusal(ctx, run) or "")
        if run.finished_at is not None:
            raise Conflict("run.ended", f"任务“{run.title}”{run.state.label}")
        return run
