from decimal import Decimal

import pytest
from pydantic import ValidationError

from budgetperf.budget.claims import CLAIMS, cut_carry_over, cut_cost, cut_exante, cut_execution, cut_grade
from budgetperf.budget.grounds import Claim, Ground, NoCut
from budgetperf.budget.lines import CarryOverFacts, CostFacts, ExanteFacts, ExecutionFacts, GradeFacts
from budgetperf.errors import Invalid
from budgetperf.money import ZERO, Money
from tests.budget.makers import edition, make_facts, make_rules, wan

RULES = make_rules()


def claim_of(outcome: Claim | NoCut) -> Claim:
    assert isinstance(outcome, Claim)
    return outcome


def reason_of(outcome: Claim | NoCut) -> str:
    assert isinstance(outcome, NoCut)
    return outcome.reason


def cost(**changes: object) -> CostFacts:
    values = {
        "reviewed": wan(90),
        "lower": wan(60),
        "upper": wan(80),
        "methods_agree": True,
        "evidence_grade": "A",
        "package": "b1",
    }
    return CostFacts(**{**values, **changes})


def test_table_has_every_ground_but_the_ceiling():
    assert set(CLAIMS) == set(Ground) - {Ground.CEILING}


@pytest.mark.parametrize("claim", CLAIMS.values())
def test_line_without_evidence_loses_nothing_and_says_why(claim):
    assert reason_of(claim(make_facts(), RULES, remaining=wan(100)))


def test_partial_support_claims_the_difference_with_numbers_source_and_package():
    facts = make_facts(exante=ExanteFacts(conclusion="partial", recommended=wan(70), package="e1"))
    claim = claim_of(cut_exante(facts, RULES, remaining=wan(100)))
    assert (claim.amount, claim.levels, claim.package) == (wan(30), True, "e1")
    assert "1,000,000.00元减建议金额700,000.00元，核减300,000.00元" in claim.explanation
    assert "控制数中扣减（公开发布）" in claim.source


def test_rejected_project_loses_the_whole_request_whatever_is_recommended():
    facts = make_facts(exante=ExanteFacts(conclusion="reject", recommended=wan(70), package="e1"))
    assert claim_of(cut_exante(facts, RULES, remaining=wan(100))).amount == wan(100)


@pytest.mark.parametrize("recommended", [wan(100), wan(120)])
def test_recommendation_of_the_request_or_more_cuts_nothing(recommended):
    facts = make_facts(exante=ExanteFacts(conclusion="support", recommended=recommended, package="e1"))
    assert "不低于申报数" in reason_of(cut_exante(facts, RULES, remaining=wan(100)))


def test_unknown_conclusion_or_grade_is_no_fact():
    with pytest.raises(ValidationError, match="'support', 'partial' or 'reject'"):
        ExanteFacts(conclusion="maybe", recommended=wan(70), package="e1")
    with pytest.raises(ValidationError, match="'excellent', 'good', 'fair' or 'poor'"):
        GradeFacts(code="E", package="g")


def test_grade_is_told_by_its_statutory_label():
    facts = make_facts(grade=GradeFacts(code="fair", package="g"))
    assert "绩效等级为“中”" in claim_of(cut_grade(facts, RULES, remaining=wan(60))).explanation


@pytest.mark.parametrize(
    ("paid_fen", "ratio"),
    [(0, "0.20"), (49_999_999, "0.20"), (50_000_000, "0.10"), (79_999_999, "0.10")],
)
def test_execution_band_is_half_open(paid_fen, ratio):
    facts = make_facts(execution=ExecutionFacts(adjusted_budget=wan(100), paid=Money(paid_fen), package="x"))
    claim = claim_of(cut_execution(facts, RULES, remaining=wan(60)))
    assert (claim.ratio, claim.base, claim.amount) == (Decimal(ratio), wan(60), wan(60).times(Decimal(ratio)))


@pytest.mark.parametrize("paid", [wan(80), wan(100), wan(130)])
def test_execution_at_or_above_the_last_bound_cuts_nothing(paid):
    facts = make_facts(execution=ExecutionFacts(adjusted_budget=wan(100), paid=paid, package="x"))
    assert "不低于80.00%" in reason_of(cut_execution(facts, RULES, remaining=wan(60)))


def test_no_budget_in_the_result_year_is_no_zero_rate():
    facts = make_facts(execution=ExecutionFacts(adjusted_budget=ZERO, paid=ZERO, package="x"))
    assert "没有预算" in reason_of(cut_execution(facts, RULES, remaining=wan(60)))


def test_base_of_a_ratio_follows_the_edition():
    rules = make_rules(execution={**edition()["rules"]["execution"], "base": "request"})
    facts = make_facts(execution=ExecutionFacts(adjusted_budget=wan(100), paid=wan(70), package="x"))
    claim = claim_of(cut_execution(facts, rules, remaining=wan(60)))
    assert (claim.base, claim.amount) == (wan(100), wan(10))
    assert "按申报数1,000,000.00元的10.00%" in claim.explanation


def test_carry_over_takes_thirty_percent_of_the_increase_only():
    facts = make_facts(carry_over=CarryOverFacts(opening=wan(10), closing=wan(50), package="l"))
    claim = claim_of(cut_carry_over(facts, RULES, remaining=wan(100)))
    assert (claim.base, claim.amount) == (wan(40), wan(12))


@pytest.mark.parametrize("closing", [wan(10), wan(9)])
def test_carry_over_that_does_not_grow_cuts_nothing(closing):
    facts = make_facts(carry_over=CarryOverFacts(opening=wan(10), closing=closing, package="l"))
    assert "没有增加" in reason_of(cut_carry_over(facts, RULES, remaining=wan(100)))


def test_share_of_less_than_half_a_fen_is_no_claim():
    facts = make_facts(carry_over=CarryOverFacts(opening=ZERO, closing=Money(1), package="l"))
    assert "不核减" in reason_of(cut_carry_over(facts, RULES, remaining=wan(100)))
    more = make_facts(carry_over=CarryOverFacts(opening=ZERO, closing=Money(2), package="l"))
    assert claim_of(cut_carry_over(more, RULES, remaining=wan(100))).amount == Money(1)


@pytest.mark.parametrize(("code", "cut"), [("fair", wan(6)), ("poor", wan(60))])
def test_grade_takes_its_ratio_of_what_remains(code, cut):
    facts = make_facts(grade=GradeFacts(code=code, package="g"))
    assert claim_of(cut_grade(facts, RULES, remaining=wan(60))).amount == cut


@pytest.mark.parametrize("code", ["excellent", "good"])
def test_good_grades_cut_nothing(code):
    assert "不核减" in reason_of(
        cut_grade(make_facts(grade=GradeFacts(code=code, package="g")), RULES, remaining=wan(60))
    )


def test_cost_above_the_upper_bound_claims_the_excess():
    claim = claim_of(cut_cost(make_facts(cost=cost()), RULES, remaining=wan(100)))
    assert (claim.amount, claim.levels) == (wan(10), True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reviewed": wan(80)}, "在成本基线区间之内"),
        ({"reviewed": wan(60)}, "在成本基线区间之内"),
        ({"reviewed": Money(wan(60).fen - 1)}, "低于成本基线区间"),
        ({"methods_agree": False}, "两类方法结论不一致"),
        ({"evidence_grade": "C"}, "只接受A、B"),
    ],
)
def test_cost_is_no_ground(changes, reason):
    assert reason in reason_of(cut_cost(make_facts(cost=cost(**changes)), RULES, remaining=wan(100)))


@pytest.mark.parametrize("changes", [{"reviewed": wan(101)}, {"lower": wan(81)}])
def test_contradictory_cost_facts_are_refused(changes):
    with pytest.raises(Invalid, match="自相矛盾"):
        cut_cost(make_facts(cost=cost(**changes)), RULES, remaining=wan(100))
