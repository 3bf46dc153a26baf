"""Places of workers: the first free one, given back by death, seen as deserted only then."""

import pytest
from sqlalchemy import text

from budgetperf.store.session import Database
from workflows.recovery import Place, number_of


def test_workers_take_the_first_free_place(fresh_database: Database) -> None:
    with Place(fresh_database) as first, Place(fresh_database) as second:
        assert (first.executor, second.executor) == ("worker-1", "worker-2")
        first.close()
        with Place(fresh_database) as third:
            assert third.executor == "worker-1"


def test_a_place_is_deserted_once_nobody_holds_it(fresh_database: Database) -> None:
    with Place(fresh_database) as first:
        second = Place(fresh_database)
        assert first.deserted(["worker-1", "worker-2", "worker-3", "laptop"]) == ["laptop", "worker-3"]
        second.close()
        assert first.deserted(["worker-2"]) == ["worker-2"]
        with Place(fresh_database) as third:
            assert third.executor == "worker-2", "asking does not take the place"


def test_a_place_is_held_again_after_the_database_dropped_the_connection(
    fresh_database: Database,
) -> None:
    with Place(fresh_database) as first:
        owner = fresh_database.owner_engine()
        with owner.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        owner.dispose()
        assert first.hold()
        with Place(fresh_database) as second:
            assert second.executor == "worker-2"


@pytest.mark.parametrize(
    ("name", "number"), [("worker-12", 12), ("worker-", None), ("local", None), ("web-1", None)]
)
def test_only_our_names_are_places(name: str, number: int | None) -> None:
    assert number_of(name) == number
