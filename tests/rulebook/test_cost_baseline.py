"""Editions of the cost baseline: what each must say."""

from budgetperf.rulebook.library import Rulebook
from budgetperf.rulebook.parameters import CostBaselineRules


def test_beijing_says_until_when_claims_are_heard() -> None:
    edition = Rulebook.load().by_id("beijing/cost_baseline/2026-01-01")
    claims = edition.rules_as(CostBaselineRules).claims
    assert claims is not None
    assert claims.file_within_days == 30
