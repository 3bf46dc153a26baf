"""Every kind of event that actions write has a word in the log."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import budgetperf.actions
from api.desks.log import LABELS
from budgetperf.process.transitions import TRANSITIONS

ACTIONS = Path(budgetperf.actions.__path__[0])
MADE = {"self.row.event", "f'{stage.value}.open'", "'accounts.' + payload.change", "f'accounts.{change}'"}
"""Kinds put together where they are written: of a move, of an opening in bulk, of an account."""


def calls() -> Iterator[ast.Call]:
    for path in sorted(ACTIONS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node


def kinds() -> Iterator[ast.expr]:
    for call in calls():
        if isinstance(call.func, ast.Name) and call.func.id == "write_event":
            yield next(item.value for item in call.keywords if item.arg == "kind")


def account_changes() -> Iterator[str]:
    for call in calls():
        if (
            isinstance(call.func, ast.Name)
            and call.func.id in {"PersonChanged", "_log"}
            and len(call.args) > 2
        ):
            change = call.args[2]
            if isinstance(change, ast.Constant):
                yield str(change.value)


PLAIN = sorted({str(kind.value) for kind in kinds() if isinstance(kind, ast.Constant)})


@pytest.mark.parametrize("kind", [*PLAIN, *(f"accounts.{change}" for change in sorted({*account_changes()}))])
def test_a_kind_written_has_a_word(kind: str) -> None:
    assert LABELS[kind]


def test_a_kind_put_together_is_of_a_move_or_an_account() -> None:
    assert {ast.unparse(kind) for kind in kinds() if not isinstance(kind, ast.Constant)} <= MADE


def test_the_log_has_no_word_for_what_nobody_writes() -> None:
    written = {*PLAIN, *(f"accounts.{change}" for change in account_changes())}
    assert set(LABELS) == {row.event for row in TRANSITIONS} | written
