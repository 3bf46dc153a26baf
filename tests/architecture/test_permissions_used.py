"""No permission is granted that opens nothing, none is asked for that nobody holds."""

import ast
import re

from budgetperf.permissions import ROLE_PERMISSIONS
from budgetperf.process.document import OTHER_USES, use_of
from budgetperf.process.transitions import TRANSITIONS
from tests.architecture.sources import sources

GRANTED = {permission for held in ROLE_PERMISSIONS.values() for permission in held}
ASKED_BY_THE_TABLE = {row.permission for row in TRANSITIONS}
SHAPE = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
ELSEWHERE = {
    "budgetperf/permissions.py",
    "budgetperf/process/document.py",
    "budgetperf/process/transitions.py",
}


def asked_by_code() -> set[str]:
    """Every permission that code outside the tables names."""
    return {
        node.value
        for source in sources()
        if source.path not in ELSEWHERE
        for node in source.find(ast.Constant)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SHAPE.fullmatch(node.value)
    }


def test_every_permission_granted_opens_something() -> None:
    assert GRANTED - ASKED_BY_THE_TABLE - asked_by_code() == set()


def test_every_permission_asked_for_is_granted_to_somebody() -> None:
    assert ASKED_BY_THE_TABLE | asked_by_code() <= GRANTED


def test_every_permission_says_what_it_is_for() -> None:
    assert all(use_of(permission) for permission in GRANTED)
    assert set(OTHER_USES) == GRANTED - ASKED_BY_THE_TABLE
