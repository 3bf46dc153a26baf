"""Small files, small functions, telling names."""

import ast

import pytest

from tests.architecture.sources import Source, sources

MAX_FILE, MAX_FUNCTION = 400, 40

TABLES: dict[str, str] = {
    "api/main.py::create_app": "the list of routers and middlewares, in the order they run",
    "api/desks/assessed_unit.py::unit_page": "one page model, a field a line",
    "api/desks/assessment.py::show": "one page model, a field a line",
    "api/desks/exante.py::show": "one page model, a field a line",
    "api/desks/limits.py::show": "one page model, a field a line",
    "api/desks/project.py::show": "one page model, a field a line",
    "workflows/command.py::_parser": "the verbs of ./bp, an argument a line",
    "workflows/demo/costing.py::analyse_water_works": "one filed form, a field a line",
}
"""Longer functions that only list something, each with what it lists."""

BANNED = {"utils", "helpers", "common", "misc", "services", "managers", "handlers", "data", "info"}
BANNED_ENDINGS = ("Helper", "Manager", "Service", "Handler", "Utils")

WORDS_OF_OTHERS: dict[str, str] = {
    "budgetperf/forms.py": "pydantic calls what it knows of a field `FieldInfo`",
    "budgetperf/store/server.py": "PostgreSQL calls its folder the data directory",
}
"""Files that speak the words of a library."""


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring aside."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        lines -= (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return lines


def long_functions(source: Source) -> dict[str, int]:
    """The functions of a file that are too long, with their lines."""
    found = {}
    for function in source.find(ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        if code_lines(function) >= MAX_FUNCTION:
            found[f"{source.path}::{function.name}"] = code_lines(function)
    return found


def declared(source: Source) -> set[str]:
    """The names a file gives: of itself, its classes, functions, parameters and variables."""
    names = set(source.path.removesuffix(".py").split("/"))
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.arg():
                names.add(node.arg)
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
    return names


def test_no_file_is_too_long() -> None:
    assert {
        source.path: len(source.text.splitlines())
        for source in sources()
        if len(source.text.splitlines()) >= MAX_FILE
    } == {}


def test_no_function_is_too_long_but_those_that_list() -> None:
    found = {name: lines for source in sources() for name, lines in long_functions(source).items()}
    assert {name: lines for name, lines in found.items() if name not in TABLES} == {}
    assert set(TABLES) <= set(found), "no longer needed here"


def test_no_name_says_nothing() -> None:
    found = {
        (source.path, name)
        for source in sources()
        if source.path not in WORDS_OF_OTHERS
        for name in declared(source)
        if name in BANNED or name.startswith("process_") or name.endswith(BANNED_ENDINGS)
    }
    assert found == set()


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.path)
def test_every_file_says_what_it_holds(source: Source) -> None:
    assert (ast.get_docstring(source.tree) or "").strip()
