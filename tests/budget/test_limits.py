from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.budget.allocation import LineLevel
from budgetperf.budget.ceiling import Level
from budgetperf.budget.grounds import Ground
from budgetperf.budget.limits import (
    LimitRound,
    check_identities,
    draft_limit,
    make_round,
    summarise,
    summarise_all,
    with_adjustment,
)
from budgetperf.budget.lines import CarryOverFacts, ExanteFacts, ExecutionFacts
from budgetperf.budget.movements import movement
from budgetperf.budget.objections import Objection, ObjectionDecision, ObjectionGround, Outcome, adjust
from budgetperf.budget.waterfall import cut_line, taken
from budgetperf.errors import Invalid
from budgetperf.money import ZERO, Money
from tests.budget.makers import make_facts, make_round_of, make_rules, wan

RULES = make_rules()


def the_round(ceiling: Money = wan(250)) -> LimitRound:
    lines = [
        make_facts("P1", exante=ExanteFacts(conclusion="partial", recommended=wan(80), package="e1")),
        make_facts("P2", execution=ExecutionFacts(adjusted_budget=wan(10), paid=wan(7), package="x2")),
        make_facts(
            "P3",
            department="D2",
            department_name="卫健委",
            priority_points=Decimal(40),
            carry_over=CarryOverFacts(opening=ZERO, closing=wan(10), package="l3"),
        ),
    ]
    return make_round_of(lines, ceiling, RULES)  # 80 + 90 + 97 = 267 before the ceiling


def objected(
    limit_round: LimitRound, line: str, contests: Ground, claimed: Money, granted: Money
) -> LimitRound:
    limit = next(item for item in limit_round.limits if item.line == line)
    outcome = (
        Outcome.UPHELD if granted == claimed else Outcome.UPHELD_IN_PART if granted else Outcome.REJECTED
    )
    objection = Objection(
        code=f"O-{line}-{len(limit.adjustments)}",
        line=line,
        cause=ObjectionGround.SPECIAL_FACTOR if line == "P2" else ObjectionGround.WRONG_INPUT,
        contests=contests,
        claimed=claimed,
        statement="情况说明",
        evidence=("f" * 64,),
    )
    adjustment = adjust(
        objection,
        ObjectionDecision(outcome=outcome, amount=granted, reason="复核"),
        cuts=limit.cuts,
        earlier=limit.adjustments,
        unallocated=limit_round.unallocated,
    )
    return with_adjustment(limit_round, adjustment)


def test_two_identities_hold_to_the_fen_after_two_objections():
    final = objected(the_round(), "P1", Ground.EXANTE, wan(2), wan(2))
    final = objected(final, "P2", Ground.EXECUTION, wan(3), wan("0.5"))
    assert check_identities(final) == ()
    assert Money.total(limit.limit for limit in final.limits) + final.unallocated == wan(250)
    assert {limit.line: limit.limit for limit in final.limits} == {
        "P1": wan(82),
        "P2": wan("90.5"),
        "P3": wan("67.9"),
    }


def test_ceiling_cut_stands_in_the_limit_like_any_other():
    third = the_round().limits[2]
    assert taken(third.cuts, Ground.CARRY_OVER) == wan(3)
    assert taken(third.cuts, Ground.CEILING) == wan("29.1")  # 70 % of 97
    assert third.limit == wan("67.9")
    assert third.cuts[-1].claim.package == "a" * 64


def test_line_within_the_ceiling_says_that_nothing_was_pressed():
    first = the_round(wan(300)).limits[0]
    assert any(note.ground is Ground.CEILING and "不压减" in note.reason for note in first.notes)


def tampered(field: str, change: int) -> LimitRound:
    limit_round = the_round()
    first, *others = limit_round.limits
    if field == "limit":
        first = replace(first, limit=Money(first.limit.fen + change))
    elif field == "cut":
        cut = replace(first.cuts[0], applied=Money(first.cuts[0].applied.fen + change))
        first = replace(first, cuts=(cut, *first.cuts[1:]))
    elif field == "request":
        first = replace(first, request=Money(first.request.fen + change))
    else:
        return replace(limit_round, **{field: Money(getattr(limit_round, field).fen + change)})
    return replace(limit_round, limits=(first, *others))


@pytest.mark.parametrize("change", [1, -1])
@pytest.mark.parametrize("field", ["limit", "cut", "request", "unallocated", "ceiling"])
def test_one_changed_fen_is_found(field, change):
    found = check_identities(tampered(field, change))
    assert found
    assert any("相差1分" in finding.message or "相差-1分" in finding.message for finding in found)
    if field in {"limit", "cut", "request"}:
        assert any("P1" in finding.message for finding in found)


def codes(limit_round: LimitRound) -> set[str]:
    return {finding.code for finding in check_identities(limit_round)}


def test_limit_outside_floor_and_request_is_found():
    limit_round = the_round()
    first, *others = limit_round.limits
    low = replace(limit_round, limits=(replace(first, floor=Money(first.limit.fen + 1)), *others))
    at_floor = replace(limit_round, limits=(replace(first, floor=first.limit), *others))
    high = replace(limit_round, limits=(replace(first, limit=Money(first.request.fen + 1)), *others))
    negative = replace(limit_round, limits=(replace(first, limit=Money(-1)), *others))
    assert codes(low) == {"limits.floor"}
    assert codes(at_floor) == set()
    assert "limits.request" in codes(high)
    assert "limits.floor" in codes(negative)


def test_line_twice_and_overspent_round_are_found():
    limit_round = the_round()
    twice = make_round(wan(999), (*limit_round.limits, limit_round.limits[0]))
    assert codes(twice) == {"limits.duplicate"}
    total = Money.total(limit.limit for limit in limit_round.limits)
    overspent = replace(limit_round, ceiling=Money(total.fen - 1), unallocated=Money(-1))
    assert codes(overspent) == {"limits.unallocated"}


def test_adjustment_of_another_line_is_found():
    final = objected(the_round(), "P1", Ground.EXANTE, wan(2), wan(2))
    first, *others = final.limits
    strange = tuple(replace(item, line="P9") for item in first.adjustments)
    assert "limits.adjustment" in codes(replace(final, limits=(replace(first, adjustments=strange), *others)))


def test_limits_above_the_ceiling_are_refused():
    limits = the_round().limits
    total = Money.total(limit.limit for limit in limits)
    assert make_round(total, limits).unallocated == ZERO
    with pytest.raises(Invalid, match=r"超出0\.01元"):
        make_round(Money(total.fen - 1), limits)


def test_adjustment_of_an_unknown_line_is_refused():
    final = objected(the_round(), "P1", Ground.EXANTE, wan(2), wan(2))
    strange = replace(final.limits[0].adjustments[0], line="P9")
    with pytest.raises(Invalid, match="没有项目P9"):
        with_adjustment(final, strange)


def test_parts_of_different_lines_are_refused():
    facts = make_facts("P1")
    cuts = cut_line(facts, RULES)
    level = make_round_level()
    common = {"rules": RULES, "cut_package": "", "allocation_package": ""}
    assert draft_limit(facts, cuts, level=level, **common).limit == wan(100)
    with pytest.raises(Invalid, match="不属于同一项目"):
        draft_limit(facts, cuts, level=replace(level, line="P2"), **common)
    with pytest.raises(Invalid, match="金额不符"):
        draft_limit(facts, cuts, level=replace(level, amount=wan(99)), **common)


def make_round_level():
    return LineLevel(
        line="P1", level=Level.FULL, amount_ratio=Decimal(1), amount=wan(100), ceiling_cut=ZERO, worth=0
    )


def test_department_rows_sum_to_the_total_row():
    final = objected(the_round(), "P2", Ground.EXECUTION, wan(3), wan(1))
    rows, total = summarise(final), summarise_all(final)
    assert [(row.department, row.name, row.lines) for row in rows] == [
        ("D1", "教育局", 2),
        ("D2", "卫健委", 1),
    ]
    for row in (*rows, total):
        assert [cut.ground for cut in row.cuts] == list(Ground)
        assert row.request - Money.total(cut.amount for cut in row.cuts) + row.adjustments == row.limit
    assert Money.total(row.limit for row in rows) == total.limit == final.ceiling - final.unallocated
    assert {cut.ground: cut.amount for cut in rows[0].cuts}[Ground.EXANTE] == wan(20)


def test_movement_sums_exactly_by_cause():
    draft = the_round()
    final = objected(draft, "P1", Ground.EXANTE, wan(2), wan(2))
    final = objected(final, "P2", Ground.EXECUTION, wan(3), wan(1))
    final = objected(final, "P3", Ground.CARRY_OVER, wan(3), ZERO)
    table = movement(final)
    assert table.draft == Money.total(limit.limit for limit in draft.limits)
    assert table.draft + Money.total(cause.granted for cause in table.causes) == table.final
    assert [(c.cause, c.objections, c.claimed, c.granted, c.refused) for c in table.causes] == [
        (ObjectionGround.WRONG_INPUT, 2, wan(5), wan(2), wan(3)),
        (ObjectionGround.SPECIAL_FACTOR, 1, wan(3), wan(1), wan(2)),
    ]
    assert [(line.line, line.draft, line.final) for line in table.lines] == [
        ("P1", wan(80), wan(82)),
        ("P2", wan(90), wan(91)),
        ("P3", wan("67.9"), wan("67.9")),
    ]


def test_round_without_objections_does_not_move():
    table = movement(the_round())
    assert (table.draft, table.causes, table.lines) == (table.final, (), ())


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 10**9)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 5 * 10**10),
)
def test_identities_hold_for_random_rounds(rows, ceiling):
    lines = [
        make_facts(
            f"P{i}",
            request=Money(request),
            exante=ExanteFacts(conclusion="partial", recommended=Money(recommended), package="e"),
            carry_over=CarryOverFacts(opening=ZERO, closing=Money(closing), package="l"),
        )
        for i, (request, recommended, closing) in enumerate(rows)
    ]
    assert check_identities(make_round_of(lines, Money(ceiling), RULES)) == ()
