from dataclasses import replace

import pytest

from budgetperf.budget.grounds import Ground
from budgetperf.budget.lines import CarryOverFacts, ExanteFacts
from budgetperf.budget.objections import (
    Objection,
    ObjectionDecision,
    ObjectionGround,
    Outcome,
    adjust,
    check_objection,
)
from budgetperf.budget.waterfall import cut_line
from budgetperf.errors import Invalid
from budgetperf.money import ZERO, Money
from tests.budget.makers import make_facts, make_rules, wan

CUTS = cut_line(
    make_facts(
        exante=ExanteFacts(conclusion="partial", recommended=wan(80), package="e"),
        carry_over=CarryOverFacts(opening=ZERO, closing=wan(10), package="l"),
    ),
    make_rules(),
).cuts  # 20 万 ex ante, 3 万 carry-over
OBJECTION = Objection(
    code="O1",
    line="P1",
    cause=ObjectionGround.WRONG_INPUT,
    contests=Ground.EXANTE,
    claimed=wan(15),
    statement="设备清单漏列",
    evidence=("f" * 64,),
)
UPHELD = ObjectionDecision(outcome=Outcome.UPHELD, amount=wan(15), reason="清单属实")


def decide(decision=UPHELD, objection=OBJECTION, earlier=(), unallocated=wan(50)):
    return adjust(objection, decision, cuts=CUTS, earlier=earlier, unallocated=unallocated)


def refusal_of(**changes) -> str:
    with pytest.raises(Invalid) as refusal:
        decide(**changes)
    assert "P1" in refusal.value.text
    return refusal.value.code


def test_upheld_objection_gives_back_what_was_claimed():
    adjustment = decide()
    assert (adjustment.amount, adjustment.objection, adjustment.reason) == (wan(15), "O1", "清单属实")


def test_rejected_objection_stands_with_nothing():
    rejected = ObjectionDecision(outcome=Outcome.REJECTED, amount=ZERO, reason="证据不足")
    assert decide(rejected).amount == ZERO


@pytest.mark.parametrize("fen", [1, wan(15).fen - 1])
def test_part_lies_strictly_between_nothing_and_the_claim(fen):
    part = ObjectionDecision(outcome=Outcome.UPHELD_IN_PART, amount=Money(fen), reason="部分属实")
    assert decide(part).amount == Money(fen)


@pytest.mark.parametrize(
    ("outcome", "amount"),
    [
        (Outcome.UPHELD, wan(14)),
        (Outcome.UPHELD_IN_PART, ZERO),
        (Outcome.UPHELD_IN_PART, wan(15)),
        (Outcome.REJECTED, Money(1)),
    ],
)
def test_outcome_and_amount_may_not_contradict(outcome, amount):
    assert refusal_of(decision=replace(UPHELD, outcome=outcome, amount=amount)) == "objections.outcome"


def test_decision_needs_a_reason():
    assert refusal_of(decision=replace(UPHELD, reason=" ")) == "objections.reason"


@pytest.mark.parametrize("changes", [{"statement": " "}, {"evidence": ()}])
def test_objection_needs_statement_and_evidence(changes):
    assert refusal_of(objection=replace(OBJECTION, **changes)) == "objections.empty"


@pytest.mark.parametrize(
    "changes",
    [{"claimed": ZERO}, {"claimed": Money(wan(20).fen + 1)}, {"contests": Ground.GRADE}],
)
def test_claim_is_more_than_nothing_and_at_most_the_contested_cut(changes):
    assert refusal_of(objection=replace(OBJECTION, **changes)) == "objections.claim"
    check_objection(replace(OBJECTION, claimed=wan(20)), CUTS)


def test_second_objection_gets_only_what_the_first_left():
    first = decide()
    again = replace(OBJECTION, code="O2", claimed=wan(5))
    upheld = replace(UPHELD, amount=wan(5))
    assert decide(upheld, again, earlier=(first,)).amount == wan(5)
    more = Money(wan(5).fen + 1)
    assert (
        refusal_of(
            decision=replace(UPHELD, amount=more), objection=replace(again, claimed=more), earlier=(first,)
        )
        == "objections.cuts"
    )


def test_adjustment_on_another_ground_does_not_count():
    first = decide()
    other = replace(OBJECTION, code="O2", contests=Ground.CARRY_OVER, claimed=wan(3))
    assert decide(replace(UPHELD, amount=wan(3)), other, earlier=(first,)).amount == wan(3)


def test_adjustment_fits_in_what_is_unallocated():
    assert decide(unallocated=wan(15)).amount == wan(15)
    assert refusal_of(unallocated=Money(wan(15).fen - 1)) == "objections.unallocated"
