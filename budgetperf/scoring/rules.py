"""The base of all rules that an edition fills: frozen, strict, exact, sourced.

Holds what every rules model shares; no rule itself.
"""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from budgetperf.provenance import Source


class Rule(BaseModel):
    """A frozen block of an edition; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourcedRule(Rule):
    """A block whose figures rest on one source.

    Parameters
    ----------
    source : Source
        Document, number, clause and status of every figure that stands directly in the block.
    """

    source: Source


NUMBER = r"-?[0-9]+(\.[0-9]+)?"
"""How a number is written as text."""
_LONGEST = 50
_NO_NUMBER = '应为数字（小数加引号），如 90、"0.90"；不能有空格、加号、下划线、指数和全角数字'


def _plainly_written(value: object) -> object:
    """Refuse what is no whole number or Decimal and is not written as ``NUMBER``."""
    if isinstance(value, str) and len(value) <= _LONGEST and re.fullmatch(NUMBER, value):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    raise ValueError(_NO_NUMBER)


def misplaced(text: str, *at: str | int) -> PydanticCustomError:
    """Return the refusal of the item ``at`` (keys and numbers from 0, below the block) for a validator to raise."""
    return PydanticCustomError("misplaced", "{text}", {"text": text, "at": at})


def _share(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError("比例须在0与1之间")
    return value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("数值须大于0")
    return value


Exact = Annotated[Decimal, BeforeValidator(_plainly_written)]
"""A Decimal that was never a float, as text written in plain digits."""

Whole = Annotated[int, BeforeValidator(_plainly_written)]
"""A whole number, as text written in plain digits."""

Share = Annotated[Exact, AfterValidator(_share)]
"""A ratio from 0 to 1, both included."""

Points = Annotated[Exact, AfterValidator(_positive)]
"""A number of points above 0."""

Places = Annotated[int, Field(ge=0, le=6, strict=True)]
"""Decimals that points are rounded to."""
