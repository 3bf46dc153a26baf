"""One request is one transaction, committed before the response: the first of the two files that commit.

FastAPI runs what stands after a dependency's ``yield`` only after the response is sent, unless the dependency
has ``scope="function"``. ``Work`` is the one alias; a test fails the commit and demands that the client sees it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.guards import CsrfGiven, identify
from api.resources import Resources, resources_of
from api.staged_files import StagedFiles
from budgetperf.actions.context import Context
from budgetperf.permissions import Actor
from budgetperf.store.people import get_actor
from budgetperf.store.session import open_session

NOBODY = Actor("", "未登录", ())

AT_ONCE = 16
"""Requests that may hold a connection: fewer than connections (20) and worker threads (40).

A request keeps its connection while it waits for a thread; were there more of them than threads, all would wait
for ever.
"""


@contextmanager
def begin(request: Request, *, csrf: str = "") -> Iterator[Context]:
    """Open the transaction of a request for who asks; commit when the block ends well.

    For a route that is read often, inside the route itself: it saves the way through two more threads.

    Raises
    ------
    SignInNeeded, Forbidden
    """
    held = resources_of(request)
    now = held.clock()
    with open_session(held.engine) as session:
        actor = identify(request, session, now, csrf=csrf)
        session.bind_actor(actor)
        request.state.person = actor.id
        files = StagedFiles(held.files)
        yield Context(session, actor, now, held.ids, held.rules, files)
        files.keep(session)
        session.commit()


def undo(ctx: Context) -> None:
    """Undo everything a request has done so far: the end of a dry run."""
    ctx.session.rollback()


def transaction(request: Request, csrf: CsrfGiven) -> Iterator[Context]:
    """Give a route its ``Context``; see ``begin``."""
    with begin(request, csrf=csrf) as ctx:
        yield ctx


Work = Annotated[Context, Depends(transaction, scope="function", max_concurrency=AT_ONCE)]
"""The context of the signed-in person, in a transaction that is committed before the response."""


@contextmanager
def unsigned(held: Resources) -> Iterator[Context]:
    """Open a transaction for nobody yet: sign-ins and their failures."""
    with open_session(held.engine) as session:
        yield Context(session, NOBODY, held.clock(), held.ids, held.rules, held.files)
        session.commit()


@contextmanager
def acting_as(held: Resources, person_id: str) -> Iterator[Context]:
    """Open a transaction for a person whose password was just verified."""
    with open_session(held.engine) as session:
        actor = get_actor(session, person_id) or NOBODY
        session.bind_actor(actor)
        yield Context(session, actor, held.clock(), held.ids, held.rules, held.files)
        session.commit()
