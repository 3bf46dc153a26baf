"""Protected money: what a line may never fall below, and which grounds may not touch it.

Holds the fact that a line is protected, an edition's rule for it, and the floor.
Which lines are protected is decided by those who file and review, not here.
"""

from pydantic import BaseModel
from pydantic.dataclasses import dataclass

from budgetperf.budget.grounds import Ground
from budgetperf.budget.shapes import RECORD, STRICT, Amount, Citation, Ratio
from budgetperf.errors import Invalid
from budgetperf.evaluands import Protection
from budgetperf.money import ZERO, Money


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Protected:
    """That a line is protected.

    Parameters
    ----------
    kind : Protection
    amount : Money or None
        The proven need (by standard, statute or contract); None where only the edition's
        share of the request protects.
    basis : str
        The standard, statute or contract, in words.
    """

    kind: Protection
    amount: Amount | None
    basis: str


class ProtectionRule(BaseModel):
    """An edition's rule for one kind of protection.

    Parameters
    ----------
    floor_ratio : Decimal or None
        Share of the request that is the floor where no need is proven; None demands a proof.
    shields : tuple of Ground
        Grounds that take nothing from such a line, even above its floor.
    """

    model_config = STRICT

    protection: Protection
    floor_ratio: Ratio | None
    shields: tuple[Ground, ...]
    source: Citation


def floor_of(request: Money, protected: Protected | None, *, line: str, rule: ProtectionRule | None) -> Money:
    """Return the amount the line never falls below: the proven need, else the rule's share.

    Raises
    ------
    Invalid
        ``protections.no_rule`` if the edition does not know the protection;
        ``protections.no_proof`` if it demands a proven amount and there is none.
    """
    if protected is None:
        return ZERO
    if rule is None:
        raise Invalid(
            "protections.no_rule",
            f"{line}标注为“{protected.kind.label}”，但本版规则未规定该类保障",
            line=line,
        )
    if protected.amount is not None:
        return min(protected.amount, request)
    if rule.floor_ratio is None:
        raise Invalid(
            "protections.no_proof",
            f"{line}标注为“{protected.kind.label}”，须填写有依据的保障金额（如合同应付额）",
            line=line,
        )
    return request.times(rule.floor_ratio)
