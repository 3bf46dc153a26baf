"""Budget and money of one project and year, by kind, and the rates that follow.

One append-only list of entries answers every question on money; no rate is ever stored. The
four execution rates differ only in the base, and a report must say which one it prints (a
"100 %" of money received can be 25 % of the budget).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from budgetperf.classification import FundSource
from budgetperf.money import ZERO, Money
from budgetperf.terms import Term


class EntryKind(Term):
    """What an entry of the ledger records."""

    APPROPRIATION = "appropriation", "年初预算"
    ADJUSTMENT = "adjustment", "预算调整"
    RECEIPT = "receipt", "资金到位"
    PAYMENT = "payment", "资金支付"
    REFUND = "refund", "支付退回"
    CARRY_IN = "carry_in", "上年结转"
    CARRY_OUT = "carry_out", "结转下年"


SIGNED_KINDS = frozenset({EntryKind.ADJUSTMENT})


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of budget or money; negative only for an adjustment."""

    kind: EntryKind
    on: date
    amount: Money
    source: FundSource = FundSource.GENERAL


class RateBase(Term):
    """The base of an execution rate."""

    INITIAL = "initial", "年初预算数"
    ADJUSTED = "adjusted", "全年预算数（调整后）"
    RECEIVED = "received", "到位资金"


RATE_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Execution:
    """Totals of one project and period, and the rates that follow.

    Examples
    --------
    >>> Execution(initial=Money(100), adjusted=Money(200), received=Money(0), paid=Money(50)).rate(RateBase.ADJUSTED)
    Decimal('0.2500')
    """

    initial: Money
    adjusted: Money
    received: Money
    paid: Money
    carried_in: Money = ZERO
    carried_out: Money = ZERO

    def rate(self, base: RateBase) -> Decimal | None:
        """Return paid / base, half up to four places; None when the base is not positive."""
        amount = {
            RateBase.INITIAL: self.initial,
            RateBase.ADJUSTED: self.adjusted,
            RateBase.RECEIVED: self.received,
        }[base]
        if amount.fen <= 0:
            return None
        return (Decimal(self.paid.fen) / amount.fen).quantize(RATE_PLACES, ROUND_HALF_UP)

    @property
    def arrival_rate(self) -> Decimal | None:
        """资金到位率: received / adjusted budget; None when there is no budget."""
        if self.adjusted.fen <= 0:
            return None
        return (Decimal(self.received.fen) / self.adjusted.fen).quantize(RATE_PLACES, ROUND_HALF_UP)


def execution(entries: Iterable[Entry], until: date) -> Execution:
    """Sum the entries dated before ``until``.

    The adjusted budget is appropriation + adjustments + money carried in; payments are net of
    refunds.
    """
    totals = dict.fromkeys(EntryKind, 0)
    for entry in entries:
        if entry.on < until:
            totals[entry.kind] += entry.amount.fen
    initial = totals[EntryKind.APPROPRIATION]
    return Execution(
        initial=Money(initial),
        adjusted=Money(initial + totals[EntryKind.ADJUSTMENT] + totals[EntryKind.CARRY_IN]),
        received=Money(totals[EntryKind.RECEIPT] + totals[EntryKind.CARRY_IN]),
        paid=Money(totals[EntryKind.PAYMENT] - totals[EntryKind.REFUND]),
        carried_in=Money(totals[EntryKind.CARRY_IN]),
        carried_out=Money(totals[EntryKind.CARRY_OUT]),
    )
