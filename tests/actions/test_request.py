"""Requests are opened for the unit they are of, also by several clerks at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from budgetperf.actions.context import RandomIds
from budgetperf.errors import Forbidden, Invalid
from budgetperf.permissions import Grant, Role
from budgetperf.store.files import FileStore
from budgetperf.store.session import Database, open_session
from tests import cast, story
from tests.conftest import MakeContext, make_context

BOTH = replace(cast.CLERK, grants=(Grant(Role.CLERK, cast.DRAINAGE), Grant(Role.CLERK, cast.WATER_SUPPLY)))


def test_new_projects_at_the_same_time_get_codes_of_their_own(
    fresh_database: Database, tmp_path: Path
) -> None:
    engine = fresh_database.app_engine(pool_size=6)

    def open_one(number: int) -> str:
        with open_session(engine) as session:
            ctx = make_context(session, cast.CLERK, files=FileStore(tmp_path), ids=RandomIds())
            subject = story.make_request(lambda _actor: ctx, project_name=f"并行项目{number}").subject
            session.commit()
            return subject

    with ThreadPoolExecutor(6) as threads:
        codes = sorted(threads.map(open_one, range(6)))
    engine.dispose()
    assert codes == [f"010201-{number:03d}" for number in range(1, 7)]


def test_a_clerk_of_two_units_names_the_unit_of_a_new_project(ctx: MakeContext) -> None:
    with pytest.raises(Invalid, match=f"{cast.WATER_SUPPLY}、{cast.DRAINAGE}"):
        story.make_request(ctx, by=BOTH)
    for unit, code in ((cast.DRAINAGE, "010202-001"), (cast.WATER_SUPPLY, "010201-001")):
        assert story.make_request(ctx, by=BOTH, agency_path=unit).subject == code


def test_a_clerk_of_two_units_goes_on_with_projects_of_either(ctx: MakeContext) -> None:
    for unit in (cast.DRAINAGE, cast.WATER_SUPPLY):
        code = story.make_request(ctx, by=BOTH, agency_path=unit).subject
        again = story.make_request(ctx, by=BOTH, project_code=code, fiscal_year=cast.YEAR + 1)
        assert again.subject == code


@pytest.mark.parametrize("unit", [cast.SCHOOLS, cast.WATER])
def test_a_clerk_opens_no_request_for_another_unit(ctx: MakeContext, unit: str) -> None:
    with pytest.raises(Forbidden, match="经办人"):
        story.make_request(ctx, agency_path=unit)


def test_a_clerk_of_a_whole_department_names_a_unit_below_it(ctx: MakeContext) -> None:
    clerk = replace(cast.CLERK, grants=(Grant(Role.CLERK, cast.WATER),))
    with pytest.raises(Forbidden, match="水务局"):
        story.make_request(ctx, by=clerk)
    assert story.make_request(ctx, by=clerk, agency_path=cast.DRAINAGE).subject == "010202-001"
