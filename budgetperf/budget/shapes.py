"""How this stage's records are read and written: amounts, exact numbers, citations, JSON.

Holds the annotated field types and the one reader and writer of stored records; no budget
meaning. A bare whole number is fen; any other amount names its unit (``"80万元"``).
"""

import re
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    TypeAdapter,
    ValidationError,
)

from budgetperf.errors import Invalid
from budgetperf.money import Money, MoneyUnit
from budgetperf.provenance import Json, Source, SourceStatus, canonical_json

STRICT = ConfigDict(extra="forbid", frozen=True)  # models
RECORD = ConfigDict(extra="forbid")  # dataclasses, frozen by their decorator

_FEN = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_WITH_UNIT = re.compile(r"(?P<number>-?[\d,.]+) ?(?P<unit>亿元|万元|元)")

RecordT = TypeVar("RecordT")


def read_money(value: object) -> Money:
    """Read ``"8000"`` as fen and ``"80万元"`` by its unit.

    Raises
    ------
    ValueError
        For anything else, floats and bare numbers included.
    """
    if isinstance(value, Money):
        return value
    if isinstance(value, str) and _FEN.fullmatch(value):
        return Money(int(value))
    if isinstance(value, str) and (match := _WITH_UNIT.fullmatch(value)):
        unit = MoneyUnit.from_label(match["unit"])
        assert unit is not None
        return Money.parse(match["number"], unit)
    raise ValueError(f"“{value}”不是金额：请写整数分，或带单位的数字，如“80万元”")


def _read_amount(value: object) -> Money:
    money = read_money(value)
    if money.fen < 0:
        raise ValueError(f"金额不得为负：{money}元")
    return money


def _read_exact(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise ValueError(f"“{value}”须写成带引号的十进制数")


_AS_FEN = PlainSerializer(lambda money: str(money.fen), return_type=str)
_AS_TEXT = PlainSerializer(lambda number: format(number, "f"), return_type=str)

Fen = Annotated[Money, PlainValidator(read_money), _AS_FEN]
Amount = Annotated[Money, PlainValidator(_read_amount), _AS_FEN]
Exact = Annotated[Decimal, BeforeValidator(_read_exact), Field(allow_inf_nan=False), _AS_TEXT]
Ratio = Annotated[Decimal, BeforeValidator(_read_exact), Field(ge=0, le=1), _AS_TEXT]


class Citation(BaseModel):
    """The source of one figure or rule, as an edition writes it."""

    model_config = STRICT

    document: str
    number: str = ""
    clause: str = ""
    status: SourceStatus

    def __str__(self) -> str:
        return str(Source(self.document, self.number, self.clause, self.status))


def to_json(record: object) -> Json:
    """Return the plain JSON of a record of this stage (money as fen text, no floats)."""
    return cast("Json", TypeAdapter(type(record)).dump_python(record, mode="json"))


def from_json(record_type: type[RecordT], value: Json) -> RecordT:
    """Read a record back, strictly: no unknown, missing or loosely typed field.

    Raises
    ------
    Invalid
        With code ``budget.record``, naming the first wrong field.
    """
    try:
        return TypeAdapter(record_type).validate_json(canonical_json(value), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(str(part) for part in first["loc"])
        raise Invalid(
            "budget.record", f"记录不符合{record_type.__name__}的格式：{place} {first['msg']}", place=place
        ) from error


def percent(ratio: Decimal) -> str:
    """Write a ratio as a percentage with two places, cut off: just below a bound never reads as the bound.

    Examples
    --------
    >>> percent(Decimal("0.79999"))
    '79.99%'
    """
    return f"{(ratio * 100).quantize(Decimal('0.01'), ROUND_DOWN)}%"
