"""One request is one transaction, and the client hears of its commit."""

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import text

from api.transaction import AT_ONCE, transaction
from tests import cast, story
from tests.api.conftest import House

GOALS = cast.make_goal_form().model_dump(mode="json")
FAIL_AT_COMMIT = """
CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON filing
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_commit();
"""


def test_a_commit_that_fails_is_an_error_for_the_client_and_nothing_is_kept(house: House) -> None:
    with house.acting() as ctx:
        record = story.make_request(ctx).record_id
    owner = house.database.owner_engine()
    with owner.begin() as connection:
        connection.execute(text(FAIL_AT_COMMIT))
    client = house.client(cast.CLERK)
    answer = client.post(f"/api/v1/request/{record}/file", json=GOALS, headers={"If-Match": '"1"'})
    assert answer.status_code == 503, answer.text
    assert answer.json()["code"] == "database.down"
    with owner.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM filing")).scalar_one() == 0
    owner.dispose()
    assert client.get(f"/api/v1/records/{record}").json()["version"] == 1


def uses(dependant: Dependant) -> list[Dependant]:
    """The dependencies of a route, all the way down."""
    return [dependant, *(deeper for one in dependant.dependencies for deeper in uses(one))]


def test_every_route_gets_its_transaction_within_the_function_scope(house: House) -> None:
    routes = [route.original_route for route in iter_route_contexts(house.app.routes)]
    found = [
        one
        for route in routes
        if isinstance(route, APIRoute)
        for one in uses(route.dependant)
        if one.call is transaction
    ]
    assert len(found) > 50
    assert {one.scope for one in found} == {"function"}


def test_fewer_requests_hold_a_connection_than_there_are_connections_and_threads(house: House) -> None:
    pool = house.engine.pool
    assert pool.size() + pool._max_overflow > AT_ONCE  # type: ignore[attr-defined]
    assert AT_ONCE < 40  # the threads of anyio


@pytest.mark.parametrize("number", [2**31, 2**63])
def test_a_number_beyond_its_column_is_refused_and_not_a_crash(house: House, number: int) -> None:
    form = cast.make_new_request().model_dump(mode="json") | {"fiscal_year": number}
    answer = house.client(cast.CLERK).post("/api/v1/request", json=form)
    assert answer.status_code == 422


def test_a_nul_character_is_refused_and_not_a_crash(house: House) -> None:
    form = cast.make_new_request().model_dump(mode="json") | {"project_name": "水\x00厂"}
    answer = house.client(cast.CLERK).post("/api/v1/request", json=form)
    assert answer.status_code == 422
