"""What every formula shares: a name, a Chinese wording, and the exact share it hands back.

Holds the base and the small arithmetic of shares; no formula.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, TypeVar

from budgetperf.errors import Invalid
from budgetperf.scoring.facts import Fact
from budgetperf.scoring.rules import Rule

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Part:
    """The share of the weight earned, and what must be told about it.

    Parameters
    ----------
    share : Fraction
        0 to 1, exact.
    note : str
        Chinese sentence for a finding; empty when there is nothing to tell.
    """

    share: Fraction
    note: str = ""


FULL, NONE = Part(Fraction(1)), Part(Fraction(0))


class NamedRule(Rule, ABC):
    """A formula: its name, parameters filled by an edition, a wording, and ``part``."""

    name: str
    wording: ClassVar[str]
    """What the formula says, whatever its parameters."""

    @property
    def detail(self) -> str:
        """What the parameters add to the wording, in Chinese; empty when they add nothing."""
        return ""

    @abstractmethod
    def part(self, fact: Fact, weight: Decimal) -> Part:
        """Return the share of ``weight`` that ``fact`` earns.

        Raises
        ------
        Invalid
            ``scoring.fact_kind`` for a fact of another kind; the formula's own codes.
        """


def expect(fact: Fact, kind: type[F], formula: str) -> F:
    """Narrow ``fact`` or refuse it."""
    if not isinstance(fact, kind):
        raise wrong_kind(fact, kind.__name__, formula)
    return fact


def wrong_kind(fact: Fact, wanted: str, formula: str) -> Invalid:
    """Return the refusal of a fact that ``formula`` cannot read."""
    return Invalid(
        "scoring.fact_kind",
        f"计分方法“{formula}”需要的事实是{wanted}，收到的是{type(fact).__name__}，请按该指标的性质填报",
        formula=formula,
    )


def held(share: Fraction) -> Fraction:
    """Hold a share to 0-1."""
    return min(max(share, Fraction(0)), Fraction(1))


def quotient(part: Decimal, base: Decimal) -> Part:
    """Return part / base held to 0-1; ``base`` is above 0."""
    return Part(held(Fraction(part) / Fraction(base)))
