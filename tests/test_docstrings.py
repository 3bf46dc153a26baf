"""The examples in docstrings say what the code does."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

import budgetperf

ROOT = Path(budgetperf.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    for path in ROOT.rglob("*.py")
    if re.search(r"^ +>>> .*(?<!# doctest: \+SKIP)$", path.read_text(encoding="utf-8"), re.MULTILINE)
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(name))
    assert tried.attempted > 0
    assert tried.failed == 0


def test_the_core_shows_itself_by_example() -> None:
    assert {"budgetperf.money", "budgetperf.fiscal", "budgetperf.ledger", "budgetperf.indicators"} <= set(
        MODULES
    )
