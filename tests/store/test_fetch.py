"""One generic door for reads: columns by name, refusals as if the record did not exist, exact prefixes."""

from dataclasses import dataclass

import pytest
from sqlalchemy import column, literal, literal_column, select
from sqlmodel import Session

from budgetperf.errors import NotFound
from budgetperf.store.fetch import fetch, fetch_one, prefix
from budgetperf.store.session import BoundSession


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns."""

    left: int
    right: str


def test_columns_are_read_by_name_whatever_their_order(session: BoundSession) -> None:
    statement = select(literal("b").label("right"), literal(1).label("left"), literal(2).label("more"))
    assert fetch(session, statement, Pair) == [Pair(1, "b")]


def test_no_row_is_refused_with_the_text_given(session: BoundSession) -> None:
    statement = select(literal(1).label("left"), literal("b").label("right")).where(literal(1) == 2)
    with pytest.raises(NotFound, match="没有这个"):
        fetch_one(session, statement, Pair, missing="没有这个")


def lies_within(session: Session, path: str, scope: str) -> bool:
    """Whether the database finds ``path`` within ``scope``."""
    values = select(literal(path).label("path")).subquery()
    statement = select(literal_column("1")).select_from(values).where(prefix(values.c.path, scope))
    return session.connection().execute(statement).first() is not None


@pytest.mark.parametrize(
    ("path", "scope", "within"),
    [
        ("01.0102", "01.0102", True),
        ("01.0102.010201", "01.0102", True),
        ("01.01020", "01.0102", False),
        ("01.0103", "01.0102", False),
        ("01", "01.0102", False),
        ("01.0102.x", "01.010_", False),
        ("01.010_.x", "01.010_", True),
        ("01.0102.x", "01.01%", False),
        ("01.01%.x", "01.01%", True),
        ("01/.x", "01/", True),
        ("01\\.x", "01\\", True),
        ("anything", "%", False),
    ],
)
def test_a_prefix_matches_whole_codes_and_takes_wildcards_for_themselves(
    session: BoundSession, path: str, scope: str, within: bool
) -> None:
    assert lies_within(session, path, scope) is within


def test_a_prefix_is_one_condition_on_the_column() -> None:
    assert "LIKE" in str(prefix(column("path"), "01"))
