"""The base of all rules that an edition fills: frozen, strict, exact, sourced.

Holds what every rules model shares; no rule itself.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

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


def _no_float(value: object) -> object:
    if isinstance(value, float | bool):
        raise ValueError('小数须写成带引号的文本（如 "0.90"），不能写成浮点数')  # noqa: TRY004  pydantic reads ValueError
    return value


def _share(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError("比例须在0与1之间")
    return value


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("数值须大于0")
    return value


Exact = Annotated[Decimal, BeforeValidator(_no_float)]
"""A Decimal that was never a float."""

Share = Annotated[Exact, AfterValidator(_share)]
"""A ratio from 0 to 1, both included."""

Points = Annotated[Exact, AfterValidator(_positive)]
"""A number of points above 0."""

Places = Annotated[int, Field(ge=0, le=6, strict=True)]
"""Decimals that points are rounded to."""
