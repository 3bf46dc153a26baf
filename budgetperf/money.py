"""Money as integer fen (分), prices per unit as Decimal, and their Chinese spellings.

Nothing here is a float: an amount is built from text, an int or a Decimal, with its unit
(元, 万元, 亿元), and must be a whole number of fen.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Self

from budgetperf.terms import Term


class MoneyUnit(Term):
    """The unit an amount is written in."""

    YUAN = "yuan", "元"
    WAN = "wan", "万元"
    YI = "yi", "亿元"

    @property
    def fen(self) -> int:
        """How many fen one unit holds."""
        return {"yuan": 100, "wan": 1_000_000, "yi": 10_000_000_000}[self.value]


MAX_FEN = 9 * 10**15
"""90 万亿元: more than any public budget, and within what JSON numbers hold exactly (2^53)."""
_MAX_SIGNS = 40
_WRITTEN = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")


class MoneyError(ValueError):
    """The text or number is no amount of whole fen."""


def written_number(text: str) -> Decimal | None:
    """Read a number as people write it: full-width signs, commas by thousands; None when it is none.

    Examples
    --------
    >>> written_number("１，２３４．５"), written_number("12,34")
    (Decimal('1234.5'), None)
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > _MAX_SIGNS or not _WRITTEN.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", ""))


def _half_up(fen: Fraction) -> int:
    whole = math.floor(abs(fen) + Fraction(1, 2))
    return whole if fen >= 0 else -whole


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in integer fen.

    Examples
    --------
    >>> Money.parse("1,234.5", MoneyUnit.WAN).fen
    1234500000
    >>> str(Money(123456)), Money(1_234_500_000).format(MoneyUnit.WAN)
    ('1,234.56', '1,234.50')
    """

    fen: int

    @classmethod
    def parse(cls, value: str | int | Decimal, unit: MoneyUnit) -> Self:
        """Read an amount written in ``unit``.

        Raises
        ------
        MoneyError
            If it is no number, has a fraction of a fen, or is beyond 90 万亿元.
        """
        number = written_number(str(value).strip().removeprefix("¥").removeprefix("￥"))
        if number is None:
            raise MoneyError(f"“{value}”不是金额，请填写以{unit.label}为单位的数字")
        fen = Fraction(number) * unit.fen
        if abs(fen) > MAX_FEN:
            raise MoneyError(f"“{value}”{unit.label}超出可记录的金额范围")
        if fen.denominator != 1:
            raise MoneyError(f"“{value}”{unit.label}精确到分以下，请四舍五入到分后填写")
        return cls(int(fen))

    @classmethod
    def total(cls, amounts: Iterable["Money"]) -> Self:
        """Sum exactly."""
        return cls(sum(amount.fen for amount in amounts))

    def in_unit(self, unit: MoneyUnit) -> Decimal:
        """Return the exact amount in ``unit``."""
        return Decimal(self.fen) / unit.fen

    def format(self, unit: MoneyUnit = MoneyUnit.YUAN, places: int = 2) -> str:
        """Write the amount in ``unit`` with thousands separators, half up to ``places``."""
        return f"{self.in_unit(unit).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,}"

    def times(self, ratio: Decimal) -> "Money":
        """Multiply by ``ratio`` and round half up to the fen."""
        return Money(_half_up(self.fen * Fraction(ratio)))

    def split(self, weights: Sequence[int | Decimal | Fraction]) -> tuple["Money", ...]:
        """Divide in proportion to ``weights`` without losing a fen.

        Largest remainder: what rounding down leaves goes, one fen each, to the largest
        remainders, earlier ones first.

        Raises
        ------
        MoneyError
            If a weight is negative or all are zero.
        """
        parts = [Fraction(weight) for weight in weights]
        total = sum(parts)
        if total <= 0 or any(part < 0 for part in parts):
            raise MoneyError("分摊权重须非负且不全为零")
        exact = [self.fen * part / total for part in parts]
        floors = [math.floor(part) for part in exact]
        order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
        for i in order[: self.fen - sum(floors)]:
            floors[i] += 1
        return tuple(Money(part) for part in floors)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - other.fen)

    def __neg__(self) -> "Money":
        return Money(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def __str__(self) -> str:
        return self.format()


ZERO = Money(0)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Yuan per unit of measure; becomes money only when multiplied by a quantity.

    Examples
    --------
    >>> UnitPrice(Decimal("4.2"), "平方米").times(Decimal("13460088"))
    Money(fen=5653236960)
    """

    yuan: Decimal
    uom: str

    def times(self, quantity: Decimal) -> Money:
        """Return price x quantity, half up to the fen."""
        return Money(_half_up(Fraction(self.yuan) * Fraction(quantity) * 100))
