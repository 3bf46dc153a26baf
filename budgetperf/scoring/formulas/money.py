"""Money against money: the execution line.

Holds the one formula that reads amounts in fen as a proportion; other readings of amounts
(bounds, slopes) stand in ``bounds``.
"""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal, TypeAlias

from budgetperf.scoring.facts import Fact, MoneyRatio
from budgetperf.scoring.formulas.base import NamedRule, Part, expect, quotient

WithoutBase: TypeAlias = Literal["none", "full"]
"""What the line earns without a base above 0 (no budget that year): nothing, or all. No source says."""


class Execution(NamedRule):
    """Money: weight x part / base, capped at the weight; without a base ``no_base``, and that is told.

    References
    ----------
    财预〔2020〕10号 self-evaluation form: 执行率(B/A) x 分值，不得超过分值上限.
    """

    name: Literal["execution"] = "execution"
    wording: ClassVar[str] = "分值×数额÷基数，不超过分值"
    no_base: WithoutBase = "none"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``MoneyRatio`` fact."""
        ratio = expect(fact, MoneyRatio, self.name)
        if ratio.base.fen <= 0:
            share, said = (1, "满分") if self.no_base == "full" else (0, "0分")
            return Part(Fraction(share), f"基数为零，无法计算比率，本项按{said}计")
        return quotient(Decimal(ratio.part.fen), Decimal(ratio.base.fen))
