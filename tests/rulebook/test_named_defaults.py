"""What the code would take for granted is written in the editions: a default is no law."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from budgetperf.rulebook.edition import Edition
from budgetperf.rulebook.library import Rulebook
from budgetperf.scoring.formulas import Execution, MinMax
from budgetperf.scoring.formulas.readings import NumberRule
from budgetperf.scoring.self_evaluation import ExecutionRule

EDITIONS = Rulebook.load().editions


def models(value: object, at: str) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield at, value
        for name in type(value).model_fields:
            yield from models(getattr(value, name), f"{at}.{name}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from models(item, f"{at}.{key}")
    elif isinstance(value, tuple):
        for number, item in enumerate(value, 1):
            yield from models(item, f"{at}.{number}")


def wanted(rule: BaseModel) -> tuple[str, ...]:
    if isinstance(rule, MinMax):
        return ("floor", "equal")
    if isinstance(rule, Execution | ExecutionRule) or (
        isinstance(rule, NumberRule) and rule.reading != "value"
    ):
        return ("no_base",)
    return ()


@pytest.mark.parametrize("edition", EDITIONS, ids=[edition.id for edition in EDITIONS])
def test_what_no_source_says_is_written_and_named_as_a_gap(edition: Edition) -> None:
    gaps = {gap.at for gap in edition.gaps}
    for at, rule in models(edition.rules, "rules"):
        for name in wanted(rule):
            assert name in rule.model_fields_set, f"{at}.{name} is left to the code"
            assert f"{at}.{name}" in gaps, f"{at}.{name} has no gap"
