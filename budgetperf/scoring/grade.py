"""Grades on half-open intervals: 优 良 中 差.

Holds the vocabulary, the cut-offs as rules, and the one function that applies them. A grade
is never rounded into: 89.5 is 良 however it is printed.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.scoring.rules import Exact, Points, Rule, SourcedRule
from budgetperf.terms import Term


class Grade(Term):
    """绩效等级, best first."""

    EXCELLENT = "excellent", "优"
    GOOD = "good", "良"
    FAIR = "fair", "中"
    POOR = "poor", "差"


class CutOff(Rule):
    """A grade and the lowest total that earns it (included)."""

    grade: Grade
    at_least: Exact


class GradeRules(SourcedRule):
    """Cut-offs of one edition, best first, the last at 0; totals run from 0 to ``out_of``."""

    out_of: Points
    cut_offs: tuple[CutOff, ...]

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if [cut.grade for cut in self.cut_offs] != list(Grade):
            raise ValueError("等级须依次为 excellent、good、fair、poor，各写一次")
        edges = [self.out_of, *(cut.at_least for cut in self.cut_offs)]
        if any(low >= high for high, low in pairwise(edges)) or edges[-1] != 0:
            raise ValueError("等级下限须从高到低严格递减，最后一档为0")
        return self


def grade(total: Decimal, rules: GradeRules) -> Grade:
    """Return the grade of ``total`` (points, 0 to ``rules.out_of``).

    Raises
    ------
    Invalid
        ``scoring.total_range`` if the total lies outside the scale.
    """
    if not 0 <= total <= rules.out_of:
        raise Invalid("scoring.total_range", f"总分{total}超出0至{rules.out_of}分的范围，无法评定等级")
    return next(cut.grade for cut in rules.cut_offs if total >= cut.at_least)
