"""The source files of the library, the web and the workflows, parsed once, for rules about code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("budgetperf", "api", "workflows")
GENERATED = "budgetperf/store/migrations/versions/"


@dataclass(frozen=True, slots=True)
class Source:
    """A source file by its path from the root."""

    path: str
    text: str
    tree: ast.Module

    def find(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Yield the nodes of some kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


@cache
def sources() -> tuple[Source, ...]:
    """Return every source file of the three packages, migrations aside."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    found = ((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths)
    return tuple(
        Source(name, text, ast.parse(text)) for name, text in found if not name.startswith(GENERATED)
    )
