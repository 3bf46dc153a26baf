"""What ./bp check and ./bp recompute read is one instant, whatever is written beside them."""

from pathlib import Path

import pytest
from sqlalchemy import text

from budgetperf.store.session import Database
from workflows.command import _owner_session
from workflows.home import at_home


def test_what_is_committed_meanwhile_is_not_seen(
    fresh_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUDGETPERF_DATABASE_URL", fresh_database.owner_url)
    people = text("SELECT count(*) FROM person WHERE active")
    with at_home(tmp_path) as home, _owner_session(home) as session:
        before = session.connection().execute(people).scalar_one()
        with home.owner() as owner, owner.begin() as connection:
            connection.execute(text("UPDATE person SET active = false"))
        assert session.connection().execute(people).scalar_one() == before > 0
