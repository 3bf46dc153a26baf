from decimal import Decimal

import pytest

from budgetperf.errors import Invalid
from budgetperf.scoring.assessment_compare import compare_assessments
from tests.scoring.assessment_makers import SOURCE, component, rows, rules, track, work

QUOTA = {"grade": "advanced", "share": "0.5", "rounding": "down", "source": SOURCE}


def differences(before, after, facts):
    return [one.difference for one in compare_assessments(before, after, facts).units]


def test_who_changes_grade_under_another_edition_and_why() -> None:
    strict = rules(track(quotas=[QUOTA]))
    changes = differences(strict, rules(), work(甲="95", 乙="92"))
    assert [(change.evaluand, change.changes_grade) for change in changes] == [("乙", True), ("甲", False)]
    assert changes[0].reason == "等级由“合格”变为“先进”；总分未变，系等级界限、名额或否决规定不同"
    assert changes[1].reason == "结果相同"


def test_two_cities_are_compared_on_the_rows_each_knows() -> None:
    one = rules(track(component("work", 60), component("poll", 40)))
    other = rules(track(component("work", 50), component("audit", 50)))
    facts = rows("甲 work_item 90", "甲 poll_item 100", "甲 audit_item 80")
    [found] = differences(one, other, facts)
    assert (found.before.total, found.after.total) == (Decimal("94.00"), Decimal("85.00"))
    assert found.reason == (
        "等级由“先进”变为“合格”；总分94分→85分；变动项：“部分poll”40分→无此项、“部分audit”无此项→40分、“部分work”54分→45分"
    )


def test_a_table_that_is_not_whole_for_one_of_them_is_refused() -> None:
    other = rules(track(component("audit", 100)))
    with pytest.raises(Invalid, match="编码不同，这份事实表不能直接用于 B：B 要求的 audit_item"):
        compare_assessments(rules(), other, work(甲="95"))


def test_someone_exempt_under_one_of_them_is_left_out() -> None:
    away = {"key": "away", "label": "不在岗", "outcome": "不发奖励", "source": SOURCE}
    lenient = rules(track(), exemptions=[away])
    facts = (*work(甲="95", 乙="92"), *rows("甲 away 是"))
    assert [change.evaluand for change in differences(lenient, rules(), facts)] == ["乙"]
