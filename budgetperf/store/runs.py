"""Queries on runs and their effects: long work with its progress, each effect kept once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import Session, col

from budgetperf.provenance import Json
from budgetperf.store.fetch import fetch, fetch_one
from budgetperf.store.tables.columns import table_of
from budgetperf.store.tables.runs import EffectRow, RunRow
from budgetperf.terms import Term

ORDER, PLAN = "order", "plan"
"""The effects that keep what a run was told and which steps it takes; they are no steps themselves."""

PIECE = "piece/"
"""How the effects begin that keep pieces of a step being done; they count as progress and are no results."""

MISSING = "没有找到该任务，或您无权查看"


class RunState(Term):
    """How a run stands."""

    WAITING = "waiting", "等待办理"
    RUNNING = "running", "办理中"
    ASLEEP = "asleep", "等待到期"
    HALTED = "halted", "已停下，待处理"
    DONE = "done", "已完成"
    STOPPED = "stopped", "未完成即结束"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run as read; ``done`` of ``total`` steps, and a note when something stands in its way.

    ``wakes_at`` is set while it sleeps; then the note says what it waits for.
    """

    id: str
    kind: str
    title: str
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    total: int
    done: int
    note: str
    wakes_at: datetime | None = None

    @property
    def state(self) -> RunState:
        """How it stands, derived from its dates, its steps and its note."""
        if self.finished_at is not None:
            return RunState.STOPPED if self.note or self.done < self.total else RunState.DONE
        if self.wakes_at is not None:
            return RunState.ASLEEP
        if self.note:
            return RunState.HALTED
        return RunState.RUNNING if self.total else RunState.WAITING


def begin_run(session: Session, run: RunFacts) -> bool:
    """Keep a new run; False when its id is known already, so that starting twice starts once."""
    values = {name: getattr(run, name) for name in RunFacts.__slots__}
    statement = upsert(table_of(RunRow)).values(values).on_conflict_do_nothing()
    return session.connection().execute(statement.returning(col(RunRow.id))).first() is not None


def get_run(session: Session, run_id: str, *, lock: bool = False) -> RunFacts:
    """Return a visible run, locked until the transaction ends if asked.

    Raises
    ------
    NotFound
    """
    statement = select(table_of(RunRow)).where(col(RunRow.id) == run_id)
    return fetch_one(session, statement.with_for_update() if lock else statement, RunFacts, missing=MISSING)


def runs(session: Session, *, limit: int = 50) -> list[RunFacts]:
    """Return the newest visible runs."""
    table = table_of(RunRow)
    return fetch(
        session, select(table).order_by(table.c.started_at.desc(), table.c.id).limit(limit), RunFacts
    )


def count_done(session: Session, run_id: str) -> int:
    """Return how many steps, and pieces of steps, of a run are done."""
    statement = select(func.count()).where(
        col(EffectRow.run_id) == run_id, col(EffectRow.name).not_in((ORDER, PLAN))
    )
    return int(session.connection().execute(statement).scalar_one())


def effects_of(session: Session, run_id: str) -> Mapping[str, Json]:
    """Return the kept results of a run's steps by name, in the order they were done."""
    rows = session.connection().execute(
        select(col(EffectRow.name), col(EffectRow.result))
        .where(col(EffectRow.run_id) == run_id, ~col(EffectRow.name).startswith(PIECE))
        .order_by(col(EffectRow.at), col(EffectRow.name))
    )
    return {row.name: row.result for row in rows}


def announce_pieces(session: Session, run_id: str, n_pieces: int) -> None:
    """Count so many pieces beside the steps of a run, if it does not count more already."""
    run = get_run(session, run_id, lock=True)
    steps = effects_of(session, run_id).get(PLAN) or ()
    update_run(session, run, total=max(run.total, len(steps) + n_pieces))  # type: ignore[arg-type]


def begin_pieces(session: Session, run_id: str, names: Sequence[str]) -> Mapping[str, Json]:
    """Return those of a step's pieces that are kept, by name, and count the others as still to do."""
    run = get_run(session, run_id, lock=True)
    rows = session.connection().execute(
        select(col(EffectRow.name), col(EffectRow.result)).where(
            col(EffectRow.run_id) == run_id, col(EffectRow.name).in_([PIECE + name for name in names])
        )
    )
    found = {row.name.removeprefix(PIECE): row.result for row in rows}
    effects = effects_of(session, run_id)
    steps_left = sum(str(step) not in effects for step in effects.get(PLAN) or ())  # type: ignore[union-attr]
    to_do = len(names) - len(found) + steps_left
    update_run(session, run, total=max(run.total, count_done(session, run_id) + to_do))
    return found


def keep_piece(session: Session, run: RunFacts, name: str, *, at: datetime, result: Json) -> None:
    """Keep a piece of a step of a locked run, once, and count it."""
    values = {"run_id": run.id, "name": PIECE + name, "at": at, "result": result}
    session.connection().execute(upsert(table_of(EffectRow)).values(values).on_conflict_do_nothing())
    update_run(session, run, done=count_done(session, run.id))


def empty_pieces(session: Session, run_id: str) -> None:
    """Let go of what the pieces of a run came to, once their step is done; that they were done stays."""
    session.connection().execute(
        update(table_of(EffectRow))
        .where(col(EffectRow.run_id) == run_id, col(EffectRow.name).startswith(PIECE))
        .values(result="")
    )


def keep_effect(session: Session, run_id: str, name: str, *, at: datetime, result: Json) -> None:
    """Keep what a step did; its name is taken from now on."""
    session.connection().execute(
        insert(table_of(EffectRow)).values(run_id=run_id, name=name, at=at, result=result)
    )


def update_run(
    session: Session,
    run: RunFacts,
    *,
    total: int | None = None,
    done: int | None = None,
    note: str | None = None,
    finished_at: datetime | None = None,
) -> None:
    """Write the progress of a locked run; what is not given stays."""
    given = {"total": total, "done": done, "note": note, "finished_at": finished_at}
    session.connection().execute(
        update(table_of(RunRow))
        .where(col(RunRow.id) == run.id)
        .values({name: value for name, value in given.items() if value is not None})
    )


def lay_to_sleep(session: Session, run: RunFacts, until: datetime, note: str) -> None:
    """Let a locked run wait until an instant; nothing works on it meanwhile."""
    _write_sleep(session, run.id, wakes_at=until, note=note)


def wake(session: Session, run: RunFacts) -> None:
    """Let a locked run go on: it waits for nothing, and nothing stands in its way."""
    _write_sleep(session, run.id, wakes_at=None, note="")


def _write_sleep(session: Session, run_id: str, **values: object) -> None:
    session.connection().execute(update(table_of(RunRow)).where(col(RunRow.id) == run_id).values(**values))


def due_runs(session: Session, now: datetime) -> list[tuple[str, str]]:
    """Return the sleeping runs whose instant has come, each with its starter; asked by nobody's name."""
    rows = session.connection().execute(text("SELECT id, started_by FROM bp_due_runs(:now)"), {"now": now})
    return [(row.id, row.started_by) for row in rows]
