"""A baseline in sums, and what one changes of another: only units both have an answer for are compared."""

from dataclasses import replace

from budgetperf.costing.grading import EvidenceGrade
from budgetperf.money import ZERO, Money
from budgetperf.reports.baseline_change import BaselineChange, change, totals
from tests.reports import costed


def test_sums_and_movements_are_of_the_budget_year() -> None:
    view = costed.make_view()
    first, second, third, fourth = (one.baseline for one in view.standings[:4])
    before = replace(view, baselines=(first, second, third))
    after = replace(
        view,
        baselines=(
            replace(first, point=first.point + Money(500), grade=EvidenceGrade.C),
            replace(second, point=second.point - Money(200)),
            third,
            fourth,
        ),
    )
    both = first.point + second.point + third.point  # the fourth is not told in either sum
    moved = change(before, after)
    assert moved == BaselineChange(1, 1, 1, both, both + Money(300))
    assert (moved.n, moved.total) == (3, Money(300))
    assert change(replace(view, baselines=()), after) == BaselineChange(0, 0, 0, ZERO, ZERO)
    found = totals(after)
    assert (found.n, found.point) == (4, first.point + second.point + third.point + fourth.point + Money(300))
    assert found.payable == sum((one.payable for one in view.standings if one.payable), ZERO)
    assert sum(found.grades.values()) == 4
    assert found.grades[EvidenceGrade.C] == 1 + sum(
        one.grade is EvidenceGrade.C for one in (second, third, fourth)
    )
    assert (
        totals(replace(view, standings=tuple(replace(one, payable=None) for one in view.standings))).payable
        is None
    )
