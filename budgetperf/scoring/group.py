"""The first pass over a group: extremes and places, as facts for the formulas ``min_max`` and ``rank``.

Works on one list of values and, where there are several groups, on the group of each. Holds no
points: what a place is worth says the formula; ranks of finished totals, quotas and forced bands
stand in ``ranking``.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from budgetperf.errors import Invalid
from budgetperf.indicators import Direction
from budgetperf.scoring.facts import InGroup, Ranked

Ties: TypeAlias = Literal["shared", "mean", "last"]
"""Equal values share the best of their places (1, 1, 3), their mean (1.5, 1.5, 3) or the last (2, 2, 3)."""


def in_group(
    values: Sequence[Decimal], direction: Direction, *, groups: Sequence[int] | None = None
) -> tuple[InGroup, ...]:
    """Return each value beside the worst and the best of its group.

    Parameters
    ----------
    values : sequence of Decimal
    direction : Direction
        ``FORWARD``: the highest is the best; ``REVERSE``: the lowest.
    groups : sequence of int, optional
        Number of each value's group; one group of all when left out.

    Raises
    ------
    Invalid
        ``scoring.group`` if ``groups`` has another length.

    Examples
    --------
    >>> growth = [Decimal("3.5"), Decimal("7"), Decimal("-1")]
    >>> str(in_group(growth, Direction.REVERSE)[0])
    '数值3.5，本组最差7、最好-1'
    """
    numbers = _numbers(len(values), groups)
    members = _members(values, numbers)
    ends = {number: (min(its), max(its)) for number, its in members.items()}
    if direction is Direction.REVERSE:
        ends = {number: (high, low) for number, (low, high) in ends.items()}
    return tuple(InGroup(value, *ends[number]) for value, number in zip(values, numbers, strict=True))


def ranked(
    values: Sequence[Decimal], direction: Direction, *, ties: Ties, groups: Sequence[int] | None = None
) -> tuple[Ranked, ...]:
    """Return the place of each value in its group, 1 for the best, and the size of the group.

    Parameters
    ----------
    values : sequence of Decimal
    direction : Direction
    ties : {"shared", "mean", "last"}
    groups : sequence of int, optional
        As for ``in_group``.

    Raises
    ------
    Invalid
        ``scoring.group`` if ``groups`` has another length.

    Examples
    --------
    >>> marks = [Decimal(70), Decimal(90), Decimal(70)]
    >>> [str(fact) for fact in ranked(marks, Direction.FORWARD, ties="mean")]
    ['3个中排第2.5', '3个中排第1', '3个中排第2.5']
    """
    numbers = _numbers(len(values), groups)
    places: dict[int, dict[Decimal, Decimal]] = {}
    members = _members(values, numbers)
    for number, its in members.items():
        ordered = sorted(its, reverse=direction is Direction.FORWARD)
        firsts: dict[Decimal, int] = {}
        lasts: dict[Decimal, int] = {}
        for place, value in enumerate(ordered, 1):
            firsts.setdefault(value, place)
            lasts[value] = place
        places[number] = {value: _shared(firsts[value], lasts[value], ties) for value in firsts}
    return tuple(
        Ranked(places[number][value], len(members[number]))
        for value, number in zip(values, numbers, strict=True)
    )


def _shared(first: int, last: int, ties: Ties) -> Decimal:
    return {"shared": Decimal(first), "mean": Decimal(first + last) / 2, "last": Decimal(last)}[ties]


def _members(values: Sequence[Decimal], numbers: Sequence[int]) -> dict[int, list[Decimal]]:
    members: dict[int, list[Decimal]] = {}
    for value, number in zip(values, numbers, strict=True):
        members.setdefault(number, []).append(value)
    return members


def _numbers(rows: int, groups: Sequence[int] | None) -> Sequence[int]:
    if groups is None:
        return [0] * rows
    if len(groups) != rows:
        raise Invalid("scoring.group", f"分组有{len(groups)}行，数值有{rows}行，请补齐后再计算")
    return groups
