"""A story told once for a module: each test goes on from where it ends, and leaves no trace."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from budgetperf.actions.context import Context, SeededIds
from budgetperf.permissions import Actor
from budgetperf.store.files import FileStore
from tests import cast
from tests.assessment_story import Story
from tests.conftest import MakeContext, make_context, session_on, undone


def told_once(tell: Callable[[MakeContext], Story]) -> tuple[Any, Any, Any, Any]:
    """Return a module's fixtures ``connection``, ``files``, ``told`` and ``story``; assign them by these names."""

    @pytest.fixture(scope="module")
    def connection(engine: Engine) -> Iterator[Connection]:
        with undone(engine) as made:
            yield made

    @pytest.fixture(scope="module")
    def files(tmp_path_factory: pytest.TempPathFactory) -> FileStore:
        return FileStore(tmp_path_factory.mktemp("told") / "files")

    @pytest.fixture(scope="module")
    def told(connection: Connection, files: FileStore) -> Story:
        with session_on(connection) as session:
            ids = SeededIds("told")

            def ctx(actor: Actor, now: Any = cast.NOW) -> Context:
                return make_context(session, actor, files=files, now=now, ids=ids)

            made = tell(ctx)
            session.commit()
        return made

    @pytest.fixture
    def story(told: Story, ctx: MakeContext) -> Story:
        return replace(told, ctx=ctx)

    return connection, files, told, story
