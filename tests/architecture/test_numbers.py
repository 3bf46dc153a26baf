"""Floats stay where they may be: in costing, statistics and the allocation; elsewhere only what is no money."""

import ast

from tests.architecture.sources import Source, sources

ALLOWED: dict[str, str] = {
    "budgetperf/costing/": "estimates; rounded by a named rule before they leave",
    "budgetperf/statistics/": "agreement of raters; never money or points",
    "budgetperf/budget/allocate.py": "the solver; checked in integers afterwards",
    "budgetperf/reports/": "places and sizes on paper, in points",
    "budgetperf/workbooks/cells.py": "the reader gives every number as float; it leaves as Decimal text",
    "budgetperf/workbooks/goal_writer.py": "numbers of a cell, written as the file format wants them",
    "budgetperf/workbooks/styles.py": "widths and margins",
    "budgetperf/workbooks/values.py": "the reader gives every number as float; it leaves as Decimal text",
    "budgetperf/store/server.py": "seconds",
    "api/observation.py": "seconds",
    "workflows/": "seconds",
}
"""Where floats may stand, each with what they are."""


def refused(source: Source) -> set[int]:
    """The ids of the names that only ask ``isinstance(value, float)``."""
    return {
        id(name)
        for call in source.find(ast.Call)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "isinstance"
        for name in ast.walk(call.args[1])
    }


def floats(source: Source) -> list[str]:
    """Where a file speaks of floats, a line each."""
    asked = refused(source)
    return [
        f"{source.path}:{node.lineno}"
        for node in source.find(ast.Constant, ast.Name)
        if isinstance(node, ast.Constant | ast.Name)
        and (
            (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.Name) and node.id == "float" and id(node) not in asked)
        )
    ]


def test_no_float_where_money_and_points_are() -> None:
    assert [
        place
        for source in sources()
        if not source.path.startswith(tuple(ALLOWED))
        for place in floats(source)
    ] == []


def test_a_float_would_be_seen() -> None:
    tree = ast.parse("rate = 0.1\nvalue = float('1')\nassert not isinstance(value, float)")
    assert floats(Source("made.py", "", tree)) == ["made.py:1", "made.py:2"]
