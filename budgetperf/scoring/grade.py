"""Grades on half-open intervals: 优 良 中 差, and grades a scheme names itself.

Holds the vocabulary, the cut-offs as rules, and the functions that apply them. A grade is
never rounded into: 89.5 is 良 however it is printed.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Self

from pydantic import model_validator

from budgetperf.errors import Invalid
from budgetperf.indicators import plain_number
from budgetperf.scoring.rules import Exact, Points, Rule, SourcedRule, misplaced
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
        above, name = self.out_of, "满分"
        for number, cut in enumerate(self.cut_offs):
            label = f"等级“{cut.grade.label}”的最低分"
            if cut.at_least >= above:
                text = f"{label}{plain_number(cut.at_least)}须低于{name}{plain_number(above)}"
                raise misplaced(text, "cut_offs", number, "at_least")
            above, name = cut.at_least, label
        if above != 0:
            raise misplaced(f"{name}须为0，实际为{plain_number(above)}", "cut_offs", number, "at_least")
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


class NamedGrade(Rule):
    """A grade of an assessment scheme; ``at_least`` (included) is None for the lowest alone."""

    key: str
    label: str
    at_least: Exact | None = None


class NamedGradeRules(SourcedRule):
    """The grades of one scheme, best first; the lowest takes every total.

    Equal bounds are allowed: then a quota tells the two grades apart.
    """

    grades: tuple[NamedGrade, ...]

    @model_validator(mode="after")
    def _falling(self) -> Self:
        keys, bounds = self.order(), [grade.at_least for grade in self.grades]
        if not keys or len(set(keys)) != len(keys):
            raise ValueError("等次至少一个，编号不得重复")
        edges = [bound for bound in bounds[:-1] if bound is not None]
        if bounds[-1] is not None or len(edges) != len(bounds) - 1:
            raise ValueError("除最后一等外，每个等次须写明最低分 at_least；最后一等不写")
        if edges != sorted(edges, reverse=True):
            raise ValueError("等次的最低分须从高到低")
        return self

    def order(self) -> tuple[str, ...]:
        """Return the keys, best first."""
        return tuple(grade.key for grade in self.grades)

    def label(self, key: str) -> str:
        """Return the Chinese name of the grade ``key``."""
        return next(grade.label for grade in self.grades if grade.key == key)


def named_grade(total: Decimal, rules: NamedGradeRules, *, closed: Collection[str] = ()) -> NamedGrade:
    """Return the best grade that ``total`` earns and that is not closed to the unit (no place left)."""
    return next(
        grade
        for grade in rules.grades
        if grade.at_least is None or (total >= grade.at_least and grade.key not in closed)
    )
