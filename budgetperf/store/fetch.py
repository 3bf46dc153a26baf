"""Read columns into small frozen facts: one generic door for every query."""

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select
from sqlmodel import Session

from budgetperf.errors import NotFound

F = TypeVar("F")


def fetch(session: Session, statement: Select[Any], fact: type[F]) -> list[F]:
    """Return one ``fact`` per row; the columns carry the names of its fields."""
    names = [field.name for field in fields(fact)]  # type: ignore[arg-type]
    rows = session.connection().execute(statement).mappings()
    return [fact(**{name: row[name] for name in names}) for row in rows]


def fetch_one(session: Session, statement: Select[Any], fact: type[F], *, missing: str) -> F:
    """Return the one ``fact``, or refuse as if the record did not exist.

    Raises
    ------
    NotFound
    """
    found = fetch(session, statement, fact)
    if not found:
        raise NotFound("record.not_found", missing)
    return found[0]


def prefix(column: ColumnElement[str], scope: str) -> ColumnElement[bool]:
    """Return the condition that an organisation path lies within ``scope``."""
    return (column == scope) | column.startswith(scope + ".", autoescape=True)
