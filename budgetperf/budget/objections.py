"""Objections to a draft limit: a typed claim, a decision, and the adjustment it may lead to.

Decides only what is allowed: an adjustment gives back at most what the contested ground took
and at most what is unallocated. Who decides, and by when, is the process's.
"""

from collections.abc import Sequence

from pydantic.dataclasses import dataclass

from budgetperf.budget.grounds import Ground
from budgetperf.budget.shapes import RECORD, Amount
from budgetperf.budget.waterfall import AppliedCut, taken
from budgetperf.errors import Invalid
from budgetperf.money import ZERO, Money
from budgetperf.terms import Term


class ObjectionGround(Term):
    """What a department says is wrong."""

    WRONG_INPUT = "wrong_input", "数据有误"
    SPECIAL_FACTOR = "special_factor", "特殊因素"
    WRONG_PEERS = "wrong_peers", "可比对象不当"
    PRICE_BASE = "price_base", "价格口径"


class Outcome(Term):
    """How an objection is decided."""

    UPHELD = "upheld", "予以采纳"
    UPHELD_IN_PART = "upheld_in_part", "部分采纳"
    REJECTED = "rejected", "不予采纳"


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Objection:
    """A claim against one cut of one line.

    Parameters
    ----------
    code : str
        Code of the objection.
    line : str
    cause : ObjectionGround
    contests : Ground
        The cut it speaks against.
    claimed : Money
        What is asked back.
    statement : str
        The department's reasons.
    evidence : tuple of str
        Digests of the files handed in; at least one.
    """

    code: str
    line: str
    cause: ObjectionGround
    contests: Ground
    claimed: Amount
    statement: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class ObjectionDecision:
    """The answer: outcome, what is given back, and why."""

    outcome: Outcome
    amount: Amount
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class Adjustment:
    """A decided objection as it stands in the limit; a rejected one has amount zero."""

    objection: str
    line: str
    cause: ObjectionGround
    contests: Ground
    claimed: Amount
    outcome: Outcome
    amount: Amount
    reason: str


def check_objection(objection: Objection, cuts: Sequence[AppliedCut]) -> None:
    """Refuse an objection that cannot be heard.

    Raises
    ------
    Invalid
        ``objections.empty`` without statement or evidence; ``objections.claim`` if it asks for
        nothing or for more than the contested ground took.
    """
    if not objection.statement.strip() or not objection.evidence:
        raise Invalid("objections.empty", f"{objection.line}的异议须写明理由并附证据", line=objection.line)
    cut = taken(tuple(cuts), objection.contests)
    if not ZERO < objection.claimed <= cut:
        raise Invalid(
            "objections.claim",
            f"{objection.line}“{objection.contests.label}”核减了{cut}元，异议金额{objection.claimed}元"
            "须大于零且不超过该项核减",
            line=objection.line,
        )


def adjust(
    objection: Objection,
    decision: ObjectionDecision,
    *,
    cuts: Sequence[AppliedCut],
    earlier: Sequence[Adjustment],
    unallocated: Money,
) -> Adjustment:
    """Turn a decided objection into an adjustment.

    Parameters
    ----------
    objection : Objection
    decision : ObjectionDecision
    cuts : sequence of AppliedCut
        The line's cuts.
    earlier : sequence of Adjustment
        The line's adjustments so far.
    unallocated : Money
        What the round still has.

    Raises
    ------
    Invalid
        ``objections.outcome`` if amount and outcome contradict each other, ``objections.reason``
        without reason, ``objections.cuts`` beyond what the ground took and has not given back,
        ``objections.unallocated`` beyond what is left; and as ``check_objection``.
    """
    check_objection(objection, cuts)
    _check_decision(objection, decision)
    given = Money.total(a.amount for a in earlier if a.contests is objection.contests)
    _check_room(
        objection,
        decision.amount,
        open_cut=taken(tuple(cuts), objection.contests) - given,
        unallocated=unallocated,
    )
    return Adjustment(
        objection=objection.code,
        line=objection.line,
        cause=objection.cause,
        contests=objection.contests,
        claimed=objection.claimed,
        outcome=decision.outcome,
        amount=decision.amount,
        reason=decision.reason,
    )


def _check_decision(objection: Objection, decision: ObjectionDecision) -> None:
    if not decision.reason.strip():
        raise Invalid("objections.reason", f"{objection.line}的异议决定须写明理由", line=objection.line)
    fits = {
        Outcome.UPHELD: decision.amount == objection.claimed,
        Outcome.UPHELD_IN_PART: ZERO < decision.amount < objection.claimed,
        Outcome.REJECTED: decision.amount == ZERO,
    }
    if not fits[decision.outcome]:
        raise Invalid(
            "objections.outcome",
            f"{objection.line}的异议金额为{objection.claimed}元，决定“{decision.outcome.label}”与"
            f"恢复金额{decision.amount}元不符",
            line=objection.line,
        )


def _check_room(objection: Objection, amount: Money, *, open_cut: Money, unallocated: Money) -> None:
    if amount > open_cut:
        raise Invalid(
            "objections.cuts",
            f"{objection.line}“{objection.contests.label}”尚可恢复{open_cut}元，不能恢复{amount}元",
            line=objection.line,
        )
    if amount > unallocated:
        raise Invalid(
            "objections.unallocated",
            f"{objection.line}拟恢复{amount}元，超过未分配额{unallocated}元，请减少恢复金额或先调整总额",
            line=objection.line,
        )
