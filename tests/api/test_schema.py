"""What the OpenAPI document promises holds for requests nobody thought of."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from budgetperf.store.server import EmbeddedServer
from tests import cast, story
from tests.api.conftest import House, make_house
from tests.conftest import database_from

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@pytest.fixture(scope="module")
def open_house(
    server: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """An app that anything may be sent to."""
    with database_from(server, template) as database:
        house = make_house(database, tmp_path_factory.mktemp("schema"))
        with house.acting() as ctx:
            story.make_approved(ctx)
        yield house
        house.engine.dispose()


@pytest.fixture(scope="module")
def document(open_house: House) -> schemathesis.schemas.BaseSchema:
    """The app's own document."""
    return schemathesis.openapi.from_asgi("/api/openapi.json", open_house.app)


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_the_document_promises(case: Case, open_house: House) -> None:
    headers = {"Authorization": f"Bearer {open_house.token(cast.FINANCE_REVIEWER)}"}
    case.call_and_validate(headers=headers, checks=list(CHECKS))
