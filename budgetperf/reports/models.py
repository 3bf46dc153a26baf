"""What every page model is made of: figures with ids, the footer, money as printed, narrative parts.

The pages themselves stand in ``pages`` and ``notice``. Everything here is frozen and pure: a
caller builds a page from facts, a renderer turns it into bytes, and nothing is computed that a
decision package should hold. Sums that a page prints are derived here or checked here, so that a
paper whose lines do not add up is never printed.

Every printed number is a ``Figure``. Its id is ``<report>/<evaluand>/<period>/<what>``, for example
``self_evaluation/P001/2025/total``; in the PDF it is a named destination, so a number leads to its
rows and a row to its number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from budgetperf.indicators import plain_number
from budgetperf.money import Money, MoneyUnit

_DIGEST = re.compile(r"[0-9a-f]{64}")
SHORT = 12
"""Characters of a digest printed where the full one stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number and where it comes from.

    Parameters
    ----------
    id : str
        Stable address, e.g. ``"limits_notice/0105/2026/P001/limit"``.
    text : str
        As printed.
    """

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Footer:
    """What stands under every page.

    Parameters
    ----------
    subject : str
        What the paper is about, e.g. ``"P001 老旧小区改造项目"``.
    edition : str
        Id of the rule edition the numbers rest on.
    digest : str
        SHA-256, in hex, of the decision package.
    as_of : date
        The day up to which the facts are counted.

    Raises
    ------
    ValueError
        If ``digest`` is not 64 hex digits.
    """

    subject: str
    edition: str
    digest: str
    as_of: date

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.digest):
            raise ValueError(f"页脚的摘要“{self.digest}”不是64位十六进制数")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A paper a statement rests on: its title and the digest it is stored under."""

    title: str
    digest: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign.

    Parameters
    ----------
    role : str
        e.g. ``"项目负责人"``.
    name : str
        Printed beside the line when known; a hand still signs.
    """

    role: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class MoneyStyle:
    """The unit of a page and the decimals all of its amounts need.

    Parameters
    ----------
    unit : MoneyUnit
    places : int
        2, or as many as keep every amount of the page exact: printed lines then sum to the printed
        total, to the fen.
    """

    unit: MoneyUnit
    places: int

    def write(self, amount: Money) -> str:
        """Return the amount as printed, without its unit.

        Examples
        --------
        >>> MoneyStyle(MoneyUnit.WAN, 2).write(Money(123_450_000_00))
        '12,345.00'
        """
        return amount.format(self.unit, self.places)


def money_style(unit: MoneyUnit, amounts: Iterable[Money]) -> MoneyStyle:
    """Return the style in which none of ``amounts`` is rounded.

    Examples
    --------
    >>> money_style(MoneyUnit.WAN, [Money(1_000_000), Money(1_234_500)]).places
    4
    """
    places = 2
    for amount in amounts:
        exponent = amount.in_unit(unit).normalize().as_tuple().exponent
        places = max(places, -exponent if isinstance(exponent, int) else 0)
    return MoneyStyle(unit, places)


def with_sign(value: Money | Decimal, written: str = "") -> str:
    """Write a change with its sign, as ``written`` without one; no change has none.

    Examples
    --------
    >>> with_sign(Decimal("1.50")), with_sign(Decimal("-0.25")), with_sign(Money(-500), "-5.00")
    ('+1.50', '−0.25', '−5.00')
    """
    size = Decimal(value.fen) if isinstance(value, Money) else value
    return ("+" if size > 0 else "−" if size < 0 else "") + (written or f"{size:f}").removeprefix("-")


def write_rate(ratio: Decimal | None) -> str:
    """Write a ratio as a percentage with two decimals; ``—`` when there is none.

    Examples
    --------
    >>> write_rate(Decimal("0.9871")), write_rate(None)
    ('98.71%', '—')
    """
    return "—" if ratio is None else f"{(ratio * 100).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def write_points(points: Decimal) -> str:
    """Write points without trailing zeros."""
    return plain_number(points)


def write_day(day: date) -> str:
    """Write a day as in official papers: ``2026年3月1日``."""
    return f"{day.year}年{day.month}月{day.day}日"
