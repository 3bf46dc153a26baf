"""The shape of an invariant, and how its rows are read: as a stream, never as a whole table."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, text
from sqlmodel import Session

from budgetperf.findings import Finding, Severity, Where
from budgetperf.process.transitions import TRANSITIONS
from budgetperf.store.files import FileStore

Check: TypeAlias = Callable[[Session, FileStore], Iterator[Finding]]

BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule by its Chinese name, and the function that finds what breaks it."""

    label: str
    check: Check

    @property
    def name(self) -> str:
        """The name of its function, without ``check_``."""
        return self.check.__name__.removeprefix("check_")


def rows(session: Session, statement: str, **values: object) -> Iterator[Row[Any]]:
    """Yield the rows of a statement from a cursor of the server, a block at a time."""
    options = {"stream_results": True, "yield_per": BLOCK}
    yield from session.connection().execute(text(statement), values, execution_options=options)


def broken(rule: str, pointer: str, message: str, *, severity: Severity = Severity.ERROR) -> Finding:
    """Return the finding that a rule is broken at a place."""
    return Finding(f"check.{rule}", severity, Where(pointer=pointer), message)


def moves_table() -> str:
    """Return the transition table as JSON rows: one per stage, verb and source ("" for none)."""
    return json.dumps(
        [
            {
                "stage": row.stage.value,
                "verb": row.verb,
                "source": source.value if source else "",
                "target": row.target.value,
            }
            for row in TRANSITIONS
            for source in row.sources or (None,)
        ]
    )
