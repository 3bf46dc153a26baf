"""How money, rates, dates and terms are spelled on pages; every spelling has one place here."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from budgetperf.fiscal import SHANGHAI
from budgetperf.indicators import plain_number
from budgetperf.money import Money, MoneyUnit
from budgetperf.reports.models import money_style, with_sign
from budgetperf.terms import Term

NONE = "—"


def money(amount: Money | None, unit: MoneyUnit = MoneyUnit.WAN) -> str:
    """Spell an amount with two decimals in ``unit``; a dash for none.

    Examples
    --------
    >>> money(Money(1_234_567_800)), money(Money(-5), MoneyUnit.YUAN), money(None)
    ('1,234.57', '-0.05', '—')
    """
    return NONE if amount is None else amount.format(unit)


def exact(amount: Money, unit: MoneyUnit = MoneyUnit.WAN) -> str:
    """Spell an amount in ``unit`` to the fen: two decimals, or as many as it needs.

    Examples
    --------
    >>> exact(Money(1_234_567_800)), exact(Money(1_000_001))
    ('1,234.5678', '1.000001')
    """
    return amount.format(unit, money_style(unit, (amount,)).places)


def yuan(amount: Money | None) -> str:
    """Spell an amount in yuan, exact to the fen."""
    return money(amount, MoneyUnit.YUAN)


def signed(amount: Money, unit: MoneyUnit = MoneyUnit.YUAN) -> str:
    """Spell a change with its sign; a dash for no change."""
    return NONE if not amount else f"{'+' if amount.fen > 0 else '−'}{Money(abs(amount.fen)).format(unit)}"


def signed_number(value: Decimal) -> str:
    """Spell a change of a figure with its sign; a dash for no change.

    Examples
    --------
    >>> signed_number(Decimal("1.50")), signed_number(Decimal("-0.25")), signed_number(Decimal(0))
    ('+1.5', '−0.25', '—')
    """
    return with_sign(value, plain_number(value)) if value else NONE


def percent(ratio: Decimal | None) -> str:
    """Spell a ratio as a percentage with two decimals.

    Examples
    --------
    >>> percent(Decimal("0.8732")), percent(None)
    ('87.32%', '—')
    """
    return NONE if ratio is None else f"{(ratio * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def number(value: Decimal | int | None) -> str:
    """Spell a number without exponent or trailing zeros."""
    return NONE if value is None else plain_number(Decimal(value))


def day(value: date | None) -> str:
    """Spell a legal day."""
    return NONE if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    """Spell an instant in Shanghai, to the minute.

    Examples
    --------
    >>> moment(datetime.fromisoformat("2025-03-01T08:00+00:00"))
    '2025-03-01 16:00'
    """
    return NONE if value is None else value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def short(digest: str) -> str:
    """Return the first twelve signs of a digest."""
    return digest[:12]


def code(term: Term) -> str:
    """Return the stored code of a term."""
    return term.value
