"""Column kinds shared by the tables, and the metadata with its naming convention.

Rows are not validated on construction (SQLModel ``table=True``): validate before, in a form.
Everything whose order enters a digest is text with ``COLLATE "C"``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Enum, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from budgetperf.terms import Term

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata

CODE: TypeEngine[str] = Text(collation="C")
POINTS: TypeEngine[Any] = Numeric(12, 4)

Fieldish = Any
"""SQLModel's ``Field`` returns Any; so do its wrappers here."""


def table_of(model: type[SQLModel]) -> Table:
    """Return the Core table of a model, for statements that need no mapper."""
    return metadata.tables[str(model.__tablename__)]


def key() -> Fieldish:
    """A text primary key."""
    return Field(primary_key=True, sa_type=CODE)


def ref(table: str, *, index: bool = True, nullable: bool = False, primary: bool = False) -> Fieldish:
    """A text foreign key to ``table.id``."""
    default: Any = None if nullable else ...
    return Field(
        default, foreign_key=f"{table}.id", index=index, nullable=nullable, primary_key=primary, sa_type=CODE
    )


def exact(*, unique: bool = False, index: bool = False) -> Fieldish:
    """Text compared byte by byte."""
    return Field(sa_type=CODE, unique=unique, index=index)


def term(vocabulary: type[Term], *, nullable: bool = False, index: bool = False) -> Fieldish:
    """A vocabulary stored by its code."""
    values: Callable[[Any], list[str]] = lambda members: [member.value for member in members]  # noqa: E731
    kind = Enum(vocabulary, native_enum=False, values_callable=values, length=32, create_constraint=False)
    return Field(None if nullable else ..., sa_type=kind, nullable=nullable, index=index)


def fen() -> Fieldish:
    """Money in integer fen."""
    return Field(sa_type=BigInteger)


def instant(*, nullable: bool = False) -> Fieldish:
    """An aware UTC instant."""
    default: datetime | None = None
    return Field(default if nullable else ..., sa_type=DateTime(timezone=True), nullable=nullable)


def document() -> Fieldish:
    """A JSON document."""
    return Field(sa_type=JSONB)


def points(*, nullable: bool = False) -> Fieldish:
    """Points or another exact decimal."""
    return Field(None if nullable else ..., sa_type=POINTS, nullable=nullable)


def serial() -> Fieldish:
    """A sequence number given by the database."""
    return Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": True})
