"""What one web process holds for all its requests: engine, rules, files, clock, ids, jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pwdlib import PasswordHash
from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from api.jobs_port import Jobs
from api.settings import Settings
from budgetperf.actions.context import Ids
from budgetperf.rulebook.library import Rulebook
from budgetperf.store.files import FileStore


def present() -> datetime:
    """Return the instant now, aware UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Resources:
    """The process's own; made in ``main.create_app``, closed by its lifespan.

    Parameters
    ----------
    settings : Settings
    engine : Engine
        Works as the app role.
    rules : Rulebook
    files : FileStore
    jobs : Jobs
    hasher : PasswordHash
    clock : callable
        The instant of a request.
    ids : Ids
    """

    settings: Settings
    engine: Engine
    rules: Rulebook
    files: FileStore
    jobs: Jobs
    hasher: PasswordHash
    clock: Callable[[], datetime]
    ids: Ids


def resources_of(connection: HTTPConnection) -> Resources:
    """Return the resources of the app that serves a request."""
    held = connection.app.state.resources
    assert isinstance(held, Resources)
    return held
