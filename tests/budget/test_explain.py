from datetime import UTC, datetime
from itertools import pairwise

from budgetperf.budget.explain import Decided, chart, trace
from budgetperf.budget.grounds import Ground
from budgetperf.budget.limits import Limit, check_identities, make_round, with_adjustment
from budgetperf.budget.lines import CarryOverFacts, CostFacts, ExanteFacts, GradeFacts
from budgetperf.budget.objections import Adjustment, ObjectionGround, Outcome
from budgetperf.budget.protections import Protected
from budgetperf.evaluands import Protection
from budgetperf.money import ZERO
from budgetperf.permissions import Role
from tests.budget.makers import make_facts, make_round_of, make_rules, wan

RULES = make_rules()


def the_limit() -> Limit:
    facts = make_facts(
        exante=ExanteFacts(conclusion="partial", recommended=wan(85), package="e1"),
        cost=CostFacts(
            reviewed=wan(100),
            lower=wan(60),
            upper=wan(80),
            methods_agree=True,
            evidence_grade="A",
            package="b1",
        ),
        grade=GradeFacts(code="poor", package="g1"),
        protection=Protected(kind=Protection.CONTRACT, amount=wan(50), basis="合同"),
    )
    limit_round = make_round_of([facts], wan(200), RULES)
    adjustment = Adjustment(
        objection="O1",
        line="P1",
        cause=ObjectionGround.PRICE_BASE,
        contests=Ground.GRADE,
        claimed=wan(10),
        outcome=Outcome.UPHELD_IN_PART,
        amount=wan(4),
        reason="价格期不同",
    )
    return with_adjustment(limit_round, adjustment).limits[0]


def test_balances_run_from_request_to_limit_without_a_break():
    limit = the_limit()
    steps = trace(limit)
    assert (steps[0].balance, steps[-1].balance) == (limit.request, limit.limit)
    for before, after in pairwise(steps):
        assert before.balance + after.change == after.balance


def test_each_ground_stands_once_and_carries_source_and_package():
    steps = trace(the_limit(), package="f" * 64)
    for ground in Ground:
        assert [step.title for step in steps].count(ground.label) == 1
    packages = {step.title: step.package for step in steps}
    assert packages["事前评估核减"] == "e1"
    assert packages["绩效等级核减"] == "g1"
    assert packages["预算控制数"] == "f" * 64
    assert all(step.source for step in steps if step.change < ZERO)


def test_an_adjustment_names_who_decided_it_and_nothing_else_does():
    by = Decided(person="李四", roles=(Role.FINANCE_HEAD,), at=datetime(2026, 1, 22, 6, 5, tzinfo=UTC))
    steps = trace(the_limit(), decided={"O1": by, "O2": by})
    assert {step.title: step.decided for step in steps if step.decided} == {"异议调整（价格口径）": by}
    assert all(step.decided is None for step in trace(the_limit()))


def test_overlap_floor_and_objection_are_told_in_words():
    sentences = {step.title: step.sentence for step in trace(the_limit())}
    assert (
        "其中150,000.00元已由事前评估核减核减，不重复计算；实际核减50,000.00元" in sentences["超成本基线核减"]
    )
    assert "已到保障底线500,000.00元，少核减500,000.00元；实际核减300,000.00元" in sentences["绩效等级核减"]
    assert "部分采纳，恢复40,000.00元：价格期不同" in sentences["异议调整（价格口径）"]


def test_line_without_floor_says_that_nothing_is_left():
    facts = make_facts(
        exante=ExanteFacts(conclusion="reject", recommended=ZERO, package="e1"),
        carry_over=CarryOverFacts(opening=ZERO, closing=wan(10), package="l1"),
    )
    limit = make_round_of([facts], wan(100), RULES).limits[0]
    assert limit.limit == ZERO
    sentences = {step.title: step.sentence for step in trace(limit)}
    assert "申报数1,000,000.00元全部核减；实际核减1,000,000.00元" in sentences["事前评估核减"]
    assert "余额不足，少核减30,000.00元；实际核减0.00元" in sentences["结转结余核减"]


def test_chart_bars_join_and_leave_out_what_moved_nothing():
    limit = the_limit()
    points = chart(limit)
    assert [point.label for point in points] == [
        "申报数",
        "事前评估核减",
        "超成本基线核减",
        "绩效等级核减",
        "异议调整（价格口径）",
        "预算控制数",
    ]
    moves = points[1:-1]
    assert moves[0].start == limit.request
    assert all(before.end == after.start for before, after in pairwise(moves))
    assert moves[-1].end == points[-1].end == limit.limit
    assert points[-1].start == ZERO


def test_traced_limit_keeps_the_identities():
    limit = the_limit()
    assert limit.limit == wan(54)
    assert check_identities(make_round(wan(200), (limit,))) == ()
