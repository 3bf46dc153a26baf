"""Ranks, tie rules, quotas with their rounding, and forced rank bands.

Works on one group at a time: values by code in, ranks or places out. Which units form a group
is said by the assessment; what a rank leads to, by ``consequences``.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from budgetperf.scoring.rules import Exact, Rule, Share, SourcedRule

Values: TypeAlias = tuple[Decimal | Fraction | int, ...]
"""What a unit is ranked by: the first number counts, the next breaks its ties. Highest first."""

TieRule: TypeAlias = Literal["shared", "code"]
"""Units still equal share a rank (1, 1, 3), or stand in the order of their codes."""

Rounding: TypeAlias = Literal["nearest", "up", "down"]
"""How a share of a number of units becomes a number of units; halves go up under ``nearest``."""

RankScope: TypeAlias = Literal["group", "parent", "track"]
"""Units are ranked inside their own group, the group above it, or all of the track together."""


class RankRules(SourcedRule):
    """How units are ordered.

    Parameters
    ----------
    scope : {"group", "parent", "track"}
    then_by : tuple of str
        Components that break equal totals, in this order.
    ties : {"shared", "code"}
        What holds when those are equal too.
    """

    scope: RankScope
    then_by: tuple[str, ...] = ()
    ties: TieRule


def ranks(values: Mapping[str, Values], ties: TieRule) -> dict[str, int]:
    """Return the rank of every code, 1 for the best.

    Examples
    --------
    >>> marks = {"a": (Decimal(90),), "b": (Decimal(95),), "c": (Decimal(90),)}
    >>> ranks(marks, "shared"), ranks(marks, "code")
    ({'b': 1, 'a': 2, 'c': 2}, {'b': 1, 'a': 2, 'c': 3})
    """
    found: dict[str, int] = {}
    for codes in _levels(values, ties):
        found |= dict.fromkeys(codes, len(found) + 1)
    return found


def _levels(values: Mapping[str, Values], ties: TieRule) -> list[list[str]]:
    """Return the codes that share a rank, best first and by code; each alone where codes break ties."""
    levels: dict[Values, list[str]] = {}
    for code in sorted(values):
        levels.setdefault(values[code], []).append(code)
    shared = [levels[value] for value in sorted(levels, reverse=True)]
    return shared if ties == "shared" else [[code] for codes in shared for code in codes]


def places(share: Decimal, number: int, rounding: Rounding) -> int:
    """Return how many of ``number`` units a share comes to.

    Examples
    --------
    >>> quarter = Decimal("0.25")
    >>> places(quarter, 7, "nearest"), places(quarter, 7, "down"), places(quarter, 10, "nearest")
    (2, 1, 3)
    """
    exact = Fraction(share) * number
    down = exact.numerator // exact.denominator
    match rounding:
        case "down":
            return down
        case "up":
            return -(-exact.numerator // exact.denominator)
        case "nearest":
            return down + (exact - down >= Fraction(1, 2))


class Quota(SourcedRule):
    """The most units that may hold a grade or a better one.

    Parameters
    ----------
    grade : str
        Key of the grade.
    share : Decimal or None
        Of the units ranked together.
    count : int or None
        A number of units instead of a share.
    rounding : {"nearest", "up", "down"}
        Of the share.
    groups : tuple of str
        Groups whose units share this quota; empty: one such quota for each ranking.
    """

    grade: str
    share: Share | None = None
    count: Annotated[int, Field(ge=0, strict=True)] | None = None
    rounding: Rounding = "nearest"
    groups: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.share is None) == (self.count is None):
            raise ValueError("名额须写明 share（比例）或 count（个数），二者取一")
        return self

    def size(self, number: int) -> int:
        """Return the places among ``number`` units."""
        if self.count is not None:
            return self.count
        assert self.share is not None
        return places(self.share, number, self.rounding)


def within(values: Mapping[str, Values], size: int, ties: TieRule) -> frozenset[str]:
    """Return the codes that stand on the first ``size`` places, never more.

    Units that share a rank across the edge are left out together: a quota is never exceeded.
    """
    taken: list[str] = []
    for codes in _levels(values, ties):
        if len(taken) + len(codes) > size:
            break
        taken += codes
    return frozenset(taken)


class RankBand(Rule):
    """The units up to this cumulative share, best first, get these points."""

    up_to: Share
    points: Exact


EdgeTies: TypeAlias = Literal["upper", "lower", "code"]
"""Equal units across the edge of a band all go to the upper or the lower one, or by code."""


class RankBands(SourcedRule):
    """Forced bands: points by place, whatever the distance between the ratings.

    Parameters
    ----------
    bands : tuple of RankBand
        Cumulative shares rising to 1, points falling.
    rounding : {"nearest", "up", "down"}
        Of each cumulative share.
    ties : {"upper", "lower", "code"}
    """

    bands: tuple[RankBand, ...]
    rounding: Rounding
    ties: EdgeTies

    @model_validator(mode="after")
    def _rising(self) -> Self:
        shares = [band.up_to for band in self.bands]
        points = [band.points for band in self.bands]
        if not shares or shares != sorted(set(shares)) or shares[-1] != 1:
            raise ValueError("强制分布的累计比例须从小到大，最后一档为1")
        if points != sorted(points, reverse=True):
            raise ValueError("强制分布的分值须从高到低")
        return self


def banded(values: Mapping[str, Values], rules: RankBands) -> dict[str, Decimal]:
    """Return the points of each code by its place in the group.

    Notes
    -----
    With n units the edges stand after ``places(up_to, n)`` of them. Equal units go by the place
    of the first of them (``upper``), of the last (``lower``), or each by its own (``code``).
    """
    edges = [(places(band.up_to, len(values), rules.rounding), band.points) for band in rules.bands]
    found: dict[str, Decimal] = {}
    for codes in _levels(values, "code" if rules.ties == "code" else "shared"):
        place = len(found) + (len(codes) if rules.ties == "lower" else 1)
        found |= dict.fromkeys(codes, next(points for edge, points in edges if place <= edge))
    return found
