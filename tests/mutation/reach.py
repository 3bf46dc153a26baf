"""Which tests run which lines of the mutated package: a pytest plugin that traces, and what it found."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import pytest

from tests.mutation.mutants import Mutant

IMPORTED = -1
"""The lines run while tests are collected belong to no test."""


class Tracer:
    """Notes the lines of files under ``folder`` that each test runs, and how long it takes.

    Lines are kept only where they hold code of the package; a line run before any test counts as imported.
    """

    def __init__(self, root: Path, folder: str) -> None:
        self.root, self.prefix = f"{root}/", f"{root / folder}/"
        self.tests: list[str] = []
        self.seconds: dict[str, float] = defaultdict(float)
        self.lines: dict[tuple[str, int], set[int]] = defaultdict(set)
        self.now = IMPORTED

    def called(self, frame: FrameType, _event: str, _arg: object) -> object:
        """Follow a frame of the package, and no other."""
        return self.ran if frame.f_code.co_filename.startswith(self.prefix) else None

    def ran(self, frame: FrameType, event: str, _arg: object) -> object:
        """Note a line."""
        if event == "line":
            self.lines[frame.f_code.co_filename, frame.f_lineno].add(self.now)
        return self.ran

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        """Trace what collecting imports and calls."""
        sys.settrace(self.called)
        result = yield
        sys.settrace(None)
        return result  # type: ignore[return-value]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Trace one test."""
        self.now = len(self.tests)
        self.tests.append(item.nodeid)
        sys.settrace(self.called)
        result = yield
        sys.settrace(None)
        return result  # type: ignore[return-value]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long it took."""
        self.seconds[report.nodeid] += report.duration

    def save(self, path: Path) -> None:
        """Write what was found."""
        lines: dict[str, dict[int, list[int]]] = defaultdict(dict)
        for (file, line), tests in sorted(self.lines.items()):
            lines[file.removeprefix(self.root)][line] = sorted(tests)
        path.write_text(json.dumps({"tests": self.tests, "seconds": self.seconds, "lines": lines}), "utf-8")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a traced run found."""

    tests: list[str]
    seconds: dict[str, float]
    lines: dict[str, dict[str, list[int]]] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> "Reach":
        """Read what ``Tracer.save`` wrote."""
        return cls(**json.loads(path.read_text("utf-8")))

    def rounds(self, mutant: Mutant) -> list[list[str]]:
        """The tests that could notice, quick ones first: those of the file's own name, then the others.

        A line inside a function: the tests that run it. What runs at import: the tests that run any line of the
        file, or, for a file of bare declarations, all.
        """
        lines = self.lines.get(mutant.file, {})
        first, last = mutant.span
        found = {test for line in range(first, last + 1) for test in lines.get(str(line), ())}
        if not mutant.inside or IMPORTED in found:
            found = {test for tests in lines.values() for test in tests} - {IMPORTED}
            found = found or set(range(len(self.tests)))
        names = sorted((self.tests[n] for n in found), key=lambda name: (self.seconds.get(name, 0), name))
        stem = Path(mutant.file).stem
        own = [name for name in names if f"/test_{stem}.py" in name]
        rest = [name for name in names if f"/test_{stem}.py" not in name]
        return [tests for tests in (own, rest) if tests]
