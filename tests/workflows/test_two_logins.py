"""An external database with two logins: one owns the tables, the other can do no more than the service needs."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from budgetperf.store.server import EmbeddedServer
from budgetperf.store.session import Database
from tests import cast
from tests.conftest import make_context, run
from tests.workflows.city import ARGUMENTS, fill, house_of, wait
from workflows.home import Home, demand_current, upgrade
from workflows.jobs import Jobs
from workflows.worker import working


@pytest.fixture
def home(server: EmbeddedServer, tmp_path: Path) -> Iterator[Home]:
    """Made as docs/operations.md says, with logins of its own."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    run(server, f'CREATE ROLE "{name}_owner" LOGIN CREATEROLE')
    run(server, f'CREATE ROLE "{name}_web" LOGIN')
    run(server, f'CREATE DATABASE "{name}" OWNER "{name}_owner"')
    # The role is shared by all databases of the test server; on a server of one's own the owner makes it.
    run(
        server,
        "DO $$ BEGIN CREATE ROLE budgetperf_app NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    )
    run(server, f'GRANT budgetperf_app TO "{name}_owner" WITH ADMIN OPTION')
    yield Home(tmp_path, Database(server.url(name, f"{name}_web"), server.url(name, f"{name}_owner")))
    run(server, f'DROP DATABASE "{name}" WITH (FORCE)')
    run(server, f'DROP ROLE "{name}_web"')
    run(server, f'DROP ROLE "{name}_owner"')


def test_the_service_works_without_the_owner(home: Home) -> None:
    upgrade(home)
    with home.owner() as owner, owner.begin() as connection:
        web = home.database.app_url.partition("//")[2].partition("@")[0]
        connection.execute(text(f'GRANT budgetperf_app TO "{web}"'))
    alone = Home(home.folder, Database(home.database.app_url, home.database.app_url))
    demand_current(alone)
    with house_of(alone.database, home.folder) as house:
        with house.unit(cast.FOUNDER, "city") as ctx:
            cast.enter(make_context(ctx.session, cast.FOUNDER, files=house.files))
        fill(house)
        jobs = Jobs(house)
        run_id = jobs.start("campaign.quarter", ARGUMENTS, key="1", actor_id=cast.FINANCE_REVIEWER.id)
        with working(house, alone.database):
            assert wait(jobs, run_id).run.done == 3
        jobs.close()
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            house.unit(cast.FOUNDER) as ctx,
        ):
            ctx.session.connection().execute(text("DELETE FROM event"))
    with (
        alone.owner() as engine,
        engine.connect() as connection,
        pytest.raises(ProgrammingError, match="must be owner"),
    ):
        connection.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
