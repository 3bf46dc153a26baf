"""Read columns into small frozen facts: one generic door for every query."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Mapped
from sqlmodel import Session

from budgetperf.errors import NotFound

F = TypeVar("F")

Rows: TypeAlias = Select[*tuple[Any, ...]]
"""A select of any columns; what they are is said by the fact they are read into."""

Column: TypeAlias = ColumnElement[str] | Mapped[str]
"""A text column, of a table or (by ``col``) of a model."""


def fetch(
    session: Session, statement: Rows, fact: type[F], *, values: Mapping[str, object] | None = None
) -> list[F]:
    """Return one ``fact`` per row; the columns carry the names of its fields.

    ``values`` fill the bound parameters of a statement that was built before.
    """
    names = [field.name for field in fields(fact)]  # type: ignore[arg-type]  # a fact is a dataclass; no public type says so
    rows = session.connection().execute(statement, values)
    return [fact(*row) for row in rows.columns(*names)]


def fetch_one(
    session: Session,
    statement: Rows,
    fact: type[F],
    *,
    missing: str,
    values: Mapping[str, object] | None = None,
) -> F:
    """Return the one ``fact``, or refuse as if the record did not exist.

    Raises
    ------
    NotFound
    """
    found = fetch(session, statement, fact, values=values)
    if not found:
        raise NotFound("record.not_found", missing)
    return found[0]


def prefix(column: Column, scope: str) -> ColumnElement[bool]:
    """Return the condition that an organisation path lies within ``scope``."""
    return (column == scope) | column.startswith(scope + ".", autoescape=True)
