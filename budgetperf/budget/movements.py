"""The movement table: from draft limits through objections to final limits, by cause.

``draft + sum(granted) = final`` and ``claimed = granted + refused`` in every row, to the fen.
Derived from the adjustments; nothing here is stored.
"""

from pydantic.dataclasses import dataclass

from budgetperf.budget.limits import Limit, LimitRound
from budgetperf.budget.objections import Adjustment, ObjectionGround
from budgetperf.budget.shapes import RECORD, Fen
from budgetperf.money import Money


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class CauseMovement:
    """What was claimed and granted for one cause."""

    cause: ObjectionGround
    objections: int
    claimed: Fen
    granted: Fen
    refused: Fen


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class LineMovement:
    """One contested line from draft to final."""

    line: str
    name: str
    draft: Fen
    causes: tuple[CauseMovement, ...]
    final: Fen


@dataclass(frozen=True, slots=True, kw_only=True, config=RECORD)
class MovementTable:
    """All lines together by cause, and each contested line."""

    draft: Fen
    causes: tuple[CauseMovement, ...]
    final: Fen
    lines: tuple[LineMovement, ...]


def movement(limit_round: LimitRound) -> MovementTable:
    """Return the movement of a round; causes in the order of ``ObjectionGround``, those that occur."""
    final = Money.total(limit.limit for limit in limit_round.limits)
    adjustments = [item for limit in limit_round.limits for item in limit.adjustments]
    return MovementTable(
        draft=final - Money.total(item.amount for item in adjustments),
        causes=_by_cause(adjustments),
        final=final,
        lines=tuple(_line(limit) for limit in limit_round.limits if limit.adjustments),
    )


def _line(limit: Limit) -> LineMovement:
    return LineMovement(
        line=limit.line,
        name=limit.name,
        draft=limit.limit - Money.total(item.amount for item in limit.adjustments),
        causes=_by_cause(list(limit.adjustments)),
        final=limit.limit,
    )


def _by_cause(adjustments: list[Adjustment]) -> tuple[CauseMovement, ...]:
    rows = []
    for cause in ObjectionGround:
        items = [item for item in adjustments if item.cause is cause]
        claimed = Money.total(item.claimed for item in items)
        granted = Money.total(item.amount for item in items)
        if items:
            rows.append(
                CauseMovement(
                    cause=cause,
                    objections=len(items),
                    claimed=claimed,
                    granted=granted,
                    refused=claimed - granted,
                )
            )
    return tuple(rows)
