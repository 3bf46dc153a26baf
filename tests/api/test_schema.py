"""What the OpenAPI document promises holds for requests nobody thought of."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
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


def promised(house: House, operation: APIOperation[Any, Any, Any, Any]) -> None:
    """Send an operation what its document allows, and more; every answer must be a promised one."""
    headers = {"Authorization": f"Bearer {house.token(cast.FINANCE_REVIEWER)}"}

    @settings(
        max_examples=4,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answer(case: Case) -> None:  # type: ignore[type-arg]
        case.call_and_validate(headers=headers, checks=list(CHECKS))

    answer()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_answer_is_one_the_document_promises(open_house: House) -> None:
    document = schemathesis.openapi.from_asgi("/api/openapi.json", open_house.app)
    operations = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 60
    broken = []
    for operation in operations:
        try:
            promised(open_house, operation)
        except FailureGroup as failures:
            broken.append(f"{operation.label}: {failures}")
    assert not broken, "\n\n".join(broken)
