"""Runs tests inside the copy: once traced, then against one mutant after the other, each in a process of its own.

``python -m tests.mutation.runner trace FILE`` or ``… try``, which reads jobs as JSON lines and answers each with a
line. The mutated module never touches a disk: the process that tries it imports the changed tree in its place.
"""

import ast
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import hypothesis
import hypothesis.strategies
import numpy as np
import pydantic
import pytest
import yaml

from tests.mutation.mutants import mutated
from tests.mutation.reach import Tracer

LOADED_BEFORE_FORKING = (hypothesis.strategies, np, pydantic, yaml)
"""Third-party libraries are imported once; ours are imported anew beside each mutant."""

PACKAGE = "budgetperf/scoring"
TESTS = ("tests/scoring", "tests/rulebook")
FLAGS = ("--noconftest", "-q", "-x", "--tb=no", "--no-header", "-p", "no:cacheprovider", "-p", "no:logging")
PLUGINS = ("-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin")
MEMORY = 6 << 30
PASSED, NOTHING_RUN = 0, 5


class Changed(SourceFileLoader):
    """Loads one module from a changed tree."""

    def __init__(self, name: str, path: str, *, tree: ast.Module) -> None:
        super().__init__(name, path)
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        """Compile the changed tree, past any cached code."""
        return compile(self.tree, self.get_filename(fullname), "exec", dont_inherit=True)


class Swapped:
    """Finds one module at its mutant instead."""

    def __init__(self, file: str, number: int) -> None:
        path = Path.cwd() / file
        parts = Path(file).with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)
        self.loader = Changed(self.name, str(path), tree=mutated(path.read_text("utf-8"), number))

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """The spec of the mutant, if it is asked for."""
        if name != self.name:
            return None
        places = [str(Path(self.loader.path).parent)] if self.package else None
        return spec_from_file_location(
            name, self.loader.path, loader=self.loader, submodule_search_locations=places
        )


class Chosen:
    """Keeps the chosen tests, in the order given; all of the collected ones if none of them is there any more."""

    def __init__(self, names: Sequence[str]) -> None:
        self.order = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort and drop."""
        kept = [item for item in items if item.nodeid in self.order]
        items[:] = sorted(kept, key=lambda item: self.order[item.nodeid]) or items


def prepare() -> None:
    """Fix the seed, and spend no time on making a failing example small."""
    quick = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutation", deadline=None, derandomize=True, database=None, phases=quick
    )
    hypothesis.settings.load_profile("mutation")


def trace(path: Path) -> int:
    """Run all tests once, traced; they must pass."""
    tracer = Tracer(Path.cwd(), PACKAGE)
    code = pytest.main([*TESTS, *FLAGS[:2], "-x", "--tb=short", *PLUGINS], plugins=[tracer])
    if code == PASSED:
        tracer.save(path)
    return int(code)


def attempt(file: str, number: int, tests: Sequence[str]) -> int:
    """Run tests against a mutant, in this process."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.meta_path.insert(0, Swapped(file, number))  # type: ignore[arg-type]
    files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
    return int(pytest.main([*files, *FLAGS, *PLUGINS], plugins=[Chosen(tests)]))


def outcome(job: dict[str, object]) -> str:
    """``killed``, ``survived`` or ``timed out``, found in a child."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        code = 3
        try:
            code = attempt(str(job["file"]), int(str(job["number"])), job["tests"])  # type: ignore[arg-type]
        finally:
            os._exit(code)
    until = time.monotonic() + float(str(job["seconds"]))
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) in (PASSED, NOTHING_RUN) else "killed"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timed out"


def main(words: Sequence[str]) -> int:
    """Trace, or answer jobs until there are no more."""
    prepare()
    if words[0] == "trace":
        return trace(Path(words[1]))
    for line in sys.stdin:
        print(json.dumps(outcome(json.loads(line))), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
