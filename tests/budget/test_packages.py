import json

import pytest

from budgetperf.budget.allocation import allocate
from budgetperf.budget.ceiling import CeilingFacts, DepartmentShare, EitherOr
from budgetperf.budget.lines import CarryOverFacts, CostFacts, ExanteFacts, ExecutionFacts, GradeFacts
from budgetperf.budget.packages import (
    EditionUsed,
    allocation_package,
    cut_package,
    limit_package,
    recheck_allocation,
    recompute_cuts,
    recompute_limit,
)
from budgetperf.budget.protections import Protected
from budgetperf.budget.waterfall import cut_line
from budgetperf.errors import Invalid
from budgetperf.evaluands import Protection
from budgetperf.money import ZERO
from budgetperf.provenance import DecisionKind, canonical_json
from tests.budget.makers import make_ceiling_line, make_facts, make_round_of, make_rules, wan

RULES = make_rules()
USED = EditionUsed("national/limit_cuts/2026-01-01", "d" * 64, "2027")
FACTS = make_facts(
    exante=ExanteFacts(conclusion="partial", recommended=wan("80.01"), package="e1"),
    execution=ExecutionFacts(adjusted_budget=wan(10), paid=wan(7), package="x1"),
    carry_over=CarryOverFacts(opening=ZERO, closing=wan(1), package="l1"),
    grade=GradeFacts(code="fair", package="g1"),
    cost=CostFacts(
        reviewed=wan(90), lower=wan(60), upper=wan(80), methods_agree=True, evidence_grade="B", package="b1"
    ),
    protection=Protected(kind=Protection.STATUTORY, amount=wan(10), basis="条例"),
)


def stored(value):
    """What comes back from a database."""
    return json.loads(canonical_json(value))


def test_cuts_recompute_to_the_same_result_from_what_was_stored():
    package = cut_package(FACTS, cut_line(FACTS, RULES), used=USED)
    assert (package.kind, package.subject, package.period) == (DecisionKind.CUT, "P1", "2027")
    assert recompute_cuts(stored(package.facts), RULES) == stored(package.result)


def test_cuts_recompute_differently_under_other_rules():
    package = cut_package(FACTS, cut_line(FACTS, RULES), used=USED)
    other = make_rules(order=["cost", "exante", "execution", "carry_over", "grade"])
    assert recompute_cuts(stored(package.facts), other) != stored(package.result)


def test_allocation_is_rechecked_from_what_was_stored():
    facts = CeilingFacts(
        ceiling=wan(200),
        lines=tuple(make_ceiling_line(code, wan(90)) for code in "ABC"),
        shares=(DepartmentShare(department="D1", minimum=None, maximum=None),),
        pairs=(EitherOr(first="A", second="B", reason="同址"),),
    )
    package = allocation_package(facts, allocate(facts, RULES), subject="2027-1", used=USED)
    assert package.environment.startswith("HiGHS 1.")
    facts_json, result = stored(package.facts), stored(package.result)
    assert recheck_allocation(facts_json, RULES, result=result) == ()
    result["levels"][0]["amount"] = "1"
    assert recheck_allocation(facts_json, RULES, result=result)


def test_limit_recomputes_from_its_facts_alone():
    limit = make_round_of([FACTS], wan(60), RULES).limits[0]
    package = limit_package(limit, used=USED)
    facts = stored(package.facts)
    assert "limit" not in facts
    assert recompute_limit(facts) == stored(package.result) == {"limit": str(limit.limit.fen)}
    facts["cuts"][0]["applied"] = str(int(facts["cuts"][0]["applied"]) + 1)
    assert recompute_limit(facts) == {"limit": str(limit.limit.fen - 1)}


@pytest.mark.parametrize("facts", [None, [], {"line": "P1"}])
def test_facts_that_do_not_read_back_are_refused(facts):
    with pytest.raises(Invalid) as refusal:
        recompute_limit(facts)
    assert refusal.value.code == "budget.record"
