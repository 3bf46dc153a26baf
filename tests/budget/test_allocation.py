import random
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budgetperf.budget.allocation import allocate, cost_of_keeping, verify_certificate
from budgetperf.budget.ceiling import (
    CeilingFacts,
    DepartmentShare,
    EitherOr,
    Level,
    ceiling_line,
    choices_of,
)
from budgetperf.budget.protections import Protected
from budgetperf.budget.waterfall import cut_line
from budgetperf.errors import Invalid
from budgetperf.evaluands import Protection
from budgetperf.money import ZERO, Money
from tests.budget.makers import edition, make_ceiling_line, make_facts, make_rules, wan

RULES = make_rules(reserve={**edition()["rules"]["reserve"], "ratio": "0"})


def levels_of(allocation):
    return {level.line: (level.level, level.amount) for level in allocation.levels}


def three_lines(**changes) -> CeilingFacts:
    lines = (
        make_ceiling_line("A", wan(100), priority_points=Decimal(90)),
        make_ceiling_line("B", wan(100), priority_points=Decimal(60)),
        make_ceiling_line("C", wan(100), department="D2", priority_points=Decimal(30)),
    )
    return replace(CeilingFacts(ceiling=wan(300), lines=lines), **changes)


def test_levels_are_raised_to_the_floor_and_listed_once():
    line = make_ceiling_line("A", wan(100), floor=wan(80))
    levels = [(c.level, c.amount, c.worth) for c in choices_of(line, RULES)]
    assert levels == [
        (Level.FULL, wan(100), 8000),
        (Level.REDUCED, wan(90), 7440),
        (Level.FLOOR, wan(80), 6160),
    ]


def test_floor_equal_to_a_level_is_that_level():
    line = make_ceiling_line("A", wan(100), floor=wan(90))
    assert [c.level for c in choices_of(line, RULES)] == [Level.FULL, Level.REDUCED]


@pytest.mark.parametrize(
    ("changes", "levels"),
    [
        ({}, [Level.FULL, Level.REDUCED, Level.REDUCED, Level.DEFERRED]),
        ({"mandatory": True}, [Level.FULL, Level.REDUCED, Level.REDUCED]),
        ({"shielded": True}, [Level.FULL]),
        ({"floor": wan(100)}, [Level.FULL]),
        ({"amount": ZERO}, [Level.FULL]),
    ],
)
def test_which_levels_a_line_has(changes, levels):
    line = replace(make_ceiling_line("A", wan(100)), **changes)
    assert [c.level for c in choices_of(line, RULES)] == levels


def test_what_fits_exactly_is_funded_in_full():
    allocation = allocate(three_lines(), RULES)
    assert all(level.level is Level.FULL and level.ceiling_cut == ZERO for level in allocation.levels)
    assert (allocation.unallocated, allocation.shadow_price, allocation.runner_up) == (ZERO, 0, None)


def test_one_fen_short_reduces_the_least_urgent():
    allocation = allocate(three_lines(ceiling=Money(wan(300).fen - 1)), RULES)
    assert levels_of(allocation) == {
        "A": (Level.FULL, wan(100)),
        "B": (Level.FULL, wan(100)),
        "C": (Level.REDUCED, wan(90)),
    }
    assert allocation.levels[2].ceiling_cut == wan(10)
    assert allocation.unallocated == Money(wan(10).fen - 1)


def test_worked_example_of_the_exact_choice():
    # 210 万: A full, B 90 %, C deferred leaves 20; A full, B 70 % and C deferred is worth less;
    # A 70 %, B 70 %, C 70 % = 210 is worth 0.77 x 180 = 138.6; A, B full and C deferred = 150.
    allocation = allocate(three_lines(ceiling=wan(210)), RULES)
    assert levels_of(allocation)["C"] == (Level.DEFERRED, ZERO)
    assert allocation.certificate.worth == 100 * (90 + 60)
    assert allocation.certificate.gap == 0
    assert allocation.runner_up.worth_lost > 0


def test_reserve_for_objections_stays_unallocated():
    rules = make_rules(reserve={**edition()["rules"]["reserve"], "ratio": "0.10"})
    allocation = allocate(three_lines(), rules)
    assert allocation.reserve == wan(30)
    assert allocation.unallocated >= wan(30)


def test_order_of_the_lines_does_not_matter():
    facts = three_lines(ceiling=wan(250))
    turned = replace(facts, lines=tuple(reversed(facts.lines)))
    assert allocate(facts, RULES) == allocate(turned, RULES)


def test_equal_lines_are_served_by_code():
    lines = tuple(make_ceiling_line(code, wan(100)) for code in "DCBA")
    allocation = allocate(CeilingFacts(ceiling=wan(200), lines=lines), RULES)
    amounts = [level.amount for level in allocation.levels]
    assert amounts == sorted(amounts, key=lambda amount: -amount.fen)


def test_department_minimum_and_maximum_bind():
    least = DepartmentShare(department="D2", minimum=Decimal("0.45"), maximum=None)
    assert levels_of(allocate(three_lines(ceiling=wan(200), shares=(least,)), RULES))["C"][1] >= wan(90)
    most = DepartmentShare(department="D1", minimum=None, maximum=Decimal("0.50"))
    kept = levels_of(allocate(three_lines(ceiling=wan(300), shares=(most,)), RULES))
    assert kept["A"][1] + kept["B"][1] <= wan(150)
    assert kept["C"] == (Level.FULL, wan(100))


def test_either_or_funds_the_more_urgent_one_only():
    pair = EitherOr(first="A", second="B", reason="同一地块")
    kept = levels_of(allocate(three_lines(pairs=(pair,)), RULES))
    assert kept == {"A": (Level.FULL, wan(100)), "B": (Level.DEFERRED, ZERO), "C": (Level.FULL, wan(100))}


def test_floors_above_the_ceiling_are_refused_with_names_and_excess():
    lines = (make_ceiling_line("A", wan(100), floor=wan(70)), make_ceiling_line("B", wan(100), shielded=True))
    assert allocate(CeilingFacts(ceiling=wan(170), lines=lines), RULES).unallocated == ZERO
    with pytest.raises(Invalid) as refusal:
        allocate(CeilingFacts(ceiling=Money(wan(170).fen - 1), lines=lines), RULES)
    assert refusal.value.code == "ceiling.conflict"
    assert "合计1,700,000.00元，超出0.01元，最大的几项为B“项目B”1,000,000.00元、A" in refusal.value.text


def test_minimum_share_beyond_the_departments_lines_is_refused_by_name():
    share = DepartmentShare(department="D2", minimum=Decimal("0.40"), maximum=None)
    with pytest.raises(Invalid, match=r"部门D2的最低份额为1,200,000\.00元（其项目全额合计1,000,000\.00元）"):
        allocate(three_lines(shares=(share,)), RULES)


def test_pair_of_protected_lines_is_refused_by_name():
    lines = tuple(make_ceiling_line(code, wan(100), floor=wan(10)) for code in "AB")
    facts = CeilingFacts(ceiling=wan(300), lines=lines, pairs=(EitherOr(first="A", second="B", reason=""),))
    with pytest.raises(Invalid, match="项目A与B二选一"):
        allocate(facts, RULES)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pairs": (EitherOr(first="A", second="X", reason=""),)}, "二选一"),
        ({"pairs": (EitherOr(first="A", second="A", reason=""),)}, "二选一"),
        ({"shares": (DepartmentShare(department="D9", minimum=None, maximum=None),)}, "D9没有项目"),
        ({"shares": (DepartmentShare(department="D1", minimum=None, maximum=None),) * 2}, "D1的份额重复"),
        ({"lines": (make_ceiling_line("A", wan(1)),) * 2}, "A重复"),
    ],
)
def test_input_that_names_what_is_not_there_is_refused(changes, message):
    with pytest.raises(Invalid, match=message):
        allocate(three_lines(**changes), RULES)


def test_cost_of_keeping_a_deferred_line():
    facts = three_lines(ceiling=wan(200))
    # without C: A and B full = 15,000. With C full (3,000) 100 remain: A full, B deferred
    # = 12,000; A 70 % leaves 30, too little for B.
    other = cost_of_keeping(facts, RULES, line="C")
    assert other.worth_lost == 3000
    assert {change.line for change in other.changes} == {"B", "C"}


def test_line_is_carried_from_the_waterfall_with_floor_and_shield():
    facts = make_facts(protection=Protected(kind=Protection.WAGES, amount=wan(60), basis="标准"))
    line = ceiling_line(facts, cut_line(facts, RULES), rules=RULES)
    assert (line.amount, line.floor, line.shielded, line.mandatory) == (wan(100), wan(60), True, False)


def test_certificate_holds_without_solving():
    facts = three_lines(ceiling=wan(250))
    assert verify_certificate(facts, RULES, allocation=allocate(facts, RULES)) == ()


def test_every_tampering_with_an_allocation_is_found():
    facts = three_lines(ceiling=wan(250))
    allocation = allocate(facts, RULES)
    certificate = allocation.certificate
    first = allocation.levels[0]
    dearer = tuple(replace(price, price=price.price + 1) for price in certificate.prices)
    below = tuple(replace(price, price=Decimal(-1)) for price in certificate.prices)
    all_full = allocate(three_lines(), RULES).levels
    tampered = {
        "program": replace(allocation, certificate=replace(certificate, program="0" * 64)),
        "worth": replace(allocation, certificate=replace(certificate, worth=certificate.worth - 1)),
        "bound": replace(allocation, certificate=replace(certificate, prices=dearer)),
        "prices": replace(allocation, certificate=replace(certificate, prices=below)),
        "gap": replace(allocation, certificate=replace(certificate, solver_bound=certificate.worth - 1)),
        "level": replace(
            allocation, levels=(replace(first, amount=Money(first.amount.fen + 1)), *allocation.levels[1:])
        ),
        "total": replace(allocation, unallocated=Money(allocation.unallocated.fen + 1)),
        "feasible": replace(allocation, levels=all_full),
    }
    for rule, wrong in tampered.items():
        codes = {finding.code for finding in verify_certificate(facts, RULES, allocation=wrong)}
        assert f"allocation.{rule}" in codes
    missing = replace(allocation, levels=allocation.levels[1:])
    assert verify_certificate(facts, RULES, allocation=missing)
    changed = replace(facts, ceiling=wan(251))
    assert [f.code for f in verify_certificate(changed, RULES, allocation=allocation)] == [
        "allocation.program"
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**10), st.integers(0, 100), st.integers(0, 10)), min_size=1, max_size=12
    ),
    st.integers(0, 100),
)
def test_random_lines_sum_to_the_ceiling_and_keep_their_floors(rows, percentage):
    lines = tuple(
        make_ceiling_line(
            f"P{i:02}", Money(fen), floor=Money(fen * tenth // 10), priority_points=Decimal(points)
        )
        for i, (fen, points, tenth) in enumerate(rows)
    )
    floors = sum(line.floor.fen for line in lines)
    above = sum(line.amount.fen for line in lines) - floors
    facts = CeilingFacts(ceiling=Money(floors + above * percentage // 100), lines=lines)
    allocation = allocate(facts, RULES)
    assert (
        sum(level.amount.fen for level in allocation.levels) + allocation.unallocated.fen == facts.ceiling.fen
    )
    assert allocation.unallocated >= ZERO
    for line, level in zip(lines, allocation.levels, strict=True):
        assert level.amount + level.ceiling_cut == line.amount
        assert level.amount >= line.floor
    assert verify_certificate(facts, RULES, allocation=allocation) == ()


@pytest.mark.parametrize(
    "fen",
    [
        (957, 460, 7548799254, 5187382771, 598, 5263327370, 3555893586, 6434963867, 374713294, 933, 9),
        (6872062945, 9404973063, 454, 6748987217, 3822127157, 3386524269, 916, 264875897),
    ],
)
def test_floors_that_fill_the_ceiling_to_the_fen_are_kept(fen):
    lines = tuple(
        make_ceiling_line(
            f"P{at:02}", Money(amount), floor=Money(amount * (at % 10) // 10), priority_points=Decimal(at)
        )
        for at, amount in enumerate(fen)
    )
    floors = Money.total(line.floor for line in lines)
    allocation = allocate(CeilingFacts(ceiling=floors, lines=lines), RULES)
    assert [level.amount for level in allocation.levels] == [line.floor for line in lines]
    short = CeilingFacts(ceiling=Money(floors.fen - 1), lines=lines)
    with pytest.raises(Invalid, match=r"超出0\.01元"):
        allocate(short, RULES)


def test_three_hundred_lines_take_less_than_two_seconds_of_processor():
    numbers = random.Random(2)
    lines = tuple(
        make_ceiling_line(
            f"P{i:03}",
            Money(int(10 ** numbers.uniform(6.5, 10))),
            department=f"D{i % 8}",
            priority_points=Decimal(numbers.choice([60, 70, 80, 90])),
        )
        for i in range(300)
    )
    total = Money.total(line.amount for line in lines)
    facts = CeilingFacts(ceiling=total.times(Decimal("0.9")), lines=lines)
    start = time.process_time()
    allocation = allocate(facts, RULES)
    assert time.process_time() - start < 2
    assert allocation.certificate.gap == 0
    assert allocation.certificate.proven_gap < allocation.certificate.worth // 10_000
