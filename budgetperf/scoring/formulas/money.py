"""Money against money: the execution line.

Holds the one formula that reads amounts in fen as a proportion; other readings of amounts
(bounds, slopes) stand in ``bounds``.
"""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal

from budgetperf.scoring.facts import Fact, MoneyRatio
from budgetperf.scoring.formulas.base import NamedRule, Part, expect, quotient


class Execution(NamedRule):
    """Money: weight x part / base, capped at the weight; no base -> 0, and that is told.

    References
    ----------
    财预〔2020〕10号 self-evaluation form: 执行率(B/A) x 分值，不得超过分值上限.
    """

    name: Literal["execution"] = "execution"
    wording: ClassVar[str] = "分值×数额÷基数，不超过分值"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``MoneyRatio`` fact."""
        ratio = expect(fact, MoneyRatio, self.name)
        if ratio.base.fen <= 0:
            return Part(Fraction(0), "基数为零，无法计算比率，本项按0分计")
        return quotient(Decimal(ratio.part.fen), Decimal(ratio.base.fen))
