"""Editions of the cost baseline: what each must say."""

import pytest

from budgetperf.costing.methods import METHODS
from budgetperf.costing.words import MethodFamily, MethodName
from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.parameters import CostBaselineRules


@pytest.mark.parametrize("day", ["2026-01-01", "2026-07-01"])
def test_beijing_says_until_when_claims_are_heard(day: str) -> None:
    claims = rules_of(f"beijing/cost_baseline/{day}").claims
    assert claims is not None
    assert claims.file_within_days == 30


def test_beijing_holds_a_best_practice_against_an_average() -> None:
    families = {
        METHODS[MethodName(name)].family for name in rules_of("beijing/cost_baseline/2026-07-01").methods
    }
    assert families == {MethodFamily.MEAN, MethodFamily.ENVELOPMENT}


def rules_of(edition: str) -> CostBaselineRules:
    return Rulebook.load().by_id(edition).rules_as(CostBaselineRules)
