"""Bring a database to the newest schema, or step back, or compare it with the tables."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _run(owner: Engine, act: Callable[[Config], object]) -> None:
    with owner.begin() as connection:
        act(_config(connection))


def upgrade(owner: Engine, revision: str = "head") -> None:
    """Upgrade to ``revision``."""
    _run(owner, lambda config: command.upgrade(config, revision))


def downgrade(owner: Engine, revision: str = "-1") -> None:
    """Step back to ``revision``."""
    _run(owner, lambda config: command.downgrade(config, revision))


def compare(owner: Engine) -> None:
    """Raise when the tables in code and the schema differ (``alembic check``)."""
    _run(owner, command.check)


def generate(owner: Engine, message: str, revision: str) -> None:
    """Write the next migration from the difference between code and schema."""
    _run(owner, lambda config: command.revision(config, message, autogenerate=True, rev_id=revision))


def revision_of(engine: Engine) -> str | None:
    """Return the revision a database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest_revision() -> str | None:
    """Return the newest revision this version knows."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def knows(revision: str) -> bool:
    """Tell whether this version of the software knows a revision."""
    return revision in {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}
