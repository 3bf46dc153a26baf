from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.scoring.compare import JudgedLine, Judgement, compare, judged
from budgetperf.scoring.facts import NotApplicable, Rated
from tests.scoring.makers import grade_rules, make_criterion, make_scheme


def judgement(evaluand: str, total: str, grade: str, rank: int | None = None, **points: str) -> Judgement:
    lines = tuple(JudgedLine(key, f"项{key}", Decimal(mark), Decimal(100)) for key, mark in points.items())
    return Judgement(evaluand, Decimal(total), grade, lines, rank)


def test_who_changes_grade_is_told_with_the_criteria_that_moved_largest_first() -> None:
    before = judgement("甲", "90", "优", 1, a="50", b="40")
    after = judgement("甲", "87", "良", 2, a="48", b="35", c="4")
    [found] = compare([before], [after])
    assert found.changes_grade
    assert [str(move) for move in found.moved] == [
        "“项b”40分→35分",
        "“项c”无此项→4分",
        "“项a”50分→48分",
    ]
    assert found.reason == (
        "等级由“优”变为“良”；总分90分→87分；名次第1→第2；变动项：“项b”40分→35分、“项c”无此项→4分、“项a”50分→48分"
    )


def test_the_same_result_is_told_as_such() -> None:
    same = judgement("甲", "90", "优", a="90")
    [found] = compare([same], [same])
    assert (found.moved, found.reason, found.changes_grade) == ((), "结果相同", False)


def test_a_grade_that_moves_alone_is_explained_by_its_bounds() -> None:
    [found] = compare([judgement("甲", "90", "优", a="90")], [judgement("甲", "90", "", a="90")])
    assert found.reason == "等级由“优”变为不评等级；总分未变，系等级界限、名额或否决规定不同"


def test_evaluands_are_listed_by_code_whatever_their_order() -> None:
    one, other = judgement("甲", "1", "差", a="1"), judgement("乙", "2", "差", a="2")
    assert compare([one, other], [one, other]) == compare([other, one], [one, other])


def test_two_sides_that_judge_different_evaluands_are_refused() -> None:
    one, other = judgement("甲", "1", "差"), judgement("乙", "2", "差")
    with pytest.raises(Invalid, match="评价对象不一致：乙"):
        compare([one], [one, other])
    with pytest.raises(Invalid, match="只能有一个结果"):
        compare([one, one], [one])


def test_two_schemes_over_the_same_facts() -> None:
    strict = make_scheme(make_criterion("a", "60"), make_criterion("b", "40"))
    facts = {"p": {"a": Rated(Decimal(55)), "b": Rated(Decimal(35))}}
    lenient = make_scheme(make_criterion("a", "60"), make_criterion("b", "40"), places=0)
    [found] = compare(
        judged(strict, facts, grades=grade_rules()), judged(lenient, facts, grades=grade_rules())
    )
    assert (found.before.grade, found.before.total, found.reason) == ("优", 90, "结果相同")
    dropped = {"p": {"a": Rated(Decimal(45)), "b": NotApplicable("无此职能")}}
    [alone] = judged(strict, dropped)
    assert (alone.total, alone.grade, [line.key for line in alone.lines]) == (75, "", ["a"])
