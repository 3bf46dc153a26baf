"""One unit of work is one transaction: the second of the two files that commit.

``unit`` opens a session for a person, hands out the ``Context`` the actions ask for, commits at
the end and rolls back on any error. ``effect`` does a step of a run exactly once: what the step
writes and the note that it was done are one commit, so a step repeated after ``kill -9`` finds
its name taken and does nothing. Holds no rule of any stage and knows no DBOS.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from budgetperf.actions.context import Context, Ids, RandomIds
from budgetperf.errors import Conflict, Forbidden
from budgetperf.permissions import Actor
from budgetperf.provenance import Json
from budgetperf.rulebook.library import Rulebook
from budgetperf.store import runs
from budgetperf.store.files import FileStore
from budgetperf.store.people import get_actor
from budgetperf.store.session import open_session


def present() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def random_ids(_step: str) -> Ids:
    """Return the ids of production: never the same twice."""
    return RandomIds()


@dataclass(frozen=True, slots=True)
class House:
    """What all units of a process share.

    Parameters
    ----------
    engine : Engine
        Works as the app role.
    rules : Rulebook
    files : FileStore
    now : callable
        The clock: the present, or the demo's year.
    ids : callable
        From the name of a step, ``"<run>/<step>"``, to its ids: random, or the demo's, which
        follow from that name.
    """

    engine: Engine
    rules: Rulebook
    files: FileStore
    now: Callable[[], datetime] = present
    ids: Callable[[str], Ids] = random_ids

    def unit(self, actor: Actor | str, name: str = "") -> AbstractContextManager[Context]:
        """Return a unit of work of ``actor`` at the present of this house; ``name`` names its ids."""
        return unit(
            self.engine, actor, now=self.now(), ids=self.ids(name), rules=self.rules, files=self.files
        )


@contextmanager
def unit(
    engine: Engine, actor: Actor | str, *, now: datetime, ids: Ids, rules: Rulebook, files: FileStore
) -> Iterator[Context]:
    """Give a person one transaction; it commits when the block ends well.

    Parameters
    ----------
    engine : Engine
    actor : Actor or str
        The person, or their id: then their grants are read in this transaction.
    now : datetime
    ids : Ids
    rules : Rulebook
    files : FileStore

    Raises
    ------
    Forbidden
        There is no such active account.
    """
    with open_session(engine) as session:
        known = get_actor(session, actor) if isinstance(actor, str) else actor
        if known is None:
            raise Forbidden("accounts.inactive", "办理人的账号不存在或已停用，请由其他有权限的人员办理")
        session.bind_actor(known)
        yield Context(session, known, now, ids, rules, files)
        session.commit()


def effect(ctx: Context, run_id: str, name: str, act: Callable[[Context], Json]) -> Json:
    """Do a step of a run once, in the caller's transaction, and return its result.

    The run's row is locked first: of two executors that believe they own the step the second
    waits, then finds it done. A step that was done before is not done again; its kept result is
    returned.

    Raises
    ------
    Conflict
        The run was cancelled or has ended.
    """
    run = runs.get_run(ctx.session, run_id, lock=True)
    kept = runs.effects_of(ctx.session, run_id)
    if name in kept:
        return kept[name]
    if run.finished_at is not None:
        raise Conflict("run.ended", f"任务“{run.title}”已结束，不再办理其余步骤")
    result = act(ctx)
    runs.keep_effect(ctx.session, run_id, name, at=ctx.now, result=result)
    runs.empty_pieces(ctx.session, run_id)
    runs.update_run(ctx.session, run, done=runs.count_done(ctx.session, run_id))
    runs.wake(ctx.session, run)
    return result
