"""Read columns into small frozen facts: one generic door for every query."""

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


def fetch(session: Session, statement: Rows, fact: type[F]) -> list[F]:
    """Return one ``fact`` per row; the columns carry the names of its fields."""
    names = [field.name for field in fields(fact)]  # type: ignore[arg-type]  # a fact is a dataclass; no public type says so
    rows = session.connection().execute(statement).mappings()
    return [fact(**{name: row[name] for name in names}) for row in rows]


def fetch_one(session: Session, statement: Rows, fact: type[F], *, missing: str) -> F:
    """Return the one ``fact``, or refuse as if the record did not exist.

    Raises
    ------
    NotFound
    """
    found = fetch(session, statement, fact)
    if not found:
        raise NotFound("record.not_found", missing)
    return found[0]


def prefix(column: Column, scope: str) -> ColumnElement[bool]:
    """Return the condition that an organisation path lies within ``scope``."""
    return (column == scope) | column.startswith(scope + ".", autoescape=True)
