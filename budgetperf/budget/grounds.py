"""The grounds on which a request may be cut, and what a ground says of one line.

Holds the words and the two answers (a claim, or no cut and why); ``claims`` computes them.
"""

from pydantic.dataclasses import dataclass

from budgetperf.budget.shapes import RECORD, Amount, Exact
from budgetperf.terms import Term


class Ground(Term):
    """Why money is taken from a request."""

    EXANTE = "exante", "事前评估核减"
    COST = "cost", "超成本基线核减"
    EXECUTION = "execution", "执行率核减"
    CARRY_OVER = "carry_over", "结转结余核减"
    GRADE = "grade", "绩效等级核减"
    CEILING = "ceiling", "总额压减"


class Base(Term):
    """What a cut ratio is multiplied with."""

    REQUEST = "request", "申报数"
    REMAINING = "remaining", "前序核减后的余额"
    INCREASE = "increase", "结转结余增加额"


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Claim:
    """What one ground would take from a line, before floors and other grounds.

    Parameters
    ----------
    ground : Ground
    amount : Money
        The claim.
    base : Money
        What the ratio was applied to, or the amount a level is compared with.
    ratio : Decimal or None
        None where the claim is a difference of amounts.
    levels : bool
        True if the claim brings the line down *to a level* (recommended amount, upper bound):
        such claims name the same yuan, so only the largest of them counts. False if it takes
        a share of its own.
    explanation : str
        Chinese sentence with the numbers.
    source : str
        Clause and document.
    package : str
        Digest of the decision package the facts come from.
    """

    ground: Ground
    amount: Amount
    base: Amount
    ratio: Exact | None
    levels: bool
    explanation: str
    source: str
    package: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class NoCut:
    """A ground that takes nothing, and why."""

    ground: Ground
    reason: str
    source: str = ""
    package: str = ""
