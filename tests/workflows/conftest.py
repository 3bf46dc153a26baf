"""What the tests of runs share: a house over a database of their own, and the port to start runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from budgetperf.store.session import Database
from tests.actions.conftest import lived  # noqa: F401 (a fixture: the city after its whole year)
from tests.workflows.city import ready_city
from workflows.jobs import Jobs
from workflows.unit import House


@pytest.fixture
def house(fresh_database: Database, tmp_path: Path) -> Iterator[House]:
    """A house whose city has three approved projects in two departments."""
    with ready_city(fresh_database, tmp_path) as made:
        yield made


@pytest.fixture
def jobs(house: House) -> Iterator[Jobs]:
    """The port over that house."""
    made = Jobs(house)
    yield made
    made.close()
