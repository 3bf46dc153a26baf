"""A number against its target: forward, reverse, equal, each with its rule for target 0.

Holds the three formulas of the filed operators; what rewards or punishes going far beyond the
target stands in ``deviation``.
"""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Literal, TypeAlias

from budgetperf.scoring.exact import percent
from budgetperf.scoring.facts import Fact, Measured
from budgetperf.scoring.formulas.base import FULL, NONE, NamedRule, Part, expect, quotient
from budgetperf.scoring.rules import Share

ZeroTarget: TypeAlias = Literal["at_most_zero", "met"]
"""Target 0: ``at_most_zero`` gives full marks for actual <= 0 and none above (the product rule
seen in practice); ``met`` gives full marks when the target is met and none otherwise."""


def _zero_target(actual: Decimal, rule: ZeroTarget, *, met: bool) -> Part:
    full = actual <= 0 if rule == "at_most_zero" else met
    return FULL if full else NONE


def _zero_said(rule: ZeroTarget) -> str:
    full = "实际值不大于0" if rule == "at_most_zero" else "达到目标"
    return f"目标值为0的，{full}得满分，否则不得分"


class Proportional(NamedRule):
    """Forward with cap: met -> full, else weight x actual / target, never below 0.

    Target 0 follows ``zero_target``; a negative target that is not met earns nothing, since the
    quotient has no meaning there. Below ``pass_from`` (a completion ratio) nothing is earned.

    References
    ----------
    财预〔2020〕10号 self-evaluation; regulations as published by provinces for ≥ indicators;
    财预〔2021〕101号 完成比例赋分, which may have a pass threshold.
    """

    name: Literal["proportional"] = "proportional"
    wording: ClassVar[str] = "达到目标值得满分，未达到的按 分值×实际值÷目标值 计分"
    zero_target: ZeroTarget
    pass_from: Share = Decimal(0)

    @property
    def detail(self) -> str:
        """The pass threshold, when there is one, and the rule for target 0."""
        below = f"完成比例低于{percent(Fraction(self.pass_from))}的不得分；" if self.pass_from else ""
        return below + _zero_said(self.zero_target)

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002  one signature for all formulas
        """Return the share of the weight for a ``Measured`` fact."""
        measured = expect(fact, Measured, self.name)
        if measured.target == 0:
            return _zero_target(measured.actual, self.zero_target, met=measured.actual >= 0)
        if measured.actual >= measured.target:
            return FULL
        if measured.target < 0:
            return NONE
        completed = quotient(measured.actual, measured.target)
        return completed if completed.share >= self.pass_from else NONE


class Reverse(NamedRule):
    """Reverse (lower is better): not exceeded -> full, else weight x target / actual.

    References
    ----------
    财预〔2020〕10号 self-evaluation; regulations as published by provinces for ≤ indicators.
    """

    name: Literal["reverse"] = "reverse"
    wording: ClassVar[str] = "未超过目标值得满分，超过的按 分值×目标值÷实际值 计分"
    zero_target: ZeroTarget

    @property
    def detail(self) -> str:
        """The rule for target 0."""
        return _zero_said(self.zero_target)

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``Measured`` fact."""
        measured = expect(fact, Measured, self.name)
        if measured.target == 0:
            return _zero_target(measured.actual, self.zero_target, met=measured.actual <= 0)
        if measured.actual <= measured.target:
            return FULL
        return quotient(measured.target, measured.actual) if measured.target > 0 else NONE


class Exact(NamedRule):
    """Equal (=): met -> full; below in proportion; above as the edition says.

    ``above``: ``full`` (= is read as a forward indicator), ``inverse`` (target / actual) or
    ``zero``.

    References
    ----------
    The operator table seen in practice reads = as a forward indicator.
    """

    name: Literal["exact"] = "exact"
    wording: ClassVar[str] = "等于目标值得满分，低于的按 分值×实际值÷目标值 计分"
    zero_target: ZeroTarget
    above: Literal["full", "inverse", "zero"]

    @property
    def detail(self) -> str:
        """What going beyond the target earns, and the rule for target 0."""
        above = {"full": "得满分", "inverse": "按 分值×目标值÷实际值 计分", "zero": "不得分"}[self.above]
        return f"高于目标值的{above}；{_zero_said(self.zero_target)}"

    def part(self, fact: Fact, weight: Decimal) -> Part:  # noqa: ARG002
        """Return the share of the weight for a ``Measured`` fact."""
        measured = expect(fact, Measured, self.name)
        target, actual = measured.target, measured.actual
        if target == 0:
            return _zero_target(actual, self.zero_target, met=actual == 0)
        if actual == target or (actual > target and self.above == "full"):
            return FULL
        if target < 0 or (actual > target and self.above == "zero"):
            return NONE
        return quotient(actual, target) if actual < target else quotient(target, actual)
