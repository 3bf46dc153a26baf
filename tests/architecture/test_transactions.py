"""Two files commit; everything else takes a session and leaves it open."""

import ast

from tests.architecture.sources import sources

COMMITTING = {"api/transaction.py", "workflows/unit.py"}


def test_only_two_files_commit() -> None:
    found = {
        source.path
        for source in sources()
        for call in source.find(ast.Call)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    }
    assert found == COMMITTING
