from decimal import Decimal

import pytest

from budgetperf.costing.grading import EvidenceGrade, evidence_grade, judge
from budgetperf.money import ZERO, Money


@pytest.mark.parametrize(
    ("rows", "fit", "width", "grade"),
    [
        ("20", "0.80", "0.25", "A"),
        ("19.9", "0.80", "0.25", "B"),
        ("20", "0.799999", "0.25", "B"),
        ("20", "0.80", "0.250001", "B"),
        ("10", "0.50", "0.60", "B"),
        ("9.9", "0.50", "0.60", "C"),
        ("10", "0.499999", "0.60", "C"),
        ("10", "0.50", "0.600001", "C"),
    ],
)
def test_grades_follow_their_three_limits(rows, fit, width, grade):
    limits = {
        "units_per_driver": Decimal(rows),
        "fit_ratio": Decimal(fit),
        "half_width_ratio": Decimal(width),
    }
    assert evidence_grade(**limits, sound=True) == grade
    assert evidence_grade(**limits, sound=False) is EvidenceGrade.C


def judgement(request, **change):
    known = {"upper": Money(200), "n_families": 2, "methods_agree": True, "grade": EvidenceGrade.B} | change
    return judge(
        Money(request), uppers=(("driver_regression", Money(200)), ("quantile", Money(150))), **known
    )


def test_only_what_is_above_the_band_may_be_cut_and_no_more():
    assert judgement(201).excess == Money(1)
    assert judgement(201).may_cut
    assert judgement(201).above == ("driver_regression", "quantile")
    assert (judgement(200).may_cut, judgement(200).excess) == (False, ZERO)


def test_above_one_method_alone_is_not_enough():
    found = judgement(151)
    assert (found.above, found.may_cut) == (("quantile",), False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"n_families": 1}, "只有一类测算方法"),
        ({"methods_agree": False}, "不一致"),
        ({"grade": EvidenceGrade.C}, "证据等级为C"),
    ],
)
def test_weak_evidence_never_cuts(change, reason):
    found = judgement(10_000, **change)
    assert (found.may_cut, found.excess) == (False, ZERO)
    assert reason in found.reason
