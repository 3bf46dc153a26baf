from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.budget.grounds import Ground
from budgetperf.budget.lines import (
    CarryOverFacts,
    CostFacts,
    ExanteFacts,
    ExecutionFacts,
    GradeFacts,
    LineFacts,
)
from budgetperf.budget.protections import Protected
from budgetperf.budget.waterfall import cut_line, taken
from budgetperf.errors import Invalid
from budgetperf.evaluands import Protection
from budgetperf.money import ZERO, Money
from tests.budget.makers import edition, make_facts, make_rules, wan

RULES = make_rules()
amounts = st.integers(0, 10**12).map(Money)


@st.composite
def line_facts(draw: st.DrawFn) -> LineFacts:
    request = draw(amounts)
    upper = draw(amounts)
    protection = st.builds(Protected, kind=st.sampled_from(Protection), amount=amounts, basis=st.just("标准"))
    return make_facts(
        request=request,
        exante=draw(
            st.none()
            | st.builds(
                ExanteFacts,
                conclusion=st.sampled_from(["support", "partial", "reject"]),
                recommended=amounts,
                package=st.just("e"),
            )
        ),
        execution=draw(
            st.none() | st.builds(ExecutionFacts, adjusted_budget=amounts, paid=amounts, package=st.just("x"))
        ),
        carry_over=draw(
            st.none() | st.builds(CarryOverFacts, opening=amounts, closing=amounts, package=st.just("l"))
        ),
        grade=draw(
            st.none()
            | st.builds(GradeFacts, code=st.sampled_from(["excellent", "fair", "poor"]), package=st.just("g"))
        ),
        cost=draw(
            st.none()
            | st.builds(
                CostFacts,
                reviewed=st.just(request),
                lower=st.just(ZERO),
                upper=st.just(upper),
                methods_agree=st.booleans(),
                evidence_grade=st.sampled_from("ABC"),
                package=st.just("b"),
            )
        ),
        protection=draw(st.none() | protection),
    )


@given(line_facts())
def test_no_yuan_is_lost_or_taken_twice_and_the_floor_holds(facts):
    result = cut_line(facts, RULES)
    assert result.remaining + taken(result.cuts) == facts.request
    assert result.floor <= result.remaining <= facts.request
    for cut in result.cuts:
        assert cut.absorbed + cut.limited + cut.applied == cut.claim.amount
        assert bool(cut.absorbed) == bool(cut.absorbed_by)
    assert {*(cut.claim.ground for cut in result.cuts), *(note.ground for note in result.notes)} == set(
        RULES.order
    )
    assert len(result.cuts) + len(result.notes) == len(RULES.order)


def on_request(order: tuple[Ground, ...]):
    rules = edition()["rules"]
    return make_rules(
        order=[ground.value for ground in order],
        execution={**rules["execution"], "base": "request"},
        grade={**rules["grade"], "base": "request"},
    )


EVERY_ORDER = [on_request(order) for order in permutations(RULES.order)]


@settings(max_examples=30)
@given(line_facts())
def test_with_ratios_on_the_request_the_order_changes_only_attribution(facts):
    totals = {taken(cut_line(facts, rules).cuts) for rules in EVERY_ORDER}
    assert len(totals) == 1


def test_with_ratios_on_the_remainder_the_order_is_the_editions_choice():
    facts = make_facts(
        exante=ExanteFacts(conclusion="partial", recommended=wan(80), package="e"),
        execution=ExecutionFacts(adjusted_budget=wan(10), paid=wan(7), package="x"),
    )
    first, second = RULES.order.index(Ground.EXANTE), RULES.order.index(Ground.EXECUTION)
    order = list(RULES.order)
    order[first], order[second] = order[second], order[first]
    assert cut_line(facts, RULES).remaining == wan(72)
    assert cut_line(facts, make_rules(order=order)).remaining == wan(70)


def test_two_levels_name_the_same_yuan_once():
    facts = make_facts(
        exante=ExanteFacts(conclusion="partial", recommended=wan(85), package="e"),
        cost=CostFacts(
            reviewed=wan(100),
            lower=wan(60),
            upper=wan(80),
            methods_agree=True,
            evidence_grade="A",
            package="b",
        ),
    )
    exante, cost = cut_line(facts, RULES).cuts
    assert (exante.applied, exante.absorbed) == (wan(15), ZERO)
    assert (cost.applied, cost.absorbed, cost.absorbed_by) == (wan(5), wan(15), (Ground.EXANTE,))


def test_floor_limits_the_cut_that_meets_it():
    facts = make_facts(
        exante=ExanteFacts(conclusion="reject", recommended=ZERO, package="e"),
        protection=Protected(kind=Protection.CONTRACT, amount=wan(90), basis="合同"),
    )
    (cut,) = cut_line(facts, RULES).cuts
    assert (cut.applied, cut.limited) == (wan(10), wan(90))


def test_claims_beyond_the_request_are_limited_by_nothing_left():
    facts = make_facts(
        exante=ExanteFacts(conclusion="reject", recommended=ZERO, package="e"),
        carry_over=CarryOverFacts(opening=ZERO, closing=wan(10), package="l"),
    )
    exante, carry_over = cut_line(facts, RULES).cuts
    assert (exante.applied, carry_over.applied, carry_over.limited) == (wan(100), ZERO, wan(3))


def test_shielded_ground_takes_nothing_even_above_the_floor():
    facts = make_facts(
        grade=GradeFacts(code="poor", package="g"),
        protection=Protected(kind=Protection.WAGES, amount=wan(10), basis="标准"),
    )
    result = cut_line(facts, RULES)
    assert result.remaining == wan(100)
    assert any(note.ground is Ground.GRADE and "保工资" in note.reason for note in result.notes)


def test_negative_priority_is_refused():
    with pytest.raises(Invalid, match="优先级得分"):
        cut_line(make_facts(priority_points=Decimal("-0.01")), RULES)
