"""Page routes for tests that walk them: which there are, and somebody signed in to ask them."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from budgetperf.actions.accounts import token_digest
from budgetperf.permissions import Actor
from budgetperf.store.people import signed_in
from budgetperf.store.session import open_session
from tests import cast
from tests.api.conftest import House

_DOCUMENT: dict[str, Any] = {}
MACHINES = ("/api/", "/health/", "/metrics", "/static")


def page_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of a page, by method and path."""
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if not path.startswith(MACHINES):
            for method in route.methods or ():
                yield method, path


def api_routes(app: FastAPI) -> Mapping[str, Any]:
    """The operations of the OpenAPI document by path: the same of every app, so made once."""
    if not _DOCUMENT:
        _DOCUMENT.update(app.openapi()["paths"])
    return _DOCUMENT


def sign_in(house: House, actor: Actor) -> tuple[TestClient, str]:
    """A browser in which somebody is signed in, and the CSRF token of the session."""
    client = house.client()
    login = actor.id.removeprefix("person-")
    assert client.post("/sign-in", data={"login": login, "password": cast.PASSWORD}).status_code == 303
    return client, csrf_of(house, client)


def csrf_of(house: House, client: TestClient) -> str:
    """The CSRF token of a browser's session."""
    with open_session(house.engine) as session:
        held = signed_in(session, token_digest(client.cookies["bp_session"]), house.clock.now)
    assert held is not None
    return held.csrf
