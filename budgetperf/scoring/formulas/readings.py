"""How a bound is held against a fact: its number, its ratio to the base, or its change over it.

Holds the reading shared by the formulas of ``bounds`` and ``steps``; the number is exact, so a
rate is computed here from its two amounts and never typed in rounded.
"""

from fractions import Fraction
from typing import Literal, TypeAlias

from budgetperf.scoring.facts import Fact, Measured, MoneyRatio, Reached
from budgetperf.scoring.formulas.base import NamedRule, Part, wrong_kind

Reading: TypeAlias = Literal["value", "ratio", "change"]
"""``value``: a number as reported; ``ratio``: actual / target or part / base (在职人员控制率 =
在职人数 ÷ 编制数); ``change``: (actual - target) / target, where the target is last year's value
(三公经费变动率)."""

NoBase: TypeAlias = Literal["none", "full_if_nothing"]
"""A ratio without a base above 0: ``none`` earns nothing; ``full_if_nothing`` earns all when the
other number is not above 0 either (no money last year, none this year)."""


class NumberRule(NamedRule):
    """A formula on one number.

    Parameters
    ----------
    reading : {"value", "ratio", "change"}
    no_base : {"none", "full_if_nothing"}
        Which of the two holds is ours: no source says.
    """

    reading: Reading = "value"
    no_base: NoBase = "none"

    def read(self, fact: Fact) -> Fraction | Part:
        """Return the number, or the part earned when there is no base."""
        if self.reading == "value" and isinstance(fact, Reached):
            return Fraction(fact.value)
        if self.reading != "value" and isinstance(fact, Measured):
            return self._rate(Fraction(fact.actual), Fraction(fact.target))
        if self.reading != "value" and isinstance(fact, MoneyRatio):
            return self._rate(Fraction(fact.part.fen), Fraction(fact.base.fen))
        wanted = "Reached" if self.reading == "value" else "Measured或MoneyRatio"
        raise wrong_kind(fact, wanted, self.name)

    def _rate(self, number: Fraction, base: Fraction) -> Fraction | Part:
        if base > 0:
            return number / base - (1 if self.reading == "change" else 0)
        if self.no_base == "full_if_nothing" and number <= 0:
            return Part(Fraction(1), "基数与数额均不大于零，无法计算比率，本项按满分计")
        return Part(Fraction(0), "基数不大于零，无法计算比率，本项按0分计")
